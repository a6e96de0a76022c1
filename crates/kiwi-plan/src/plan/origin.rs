//! Where a fact of the plan was written.

use serde::{Deserialize, Serialize};

/// The place a planned thing came from, kept so that late errors can still point at it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A place in the description or one of its includes.
    File {
        /// Path as the user would name it.
        path: String,
        /// Line, counted from 1.
        line: u32,
        /// Column in characters, counted from 1.
        column: u32,
    },
    /// A command line option, such as `--add-package`.
    Option(String),
    /// A rule of ours; the text says which.
    Default(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Option(option) => write!(f, "from {option}"),
            Self::Default(rule) => write!(f, "{rule}"),
        }
    }
}
