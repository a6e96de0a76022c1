//! Files of a directory tree in an XFS file system.
//!
//! `mkfs.xfs` makes the empty file system with whatever options it is given; this fills it. Written from the documentation of the
//! on-disk format ("XFS Algorithms & Data Structures"), judged by `xfs_repair` and the kernel. `mkfs.xfs -p` could fill it too,
//! but its list of files knows neither hard links nor extended attributes, no times and no holes.
//!
//! What is written is a function of the tree, the options and the empty file system: names are sorted, inodes and blocks are taken in
//! ascending order, all times come from the files' modification times and the options. The two inodes that `mkfs.xfs` gives
//! random generations are written anew. The log stays as it was: empty, and all metadata carries the sequence number 0, which is
//! before everything in it.
//!
//! | room | what it knows |
//! |---|---|
//! | `superblock`, `group`, `space` | what is free, and the accounts of it |
//! | `need` | what every file takes, and which group is its home |
//! | `inode`, `fork`, `tree`, `block` | how one file is stored |
//! | `directory`, `directory_index`, `hash_tree` | names in directories |
//! | `attribute`, `attribute_leaf` | extended attributes |
//! | `place`, `fill` | one file, and the order of all steps |

mod attribute;
mod attribute_leaf;
mod block;
mod bytes;
mod directory;
mod directory_index;
mod fill;
mod fork;
mod group;
mod hash_tree;
mod inode;
mod need;
mod place;
mod space;
mod superblock;
#[cfg(test)]
mod testing;
mod tree;

use std::fs::File;

pub use crate::file_tree::Filled;

use crate::Result;
use crate::file_tree::FileTree;

/// Stores a tree in the empty file system that begins at `offset` of `file`.
///
/// `file` must be open for reading and writing, and read as zeros where the file system was not written yet.
///
/// # Errors
/// The tree does not fit, a file of it cannot be read, or the file system has features that are not known here (`crc=0`,
/// `rmapbt`, `parent`, `metadir`, `version=ci`, a log or realtime data on another device).
pub fn fill(tree: &FileTree<'_>, file: &File, offset: u64) -> Result<Filled> {
    fill::fill(tree, file, offset)
}
