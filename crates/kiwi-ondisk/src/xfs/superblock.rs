//! The super block ("XFS Algorithms & Data Structures", "Superblocks").

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::bytes::{get16, get32, get64, has_checksum, put_checksum, put16, put64};
use crate::{Error, Result};

const MAGIC: &[u8] = b"XFSB";

mod field {
    pub(super) const BLOCK_SIZE: usize = 4;
    pub(super) const BLOCKS: usize = 8;
    pub(super) const REALTIME_BLOCKS: usize = 16;
    pub(super) const UUID: usize = 32;
    pub(super) const LOG_START: usize = 48;
    pub(super) const ROOT_INODE: usize = 56;
    pub(super) const AG_BLOCKS: usize = 84;
    pub(super) const AG_COUNT: usize = 88;
    pub(super) const VERSION: usize = 100;
    pub(super) const SECTOR_SIZE: usize = 102;
    pub(super) const INODE_SIZE: usize = 104;
    pub(super) const INODES_PER_BLOCK: usize = 106;
    pub(super) const BLOCK_LOG: usize = 120;
    pub(super) const INODES_PER_BLOCK_LOG: usize = 123;
    pub(super) const AG_BLOCKS_LOG: usize = 124;
    pub(super) const IN_PROGRESS: usize = 126;
    pub(super) const INODES: usize = 128;
    pub(super) const FREE_INODES: usize = 136;
    pub(super) const FREE_BLOCKS: usize = 144;
    pub(super) const INODE_ALIGNMENT: usize = 180;
    pub(super) const DIRECTORY_BLOCK_LOG: usize = 192;
    pub(super) const RO_COMPAT: usize = 212;
    pub(super) const INCOMPAT: usize = 216;
    pub(super) const LOG_INCOMPAT: usize = 220;
    pub(super) const CHECKSUM: usize = 224;
    pub(super) const META_UUID: usize = 248;
}

/// Bits of the version number; its low four bits are the version itself.
mod version {
    pub(super) const NUMBER: u16 = 0xf;
    pub(super) const ATTRIBUTES: u16 = 0x10;
    pub(super) const ALIGNMENT: u16 = 0x80;
    pub(super) const ASCII_CASE_INSENSITIVE: u16 = 0x4000;
}

/// Features that a system must know to write.
mod ro_compat {
    pub(super) const FREE_INODE_TREE: u32 = 0x1;
    pub(super) const INODE_TREE_COUNTS: u32 = 0x8;
    const REFLINK: u32 = 0x4;
    pub(super) const KNOWN: u32 = FREE_INODE_TREE | REFLINK | INODE_TREE_COUNTS;
    pub(super) const NAMES: [(u32, &str); 1] = [(0x2, "rmapbt")];
}

/// Features that a system must know.
mod incompat {
    pub(super) const FILE_TYPES: u32 = 0x1;
    pub(super) const SPARSE_INODES: u32 = 0x2;
    pub(super) const META_UUID: u32 = 0x4;
    pub(super) const BIG_TIME: u32 = 0x8;
    pub(super) const LARGE_EXTENT_COUNTS: u32 = 0x20;
    /// A way of exchanging the contents of files, which leaves no trace on disk.
    const EXCHANGE_RANGE: u32 = 0x40;
    pub(super) const KNOWN: u32 =
        FILE_TYPES | SPARSE_INODES | META_UUID | BIG_TIME | LARGE_EXTENT_COUNTS | EXCHANGE_RANGE;
    pub(super) const NAMES: [(u32, &str); 3] =
        [(0x10, "needsrepair"), (0x80, "parent"), (0x100, "metadir")];
}

/// The super block as it is stored.
#[derive(Debug, Clone)]
pub(super) struct SuperBlock {
    sector: Vec<u8>,
}

