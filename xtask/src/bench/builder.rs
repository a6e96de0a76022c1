//! A program with KIWI's command line: ours or the reference.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::host_state::make_empty;
use super::process::{Process, Sample};
use super::say;
use super::workshop::Workshop;

/// A program that builds the measured image.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    workshop: &'a Workshop,
    name: &'static str,
    program: PathBuf,
    options: &'static [&'static str],
}

impl<'a> Builder<'a> {
    /// `program` with global `options`; `name` is the one of its directory.
    pub(super) fn new(
        workshop: &'a Workshop,
        name: &'static str,
        program: PathBuf,
        options: &'static [&'static str],
    ) -> Self {
        Self {
            workshop,
            name,
            program,
            options,
        }
    }

    /// The program and its version in words.
    pub(super) fn version(&self) -> Result<String> {
        let text = self.process().args(["--version"]).read()?;
        Ok(format!("{}: {}", self.name, text.trim()))
    }

    /// A call of the program without any arguments.
    pub(super) fn process(&self) -> Process {
        Process::new(&self.program)
    }

    /// The root tree.
    pub(super) fn root(&self) -> PathBuf {
        self.directory().join("root")
    }

    /// The target directory of `create`.
    pub(super) fn target(&self) -> PathBuf {
        self.directory().join("image")
    }

    /// Log of the last run of `step`.
    pub(super) fn log(&self, step: &str) -> PathBuf {
        self.workshop.log(&format!("{}-{step}", self.name))
    }

    /// Fills the package cache by a run that is not measured, unless it was filled for the same description.
    pub(super) fn warm(&self) -> Result<()> {
        let stamp = self.directory().join("cache-filled-for.xml");
        let wanted = fs::read_to_string(self.workshop.description().join("config.xml"))?;
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        say(&format!("{}: filling the package cache", self.name));
        self.prepare()?;
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// Measures `system prepare` into a new tree.
    pub(super) fn prepare(&self) -> Result<Sample> {
        make_empty(&self.root())?;
        // Both programs want to make the tree themselves.
        fs::remove_dir(self.root())?;
        say(&format!("{}: system prepare", self.name));
        self.building()
            .args(["system", "prepare", "--description"])
            .args([self.workshop.description()])
            .args(["--root"])
            .args([self.root()])
            .time(&self.log("prepare"))
    }

    /// Measures `system create` from the prepared tree.
    pub(super) fn create(&self) -> Result<Sample> {
        make_empty(&self.target())?;
        say(&format!("{}: system create", self.name));
        self.building()
            .args(["system", "create", "--root"])
            .args([self.root()])
            .args(["--target-dir"])
            .args([self.target()])
            .time(&self.log("create"))
    }

    /// Size of the raw disk that `create` made, in bytes.
    pub(super) fn disk_size(&self) -> Result<u64> {
        for entry in fs::read_dir(self.target())? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|e| e == "raw") {
                return Ok(entry.metadata()?.len());
            }
        }
        None.with_context(|| format!("`{}` holds no raw disk", self.target().display()))
    }

    fn building(&self) -> Process {
        self.process()
            .args(self.options)
            .args(["--shared-cache-dir"])
            .args([self.directory().join("cache")])
    }

    fn directory(&self) -> PathBuf {
        self.workshop.directory().join(self.name)
    }
}
