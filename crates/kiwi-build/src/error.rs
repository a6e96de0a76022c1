//! What can go wrong while a plan is carried out.

use std::io;
use std::path::{Path, PathBuf};

use kiwi_host::command::CommandError;
use kiwi_host::copy::CopyError;
use kiwi_host::resolve::TreeError;
use kiwi_plan::disk::layout::LayoutError;
use kiwi_plan::plan::Origin;

use crate::package_manager::PackageError;

/// Whose fault an error is; decides the exit code of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// The build failed.
    Build,
    /// The description or the command line asks for something that cannot be.
    Invalid,
    /// This host lacks something.
    Host,
    /// A repository or the network did not answer; worth a retry.
    Network,
    /// A signal asked us to stop.
    Interrupted(i32),
}

/// The next thing to do about a size that is too small.
const ENLARGE: &str = "give it a larger size, or leave the size to be computed";

/// Errors of prepare and create.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file could not be read or written.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried: `read`, `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of the root tree could not be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A file could not be copied into the root tree.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Files that the description names do not exist.
    #[error("{}", missing_message(.0))]
    MissingFiles(Vec<MissingFile>),
    /// A program did not do its work.
    #[error("{purpose}: {source}")]
    Command {
        /// What it was to do, lower case.
        purpose: String,
        /// What happened.
        source: CommandError,
    },
    /// The package manager could not do what was asked.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A script of the description ended without success.
    #[error("script `{script}` {outcome}")]
    Script {
        /// Its file name.
        script: String,
        /// `ended with exit code 3`.
        outcome: String,
        /// The last lines it wrote.
        last_lines: Vec<String>,
    },
    /// The root tree is there already.
    #[error("root tree `{}` exists already", .0.display())]
    RootExists(PathBuf),
    /// There is no root tree to create an image from.
    #[error("`{}` is not a prepared root tree", .0.display())]
    NotPrepared(PathBuf),
    /// The tree lacks something the image needs.
    #[error("{what}")]
    TreeLacks {
        /// What is missing, a sentence without full stop.
        what: String,
        /// What to add to the description.
        mend: String,
    },
    /// A size does not fit.
    #[error("{what}")]
    TooSmall {
        /// What does not fit where, with numbers.
        what: String,
        /// What to change.
        mend: String,
        /// Where the size was written.
        origin: Option<Origin>,
    },
    /// A result is larger than the runtime configuration allows.
    #[error("`{}` has {size} bytes, more than the limit of {limit}", path.display())]
    TooLarge {
        /// The result.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A disk that was built cannot get another size.
    #[error("{what}")]
    Resize {
        /// Why not.
        what: String,
        /// What to do instead.
        mend: String,
    },
    /// Something in the tree is not what it has to be.
    #[error("{0}")]
    Unexpected(String),
    /// Something could not be written to disk as its format wants it.
    #[error(transparent)]
    OnDisk(#[from] kiwi_ondisk::Error),
    /// A signal arrived.
    #[error("interrupted by {}", kiwi_host::signals::name(*.0))]
    Interrupted(i32),
    /// The plan asks for something this host cannot do.
    #[error("{what}")]
    Host {
        /// What is missing.
        what: String,
        /// How to get it.
        mend: String,
    },
}

/// A file that the description names and that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFile {
    /// What it is to the description: `archive`, `script`.
    pub what: &'static str,
    /// Where it was looked for.
    pub path: PathBuf,
    /// Where it is named.
    pub origin: Option<Origin>,
}

fn missing_message(files: &[MissingFile]) -> String {
    let named: Vec<String> = files
        .iter()
        .map(|file| format!("{} `{}`", file.what, file.path.display()))
        .collect();
    match named.as_slice() {
        [one] => format!("{one} does not exist"),
        many => format!("{} do not exist", many.join(", ")),
    }
}

