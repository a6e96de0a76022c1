//! `image`: looking at descriptions (spec 02, section 8, and our own `plan`).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::system::LaterCommand;
use super::{BuildOptions, GlobalOptions, RepositoryOptions};

/// Commands of `image`.
#[derive(Clone, Debug, Subcommand)]
pub enum ImageCommand {
    /// Print facts about a description as JSON
    Info(InfoOptions),
    /// Show everything a build would do: packages, partitions, boot, files, programs
    Plan(PlanOptions),
    /// Rewrite a description to the newest schema, in its own files
    Upgrade(UpgradeOptions),
    /// Change the size of a disk that was built (not there yet in this version)
    Resize(LaterCommand),
}

/// Options of `image info`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image info --description DIR
  kiwi-ng image info --description DIR --list-profiles
  kiwi-ng --type oem image info --description DIR --print-kiwi-env")]
pub struct InfoOptions {
    /// Directory with the description
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,
    /// Repositories.
    #[command(flatten)]
    pub repositories: RepositoryOptions,
    /// Also list the profiles of the description
    #[arg(long)]
    pub list_profiles: bool,
    /// Also list the variables that scripts of the description see
    #[arg(long)]
    pub print_kiwi_env: bool,
    /// Also list all packages with what they need (not there yet in this version)
    #[arg(long)]
    pub resolve_package_list: bool,
    /// Print the description as XML (not there yet in this version)
    #[arg(long)]
    pub print_xml: bool,
    /// Print the description as YAML (not there yet in this version)
    #[arg(long)]
    pub print_yaml: bool,
    /// Print the description as TOML (not there yet in this version)
    #[arg(long)]
    pub print_toml: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Options of `image plan`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image plan --description DIR
  kiwi-ng --profile Live image plan --description DIR --add-package htop
  kiwi-ng image plan --description DIR --json | jq .image

Nothing is downloaded, and nothing is written.")]
pub struct PlanOptions {
    /// What to build.
    #[command(flatten)]
    pub options: Box<BuildOptions>,
    /// Print the whole plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Options of `image upgrade`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image upgrade --description DIR
  kiwi-ng image upgrade --description DIR --write
  kiwi-ng image upgrade --description DIR --check
  kiwi-ng --kiwi-file old.kiwi image upgrade --description DIR | less

The changes are printed as a unified diff; only --write changes files. Comments, order and
everything that is not old stay as they are. Included files are upgraded too.

Exit code with --check: 0 nothing is old; 1 something is; 2 the description is wrong.")]
pub struct UpgradeOptions {
    /// Directory with the description
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,
    /// Write the changes into the files
    #[arg(long)]
    pub write: bool,
    /// End with exit code 1 if there is something to change
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

impl ImageCommand {
    /// Returns the global options behind the command.
    pub(super) fn globals(&self) -> Option<&GlobalOptions> {
        match self {
            Self::Info(options) => Some(&options.globals),
            Self::Plan(options) => Some(&options.globals),
            Self::Upgrade(options) => Some(&options.globals),
            Self::Resize(_) => None,
        }
    }
}
