//! Directories ("XFS Algorithms & Data Structures", "Directories"): in the inode, in one block, or in blocks of names that
//! are found through an index.

use super::block::{self, Piece, Seal, hash};
use super::bytes::{put16, put32, put64};
use super::directory_index::{self, Index};
use super::superblock::Geometry;
use crate::file_tree::Kind;
use crate::{Error, Result};

/// Header of a block of names: what all blocks of directories begin with, and the three longest free parts.
const DATA_HEADER: usize = 64;
/// End of a directory of one block: numbers of names, and of those that were removed.
const BLOCK_TAIL: usize = 8;
const INDEX_ENTRY: usize = 8;
const MAX_NAME: usize = 255;
const FREE_TAG: u16 = 0xffff;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) name: &'a [u8],
    pub(super) inode: u64,
    pub(super) kind: Kind,
}

/// A directory as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Inode(Vec<u8>),
    /// Pieces of its fork, and the length of the part with names.
    Blocks(Vec<Piece>, u64),
}

/// A directory that is to be stored.
pub(super) struct Directory<'a> {
    pub(super) inode: u64,
    pub(super) parent: u64,
    /// All names but `.` and `..`.
    pub(super) names: Vec<Name<'a>>,
}

impl Directory<'_> {
    /// Stores the directory in `room` bytes of its inode when it fits, else in blocks.
    pub(super) fn store(&self, room: usize, geometry: &Geometry) -> Result<Stored> {
        if let Some(long) = self.names.iter().find(|it| it.name.len() > MAX_NAME) {
            let text = String::from_utf8_lossy(long.name).into_owned();
            return Err(Error::value("file name", text, "is longer than 255 bytes"));
        }
        let wide = std::iter::once(self.parent)
            .chain(self.names.iter().map(|name| name.inode))
            .any(|inode| inode > u32::MAX.into());
        let lengths = || self.names.iter().map(|name| name.name.len());
        if fits_inode(lengths(), wide, room, geometry) {
            return Ok(Stored::Inode(self.short(wide)));
        }
        let size = geometry.directory_block_size;
        let mut blocks = Blocks::new(geometry, self.inode);
        let own = |name, inode| Name {
            name,
            inode,
            kind: Kind::Directory,
        };
        blocks.add(&own(b".", self.inode));
        blocks.add(&own(b"..", self.parent));
        for name in &self.names {
            blocks.add(name);
        }
        let Blocks {
            mut blocks,
            mut index,
            ..
        } = blocks;
        index.sort_unstable();
        if blocks.len() == 1 && blocks[0].len() + index.len() * INDEX_ENTRY + BLOCK_TAIL <= size {
            let bytes = single(blocks.remove(0), &index, size);
            let piece = Piece {
                logical: 0,
                bytes,
                seal: Seal::DIRECTORY,
            };
            return Ok(Stored::Blocks(vec![piece], size as u64));
        }
        let step = (size / geometry.block_size) as u64;
        let free: Vec<u16> = blocks.iter().map(|it| (size - it.len()) as u16).collect();
        let length = (blocks.len() * size) as u64;
        let mut pieces: Vec<Piece> = blocks
            .into_iter()
            .enumerate()
            .map(|(number, bytes)| Piece {
                logical: number as u64 * step,
                bytes: several(bytes, size),
                seal: Seal::DIRECTORY,
            })
            .collect();
        let index = Index {
            entries: &index,
            free: &free,
            owner: self.inode,
        };
        pieces.extend(index.pieces(geometry));
        Ok(Stored::Blocks(pieces, length))
    }

    /// The form that fits into an inode: numbers with 4 bytes, or all with 8 when one needs that.
    fn short(&self, wide: bool) -> Vec<u8> {
        let put = |bytes: &mut Vec<u8>, inode: u64| {
            if wide {
                bytes.extend(inode.to_be_bytes());
            } else {
                bytes.extend((inode as u32).to_be_bytes());
            }
        };
        let is_wide = |inode: u64| inode > u32::MAX.into();
        let inodes = self.names.iter().map(|name| name.inode);
        let wide_numbers = inodes
            .chain([self.parent])
            .filter(|it| is_wide(*it))
            .count();
        // What counts the names is one byte; more than 255 never fit.
        let mut bytes = vec![self.names.len() as u8, wide_numbers as u8];
        put(&mut bytes, self.parent);
        let mut offset = first_offset();
        for name in &self.names {
            bytes.push(name.name.len() as u8);
            bytes.extend((offset as u16).to_be_bytes());
            bytes.extend(name.name);
            bytes.push(name.kind as u8);
            put(&mut bytes, name.inode);
            offset += entry_length(name.name.len());
        }
        bytes
    }
}

