//! The super block: where the trees begin (`struct btrfs_super_block`).

use super::SECTOR;
use super::accounts::{Device, Root};
use super::chunks::{Chunk, SUPER_BLOCKS, Use};
use super::item::{Data, GENERATION, Key, kind, object};
use super::options::Options;

/// Length of a super block.
pub(super) const LENGTH: usize = 4096;
/// Where the list of system chunks is, and its length.
const SYSTEM_CHUNKS: (usize, usize) = (0x32b, 2048);
/// Where the copies of the roots of this transaction are.
const BACKUP: usize = SYSTEM_CHUNKS.0 + SYSTEM_CHUNKS.1;
const MAGIC: &[u8; 8] = b"_BHRfS_M";

/// `BTRFS_FEATURE_INCOMPAT_*`.
mod feature {
    pub(super) const MIXED_BACKREF: u64 = 1;
    pub(super) const DEFAULT_SUBVOLUME: u64 = 1 << 1;
    pub(super) const BIG_METADATA: u64 = 1 << 5;
    pub(super) const EXTENDED_REFERENCES: u64 = 1 << 6;
    pub(super) const SKINNY_METADATA: u64 = 1 << 8;
    pub(super) const NO_HOLES: u64 = 1 << 9;
}

/// `BTRFS_FEATURE_COMPAT_RO_FREE_SPACE_TREE` and `.._VALID`.
const FREE_SPACE_TREE: u64 = 1 | 1 << 1;

/// What the super block knows.
pub(super) struct SuperBlock<'a> {
    pub(super) options: &'a Options,
    pub(super) device: Device<'a>,
    pub(super) root: Root,
    pub(super) chunk: Root,
    /// Those of the root tree.
    pub(super) roots: &'a [Root],
    pub(super) used_bytes: u64,
    pub(super) default_subvolume: u64,
}

impl SuperBlock<'_> {
    /// Gives the super block that belongs to each position that the device has.
    pub(super) fn copies(&self) -> Vec<(u64, Vec<u8>)> {
        SUPER_BLOCKS
            .into_iter()
            .filter(|position| position + LENGTH as u64 <= self.device.bytes)
            .map(|position| (position, self.bytes(position)))
            .collect()
    }

    fn bytes(&self, position: u64) -> Vec<u8> {
        let options = self.options;
        let system = self.system_chunks();
        let root_levels = [self.root.level, self.chunk.level, 0];
        let read_only_features = if options.free_space_tree {
            FREE_SPACE_TREE
        } else {
            0
        };
        // Says that there is no cache of free space in files, or that there is none yet.
        let cache_generation = if options.free_space_tree { 0 } else { u64::MAX };
        let mut label = options.label.as_bytes().to_vec();
        label.resize(256, 0);
        let mut bytes = Data::default()
            .zeros(32)
            .bytes(options.uuid.as_bytes())
            .u64s(&[position, 1])
            .bytes(MAGIC)
            .u64s(&[GENERATION, self.root.address, self.chunk.address, 0, 0])
            .u64s(&[self.device.bytes, self.used_bytes])
            .u64s(&[object::ROOT_TREE_DIRECTORY, 1])
            .u32s(&[SECTOR as u32, options.node_size, options.node_size])
            .u32s(&[SECTOR as u32, system.len() as u32])
            .u64s(&[GENERATION, 0, read_only_features, self.features()])
            .u16s(&[options.checksum.number()])
            .bytes(&root_levels)
            .bytes(&self.device.item().0)
            .bytes(&label)
            .u64s(&[cache_generation, GENERATION])
            .0;
        bytes.resize(LENGTH, 0);
        bytes[SYSTEM_CHUNKS.0..SYSTEM_CHUNKS.0 + system.len()].copy_from_slice(&system);
        let backup = self.backup();
        bytes[BACKUP..BACKUP + backup.len()].copy_from_slice(&backup);
        let (sum, rest) = bytes.split_at_mut(32);
        options.checksum.put(rest, sum);
        bytes
    }

    fn features(&self) -> u64 {
        let options = self.options;
        let flag = |wanted, flag| if wanted { flag } else { 0 };
        feature::MIXED_BACKREF
            | feature::SKINNY_METADATA
            | flag(u64::from(options.node_size) > SECTOR, feature::BIG_METADATA)
            | flag(options.extended_references, feature::EXTENDED_REFERENCES)
            | flag(options.no_holes, feature::NO_HOLES)
            | flag(
                self.default_subvolume != object::TOP_LEVEL,
                feature::DEFAULT_SUBVOLUME,
            )
    }

    /// The chunks that have to be known to find all others.
    fn system_chunks(&self) -> Vec<u8> {
        let is_system = |chunk: &&Chunk| chunk.contains == Use::System;
        self.device
            .chunks
            .iter()
            .filter(is_system)
            .fold(Data::default(), |data, chunk| {
                data.key(Key::new(object::CHUNKS, kind::CHUNK_ITEM, chunk.start))
                    .bytes(&self.device.chunk(chunk).0)
            })
            .0
    }

    /// `struct btrfs_root_backup`.
    fn backup(&self) -> Vec<u8> {
        let find = |tree| {
            let found = self.roots.iter().find(|root| root.tree == tree);
            found.copied().unwrap_or(Root {
                tree,
                address: 0,
                level: 0,
                bytes: 0,
            })
        };
        let trees = [
            object::EXTENT_TREE,
            object::TOP_LEVEL,
            object::DEVICE_TREE,
            object::CHECKSUM_TREE,
        ]
        .map(find);
        let all = [self.root, self.chunk].into_iter().chain(trees);
        let places: Vec<u64> = all
            .clone()
            .flat_map(|root| [root.address, GENERATION])
            .collect();
        let levels: Vec<u8> = all.map(|root| root.level).collect();
        Data::default()
            .u64s(&places)
            .u64s(&[self.device.bytes, self.used_bytes, 1])
            .zeros(32)
            .bytes(&levels)
            .zeros(10)
            .0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_where_it_belongs() {
        let options = Options::new(uuid::Uuid::from_bytes([7; 16]), "LABEL");
        let root = |tree, address| Root {
            tree,
            address,
            level: 1,
            bytes: 0,
        };
        let chunk = Chunk {
            contains: Use::System,
            start: 1 << 20,
            length: 8 << 20,
            copies: 2,
        };
        let super_block = SuperBlock {
            options: &options,
            device: Device {
                bytes: 100 << 20,
                chunks: &[chunk],
                uuid: [8; 16],
                chunk_tree_uuid: [9; 16],
                filesystem: [7; 16],
            },
            root: root(1, 0x11),
            chunk: root(3, 0x33),
            roots: &[root(2, 0x22)],
            used_bytes: 5,
            default_subvolume: object::TOP_LEVEL,
        };
        let copies = super_block.copies();
        assert_eq!(copies.len(), 2);
        let (position, bytes) = &copies[1];
        assert_eq!(*position, 64 << 20);
        assert_eq!(bytes.len(), LENGTH);
        assert_eq!(&bytes[0x40..0x48], MAGIC);
        assert_eq!(bytes[0x58], 0x33);
        assert_eq!(bytes[0xc6..0xc8], [1, 1]);
        assert_eq!(&bytes[0x12b..0x131], b"LABEL\0");
        assert_eq!(bytes[0xa0], 17 + 48 + 2 * 32);
        assert_eq!(super_block.backup().len(), 168);
        assert_eq!(bytes[BACKUP + 32], 0x22);
    }
}
