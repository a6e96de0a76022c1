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
//! | `tree` | what there is to store |
//! | `inode`, `mapping`, `directory`, `attribute` | how one file is stored |
//! | `fill` | the order of all steps |

mod attribute;
mod bytes;
mod checksum;
mod directory;
mod fill;
mod groups;
mod inode;
mod mapping;
mod superblock;
mod tree;

use std::fs::File;
use std::path::Path;

use crate::Result;

/// A tree and how it is stored.
pub struct ExtTree<'a> {
    root: &'a Path,
    latest: Option<i64>,
    created: i64,
    selinux_labels: bool,
    exclude: Option<&'a (dyn Fn(&Path) -> bool + Sync)>,
    progress: Option<&'a (dyn Fn(u64, u64) -> bool + Sync)>,
}

/// What went into a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// Inodes: files, directories and everything else, hard links once.
    pub inodes: u64,
    /// Bytes of file contents, holes not counted.
    pub data_bytes: u64,
    /// Bytes that are still free.
    pub free_bytes: u64,
}

impl<'a> ExtTree<'a> {
    /// Stores everything below `root`; the root of the file system gets the attributes of `root` itself.
    ///
    /// A directory `lost+found` at the top is not stored, because the file system has its own.
    pub fn new(root: &'a Path) -> Self {
        Self {
            root,
            latest: None,
            created: 0,
            selinux_labels: false,
            exclude: None,
            progress: None,
        }
    }

    /// Stores no modification time after this one (seconds since 1970, usually `SOURCE_DATE_EPOCH`).
    pub fn latest_time(mut self, seconds: Option<i64>) -> Self {
        self.latest = seconds;
        self
    }

    /// Sets the time at which all inodes were made, and at which the file system was written, in seconds since 1970.
    pub fn created(mut self, seconds: i64) -> Self {
        self.created = seconds;
        self
    }

    /// Stores SELinux labels too; they are left out otherwise, because they often are the build host's.
    pub fn selinux_labels(mut self, wanted: bool) -> Self {
        self.selinux_labels = wanted;
        self
    }

    /// Leaves out what `exclude` says yes to, asked with each path relative to the root; directories with all below them.
    pub fn exclude(mut self, exclude: &'a (dyn Fn(&Path) -> bool + Sync)) -> Self {
        self.exclude = Some(exclude);
        self
    }

    /// Calls `progress` now and then, from any thread, with the bytes of content that are stored and that will be; stops
    /// with [`crate::Error::Stopped`] when it says no.
    pub fn progress(mut self, progress: &'a (dyn Fn(u64, u64) -> bool + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Fills the empty file system that begins at `offset` of `file`.
    ///
    /// `file` must be open for reading and writing, and read as zeros where the file system was not written yet.
    ///
    /// # Errors
    /// The tree does not fit, a file of it cannot be read, or the file system has features that are not known here (`quota`,
    /// `bigalloc`, `inline_data`, `meta_bg`).
    pub fn write(&self, file: &File, offset: u64) -> Result<Filled> {
        fill::fill(self, file, offset)
    }
}
