//! `result`: what a build has made (spec 02, section 7).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::GlobalOptions;
use super::system::LaterCommand;

/// Commands of `result`.
#[derive(Clone, Debug, Subcommand)]
pub enum ResultCommand {
    /// List what a build has made
    List(ListOptions),
    /// Collect results for delivery, with checksums (not there yet in this version)
    Bundle(LaterCommand),
}

/// Options of `result list`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng result list --target-dir OUT")]
pub struct ListOptions {
    /// Directory a build has put its results into
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub target_dir: PathBuf,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

impl ResultCommand {
    /// Returns the global options behind the command.
    pub(super) fn globals(&self) -> Option<&GlobalOptions> {
        match self {
            Self::List(options) => Some(&options.globals),
            Self::Bundle(_) => None,
        }
    }
}