/// What never changes while a file system is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) block_size: usize,
    pub(super) sector_size: usize,
    pub(super) inode_size: usize,
    pub(super) inodes_per_block: u32,
    pub(super) inodes_per_block_log: u32,
    /// Blocks of all allocation groups but the last, which may be shorter.
    pub(super) ag_blocks: u32,
    pub(super) ag_blocks_log: u32,
    pub(super) ag_count: u32,
    pub(super) blocks: u64,
    /// Blocks at whose multiples inodes begin.
    pub(super) inode_alignment: u32,
    pub(super) directory_block_size: usize,
    pub(super) root_inode: u64,
    /// What stands in all metadata.
    pub(super) uuid: [u8; 16],
    pub(super) free_inode_tree: bool,
    pub(super) inode_tree_counts: bool,
    pub(super) sparse_inodes: bool,
    pub(super) big_time: bool,
    pub(super) large_extent_counts: bool,
}

impl Geometry {
    /// Number of a block from its place in an allocation group, as extents and trees count.
    pub(super) fn file_system_block(&self, ag: u32, block: u32) -> u64 {
        u64::from(ag) << self.ag_blocks_log | u64::from(block)
    }

    /// Where a block lies, in bytes from the start of the file system.
    pub(super) fn position(&self, file_system_block: u64) -> u64 {
        let ag = file_system_block >> self.ag_blocks_log;
        let block = file_system_block & ((1 << self.ag_blocks_log) - 1);
        (ag * u64::from(self.ag_blocks) + block) * self.block_size as u64
    }

    /// The address that metadata carries: its place in units of 512 bytes, whatever the sectors are.
    pub(super) fn address(&self, file_system_block: u64) -> u64 {
        self.position(file_system_block) / 512
    }

    /// Number of an inode from its place in an allocation group.
    pub(super) fn inode(&self, ag: u32, inode: u32) -> u64 {
        u64::from(ag) << (self.ag_blocks_log + self.inodes_per_block_log) | u64::from(inode)
    }

    /// Length of the block of the allocation group `ag`.
    pub(super) fn ag_length(&self, ag: u32) -> u32 {
        let before = u64::from(ag) * u64::from(self.ag_blocks);
        (self.blocks - before).min(self.ag_blocks.into()) as u32
    }

    /// Bytes of an inode that data and attributes share.
    pub(super) fn inode_room(&self) -> usize {
        self.inode_size - super::inode::CORE
    }
}

impl SuperBlock {
    /// Reads the super block of the file system at `offset`, and checks that files can be added.
    pub(super) fn read(file: &File, offset: u64) -> Result<Self> {
        let failed = Error::io("reading the super block");
        let mut sector = vec![0; 512];
        file.read_exact_at(&mut sector, offset).map_err(&failed)?;
        let size = usize::from(get16(&sector, field::SECTOR_SIZE));
        if !sector.starts_with(MAGIC) || !(512..=32768).contains(&size) {
            return Err(malformed("there is no XFS super block"));
        }
        sector.resize(size, 0);
        file.read_exact_at(&mut sector, offset).map_err(&failed)?;
        Self::parse(sector)
    }

    fn parse(sector: Vec<u8>) -> Result<Self> {
        let block = Self { sector };
        block.check_version()?;
        if !has_checksum(&block.sector, field::CHECKSUM) {
            return Err(malformed("the checksum of its super block is wrong"));
        }
        block.check_values()?;
        block.check_features()?;
        Ok(block)
    }

    fn check_version(&self) -> Result<()> {
        let version = get16(&self.sector, field::VERSION);
        if version & version::NUMBER != 5 {
            return Err(unsupported("crc=0"));
        }
        if version & version::ASCII_CASE_INSENSITIVE != 0 {
            return Err(unsupported("version=ci"));
        }
        Ok(())
    }

