//! The super block (kernel.org, `filesystems/ext4/super`).

use super::bytes::{get16, get32, high32, low32, put16, put32};
use super::checksum::{crc32c, crc32c_start};
use crate::{Error, Result};

/// Where the super block lies in the file system, and how long it is.
pub(super) const OFFSET: u64 = 1024;
pub(super) const LENGTH: usize = 1024;

const MAGIC: u16 = 0xef53;

mod field {
    pub(super) const INODES: usize = 0x00;
    pub(super) const BLOCKS: usize = 0x04;
    pub(super) const FREE_BLOCKS: usize = 0x0c;
    pub(super) const FREE_INODES: usize = 0x10;
    pub(super) const FIRST_DATA_BLOCK: usize = 0x14;
    pub(super) const LOG_BLOCK_SIZE: usize = 0x18;
    pub(super) const BLOCKS_PER_GROUP: usize = 0x20;
    pub(super) const INODES_PER_GROUP: usize = 0x28;
    pub(super) const WRITE_TIME: usize = 0x30;
    pub(super) const MAGIC: usize = 0x38;
    pub(super) const REVISION: usize = 0x4c;
    pub(super) const FIRST_INODE: usize = 0x54;
    pub(super) const INODE_SIZE: usize = 0x58;
    pub(super) const GROUP_NUMBER: usize = 0x5a;
    pub(super) const COMPAT: usize = 0x5c;
    pub(super) const INCOMPAT: usize = 0x60;
    pub(super) const RO_COMPAT: usize = 0x64;
    pub(super) const UUID: usize = 0x68;
    pub(super) const RESERVED_DESCRIPTOR_BLOCKS: usize = 0xce;
    pub(super) const DESCRIPTOR_SIZE: usize = 0xfe;
    pub(super) const BLOCKS_HIGH: usize = 0x150;
    pub(super) const FREE_BLOCKS_HIGH: usize = 0x158;
    pub(super) const WANTED_EXTRA_SIZE: usize = 0x15e;
    pub(super) const BACKUP_GROUPS: usize = 0x24c;
    pub(super) const CHECKSUM_SEED: usize = 0x270;
    pub(super) const CHECKSUM: usize = 0x3fc;
}

/// Features that any system may ignore.
pub(super) mod compat {
    pub(in super::super) const EXT_ATTR: u32 = 0x8;
    pub(in super::super) const SPARSE_SUPER2: u32 = 0x200;
}

/// Features that a system must know.
pub(super) mod incompat {
    pub(in super::super) const FILETYPE: u32 = 0x2;
    pub(in super::super) const EXTENTS: u32 = 0x40;
    pub(in super::super) const BIT64: u32 = 0x80;
    pub(in super::super) const CSUM_SEED: u32 = 0x2000;
    const MMP: u32 = 0x100;
    const FLEX_BG: u32 = 0x200;
    const EA_INODE: u32 = 0x400;
    const LARGEDIR: u32 = 0x4000;
    const ENCRYPT: u32 = 0x10000;
    const CASEFOLD: u32 = 0x20000;
    /// What does not stand in the way of adding files.
    pub(super) const KNOWN: u32 = FILETYPE
        | EXTENTS
        | BIT64
        | CSUM_SEED
        | MMP
        | FLEX_BG
        | EA_INODE
        | LARGEDIR
        | ENCRYPT
        | CASEFOLD;
    pub(super) const NAMES: [(u32, &str); 4] = [
        (0x4, "needs_recovery"),
        (0x8, "journal_dev"),
        (0x10, "meta_bg"),
        (0x8000, "inline_data"),
    ];
}

/// Features that a system must know to write.
pub(super) mod ro_compat {
    pub(in super::super) const SPARSE_SUPER: u32 = 0x1;
    pub(in super::super) const LARGE_FILE: u32 = 0x2;
    pub(in super::super) const HUGE_FILE: u32 = 0x8;
    pub(in super::super) const GDT_CSUM: u32 = 0x10;
    pub(in super::super) const DIR_NLINK: u32 = 0x20;
    pub(in super::super) const METADATA_CSUM: u32 = 0x400;
    const BTREE_DIR: u32 = 0x4;
    const EXTRA_ISIZE: u32 = 0x40;
    const PROJECT: u32 = 0x2000;
    const VERITY: u32 = 0x8000;
    /// What does not stand in the way of adding files.
    pub(super) const KNOWN: u32 = SPARSE_SUPER
        | LARGE_FILE
        | HUGE_FILE
        | GDT_CSUM
        | DIR_NLINK
        | METADATA_CSUM
        | BTREE_DIR
        | EXTRA_ISIZE
        | PROJECT
        | VERITY;
    pub(super) const NAMES: [(u32, &str); 3] = [
        (0x100, "quota"),
        (0x200, "bigalloc"),
        (0x4000, "shared_blocks"),
    ];
}

