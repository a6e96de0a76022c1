//! One allocation group: its headers, what is free in it, and its inodes ("XFS Algorithms & Data Structures",
//! "Allocation Groups").

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::bytes::{get16, get32, has_checksum, put_checksum, put32};
use super::superblock::{Geometry, malformed};
use super::tree::{BY_BLOCK, BY_LENGTH, Block, FREE_INODES, INODES, Item};
use crate::{Error, Result};

/// Header of free space.
mod space {
    pub(super) const MAGIC: &[u8] = b"XAGF";
    pub(super) const BY_BLOCK_ROOT: usize = 16;
    pub(super) const BY_LENGTH_ROOT: usize = 20;
    pub(super) const BY_BLOCK_HEIGHT: usize = 28;
    pub(super) const LIST_COUNT: usize = 48;
    pub(super) const FREE_BLOCKS: usize = 52;
    pub(super) const LONGEST: usize = 56;
    pub(super) const TREE_BLOCKS: usize = 60;
    pub(super) const CHECKSUM: usize = 216;
}

/// Header of inodes.
mod inodes {
    pub(super) const MAGIC: &[u8] = b"XAGI";
    pub(super) const COUNT: usize = 16;
    pub(super) const ROOT: usize = 20;
    pub(super) const HEIGHT: usize = 24;
    pub(super) const FREE_COUNT: usize = 28;
    pub(super) const NEWEST: usize = 32;
    pub(super) const CHECKSUM: usize = 312;
    pub(super) const FREE_ROOT: usize = 328;
    pub(super) const FREE_HEIGHT: usize = 332;
    pub(super) const TREE_BLOCKS: usize = 336;
    pub(super) const FREE_TREE_BLOCKS: usize = 340;
}

/// Inodes that a record of the inode trees describes.
pub(super) const CHUNK: u32 = 64;
/// Blocks that stay free in each group, because the kernel needs some to give any back.
const RESERVE: u64 = 8;
/// Length of the header of a block of a short tree.
const TREE_HEADER: usize = 56;

/// Blocks of a group that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) blocks: u32,
}

/// A group of a file system that is being filled.
pub(super) struct Group {
    pub(super) number: u32,
    space: Vec<u8>,
    inodes: Vec<u8>,
    /// What is free, by place.
    free: Vec<Run>,
    /// Where inodes are, in the order they are used; each holds as many as are allocated at once.
    clusters: Vec<u32>,
    /// Inodes that are used.
    used: u32,
    /// Blocks of the tree of inodes, the root first.
    inode_tree: Vec<u64>,
}

/// What describes a group, as it is stored.
pub(super) struct Finished {
    /// Blocks of its trees.
    pub(super) blocks: Vec<Block>,
    /// Its headers, and which sector of the group each is.
    pub(super) sectors: [(u64, Vec<u8>); 2],
}

impl Group {
    /// Reads a group that holds nothing but, if it is the first, what every new file system has.
    pub(super) fn read(file: &File, offset: u64, geometry: &Geometry, number: u32) -> Result<Self> {
        let at = |block: u32| offset + geometry.position(geometry.file_system_block(number, block));
        let sector = |index: usize, magic: &[u8], checksum: usize| {
            let mut bytes = vec![0; geometry.sector_size];
            file.read_exact_at(&mut bytes, at(0) + (index * geometry.sector_size) as u64)
                .map_err(Error::io("reading an allocation group"))?;
            if !bytes.starts_with(magic) || !has_checksum(&bytes, checksum) {
                return Err(malformed("the header of an allocation group is damaged"));
            }
            Ok(bytes)
        };
        let space = sector(1, space::MAGIC, space::CHECKSUM)?;
        let inodes = sector(2, inodes::MAGIC, inodes::CHECKSUM)?;
        let mut group = Self {
            number,
            free: Vec::new(),
            clusters: Vec::new(),
            used: 0,
            inode_tree: Vec::new(),
            space,
            inodes,
        };
        let root = get32(&group.space, space::BY_BLOCK_ROOT);
        let mut block = vec![0; geometry.block_size];
        file.read_exact_at(&mut block, at(root))
            .map_err(Error::io("reading the free space"))?;
        group.read_free_space(&block, geometry)?;
        group.read_inodes(geometry)?;
        group.check_roots(geometry)?;
        Ok(group)
    }

