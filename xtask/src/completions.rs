//! Completions for shells, made from the definition of the command line.

use std::path::PathBuf;

use anyhow::Result;
use clap_complete::Shell;

/// Options of `cargo xtask completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Where to write them [default: target/completions]
    directory: Option<PathBuf>,
}

/// Both names of the program.
const NAMES: [&str; 2] = ["kiwi-ng", "kiwi"];

/// Writes them.
pub(crate) fn run(options: &Options) -> Result<()> {
    let directory = options
        .directory
        .clone()
        .unwrap_or_else(|| crate::workspace().join("target/completions"));
    fs_err::create_dir_all(&directory)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        for name in NAMES {
            clap_complete::generate_to(shell, &mut kiwi::cli::command(), name, &directory)?;
        }
    }
    Ok(())
}