/// The super block and what is read from it all the time.
#[derive(Debug, Clone)]
pub(super) struct SuperBlock {
    raw: [u8; LENGTH],
}

impl SuperBlock {
    /// Reads a super block and checks that files can be added to its file system.
    pub(super) fn parse(raw: &[u8; LENGTH]) -> Result<Self> {
        let block = Self { raw: *raw };
        if get16(raw, field::MAGIC) != MAGIC || get32(raw, field::REVISION) == 0 {
            return Err(Error::Malformed {
                what: "the new file system",
                reason: "there is no ext super block".into(),
            });
        }
        let sensible = get32(raw, field::LOG_BLOCK_SIZE) <= 6
            && block.blocks_per_group() > 0
            && block.inodes_per_group() > 0
            && block.inode_size() >= 128
            && block.inode_size() <= block.block_size()
            && block.descriptor_size() >= 32;
        if !sensible {
            return Err(Error::Malformed {
                what: "the new file system",
                reason: "its super block has impossible values".into(),
            });
        }
        for (features, known, names) in [
            (
                get32(raw, field::INCOMPAT),
                incompat::KNOWN,
                &incompat::NAMES[..],
            ),
            (
                get32(raw, field::RO_COMPAT),
                ro_compat::KNOWN,
                &ro_compat::NAMES[..],
            ),
        ] {
            let unknown = features & !known;
            if unknown != 0 {
                let name = names
                    .iter()
                    .find(|(bit, _)| unknown & bit != 0)
                    .map_or_else(|| format!("{unknown:#x}"), |(_, name)| (*name).to_owned());
                return Err(Error::value(
                    "file system feature",
                    name,
                    "files cannot be added to a file system with it",
                ));
            }
        }
        Ok(block)
    }

    pub(super) fn block_size(&self) -> u64 {
        1024 << get32(&self.raw, field::LOG_BLOCK_SIZE)
    }

    pub(super) fn blocks(&self) -> u64 {
        let high = if self.has_incompat(incompat::BIT64) {
            u64::from(get32(&self.raw, field::BLOCKS_HIGH)) << 32
        } else {
            0
        };
        high | u64::from(get32(&self.raw, field::BLOCKS))
    }

    pub(super) fn free_blocks(&self) -> u64 {
        let high = if self.has_incompat(incompat::BIT64) {
            u64::from(get32(&self.raw, field::FREE_BLOCKS_HIGH)) << 32
        } else {
            0
        };
        high | u64::from(get32(&self.raw, field::FREE_BLOCKS))
    }

    pub(super) fn set_free_blocks(&mut self, free: u64) {
        put32(&mut self.raw, field::FREE_BLOCKS, low32(free));
        if self.has_incompat(incompat::BIT64) {
            put32(&mut self.raw, field::FREE_BLOCKS_HIGH, high32(free));
        }
    }

    pub(super) fn inodes(&self) -> u32 {
        get32(&self.raw, field::INODES)
    }

    pub(super) fn free_inodes(&self) -> u32 {
        get32(&self.raw, field::FREE_INODES)
    }

    pub(super) fn set_free_inodes(&mut self, free: u32) {
        put32(&mut self.raw, field::FREE_INODES, free);
    }

    pub(super) fn set_write_time(&mut self, seconds: i64) {
        put32(&mut self.raw, field::WRITE_TIME, low32(seconds as u64));
    }

    pub(super) fn first_data_block(&self) -> u64 {
        get32(&self.raw, field::FIRST_DATA_BLOCK).into()
    }

    pub(super) fn first_inode(&self) -> u32 {
        get32(&self.raw, field::FIRST_INODE)
    }