impl BuildError {
    /// An error that names the file it is about.
    pub fn io(action: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.as_ref().to_path_buf(),
            source,
        }
    }

    /// Says what to do about a size that does not fit.
    pub fn from_layout(error: LayoutError) -> Self {
        let (mend, origin) = match &error {
            LayoutError::TooSmall { origin, .. } => (ENLARGE, origin.clone()),
            LayoutError::PartitionTooSmall { origin, .. } => (ENLARGE, Some(origin.clone())),
            LayoutError::VolumeTooSmall { .. } => (ENLARGE, None),
            LayoutError::TooLargeForTable { .. } => ("use a GPT: `firmware=\"uefi\"`", None),
        };
        Self::TooSmall {
            what: error.to_string(),
            mend: mend.into(),
            origin,
        }
    }

    /// Whose fault it is.
    pub fn category(&self) -> Category {
        match self {
            Self::Command { source, .. } => command_category(source),
            Self::Package(error) => error.category(),
            Self::Host { .. } => Category::Host,
            Self::Interrupted(signal) => Category::Interrupted(*signal),
            Self::RootExists(_)
            | Self::NotPrepared(_)
            | Self::MissingFiles(_)
            | Self::TooSmall { .. }
            | Self::Resize { .. } => Category::Invalid,
            _ => Category::Build,
        }
    }

    /// The stable code of the diagnostic.
    pub fn code(&self) -> &'static str {
        if self.is_out_of_space() {
            return "K0903";
        }
        match self {
            Self::Io { .. } | Self::Tree(_) | Self::Copy(_) => "K0810",
            Self::MissingFiles(_) => "K0804",
            Self::Command { source, .. } => match source {
                CommandError::NotFound { tool: Some(_), .. } => "K0601",
                CommandError::NotFound { .. } => "K0602",
                CommandError::Sandbox { .. } => "K0603",
                CommandError::Interrupted { .. } => "K0800",
                _ => "K0811",
            },
            Self::Package(error) => error.code(),
            Self::Script { .. } => "K0801",
            Self::RootExists(_) => "K0802",
            Self::NotPrepared(_) => "K0803",
            Self::TreeLacks { .. } => "K0901",
            Self::TooSmall { .. } => "K0902",
            Self::TooLarge { .. } => "K0904",
            Self::Resize { .. } => "K0906",
            Self::Unexpected(_) => "K0812",
            Self::Interrupted(_) => "K0800",
            Self::OnDisk(_) => "K0905",
            Self::Host { .. } => "K0604",
        }
    }

    /// The place in the description that led here, when there is one.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Package(error) => error.origin(),
            Self::TooSmall { origin, .. } => origin.as_ref(),
            Self::MissingFiles(files) => files.iter().find_map(|file| file.origin.as_ref()),
            _ => None,
        }
    }

    /// The last lines of what failed, oldest first.
    pub fn last_lines(&self) -> &[String] {
        match self {
            Self::Command { source, .. } => {
                source.failure().map_or(&[], |failure| &failure.last_lines)
            }
            Self::Script { last_lines, .. } => last_lines,
            Self::Package(error) => error.last_lines(),
            _ => &[],
        }
    }

    /// The next thing to do.
    pub fn hint(&self) -> Option<String> {
        if self.is_out_of_space() {
            return Some(
                "free space on that file system, or choose another one with `--target-dir` and `--temp-dir`"
                    .into(),
            );
        }
        match self {
            Self::Command { source, .. } => source.hint(),
            Self::Package(error) => error.hint(),
            Self::Script { .. } => Some(
                "run the same command with `--debug-shell` to get a shell in the tree where it fails; \
                 the whole output is in the log file"
                    .into(),
            ),
            Self::RootExists(path) => Some(format!(
                "build into it again with `--allow-existing-root`, or remove it with `rm -rf {0}` \
                 (`kiwi-ng system remove --root {0}` when other users' ids own it)",
                path.display()
            )),
            Self::MissingFiles(_) => Some(
                "create the file, or correct its name; relative names are looked up in the \
                 description directory"
                    .into(),
            ),
            Self::NotPrepared(_) => Some("run `kiwi-ng system prepare` first".into()),
            Self::TreeLacks { mend, .. }
            | Self::TooSmall { mend, .. }
            | Self::Resize { mend, .. }
            | Self::Host { mend, .. } => Some(mend.clone()),
            Self::TooLarge { .. } => {
                Some("see `build_constraints/max_size` in the runtime configuration".into())
            }
            Self::Io { .. }
            | Self::Tree(_)
            | Self::Copy(_)
            | Self::Unexpected(_)
            | Self::OnDisk(_)
            | Self::Interrupted(_) => None,
        }
    }

    fn is_out_of_space(&self) -> bool {
        match self {
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            Self::Tree(error) => error.source.kind() == io::ErrorKind::StorageFull,
            Self::Copy(error) => error.source.kind() == io::ErrorKind::StorageFull,
            Self::OnDisk(error) => error
                .io_error()
                .is_some_and(|source| source.kind() == io::ErrorKind::StorageFull),
            Self::Command { .. } | Self::Package(_) => self
                .last_lines()
                .iter()
                .any(|line| line.contains("No space left on device")),
            _ => false,
        }
    }
}

/// Whose fault a failed program is.
pub(crate) fn command_category(error: &CommandError) -> Category {
    match error {
        CommandError::NotFound { tool, .. } if tool.is_some() => Category::Host,
        CommandError::Sandbox { .. } => Category::Host,
        CommandError::Interrupted { signal, .. } => Category::Interrupted(*signal),
        _ => Category::Build,
    }
}

/// Adds the file or the purpose to a bare error.
pub trait Because<T> {
    /// Names the file that an input or output error is about.
    fn at(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, BuildError>;
}

impl<T> Because<T> for io::Result<T> {
    fn at(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, BuildError> {
        self.map_err(|source| BuildError::io(action, path, source))
    }
}

/// Adds the purpose to a command's error.
pub trait For<T> {
    /// Says what the command was to do.
    fn purpose(self, purpose: impl Into<String>) -> Result<T, BuildError>;
}

impl<T> For<T> for Result<T, CommandError> {
    fn purpose(self, purpose: impl Into<String>) -> Result<T, BuildError> {
        self.map_err(|source| BuildError::Command {
            purpose: purpose.into(),
            source,
        })
    }
}