/// Whether names of these lengths fit into an inode, and would fit into a block too, as they must.
fn fits_inode(
    lengths: impl Iterator<Item = usize>,
    wide: bool,
    room: usize,
    geometry: &Geometry,
) -> bool {
    let number = if wide { 8 } else { 4 };
    let (mut count, mut bytes, mut offset) = (0, 2 + number, first_offset());
    for length in lengths {
        count += 1;
        bytes += 4 + length + number;
        offset += entry_length(length);
    }
    let block = offset + (count + 2) * INDEX_ENTRY + BLOCK_TAIL;
    u8::try_from(count).is_ok() && bytes <= room && block <= geometry.directory_block_size
}

/// Number of blocks of the file system that a directory with names of these lengths takes.
pub(super) fn blocks_for(
    lengths: impl Iterator<Item = usize> + Clone,
    room: usize,
    geometry: &Geometry,
) -> u64 {
    if fits_inode(lengths.clone(), false, room, geometry) {
        return 0;
    }
    let size = geometry.directory_block_size;
    let (mut blocks, mut used, mut count) = (1, first_offset(), 2);
    for length in lengths {
        let entry = entry_length(length);
        if used + entry > size {
            blocks += 1;
            used = DATA_HEADER;
        }
        used += entry;
        count += 1;
    }
    let step = (size / geometry.block_size) as u64;
    if blocks == 1 && used + count * INDEX_ENTRY + BLOCK_TAIL <= size {
        return step;
    }
    (blocks as u64 + directory_index::blocks(count, blocks, size)) * step
}

/// Place of the first name behind `.` and `..`.
fn first_offset() -> usize {
    DATA_HEADER + entry_length(1) + entry_length(2)
}

/// Inode, length, name, kind, and the entry's own place at its end.
fn entry_length(name: usize) -> usize {
    (8 + 1 + name + 1 + 2).next_multiple_of(8)
}

/// Blocks of names as they fill, without what is behind the last name of each.
struct Blocks<'a> {
    geometry: &'a Geometry,
    owner: u64,
    blocks: Vec<Vec<u8>>,
    /// Hash and place of every name; places are counted in eighths from the start of the directory.
    index: Vec<(u32, u32)>,
}

impl<'a> Blocks<'a> {
    fn new(geometry: &'a Geometry, owner: u64) -> Self {
        let mut blocks = Self {
            geometry,
            owner,
            blocks: Vec::new(),
            index: Vec::new(),
        };
        blocks.start();
        blocks
    }

    fn start(&mut self) {
        let mut block = vec![0; DATA_HEADER];
        block::start_directory(&mut block, *b"XDD3", self.geometry, self.owner);
        self.blocks.push(block);
    }

    fn add(&mut self, name: &Name<'_>) {
        let size = self.geometry.directory_block_size;
        let length = entry_length(name.name.len());
        if self.blocks.last().is_none_or(|it| it.len() + length > size) {
            self.start();
        }
        let before = (self.blocks.len() - 1) * size;
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        let at = block.len();
        block.resize(at + length, 0);
        let entry = &mut block[at..];
        put64(entry, 0, name.inode);
        entry[8] = name.name.len() as u8;
        entry[9..9 + name.name.len()].copy_from_slice(name.name);
        entry[9 + name.name.len()] = name.kind as u8;
        put16(entry, length - 2, at as u16);
        self.index
            .push((hash(name.name), ((before + at) / 8) as u32));
    }
}

/// Marks what is behind the names as free, up to `end`.
fn free_end(block: &mut [u8], used: usize, end: usize) {
    if used == end {
        return;
    }
    put16(block, 48, used as u16);
    put16(block, 50, (end - used) as u16);
    put16(block, used, FREE_TAG);
    put16(block, used + 2, (end - used) as u16);
    put16(block, end - 2, used as u16);
}

/// One of several blocks of names.
fn several(mut block: Vec<u8>, size: usize) -> Vec<u8> {
    let used = block.len();
    block.resize(size, 0);
    free_end(&mut block, used, size);
    block
}