    pub(super) fn blocks_per_group(&self) -> u64 {
        get32(&self.raw, field::BLOCKS_PER_GROUP).into()
    }

    pub(super) fn inodes_per_group(&self) -> u32 {
        get32(&self.raw, field::INODES_PER_GROUP)
    }

    pub(super) fn groups(&self) -> u32 {
        (self.blocks() - self.first_data_block()).div_ceil(self.blocks_per_group()) as u32
    }

    pub(super) fn inode_size(&self) -> u64 {
        get16(&self.raw, field::INODE_SIZE).into()
    }

    /// Bytes of an inode beyond the first 128 that fields of their own have.
    pub(super) fn extra_inode_size(&self) -> usize {
        const USED: usize = 32;
        if self.inode_size() < 256 {
            return 0;
        }
        match usize::from(get16(&self.raw, field::WANTED_EXTRA_SIZE)) {
            // mke2fs always says what it wants; the fields used here end at 32.
            0..USED => USED,
            wanted => wanted,
        }
    }

    pub(super) fn descriptor_size(&self) -> usize {
        if self.has_incompat(incompat::BIT64) {
            get16(&self.raw, field::DESCRIPTOR_SIZE).into()
        } else {
            32
        }
    }

    /// Blocks behind the group descriptors that are kept for more of them.
    pub(super) fn reserved_descriptor_blocks(&self) -> u64 {
        get16(&self.raw, field::RESERVED_DESCRIPTOR_BLOCKS).into()
    }

    pub(super) fn uuid(&self) -> &[u8] {
        &self.raw[field::UUID..field::UUID + 16]
    }

    pub(super) fn has_compat(&self, feature: u32) -> bool {
        get32(&self.raw, field::COMPAT) & feature != 0
    }

    pub(super) fn has_incompat(&self, feature: u32) -> bool {
        get32(&self.raw, field::INCOMPAT) & feature != 0
    }

    pub(super) fn has_ro_compat(&self, feature: u32) -> bool {
        get32(&self.raw, field::RO_COMPAT) & feature != 0
    }

    pub(super) fn add_compat(&mut self, feature: u32) {
        let features = get32(&self.raw, field::COMPAT);
        put32(&mut self.raw, field::COMPAT, features | feature);
    }

    pub(super) fn add_ro_compat(&mut self, feature: u32) {
        let features = get32(&self.raw, field::RO_COMPAT);
        put32(&mut self.raw, field::RO_COMPAT, features | feature);
    }

    /// The number that every checksum of metadata starts from; `None` when there are none.
    pub(super) fn checksum_seed(&self) -> Option<u32> {
        if !self.has_ro_compat(ro_compat::METADATA_CSUM) {
            return None;
        }
        Some(if self.has_incompat(incompat::CSUM_SEED) {
            get32(&self.raw, field::CHECKSUM_SEED)
        } else {
            crc32c_start(self.uuid())
        })
    }

    /// Whether a group has a copy of the super block and of the group descriptors.
    pub(super) fn has_copy(&self, group: u32) -> bool {
        let power_of = |base: u32| {
            std::iter::successors(Some(base), |power| power.checked_mul(base))
                .take_while(|power| *power <= group)
                .any(|power| power == group)
        };
        if group == 0 {
            return true;
        }
        if self.has_compat(compat::SPARSE_SUPER2) {
            let backups = [0, 4].map(|at| get32(&self.raw, field::BACKUP_GROUPS + at));
            return backups.contains(&group);
        }
        !self.has_ro_compat(ro_compat::SPARSE_SUPER)
            || group == 1
            || power_of(3)
            || power_of(5)
            || power_of(7)
    }

    /// The bytes as they are stored in a group.
    pub(super) fn for_group(&self, group: u32) -> [u8; LENGTH] {
        let mut raw = self.raw;
        // The field has 16 bits; mke2fs stores the lower half too.
        put16(&mut raw, field::GROUP_NUMBER, (group & 0xffff) as u16);
        if self.checksum_seed().is_some() {
            // Not seeded: the super block is where the seed comes from.
            let checksum = crc32c(!0, &raw[..field::CHECKSUM]);
            put32(&mut raw, field::CHECKSUM, checksum);
        }
        raw
    }
}
