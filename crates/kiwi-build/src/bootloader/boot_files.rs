//! Kernel and initrd of an image, as loaders need them.

use kiwi_host::TreeDir;

use crate::distribution::value_of;
use crate::error::BuildError;
use crate::kernel::{self, Kernel};

/// What a loader starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootFiles {
    /// The kernel.
    pub kernel: Kernel,
    /// Path of its initrd in the tree, without leading slash, when the image has one.
    pub initrd: Option<String>,
}

impl BootFiles {
    /// The newest kernel of the tree, with the initrd that was made for it.
    pub fn of(tree: &TreeDir, initrd: Option<String>) -> Result<Self, BuildError> {
        Ok(Self {
            kernel: kernel::newest(tree)?,
            initrd,
        })
    }
}

/// Last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `ID` of the tree's os-release, by which boot entries of different systems differ; `linux` as the specification has it.
pub(super) fn entry_token(tree: &TreeDir) -> String {
    value_of(tree, "ID").unwrap_or_else(|| "linux".to_owned())
}
