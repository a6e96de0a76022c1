//! Where the contents of files lie, and copying them there.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::SECTOR;
use super::checksum::Checksum;
use super::chunks::{Chunk, chunk_of};
use super::item::{Item, Key, kind, object};
use super::options::Options;
use super::tree::{HEADER, ITEM_HEADER};
use super::volumes::{Volumes, inode_number};
use crate::file_tree::{Content, FileTree, Node};
use crate::{Error, Result};

/// Contents up to this length are stored in the tree (`max_inline`, a mount option's default).
const LARGEST_INLINE: u64 = 2048;
/// The kernel makes no extents that are longer.
const LARGEST_EXTENT: u64 = 128 << 20;
/// Bytes that are read, checksummed and written together.
const BATCH: u64 = 4 << 20;
/// More checksums than this never are in one item.
const LARGEST_CHECKSUM_ITEM: usize = 4096;

/// A range of the device with part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Logical address.
    pub(super) address: u64,
    /// Bytes it takes, whole sectors.
    pub(super) length: u64,
    /// Bytes of them that are the file's.
    pub(super) bytes: u64,
    /// Where it begins in the file.
    pub(super) from: u64,
    pub(super) volume: usize,
    pub(super) inode: u64,
    pub(super) node: usize,
    /// Whether it has checksums.
    pub(super) checked: bool,
}

/// All extents, by address and also by subvolume and inode.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) extents: Vec<Extent>,
    pub(super) chunks: Vec<Chunk>,
}

/// Whether contents of this length are stored in the tree.
pub(super) fn is_inline(length: u64) -> bool {
    length <= LARGEST_INLINE
}

fn parts(node: &Node) -> &[(u64, u64)] {
    match &node.content {
        Content::File(length, parts) if !is_inline(*length) => parts,
        _ => &[],
    }
}

impl Contents {
    /// Gives all contents their places.
    pub(super) fn place(volumes: &Volumes, options: &Options) -> Self {
        let all = || {
            volumes.list.iter().enumerate().flat_map(|(index, volume)| {
                volume
                    .inodes
                    .iter()
                    .enumerate()
                    .map(move |(position, inode)| (index, volume, position, inode.node))
            })
        };
        let total: u64 = all()
            .flat_map(|(_, _, _, node)| parts(&volumes.nodes[node]))
            .map(|(_, bytes)| bytes.next_multiple_of(SECTOR))
            .sum();
        let chunks = super::chunks::data_chunks(total, options.data);
        let mut free = chunks.iter().map(|chunk| (chunk.start, chunk.length));
        let mut room = free.next();
        let mut extents = Vec::new();
        for (index, volume, position, node) in all() {
            for (start, bytes) in parts(&volumes.nodes[node]) {
                let (mut from, mut left) = (*start, *bytes);
                while left > 0 {
                    let Some((address, free_bytes)) = room.filter(|(_, bytes)| *bytes > 0) else {
                        room = free.next();
                        debug_assert!(room.is_some(), "chunks were made for all contents");
                        continue;
                    };
                    let length = left
                        .next_multiple_of(SECTOR)
                        .min(free_bytes)
                        .min(LARGEST_EXTENT);
                    let bytes = left.min(length);
                    extents.push(Extent {
                        address,
                        length,
                        bytes,
                        from,
                        volume: index,
                        inode: inode_number(position),
                        node,
                        checked: !volume.no_copy_on_write,
                    });
                    room = Some((address + length, free_bytes - length));
                    from += bytes;
                    left -= bytes;
                }
            }
        }
        Self { extents, chunks }
    }

    /// Extents of one inode.
    pub(super) fn of(&self, volume: usize, inode: u64) -> &[Extent] {
        let key = (volume, inode);
        let first = self
            .extents
            .partition_point(|extent| (extent.volume, extent.inode) < key);
        let count =
            self.extents[first..].partition_point(|extent| (extent.volume, extent.inode) == key);
        &self.extents[first..first + count]
    }

    /// Bytes of all extents of a subvolume.
    pub(super) fn bytes_of(&self, volume: usize) -> u64 {
        self.extents
            .iter()
            .filter(|extent| extent.volume == volume)
            .map(|extent| extent.length)
            .sum()
    }

    /// Bytes of a chunk that are taken.
    pub(super) fn used(&self, chunk: &Chunk) -> u64 {
        let behind = self
            .extents
            .partition_point(|extent| extent.address < chunk.end());
        match self.extents[..behind].last() {
            Some(last) if last.address >= chunk.start => last.address + last.length - chunk.start,
            _ => 0,
        }
    }

