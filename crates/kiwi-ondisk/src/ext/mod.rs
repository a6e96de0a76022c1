//! Files of a directory tree in an ext2, ext3 or ext4 file system.
//!
//! `mke2fs` makes the empty file system with whatever options it is given; this fills it. Written from the documentation of the
//! on-disk format (kernel.org, `filesystems/ext4`), judged by `e2fsck` and the kernel. `mke2fs -d` could fill it too, but it cannot
//! leave anything out, takes times from the build host (that of the last change of an inode cannot be set from outside),
//! depends on its own version in what it writes, and needs minutes where this needs seconds.
//!
//! What is written is a function of the tree, the options and the empty file system: names are sorted, inodes and blocks are taken in
//! ascending order, all times come from the files' modification times and the options.
//!
//! | room | what it knows |
//! |---|---|
//! | `superblock`, `groups` | what is free, and the accounts of it |
//! | `inode`, `mapping`, `directory`, `attribute` | how one file is stored |
//! | `fill` | the order of all steps |
//! | `synchronous` | an attribute that all files can have |

mod attribute;
mod bytes;
mod checksum;
mod directory;
mod fill;
mod groups;
mod inode;
mod mapping;
mod superblock;
mod synchronous;

use std::fs::File;

pub use crate::file_tree::Filled;

use crate::Result;
use crate::file_tree::FileTree;

/// Stores a tree in the empty file system that begins at `offset` of `file`.
///
/// `file` must be open for reading and writing, and read as zeros where the file system was not written yet.
///
/// # Errors
/// The tree does not fit, a file of it cannot be read, or the file system has features that are not known here (`quota`,
/// `bigalloc`, `inline_data`, `meta_bg`).
pub fn fill(tree: &FileTree<'_>, file: &File, offset: u64) -> Result<Filled> {
    fill::fill(tree, file, offset)
}

/// Lets every directory and file of the file system at `offset` have the attribute `S` (synchronous updates).
///
/// # Errors
/// `file` cannot be read or written, or no file system that is known here begins there.
pub fn set_synchronous(file: &File, offset: u64) -> Result<()> {
    synchronous::set(file, offset)
}
