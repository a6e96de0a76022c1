//! The one error type of this crate.

use std::io;
use std::path::PathBuf;

/// Says why bytes could not be put on disk.
///
/// Input that no format can hold is told apart from trouble with reading or writing, because the first is a
/// mistake of the plan and the second of the machine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading or writing the image or archive itself went wrong.
    #[error("{action}: {source}")]
    Io {
        /// What was being done, in words that can follow "while".
        action: &'static str,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// A file of the source tree could not be read.
    #[error("`{path}`: {source}", path = path.display())]
    Path {
        /// The file or directory in question.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// A partition table was asked for that the format cannot express.
    #[error("partition {number}: {reason}")]
    Partition {
        /// The partition's number, counted from 1.
        number: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// Something does not fit where it is meant to go.
    #[error("{what} needs {needed} bytes, but only {available} are there")]
    TooSmall {
        /// The thing to be placed.
        what: &'static str,
        /// Bytes it takes.
        needed: u64,
        /// Bytes there are.
        available: u64,
    },
    /// A value has no representation in the format.
    #[error("{what} `{value}`: {reason}")]
    Value {
        /// Which field.
        what: &'static str,
        /// What was given for it.
        value: String,
        /// Which rule it breaks.
        reason: String,
    },
    /// The caller asked to stop while something long was written.
    #[error("stopped")]
    Stopped,
    /// A file that was handed in is not what it should be.
    #[error("{what} is not usable: {reason}")]
    Malformed {
        /// Which input.
        what: &'static str,
        /// What was expected of it.
        reason: String,
    },
}

/// The result of everything that writes in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Gives the answer of the operating system, when that is what went wrong.
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Io { source, .. } | Self::Path { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Wraps an operating system error with what was being done.
    pub(crate) fn io(action: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    /// Wraps an operating system error with the file it is about.
    pub(crate) fn path(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Path {
            path: path.into(),
            source,
        }
    }

    /// Makes a complaint about one partition.
    pub(crate) fn partition(number: u32, reason: impl Into<String>) -> Self {
        Self::Partition {
            number,
            reason: reason.into(),
        }
    }

    /// Makes a complaint about one value.
    pub(crate) fn value(
        what: &'static str,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Value {
            what,
            value: value.into(),
            reason: reason.into(),
        }
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Self::Io {
            action: "writing an archive",
            source,
        }
    }
}
