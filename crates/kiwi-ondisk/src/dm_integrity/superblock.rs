//! The superblock.

use super::geometry::{Geometry, LOG2_RUN_SECTORS, SUPERBLOCK_SECTORS, TAG_BYTES};
use super::{SALT_BYTES, SECTOR_BYTES};

const MAGIC: &[u8; 8] = b"integrt\0";
/// Sectors that one bit stands for where the journal is replaced by a bitmap; the kernel notes it in either case.
const LOG2_BLOCKS_PER_BITMAP_BIT: u8 = 15;

/// What a superblock says about the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Tags are not padded to 128 KiB.
    FixPadding,
    /// A salt goes into every tag.
    FixHmac,
}

impl Flag {
    /// The name that the kernel's table and `integritysetup dump` use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FixPadding => "fix_padding",
            Self::FixHmac => "fix_hmac",
        }
    }

    const fn bit(self) -> u32 {
        match self {
            Self::FixPadding => 8,
            Self::FixHmac => 16,
        }
    }
}

pub(super) struct Superblock {
    journal_sections: u32,
    provided_data_sectors: u64,
    salt: Option<[u8; SALT_BYTES]>,
}

impl Superblock {
    pub(super) const fn new(geometry: &Geometry, salt: Option<[u8; SALT_BYTES]>) -> Self {
        Self {
            journal_sections: geometry.journal_sections,
            provided_data_sectors: geometry.provided_bytes() / SECTOR_BYTES,
            salt,
        }
    }

    pub(super) fn flags(&self) -> Vec<Flag> {
        let mut flags = vec![Flag::FixPadding];
        flags.extend(self.salt.map(|_| Flag::FixHmac));
        flags
    }

    /// The lowest version that knows the flags in use.
    const fn version(&self) -> u8 {
        if self.salt.is_some() { 5 } else { 4 }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let flags = self.flags().iter().fold(0, |all, flag| all | flag.bit());
        let mut bytes = vec![0; (SUPERBLOCK_SECTORS * SECTOR_BYTES) as usize];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, MAGIC);
        put(8, &[self.version(), LOG2_RUN_SECTORS]);
        put(10, &(TAG_BYTES as u16).to_le_bytes());
        put(12, &self.journal_sections.to_le_bytes());
        put(16, &self.provided_data_sectors.to_le_bytes());
        put(24, &flags.to_le_bytes());
        // A sector is a block, so the number of sectors per block has the logarithm 0.
        put(28, &[0, LOG2_BLOCKS_PER_BITMAP_BIT]);
        put(48, &self.salt.unwrap_or_default());
        bytes
    }
}
