//! Copying files and directories into a root tree, in this process.
//!
//! [`copy_tree`] is what overlay directories of a description are for (spec 03 §8.4): the source is laid over the tree,
//! nothing is deleted. [`copy_data`] copies the content of one file without filling holes, sharing blocks where the file system can.

mod attributes;
mod data;
mod walk;

use std::io;
use std::path::{Path, PathBuf};

pub use data::copy_data;

use crate::resolve::TreeDir;

/// Whom copied files belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The user who copies: root, inside the enclosure. Directories that exist keep their owner.
    #[default]
    Caller,
    /// The same user and group as in the source.
    Source,
}

/// How to copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyOptions {
    /// Whom copied files belong to.
    pub owner: Owner,
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files, links and special files, without directories.
    pub files: u64,
    /// Bytes of file contents; holes count, hard links do not count again.
    pub bytes: u64,
}

/// A file could not be copied.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`", .path.display())]
pub struct CopyError {
    /// What was tried.
    pub action: &'static str,
    /// The path, of the source or of the destination, whichever made trouble.
    pub path: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl CopyError {
    fn new(action: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        CopyError {
            action,
            path: path.into(),
            source: source.into(),
        }
    }
}

/// Copies everything below the directory `source` of the host to the directory `destination` of a tree, which is made if missing.
///
/// - Symbolic links are copied as links; hard links within the source stay hard links; holes stay holes; special files are made anew.
/// - Modes, modification times, ACLs and extended attributes are kept, but for SELinux labels of the host, which mean
///   nothing in the image. `destination` itself, if it existed, and directories reached by links keep theirs.
/// - A directory is merged with a directory of the same name, also if that is a symbolic link to one: `lib/x` lands in
///   `usr/lib/x` of a tree with merged `/usr`. The link is resolved inside the tree, never outside.
/// - Other things of the same name are replaced, but not a directory with content by something that is none.
/// - Other file systems mounted below `source` are not entered.
///
/// Names are taken in sorted order, so that the tree comes out the same every time.
///
/// # Errors
/// The first thing that cannot be read or written.
pub fn copy_tree(
    source: &Path,
    tree: &TreeDir,
    destination: &Path,
    options: CopyOptions,
) -> Result<Copied, CopyError> {
    walk::copy_tree(source, tree, destination, options)
}

#[cfg(test)]
mod tests;
