//! Why the surroundings of a command could not be made.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Errors of making the surroundings of a command inside the tree.
///
/// The value travels from the helper process to the build, so causes are error numbers of the kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SandboxError {
    /// The tree is not a directory, or it is the root directory of the host.
    #[error("`{}` cannot be used as a root tree: {reason}", .tree.display())]
    Tree {
        /// The path of the tree.
        tree: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A step inside the helper was refused.
    #[error("{step} `{}`: {}", .path.display(), std::io::Error::from_raw_os_error(*.errno))]
    Step {
        /// What was tried, e.g. `mount proc at`.
        step: String,
        /// What it was tried on.
        path: PathBuf,
        /// The answer of the kernel.
        errno: i32,
    },
    /// The helper could not be reached or did not answer as agreed.
    #[error("the sandbox helper did not work: {reason}")]
    Helper {
        /// What happened.
        reason: String,
    },
    /// After the switch the new root directory is not the tree.
    #[error("the root directory after the switch is not `{}`", .tree.display())]
    WrongRoot {
        /// The path of the tree.
        tree: PathBuf,
    },
}

impl SandboxError {
    pub(super) fn step(step: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        SandboxError::Step {
            step: step.to_owned(),
            path: path.to_owned(),
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        }
    }

    /// Returns the next thing to do, when there is something sensible to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            SandboxError::Step { errno, .. } if *errno == libc::EPERM => Some(
                "`kiwi-ng doctor` tells whether this host allows namespaces and what to change"
                    .into(),
            ),
            _ => None,
        }
    }
}
