//! Man pages, completions, references and benchmarks.

mod bench;
mod completions;
mod generated;
mod man;
mod reference;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Write the man pages to docs/man
    Man(generated::Options),
    /// Write the reference manual to docs/reference
    Reference(generated::Options),
    /// Write completions for shells
    Completions(completions::Options),
    /// Check that generated files are fresh
    Check,
    /// Compare our speed with the reference, mmdebstrap and mke2fs
    Bench(bench::Options),
}

/// The root of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Man(options) => man::generated()?.run(&options),
        Task::Reference(options) => reference::generated()?.run(&options),
        Task::Completions(options) => completions::run(&options),
        Task::Check => man::generated()?
            .check()
            .and_then(|()| reference::generated()?.check()),
        Task::Bench(options) => bench::run(&options),
    }
}