    fn read_free_space(&mut self, block: &[u8], geometry: &Geometry) -> Result<()> {
        let count = usize::from(get16(block, 6));
        let is_leaf = block.starts_with(&BY_BLOCK.magic())
            && get32(&self.space, space::BY_BLOCK_HEIGHT) == 1
            && count <= BY_BLOCK.capacity(0, geometry);
        if !is_leaf {
            return Err(malformed("its free space is in many pieces already"));
        }
        let record = |index| {
            let at = TREE_HEADER + 8 * index;
            Run {
                start: get32(block, at),
                blocks: get32(block, at + 4),
            }
        };
        self.free = (0..count).map(record).collect();
        let end = |run: &Run| u64::from(run.start) + u64::from(run.blocks);
        let length = u64::from(geometry.ag_length(self.number));
        let sound = self.free.iter().all(|run| end(run) <= length)
            && self
                .free
                .windows(2)
                .all(|pair| end(&pair[0]) < u64::from(pair[1].start));
        if sound {
            Ok(())
        } else {
            Err(malformed("its free space makes no sense"))
        }
    }

    /// Blocks that are written again must lie in the group.
    fn check_roots(&self, geometry: &Geometry) -> Result<()> {
        let mut roots = vec![
            get32(&self.space, space::BY_BLOCK_ROOT),
            get32(&self.space, space::BY_LENGTH_ROOT),
            get32(&self.inodes, inodes::ROOT),
        ];
        if geometry.free_inode_tree {
            roots.push(get32(&self.inodes, inodes::FREE_ROOT));
        }
        let length = geometry.ag_length(self.number);
        if roots.iter().all(|root| (1..length).contains(root)) {
            Ok(())
        } else {
            Err(malformed("an allocation group has no trees"))
        }
    }

    /// Takes over the inodes of the new file system: the root and two more that are only there for a realtime device.
    fn read_inodes(&mut self, geometry: &Geometry) -> Result<()> {
        let get = |at| get32(&self.inodes, at);
        let count = get(inodes::COUNT);
        let expected = if self.number == 0 {
            cluster_inodes(geometry)
        } else {
            0
        };
        let root = geometry.root_inode as u32;
        if count != expected
            || get(inodes::HEIGHT) != 1
            || expected - count.min(get(inodes::FREE_COUNT)) != if self.number == 0 { 3 } else { 0 }
            || !root.is_multiple_of(geometry.inodes_per_block)
        {
            return Err(malformed("it is not empty"));
        }
        if self.number == 0 {
            self.clusters.push(root / geometry.inodes_per_block);
            self.used = 3;
        }
        self.inode_tree = vec![geometry.file_system_block(self.number, get(inodes::ROOT))];
        Ok(())
    }

    /// Blocks that can be taken.
    pub(super) fn available(&self) -> u64 {
        let free: u64 = self.free.iter().map(|run| u64::from(run.blocks)).sum();
        free.saturating_sub(RESERVE)
    }

    /// Takes up to `wanted` blocks, in one run if there is one that long, else the first ones.
    pub(super) fn take(&mut self, wanted: u64) -> Option<Run> {
        let wanted = wanted.min(self.available()) as u32;
        if wanted == 0 {
            return None;
        }
        let index = self
            .free
            .iter()
            .position(|run| run.blocks >= wanted)
            .unwrap_or(0);
        let run = self.free.get_mut(index)?;
        let taken = Run {
            start: run.start,
            blocks: run.blocks.min(wanted),
        };
        run.start += taken.blocks;
        run.blocks -= taken.blocks;
        if run.blocks == 0 {
            self.free.remove(index);
        }
        Some(taken)
    }

