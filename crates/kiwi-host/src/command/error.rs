//! What can go wrong when a program is run.

use std::time::Duration;

use super::Status;
use crate::sandbox::SandboxError;
use crate::tools;

/// A program that ended with a status that is not success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Base name of the program.
    pub program: String,
    /// The whole command as one would type it, credentials masked.
    pub command: String,
    /// How it ended.
    pub status: Status,
    /// The last lines of both streams in order, at most [`Failure::LAST_LINES`].
    pub last_lines: Vec<String>,
    /// How long it ran.
    pub duration: Duration,
}

impl Failure {
    /// How many of the last lines are kept.
    pub const LAST_LINES: usize = 20;
}

/// Errors of running a program.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("program `{program}` not found {place}")]
    NotFound {
        /// The program as given.
        program: String,
        /// `on this host` or `in the root tree ..`.
        place: String,
        /// The host tool table's entry, if the program is in it and was to run on the host.
        tool: Option<&'static tools::Tool>,
    },
    /// The program exists, but the kernel or the file system refuses to start it.
    #[error("cannot start `{program}`")]
    Spawn {
        /// The program as given.
        program: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The program ended without success.
    #[error("`{}` {}", .0.program, .0.status)]
    Failed(Box<Failure>),
    /// The user or the system asked us to stop while the program ran; the program was ended.
    #[error("interrupted while `{program}` ran")]
    Interrupted {
        /// Base name of the program.
        program: String,
        /// The signal that was received.
        signal: i32,
    },
    /// The surroundings of the program inside the tree could not be made.
    #[error("cannot run `{program}` in the root tree")]
    Sandbox {
        /// Base name of the program.
        program: String,
        /// The cause.
        #[source]
        source: SandboxError,
    },
    /// Data could not be passed to or from the program.
    #[error("cannot exchange data with `{program}`")]
    Io {
        /// Base name of the program.
        program: String,
        /// The cause.
        source: std::io::Error,
    },
}

impl CommandError {
    /// Returns the next thing to do, when there is something sensible to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            CommandError::NotFound { tool, .. } => tool.map(tools::Tool::install_hint),
            CommandError::Sandbox { source, .. } => source.hint(),
            _ => None,
        }
    }

    /// Returns the failure of a program that ran and ended without success.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            CommandError::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}
