//! `mmdebstrap`, the fastest known way to a Debian tree, with the packages of the measured description.

use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;

use super::host_state::make_empty;
use super::process::{Process, Sample};
use super::workshop::Workshop;
use super::{description, say};

/// Gives the new tree hard links of packages and a copy of indexes that were fetched before.
const FILL: &str = r#"mkdir -p "$1/var/cache/apt/archives" "$1/var/lib/apt/lists"
cp --archive --link "$BENCH_CACHE/archives/." "$1/var/cache/apt/archives"
cp --archive "$BENCH_CACHE/lists/." "$1/var/lib/apt/lists""#;

/// `mmdebstrap` with its directories.
#[derive(Debug)]
pub(super) struct Mmdebstrap<'a> {
    workshop: &'a Workshop,
}

impl<'a> Mmdebstrap<'a> {
    /// `mmdebstrap`, working in `workshop`.
    pub(super) fn new(workshop: &'a Workshop) -> Self {
        Self { workshop }
    }

    /// Its version in words.
    pub(super) fn version() -> Result<String> {
        Ok(Process::new("mmdebstrap")
            .args(["--version"])
            .read()?
            .trim()
            .to_owned())
    }

    /// The root tree.
    pub(super) fn root(&self) -> PathBuf {
        self.directory().join("root")
    }

    /// Fetches packages and indexes by a run that is not measured, unless they were fetched for the same description.
    pub(super) fn warm(&self) -> Result<()> {
        let stamp = self.directory().join("cache-filled-for.xml");
        let wanted = description::text(self.workshop.repositories());
        if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
            return Ok(());
        }
        say("mmdebstrap: filling the package cache");
        for part in ["archives", "lists"] {
            make_empty(&self.cache().join(part))?;
        }
        self.run(
            "warm",
            &["--skip=download/empty,essential/unlink,cleanup/apt"],
        )?;
        for (found, part) in [
            ("var/cache/apt/archives", "archives"),
            ("var/lib/apt/lists", "lists"),
        ] {
            Process::new("cp")
                .args(["--archive", "--no-target-directory"])
                .args([self.root().join(found), self.cache().join(part)])
                .read()?;
        }
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// Measures the making of a new tree.
    pub(super) fn prepare(&self) -> Result<Sample> {
        say("mmdebstrap");
        self.run("prepare", &["--skip=download/empty,essential/unlink"])
    }

    fn run(&self, step: &str, options: &[&str]) -> Result<Sample> {
        fs::create_dir_all(self.cache())?;
        let sources = self.directory().join("sources.list");
        fs::write(
            &sources,
            description::apt_sources(self.workshop.repositories()),
        )?;
        make_empty(&self.root())?;
        // Debian's kernel hooks make no initrd when INITRD says so; ours defers its initrd, too.
        Process::new("mmdebstrap")
            .env("INITRD", "No")
            .env("BENCH_CACHE", self.cache())
            .args(["--mode=root", "--variant=apt", "--format=directory"])
            .args([format!("--include={}", description::PACKAGES.join(","))])
            .args([format!("--setup-hook={FILL}")])
            .args(options)
            .args([""])
            .args([self.root(), sources])
            .time(&self.workshop.log(&format!("mmdebstrap-{step}")))
    }

    fn cache(&self) -> PathBuf {
        self.directory().join("cache")
    }

    fn directory(&self) -> PathBuf {
        self.workshop.directory().join("mmdebstrap")
    }
}
