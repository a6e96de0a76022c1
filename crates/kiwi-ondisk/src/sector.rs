//! The unit in which disks are addressed.

/// The logical sector size of a disk: the unit of every LBA in its partition table.
///
/// 512 is what virtually every virtual machine shows; 4096 is for images written to native 4 KiB disks
/// (`target_blocksize="4096"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SectorSize {
    /// 512 bytes.
    #[default]
    Bytes512,
    /// 4096 bytes ("4Kn").
    Bytes4096,
}

impl SectorSize {
    /// Gives the size in bytes.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Bytes512 => 512,
            Self::Bytes4096 => 4096,
        }
    }

    /// Finds the sector size of so many bytes; `None` for every other number.
    pub const fn from_bytes(bytes: u64) -> Option<Self> {
        match bytes {
            512 => Some(Self::Bytes512),
            4096 => Some(Self::Bytes4096),
            _ => None,
        }
    }
}
