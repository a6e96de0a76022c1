//! From the options of `cryptsetup luksFormat`, and what descriptions say beside them, to a [`Format`].
//!
//! Options mean what they mean to cryptsetup 2.6 to 2.8, with one exception: cryptsetup measures how fast the build host is to find costs for
//! the key derivation, and here they are fixed numbers (see [`Pbkdf`](super::Pbkdf)). `--iter-time` scales them: cryptsetup's
//! default of 2000 ms is what they stand for.
//!
//! | room | what it knows |
//! |---|---|
//! | `table` | every option, whether it has a value, and what becomes of it |
//! | `word` | how options and values are spelled |
//! | `costs` | costs of the key derivation |
//! | `assemble` | what the words together ask for |

mod assemble;
mod costs;
mod table;
mod word;

use uuid::Uuid;

use super::format::Format;
use word::{Word, words};

/// What a description says about the encryption of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Request<'a> {
    /// Attribute `luks_version`.
    pub version: Option<&'a str>,
    /// Options of `<luksformat>`: names as on the command line (`--cipher`, `-c`, `--cipher=...`), and values.
    pub options: &'a [(&'a str, Option<&'a str>)],
    /// Attribute `luks_pbkdf`.
    pub pbkdf: Option<&'a str>,
    /// Attribute `luksOS`.
    pub operating_system: Option<&'a str>,
}

/// What becomes of a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// How the container is to be formatted.
    pub format: Format,
    /// The container's UUID, when one is asked for.
    pub uuid: Option<Uuid>,
    /// Options that change nothing.
    pub without_effect: Vec<WithoutEffect>,
}

/// An option that is understood and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutEffect {
    /// The option or attribute, as it was written.
    pub option: String,
    /// Why nothing comes of it.
    pub reason: &'static str,
}

/// An option that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{option}` {problem}")]
pub struct OptionError {
    /// The option or attribute, as it was written.
    pub option: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is no such option.
    #[error("is not an option of `cryptsetup luksFormat`")]
    Unknown,
    /// It has no value and needs one.
    #[error("needs a value")]
    NeedsValue,
    /// It has a value and takes none.
    #[error("takes no value")]
    TakesNoValue,
    /// Its value is not one that can be used.
    #[error("cannot be `{value}`: {expected}")]
    Value {
        /// What was given.
        value: String,
        /// What it can be.
        expected: String,
    },
    /// It does not go with something else.
    #[error("does not go with {other}")]
    Conflict {
        /// The other thing.
        other: String,
    },
    /// cryptsetup could do it, but not without the kernel's help or files that are not there.
    #[error("is not possible here: {0}")]
    NotPossible(&'static str),
}

/// Finds out how a container is to be formatted.
///
/// Of options that are given twice, the last counts. The attributes have their place as if all were written on one command line:
/// `luks_version`, the options, `luks_pbkdf`, `luksOS`.
///
/// # Errors
/// The first option that cannot be followed.
pub fn parse(request: &Request<'_>) -> Result<Parsed, OptionError> {
    assemble::assemble(&words(request)?)
}

impl Word<'_> {
    fn problem(&self, problem: Problem) -> OptionError {
        OptionError {
            option: self.shown.to_owned(),
            problem,
        }
    }

    fn bad_value(&self, expected: impl Into<String>) -> OptionError {
        self.problem(Problem::Value {
            value: self.value.unwrap_or_default().to_owned(),
            expected: expected.into(),
        })
    }

    fn conflict(&self, other: &str) -> OptionError {
        let other = other.to_owned();
        self.problem(Problem::Conflict { other })
    }

    fn without_effect(&self, reason: &'static str) -> WithoutEffect {
        WithoutEffect {
            option: self.shown.to_owned(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests;
