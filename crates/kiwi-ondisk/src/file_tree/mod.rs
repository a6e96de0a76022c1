//! Files of a directory, as every file system writer sees them: sorted, with times that can be limited, hard links known.

mod copy;
mod read;

use std::path::Path;

pub(crate) use copy::{Contents, Copy};
pub(crate) use read::{Content, Kind, Node, Time};

use crate::Result;

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

/// A tree and how it is stored.
pub struct FileTree<'a> {
    pub(crate) root: &'a Path,
    latest: Option<i64>,
    pub(crate) created: i64,
    selinux_labels: bool,
    exclude: Option<&'a (dyn Fn(&Path) -> bool + Sync)>,
    pub(crate) progress: Option<&'a (dyn Fn(u64, u64) -> bool + Sync)>,
}

impl<'a> FileTree<'a> {
    /// Stores everything below `root`; the root of the file system gets the attributes of `root` itself.
    ///
    /// A directory `lost+found` at the top is left out: it belongs to the file system that the tree is on.
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

    /// Reads the tree. Node 0 is its root, the rest follows in the order of a walk through sorted names.
    ///
    /// Holes smaller than `block_size` bytes are of no use and count as data.
    pub(crate) fn read(&self, block_size: u64) -> Result<Vec<Node>> {
        read::Reader {
            tree: self,
            block_size,
        }
        .read()
    }
}