/// The only block of a directory, with its index at the end.
fn single(mut block: Vec<u8>, index: &[(u32, u32)], size: usize) -> Vec<u8> {
    block[..4].copy_from_slice(b"XDB3");
    let used = block.len();
    block.resize(size, 0);
    let tail = size - BLOCK_TAIL;
    let start = tail - index.len() * INDEX_ENTRY;
    free_end(&mut block, used, start);
    directory_index::write(&mut block[start..], index);
    put32(&mut block, tail, index.len() as u32);
    block
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::bytes::{get16, get32, get64};
    use super::super::testing::geometry;
    use super::*;
    use proptest::prelude::*;

    fn directory(names: &BTreeSet<Vec<u8>>) -> Directory<'_> {
        Directory {
            inode: 200,
            parent: 128,
            names: names
                .iter()
                .enumerate()
                .map(|(index, name)| Name {
                    name,
                    inode: 300 + index as u64,
                    kind: Kind::File,
                })
                .collect(),
        }
    }

    #[test]
    fn numbers_beyond_32_bits_make_all_of_them_wide() {
        let names = BTreeSet::from([b"a".to_vec()]);
        let mut directory = directory(&names);
        directory.names[0].inode = 1 << 33;
        let Stored::Inode(bytes) = directory.store(100, &geometry()).unwrap() else {
            panic!("it fits");
        };
        assert_eq!((bytes[0], bytes[1], get64(&bytes, 2)), (1, 1, 128));
        assert_eq!(bytes[10], 1);
        // Behind the header, `.` and `..`.
        assert_eq!(get16(&bytes, 11), 96);
        assert_eq!(&bytes[13..15], b"a\x01");
        assert_eq!(get64(&bytes, 15), 1 << 33);
        assert_eq!(bytes.len(), 23);
    }

    #[test]
    fn long_names_are_refused() {
        let names = BTreeSet::from([vec![b'x'; 256]]);
        assert!(directory(&names).store(100, &geometry()).is_err());
    }

    /// All entries of the index, wherever it is.
    fn index(pieces: &[Piece], size: usize) -> Vec<(u32, u32)> {
        let entries = |bytes: &[u8], count: usize| -> Vec<(u32, u32)> {
            (0..count)
                .map(|it| (get32(bytes, 8 * it), get32(bytes, 8 * it + 4)))
                .collect()
        };
        if let [only] = pieces {
            let count = get32(&only.bytes, size - 8) as usize;
            return entries(&only.bytes[size - 8 - 8 * count..], count);
        }
        pieces
            .iter()
            .filter(|piece| matches!(get16(&piece.bytes, 8), 0x3df1 | 0x3dff))
            .filter(|piece| piece.seal == Seal::HASHED)
            .flat_map(|piece| entries(&piece.bytes[64..], get16(&piece.bytes, 56).into()))
            .collect()
    }

    proptest! {
        #[test]
        fn every_name_is_found_by_its_hash(
            names in proptest::collection::btree_set(proptest::collection::vec(48_u8.., 1..40), 0..900),
            room in 56_usize..336,
            log in 10_u32..13,
        ) {
            let size = 1 << log;
            let geometry = Geometry { block_size: 1024, directory_block_size: size, ..geometry() };
            let stored = directory(&names).store(room, &geometry).unwrap();
            let foretold = blocks_for(names.iter().map(Vec::len), room, &geometry);
            let Stored::Blocks(pieces, length) = stored else {
                prop_assert_eq!(foretold, 0);
                return Ok(());
            };
            let blocks: usize = pieces.iter().map(|piece| piece.bytes.len() / 1024).sum();
            prop_assert_eq!(blocks as u64, foretold);
            let index = index(&pieces, size);
            prop_assert!(index.is_sorted());
            prop_assert_eq!(index.len(), names.len() + 2);
            let data: Vec<u8> = pieces[..length as usize / size]
                .iter()
                .flat_map(|piece| piece.bytes.iter().copied())
                .collect();
            let mut found = BTreeSet::new();
            for (wanted, address) in index {
                let entry = &data[address as usize * 8..];
                let name = &entry[9..9 + usize::from(entry[8])];
                prop_assert_eq!(hash(name), wanted);
                let tag = get16(entry, entry_length(name.len()) - 2);
                prop_assert_eq!(usize::from(tag), address as usize * 8 % size);
                found.insert(name.to_vec());
            }
            prop_assert!(found.remove(&b"."[..]) && found.remove(&b".."[..]));
            prop_assert_eq!(found, names);
        }
    }
}
