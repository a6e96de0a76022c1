//! File systems.

use serde::{Deserialize, Serialize};

use super::btrfs::BtrfsPlan;

/// A kind of file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileSystem {
    /// Second extended.
    Ext2,
    /// Third extended.
    Ext3,
    /// Fourth extended.
    Ext4,
    /// XFS.
    Xfs,
    /// Btrfs.
    Btrfs,
    /// SquashFS, read-only.
    Squashfs,
    /// EROFS, read-only.
    Erofs,
    /// FAT with 16 bit clusters.
    Fat16,
    /// FAT with 32 bit clusters.
    Fat32,
    /// Swap space.
    Swap,
}

impl FileSystem {
    /// Name as `/etc/fstab` and `blkid` use it.
    pub fn fstab_name(self) -> &'static str {
        match self {
            Self::Ext2 => "ext2",
            Self::Ext3 => "ext3",
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::Squashfs => "squashfs",
            Self::Erofs => "erofs",
            Self::Fat16 | Self::Fat32 => "vfat",
            Self::Swap => "swap",
        }
    }

    /// Whether this is one of ext2, ext3 and ext4.
    pub fn is_ext(self) -> bool {
        matches!(self, Self::Ext2 | Self::Ext3 | Self::Ext4)
    }
}

/// How a file system is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemPlan {
    /// Kind.
    pub kind: FileSystem,
    /// Label.
    pub label: Option<String>,
    /// Identifier: a uuid, or eight hexadecimal digits for FAT; `None` where the format has none.
    pub uuid: Option<String>,
    /// Arguments for the program that makes it, in order, before ours.
    pub create_options: Vec<String>,
    /// Mount options for `/etc/fstab`.
    pub mount_options: Option<String>,
    /// `squashfscompression` or `erofscompression`.
    pub compression: Option<String>,
    /// Subvolumes of btrfs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub btrfs: Option<Box<BtrfsPlan>>,
}
