//! What package managers can fail at.

use kiwi_host::command::CommandError;
use kiwi_plan::plan::Origin;

use crate::error::{Category, command_category};

/// Errors of installing and removing packages.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Names that no repository offers.
    #[error("{}", unknown_message(.0))]
    Unknown(Vec<UnknownPackage>),
    /// A repository did not answer.
    #[error("repository {repository} cannot be reached: {reason}")]
    Unreachable {
        /// Address, and alias where known.
        repository: String,
        /// What the package manager said.
        reason: String,
        /// Where it was configured.
        origin: Option<Origin>,
    },
    /// A repository's signature is not trusted.
    #[error("repository {repository} is not trusted: {reason}")]
    Untrusted {
        /// Address, and alias where known.
        repository: String,
        /// What the package manager said.
        reason: String,
        /// Where it was configured.
        origin: Option<Origin>,
    },
    /// The requested packages do not go together.
    #[error("the requested packages cannot be installed together")]
    Conflict {
        /// The package manager's explanation.
        explanation: Vec<String>,
    },
    /// None of the packages to remove is installed.
    #[error("none of the packages to remove is installed: {names}")]
    NothingToRemove {
        /// Their names.
        names: String,
        /// Where the first one was written.
        origin: Option<Origin>,
    },
    /// A signing key cannot be read.
    #[error("signing key `{key}` cannot be used: {reason}")]
    Key {
        /// Its address.
        key: String,
        /// Why.
        reason: String,
    },
    /// A package is damaged.
    #[error("package `{file}` is damaged: {reason}")]
    Damaged {
        /// Its file name.
        file: String,
        /// Why.
        reason: String,
    },
    /// A program of the package manager failed.
    #[error("{purpose}: {source}")]
    Tool {
        /// What it was to do.
        purpose: String,
        /// What happened.
        source: CommandError,
    },
    /// This version has no such package manager.
    #[error("package manager `{name}` is not built into this version")]
    NotSupported {
        /// Its name.
        name: &'static str,
    },
}

/// A name that no repository offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPackage {
    /// The name.
    pub name: String,
    /// Who asked for it.
    pub origin: Origin,
    /// The nearest name there is.
    pub similar: Option<String>,
}

impl PackageError {
    pub(crate) fn category(&self) -> Category {
        match self {
            Self::Unreachable { .. } => Category::Network,
            Self::Unknown(_) | Self::NotSupported { .. } => Category::Invalid,
            Self::Tool { source, .. } => command_category(source),
            _ => Category::Build,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "K0701",
            Self::Unreachable { .. } => "K0702",
            Self::Untrusted { .. } => "K0703",
            Self::Conflict { .. } => "K0704",
            Self::NothingToRemove { .. } => "K0705",
            Self::Key { .. } => "K0706",
            Self::Damaged { .. } => "K0707",
            Self::Tool {
                source: CommandError::NotFound { .. },
                ..
            } => "K0601",
            Self::Tool {
                source: CommandError::Interrupted { .. },
                ..
            } => "K0800",
            Self::Tool { .. } => "K0708",
            Self::NotSupported { .. } => "K0430",
        }
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Unknown(names) => names.first().map(|package| &package.origin),
            Self::Unreachable { origin, .. }
            | Self::Untrusted { origin, .. }
            | Self::NothingToRemove { origin, .. } => origin.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn last_lines(&self) -> &[String] {
        match self {
            Self::Tool { source, .. } => {
                source.failure().map_or(&[], |failure| &failure.last_lines)
            }
            Self::Conflict { explanation } => explanation,
            _ => &[],
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) => Some(
                "correct the name, or add the repository that has the package".into(),
            ),
            Self::Unreachable { .. } => Some(
                "check the address and the network, then try again; nothing was installed".into(),
            ),
            Self::Untrusted { .. } => Some(
                "name its key with `<source><signing key=\"file:///...\"/></source>` or `--signing-key`, \
                 or set `repository_gpgcheck=\"false\"` if it is not signed"
                    .into(),
            ),
            Self::Conflict { .. } => Some(
                "remove one of the conflicting packages from the description, or add the repository \
                 that has the missing dependency"
                    .into(),
            ),
            Self::NothingToRemove { .. } => {
                Some("remove the names from the description".into())
            }
            Self::Key { .. } => Some("check the address of the key".into()),
            Self::Damaged { .. } => {
                Some("run again with `--clear-cache` to fetch it anew".into())
            }
            Self::Tool { source, .. } => source.hint(),
            Self::NotSupported { .. } => None,
        }
    }
}

fn unknown_message(names: &[UnknownPackage]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|package| match &package.similar {
            Some(similar) => format!("`{}` (did you mean `{similar}`?)", package.name),
            None => format!("`{}`", package.name),
        })
        .collect();
    match quoted.as_slice() {
        [one] => format!("no repository offers package {one}"),
        many => format!("no repository offers packages {}", many.join(", ")),
    }
}
