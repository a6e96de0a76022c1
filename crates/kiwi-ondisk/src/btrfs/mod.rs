//! Btrfs file systems, whole: from a directory tree straight into a byte range, with subvolumes, without privileges.
//!
//! Written from the documentation of the on-disk format (btrfs.readthedocs.io) and the structures of the kernel's
//! `linux/btrfs_tree.h`, judged by `btrfs check` in both modes, the kernel and GRUB. `mkfs.btrfs --rootdir` could fill a file
//! system too, but most versions know no subvolumes, none can leave anything out, and times are the build host's.
//!
//! Items are sorted and then fill leaf after leaf, so nothing is ever inserted into a tree; contents are copied and
//! checksummed on all cores. What is written is a function of the tree and the options: all ids come from the uuid,
//! everything is of transaction 1.
//!
//! Logical addresses are those of the first copy on the device. From the front: super block, system chunks, metadata up to the
//! second super block at 64 MiB; behind it data and, when there is much, more metadata. Nothing lies where a copy of the super
//! block is. What is left belongs to no chunk, and the kernel makes of it what it needs.
//!
//! | room | what it knows |
//! |---|---|
//! | `volumes` | which file is in which subvolume, under which number |
//! | `contents` | where contents lie, and their checksums |
//! | `volume_tree` | the items of one subvolume |
//! | `accounts` | the items of all other trees |
//! | `chunks` | how the device is divided |
//! | `tree`, `item`, `checksum` | blocks, keys and structures |
//! | `superblock` | where it all begins |
//! | `write` | the order of all steps |

mod accounts;
mod checksum;
mod chunks;
mod contents;
mod item;
mod options;
mod superblock;
mod tree;
mod volume_tree;
mod volumes;
mod write;

use std::fs::File;

pub use checksum::Checksum;
pub use options::{Options, Profile, Subvolume};

use crate::Result;
use crate::file_tree::FileTree;

/// Bytes of a sector, the unit of file contents.
pub(crate) const SECTOR: u64 = 4096;

/// What went into a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// Inodes of all subvolumes, hard links once.
    pub inodes: u64,
    /// Bytes of file contents that take sectors of their own.
    pub data_bytes: u64,
    /// Bytes of all trees, one copy of them.
    pub metadata_bytes: u64,
    /// Bytes of the device that belong to no chunk yet.
    pub unallocated_bytes: u64,
}

/// Makes a file system with a tree in `bytes` bytes of `file` from `offset` on.
///
/// `file` must be open for writing, and read as zeros in that range.
///
/// # Errors
/// The tree does not fit, a file of it cannot be read, has attributes or names that do not fit, or options contradict
/// each other or the tree.
pub fn write(
    tree: &FileTree<'_>,
    file: &File,
    offset: u64,
    bytes: u64,
    options: &Options,
) -> Result<Filled> {
    write::write(tree, file, offset, bytes, options)
}