    /// Makes room for `wanted` more inodes and for the tree that finds them; gives their numbers within the group.
    pub(super) fn add_inodes(&mut self, wanted: u32, geometry: &Geometry) -> Result<Vec<u32>> {
        let first = self.used;
        self.used += wanted;
        let clusters = self.used.div_ceil(cluster_inodes(geometry));
        while (self.clusters.len() as u32) < clusters {
            let cluster = self.take_cluster(geometry).ok_or(Error::TooSmall {
                what: "the inodes of an allocation group",
                needed: u64::from(self.used) * geometry.inode_size as u64,
                available: self.clusters.len() as u64
                    * u64::from(cluster_inodes(geometry))
                    * geometry.inode_size as u64,
            })?;
            self.clusters.push(cluster);
        }
        let records = u64::from(clusters * cluster_inodes(geometry) / CHUNK);
        let needed = INODES.blocks(records, None, geometry);
        while (self.inode_tree.len() as u64) < needed {
            let Some(run) = self.take(1) else {
                return Err(Error::TooSmall {
                    what: "the inode tree of an allocation group",
                    needed: needed * geometry.block_size as u64,
                    available: self.inode_tree.len() as u64 * geometry.block_size as u64,
                });
            };
            let number = geometry.file_system_block(self.number, run.start);
            self.inode_tree.push(number);
        }
        Ok((first..self.used)
            .map(|slot| self.inode(slot, geometry))
            .collect())
    }

    /// Number of the inode of a slot, within the group.
    pub(super) fn inode(&self, slot: u32, geometry: &Geometry) -> u32 {
        let per_cluster = cluster_inodes(geometry);
        let block = self.clusters[(slot / per_cluster) as usize];
        block * geometry.inodes_per_block + slot % per_cluster
    }

    /// Takes the blocks of one cluster of inodes, aligned.
    fn take_cluster(&mut self, geometry: &Geometry) -> Option<u32> {
        let blocks = cluster_blocks(geometry);
        if self.available() < u64::from(blocks) {
            return None;
        }
        let aligned = |run: &Run| run.start.next_multiple_of(geometry.inode_alignment);
        let index = self
            .free
            .iter()
            .position(|run| aligned(run) + blocks <= run.start + run.blocks)?;
        let run = self.free[index];
        let start = aligned(&run);
        let before = Run {
            start: run.start,
            blocks: start - run.start,
        };
        let behind = Run {
            start: start + blocks,
            blocks: run.start + run.blocks - start - blocks,
        };
        let rest = [before, behind].into_iter().filter(|run| run.blocks > 0);
        self.free.splice(index..=index, rest);
        Some(start)
    }

    /// Where the clusters of inodes begin.
    pub(super) fn clusters(&self) -> &[u32] {
        &self.clusters
    }

    pub(super) fn inode_count(&self, geometry: &Geometry) -> u32 {
        self.clusters.len() as u32 * cluster_inodes(geometry)
    }

    pub(super) fn free_inodes(&self, geometry: &Geometry) -> u32 {
        self.inode_count(geometry) - self.used
    }

    /// Free blocks as the super block counts them: those the lists of free blocks hold are free too.
    pub(super) fn free_blocks(&self) -> u64 {
        let free: u64 = self.free.iter().map(|run| u64::from(run.blocks)).sum();
        free + u64::from(get32(&self.space, space::LIST_COUNT))
    }

    /// Everything that describes the group.
    pub(super) fn finish(mut self, geometry: &Geometry) -> Result<Finished> {
        let mut blocks = self.finish_free_space(geometry)?;
        blocks.extend(self.finish_inodes(geometry));
        put_checksum(&mut self.space, space::CHECKSUM);
        put_checksum(&mut self.inodes, inodes::CHECKSUM);
        Ok(Finished {
            blocks,
            sectors: [(1, self.space), (2, self.inodes)],
        })
    }