    fn check_values(&self) -> Result<()> {
        let it = self.geometry();
        let log = u32::from(self.sector[field::BLOCK_LOG]);
        let inode_log = it.inodes_per_block_log;
        let last_ag = u64::from(it.ag_count.saturating_sub(1)) * u64::from(it.ag_blocks);
        let sensible = (9..=16).contains(&log)
            && it.block_size == 1 << log
            && it.sector_size <= it.block_size
            && (512..=2048).contains(&it.inode_size)
            && inode_log <= log
            && it.inodes_per_block == 1 << inode_log
            && it.block_size >> inode_log == it.inode_size
            && it.directory_block_size <= 1 << 16
            && it.ag_count > 0
            && it.ag_blocks_log < 32
            && it.inode_alignment <= 1 << 16
            && it.root_inode < u64::from(it.ag_blocks) << inode_log
            && u64::from(it.ag_blocks) <= 1 << it.ag_blocks_log
            && it.blocks > last_ag
            && it.blocks <= last_ag + u64::from(it.ag_blocks)
            && self.sector[field::IN_PROGRESS] == 0;
        if sensible {
            Ok(())
        } else {
            Err(malformed("its super block has impossible values"))
        }
    }

    fn check_features(&self) -> Result<()> {
        let get = |at| get32(&self.sector, at);
        for (features, known, names) in [
            (get(field::INCOMPAT), incompat::KNOWN, &incompat::NAMES[..]),
            (
                get(field::RO_COMPAT),
                ro_compat::KNOWN,
                &ro_compat::NAMES[..],
            ),
            (get(field::LOG_INCOMPAT), 0, &[]),
        ] {
            let unknown = features & !known;
            if unknown != 0 {
                let named = names.iter().find(|(bit, _)| unknown & bit != 0);
                return Err(match named {
                    Some((_, name)) => unsupported(name),
                    None => unsupported(&format!("{unknown:#x}")),
                });
            }
        }
        if get(field::INCOMPAT) & incompat::FILE_TYPES == 0 {
            return Err(unsupported("ftype=0"));
        }
        if get64(&self.sector, field::LOG_START) == 0 {
            return Err(unsupported("logdev"));
        }
        if get64(&self.sector, field::REALTIME_BLOCKS) != 0 {
            return Err(unsupported("rtdev"));
        }
        Ok(())
    }

    pub(super) fn geometry(&self) -> Geometry {
        let raw = &self.sector[..];
        let has_incompat = |feature| get32(raw, field::INCOMPAT) & feature != 0;
        let has_ro_compat = |feature| get32(raw, field::RO_COMPAT) & feature != 0;
        let uuid = if has_incompat(incompat::META_UUID) {
            field::META_UUID
        } else {
            field::UUID
        };
        let aligned = get16(raw, field::VERSION) & version::ALIGNMENT != 0;
        let block_size = get32(raw, field::BLOCK_SIZE) as usize;
        let directory_log = u32::from(raw[field::DIRECTORY_BLOCK_LOG]);
        Geometry {
            block_size,
            sector_size: get16(raw, field::SECTOR_SIZE).into(),
            inode_size: get16(raw, field::INODE_SIZE).into(),
            inodes_per_block: get16(raw, field::INODES_PER_BLOCK).into(),
            inodes_per_block_log: raw[field::INODES_PER_BLOCK_LOG].into(),
            ag_blocks: get32(raw, field::AG_BLOCKS),
            ag_blocks_log: raw[field::AG_BLOCKS_LOG].into(),
            ag_count: get32(raw, field::AG_COUNT),
            blocks: get64(raw, field::BLOCKS),
            inode_alignment: if aligned {
                get32(raw, field::INODE_ALIGNMENT).max(1)
            } else {
                1
            },
            directory_block_size: block_size.checked_shl(directory_log).unwrap_or(usize::MAX),
            root_inode: get64(raw, field::ROOT_INODE),
            uuid: std::array::from_fn(|index| raw[uuid + index]),
            free_inode_tree: has_ro_compat(ro_compat::FREE_INODE_TREE),
            inode_tree_counts: has_ro_compat(ro_compat::INODE_TREE_COUNTS),
            sparse_inodes: has_incompat(incompat::SPARSE_INODES),
            big_time: has_incompat(incompat::BIG_TIME),
            large_extent_counts: has_incompat(incompat::LARGE_EXTENT_COUNTS),
        }
    }

