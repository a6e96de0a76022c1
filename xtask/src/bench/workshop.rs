//! The directory of a measurement: what all cases share.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use fs_err as fs;

use super::builder::Builder;
use super::process::Process;
use super::sources::{self, Repository};
use super::{Options, description, reference};

/// Where everything happens. Nothing is written elsewhere but by the programs that are measured.
#[derive(Debug)]
pub(super) struct Workshop {
    directory: PathBuf,
    program: PathBuf,
    repositories: Vec<Repository>,
    runs: u32,
}

impl Workshop {
    /// Makes the directory and the description in it.
    ///
    /// # Errors
    /// When the directory is on an overlay, which the reference refuses, or our program is not built.
    pub(super) fn open(options: &Options) -> Result<Self> {
        fs::create_dir_all(options.directory.join("logs"))?;
        let directory = fs::canonicalize(&options.directory)?;
        let kind = Process::new("stat")
            .args(["--file-system", "--format", "%T"])
            .args([&directory])
            .read()?;
        if kind.trim() == "overlayfs" {
            bail!(
                "`{}` is on an overlay, which the reference refuses: name another place with --directory",
                directory.display()
            );
        }
        let program = fs::canonicalize(&options.program)
            .context("our program is not built: run `cargo build --release --package kiwi`")?;
        let repositories = sources::read()?;
        description::write(&directory.join("description"), &repositories)?;
        Ok(Self {
            directory,
            program,
            repositories,
            runs: options.runs,
        })
    }

    /// The directory itself.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Directory of the description that everybody builds.
    pub(super) fn description(&self) -> PathBuf {
        self.directory.join("description")
    }

    /// The repositories in it.
    pub(super) fn repositories(&self) -> &[Repository] {
        &self.repositories
    }

    /// Numbers of the runs of a long case.
    pub(super) fn runs(&self) -> std::ops::RangeInclusive<u32> {
        1..=self.runs
    }

    /// The file that the output of `step` goes to.
    pub(super) fn log(&self, step: &str) -> PathBuf {
        self.directory.join("logs").join(format!("{step}.log"))
    }

    /// Our program.
    pub(super) fn ours(&self) -> Builder<'_> {
        Builder::new(
            self,
            "ours",
            self.program.clone(),
            &["--log-format", "json"],
        )
    }

    /// The reference, installed or brought up to date first.
    pub(super) fn reference(&self) -> Result<Builder<'_>> {
        let program = reference::install(&self.directory.join("venv"))?;
        Ok(Builder::new(self, "reference", program, &[]))
    }
}