    /// Items of the checksum tree; zeros as long as there are no `checksums`.
    pub(super) fn checksum_items<'a>(
        &'a self,
        checksum: Checksum,
        node_size: usize,
        checksums: Option<&'a [u8]>,
    ) -> impl Iterator<Item = Item> + use<'a> {
        let size = checksum.length();
        // As many as the kernel puts into one.
        let most = ((node_size - HEADER - 2 * ITEM_HEADER) / size - 1).min(LARGEST_CHECKSUM_ITEM);
        let together = |first: &Extent, next: &Extent| {
            first.address + first.length == next.address
                && chunk_of(&self.chunks, first.address).end() > next.address
        };
        let mut done = 0;
        self.extents
            .chunk_by(move |first, next| first.checked && next.checked && together(first, next))
            .filter(|run| run[0].checked)
            .flat_map(move |run| {
                let sectors: u64 = run.iter().map(|extent| extent.length / SECTOR).sum();
                let start = run[0].address;
                (0..sectors).step_by(most).map(move |first| {
                    let count = (sectors - first).min(most as u64);
                    (start + first * SECTOR, count as usize * size)
                })
            })
            .map(move |(address, bytes)| {
                let data = match checksums {
                    Some(checksums) => checksums[done..done + bytes].to_vec(),
                    None => vec![0; bytes],
                };
                done += bytes;
                let key = Key::new(object::CHECKSUMS, kind::EXTENT_CSUM, address);
                Item { key, data }
            })
    }

    /// Copies all contents; gives their checksums in the order of their addresses.
    pub(super) fn copy(
        &self,
        tree: &FileTree<'_>,
        nodes: &[Node],
        file: &File,
        offset: u64,
        checksum: Checksum,
    ) -> Result<Vec<u8>> {
        let pieces: Vec<Extent> = self.extents.iter().flat_map(pieces).collect();
        let total = pieces.iter().map(|piece| piece.bytes).sum();
        let done = AtomicU64::new(0);
        let batches: Vec<&[Extent]> = self.batches(&pieces);
        let checksums: Vec<Vec<u8>> = batches
            .into_par_iter()
            .map(|batch| {
                let copied = Copier {
                    tree,
                    nodes,
                    file,
                    offset,
                    checksum,
                }
                .copy(batch, chunk_of(&self.chunks, batch[0].address))?;
                let bytes: u64 = batch.iter().map(|piece| piece.bytes).sum();
                let done = done.fetch_add(bytes, Ordering::Relaxed) + bytes;
                match tree.progress {
                    Some(progress) if !progress(done, total) => Err(Error::Stopped),
                    _ => Ok(copied),
                }
            })
            .collect::<Result<_>>()?;
        Ok(checksums.concat())
    }

    /// Pieces that lie side by side, together.
    fn batches<'p>(&self, pieces: &'p [Extent]) -> Vec<&'p [Extent]> {
        let together = |first: &Extent, next: &Extent| {
            first.address + first.length == next.address
                && chunk_of(&self.chunks, first.address).end() > next.address
        };
        let mut batches = Vec::new();
        for run in pieces.chunk_by(together) {
            let mut rest = run;
            while let Some(first) = rest.first() {
                let fits = |piece: &&Extent| piece.address + piece.length <= first.address + BATCH;
                let (batch, behind) = rest.split_at(rest.iter().take_while(fits).count().max(1));
                batches.push(batch);
                rest = behind;
            }
        }
        batches
    }
}

/// Cuts an extent into pieces that are not too large to be held in memory.
fn pieces(extent: &Extent) -> impl Iterator<Item = Extent> + use<> {
    let extent = *extent;
    (0..extent.length)
        .step_by(BATCH as usize)
        .map(move |at| Extent {
            address: extent.address + at,
            length: (extent.length - at).min(BATCH),
            bytes: (extent.bytes - at).min(BATCH),
            from: extent.from + at,
            ..extent
        })
}

struct Copier<'a> {
    tree: &'a FileTree<'a>,
    nodes: &'a [Node],
    file: &'a File,
    offset: u64,
    checksum: Checksum,
}

impl Copier<'_> {
    /// Copies pieces that lie side by side in a chunk.
    fn copy(&self, batch: &[Extent], chunk: &Chunk) -> Result<Vec<u8>> {
        let first = batch[0].address;
        let length: u64 = batch.iter().map(|piece| piece.length).sum();
        let mut bytes = vec![0; length as usize];
        let mut checksums = Vec::new();
        for piece in batch {
            let at = (piece.address - first) as usize;
            let path = self.tree.root.join(&self.nodes[piece.node].path);
            File::open(&path)
                .and_then(|source| {
                    let target = &mut bytes[at..at + piece.bytes as usize];
                    source.read_exact_at(target, piece.from)
                })
                .map_err(Error::path(&path))?;
            if piece.checked {
                for sector in bytes[at..at + piece.length as usize].chunks(SECTOR as usize) {
                    let sum = checksums.len();
                    checksums.resize(sum + self.checksum.length(), 0);
                    self.checksum.put(sector, &mut checksums[sum..]);
                }
            }
        }
        for position in chunk.positions(first) {
            self.file
                .write_all_at(&bytes, self.offset + position)
                .map_err(Error::io("writing the file system"))?;
        }
        Ok(checksums)
    }
}