    /// Notes that there are extended attributes.
    pub(super) fn add_attributes(&mut self) {
        let version = get16(&self.sector, field::VERSION);
        put16(
            &mut self.sector,
            field::VERSION,
            version | version::ATTRIBUTES,
        );
    }

    pub(super) fn set_counts(&mut self, inodes: u64, free_inodes: u64, free_blocks: u64) {
        put64(&mut self.sector, field::INODES, inodes);
        put64(&mut self.sector, field::FREE_INODES, free_inodes);
        put64(&mut self.sector, field::FREE_BLOCKS, free_blocks);
    }

    /// The bytes as they are stored.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.sector.clone();
        put_checksum(&mut bytes, field::CHECKSUM);
        bytes
    }
}

fn unsupported(feature: &str) -> Error {
    Error::value(
        "file system feature",
        feature,
        "files cannot be added to a file system with it",
    )
}

/// Something is wrong with what mkfs.xfs made.
pub(super) fn malformed(reason: &str) -> Error {
    Error::Malformed {
        what: "the new file system",
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::bytes::put32;
    use super::*;
    use proptest::prelude::*;

    /// The super block of a file system of 400 MiB.
    fn sector() -> Vec<u8> {
        let mut sector = vec![0; 512];
        sector[..4].copy_from_slice(MAGIC);
        for (at, value) in [
            (field::BLOCK_SIZE, 4096),
            (field::AG_BLOCKS, 25_600),
            (field::AG_COUNT, 4),
            (field::INODE_ALIGNMENT, 8),
            (field::RO_COMPAT, 0xd),
            (field::INCOMPAT, 0xb),
        ] {
            put32(&mut sector, at, value);
        }
        for (at, value) in [
            (field::BLOCKS, 102_400),
            (field::LOG_START, 65_542),
            (field::ROOT_INODE, 128),
        ] {
            put64(&mut sector, at, value);
        }
        for (at, value) in [
            (field::VERSION, 0xb4a5),
            (field::SECTOR_SIZE, 512),
            (field::INODE_SIZE, 512),
            (field::INODES_PER_BLOCK, 8),
        ] {
            put16(&mut sector, at, value);
        }
        sector[field::BLOCK_LOG] = 12;
        sector[field::INODES_PER_BLOCK_LOG] = 3;
        sector[field::AG_BLOCKS_LOG] = 15;
        sector[field::UUID..field::UUID + 16].fill(7);
        sector
    }

    fn parse(mut sector: Vec<u8>) -> Result<SuperBlock> {
        put_checksum(&mut sector, field::CHECKSUM);
        SuperBlock::parse(sector)
    }

    #[test]
    fn geometry_and_features() {
        let block = parse(sector()).unwrap();
        assert_eq!(block.geometry(), super::super::testing::geometry());
        assert!(SuperBlock::parse(sector()).is_err(), "without checksum");
        for (at, value, name) in [
            (field::RO_COMPAT, 2, "rmapbt"),
            (field::INCOMPAT, 0x81, "parent"),
            (field::INCOMPAT, 0x101, "metadir"),
            (field::INCOMPAT, 0x8001, "0x8000"),
            (field::INCOMPAT, 0, "ftype=0"),
            (field::LOG_INCOMPAT, 1, "0x1"),
        ] {
            let mut sector = sector();
            put32(&mut sector, at, value);
            let error = parse(sector).unwrap_err();
            assert!(
                matches!(&error, Error::Value { value, .. } if value == name),
                "{name}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn damaged_super_blocks_do_no_harm(damage in proptest::collection::vec((0_usize..256, any::<u8>()), 1..4)) {
            let mut sector = sector();
            for (at, value) in damage {
                sector[at] = value;
            }
            if let Ok(block) = parse(sector) {
                let geometry = block.geometry();
                let last = geometry.ag_count - 1;
                prop_assert!(geometry.ag_length(last) > 0);
                prop_assert!(geometry.inode_room() >= 336);
            }
        }
    }
}
