//! What the build and the sandbox helper tell each other, as JSON through inherited descriptors.
//!
//! Nothing of it is an argument, so that a list of processes shows only the name of the helper.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{OwnedFd, RawFd};

use serde::{Deserialize, Serialize};

use super::SandboxError;
use crate::command::Status;

/// The argument that makes this program the helper.
pub(crate) const HELPER_ARGUMENT: &str = "__sandbox";

/// The number of the descriptor the helper reads its job from.
pub(crate) const JOB_FD: RawFd = 8;

/// The number of the descriptor the helper reports to.
pub(crate) const REPORT_FD: RawFd = 9;

/// One command with its surroundings.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// Absolute path of the tree on the host.
    pub(super) tree: OsString,
    /// What is mounted in the tree, in this order.
    pub(super) mounts: Vec<Mount>,
    pub(super) hostname: String,
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    /// A list, because keys of JSON objects must be text.
    pub(super) env: Vec<(OsString, OsString)>,
    /// Calls that wait for the disk return at once.
    pub(super) without_sync: bool,
    /// The working directory in the tree.
    pub(super) directory: OsString,
    /// The command shares our terminal.
    pub(super) interactive: bool,
    /// The status descriptor is open and for the command.
    pub(super) status: bool,
}

/// One thing that is mounted in the tree. Paths in the tree are absolute and resolved by the helper.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Mount {
    /// A fresh `/proc` for the namespace of the command.
    Proc,
    /// The host's `/sys`, read-only.
    Sys,
    /// A private `/dev`.
    Dev,
    /// An empty file system in memory.
    Temporary { tree: OsString },
    /// Something of the host.
    Bind {
        host: OsString,
        tree: OsString,
        directory: bool,
        read_only: bool,
    },
    /// A file in memory, in [`PRIVATE_FILES`]; with `over` also mounted there.
    PrivateFile {
        name: String,
        bytes: Vec<u8>,
        over: Option<OsString>,
    },
}

/// Where a command finds the files in memory that were made for it.
pub(super) const PRIVATE_FILES: &str = "/dev/.kiwi";

/// The one thing a helper reports.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The surroundings could not be made.
    Refused(SandboxError),
    /// There is no such program in the tree.
    NotFound,
    /// The program exists but could not be started.
    NotStarted {
        /// The answer of the kernel.
        errno: i32,
    },
    /// The command ran and ended.
    Ended(Status),
}

impl Report {
    /// Reads the report; `None` if the helper died before it could write one.
    pub(crate) fn read(pipe: OwnedFd) -> std::io::Result<Option<Report>> {
        let mut text = Vec::new();
        File::from(pipe).read_to_end(&mut text)?;
        if text.is_empty() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&text)?))
    }

    /// Writes the report.
    pub(super) fn write(&self, pipe: &mut File) -> std::io::Result<()> {
        pipe.write_all(&serde_json::to_vec(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_survive_the_pipe() {
        for report in [
            Report::Ended(Status::Signaled(9)),
            Report::NotFound,
            Report::Refused(SandboxError::WrongRoot { tree: "/x".into() }),
        ] {
            let (read, write) = crate::spawn::pipe().unwrap();
            report.write(&mut File::from(write)).unwrap();
            assert_eq!(Report::read(read).unwrap(), Some(report));
        }
        let (read, write) = crate::spawn::pipe().unwrap();
        drop(write);
        assert_eq!(Report::read(read).unwrap(), None);
    }
}