    fn finish_free_space(&mut self, geometry: &Geometry) -> Result<Vec<Block>> {
        if self.free.len() > BY_BLOCK.capacity(0, geometry) {
            return Err(malformed("its free space is in too many pieces"));
        }
        let item = |run: &Run| {
            let record = [run.start.to_be_bytes(), run.blocks.to_be_bytes()].concat();
            Item {
                key: record.clone(),
                body: record,
            }
        };
        let mut blocks = Vec::new();
        for (tree, root) in [
            (BY_BLOCK, space::BY_BLOCK_ROOT),
            (BY_LENGTH, space::BY_LENGTH_ROOT),
        ] {
            let root = geometry.file_system_block(self.number, get32(&self.space, root));
            let items = self.free.iter().map(item).collect();
            let (_, mut written) = tree.build(items, &[root], self.number.into(), geometry);
            blocks.append(&mut written);
            // The second tree has the shortest first.
            self.free
                .sort_unstable_by_key(|run| (run.blocks, run.start));
        }
        let free: u32 = self.free.iter().map(|run| run.blocks).sum();
        let longest = self.free.last().map_or(0, |run| run.blocks);
        put32(&mut self.space, space::FREE_BLOCKS, free);
        put32(&mut self.space, space::LONGEST, longest);
        put32(&mut self.space, space::TREE_BLOCKS, 0);
        Ok(blocks)
    }

    fn finish_inodes(&mut self, geometry: &Geometry) -> Vec<Block> {
        let count = self.inode_count(geometry);
        let mut records: Vec<(u32, u32)> = (0..count / CHUNK)
            .map(|chunk| {
                let used = self.used.saturating_sub(chunk * CHUNK).min(CHUNK);
                (self.inode(chunk * CHUNK, geometry), used)
            })
            .collect();
        let newest = records.last().map(|(first, _)| *first);
        records.sort_unstable();
        let item = |(first, used): &(u32, u32)| Item {
            key: first.to_be_bytes().to_vec(),
            body: inode_record(*first, *used, geometry.sparse_inodes),
        };
        let owner = u64::from(self.number);
        let items: Vec<Item> = records.iter().map(item).collect();
        let (height, mut blocks) = INODES.build(items, &self.inode_tree, owner, geometry);
        let mut set = |at, value| put32(&mut self.inodes, at, value);
        set(inodes::COUNT, count);
        set(inodes::FREE_COUNT, count - self.used);
        set(inodes::NEWEST, newest.unwrap_or(u32::MAX));
        set(inodes::HEIGHT, height);
        if geometry.inode_tree_counts {
            set(inodes::TREE_BLOCKS, self.inode_tree.len() as u32);
        }
        if geometry.free_inode_tree {
            // Only the last chunks have free inodes; their records fit into the root.
            let partly = records.iter().filter(|(_, used)| *used < CHUNK);
            let items = partly.map(item).collect();
            let root = get32(&self.inodes, inodes::FREE_ROOT);
            let root = geometry.file_system_block(self.number, root);
            let (height, mut written) = FREE_INODES.build(items, &[root], owner, geometry);
            blocks.append(&mut written);
            put32(&mut self.inodes, inodes::FREE_HEIGHT, height);
            if geometry.inode_tree_counts {
                put32(&mut self.inodes, inodes::FREE_TREE_BLOCKS, 1);
            }
        }
        blocks
    }
}

/// A record of the inode trees: a chunk whose first `used` inodes are used.
fn inode_record(first: u32, used: u32, sparse: bool) -> Vec<u8> {
    let mut record = first.to_be_bytes().to_vec();
    let free = CHUNK - used;
    if sparse {
        // No part of the chunk is missing; it has 64 inodes.
        record.extend([0, 0, CHUNK as u8, free as u8]);
    } else {
        record.extend(free.to_be_bytes());
    }
    let mask = u64::MAX.checked_shl(used).unwrap_or(0);
    record.extend(mask.to_be_bytes());
    record
}

/// Inodes that are allocated at once: a chunk, or a block when that holds more.
pub(super) fn cluster_inodes(geometry: &Geometry) -> u32 {
    geometry.inodes_per_block.max(CHUNK)
}

/// Blocks of a cluster of inodes.
pub(super) fn cluster_blocks(geometry: &Geometry) -> u32 {
    cluster_inodes(geometry) / geometry.inodes_per_block
}
