//! Errors of working inside a tree.

use std::io;
use std::path::{Path, PathBuf};

/// An operation on a path inside a tree was refused.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}` in the root tree `{}`", .path.display(), .tree.display())]
pub struct TreeError {
    /// What was tried, e.g. `read`.
    pub action: &'static str,
    /// The path inside the tree.
    pub path: PathBuf,
    /// The tree.
    pub tree: PathBuf,
    /// The cause.
    pub source: io::Error,
}

impl TreeError {
    pub(crate) fn new(
        action: &'static str,
        tree: &Path,
        path: &Path,
        source: impl Into<io::Error>,
    ) -> Self {
        TreeError {
            action,
            path: path.to_owned(),
            tree: tree.to_owned(),
            source: source.into(),
        }
    }

    /// Tells whether the path does not exist.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}
