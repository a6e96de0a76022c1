//! Directories whose files are all generated, and committed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};

/// Options of tasks that write such a directory.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail if the pages are not fresh
    #[arg(long)]
    check: bool,
}

/// What a directory has to hold.
pub(crate) struct Generated {
    /// The directory.
    pub(crate) directory: PathBuf,
    /// The task that writes it.
    pub(crate) task: &'static str,
    /// Its files by name.
    pub(crate) pages: BTreeMap<String, String>,
}

impl Generated {
    /// Writes the pages, or checks them.
    pub(crate) fn run(&self, options: &Options) -> Result<()> {
        if options.check {
            self.check()
        } else {
            self.write()
        }
    }

    /// Writes what has changed and removes what is left over.
    fn write(&self) -> Result<()> {
        fs_err::create_dir_all(&self.directory)?;
        for name in self.stale()? {
            fs_err::remove_file(self.directory.join(name))?;
        }
        for (name, page) in &self.pages {
            fs_err::write(self.directory.join(name), page)?;
        }
        Ok(())
    }

    /// Fails if a file is missing, differs or is left over.
    pub(crate) fn check(&self) -> Result<()> {
        let mut bad = self.stale()?;
        for (name, page) in &self.pages {
            if fs_err::read_to_string(self.directory.join(name))
                .ok()
                .as_ref()
                != Some(page)
            {
                bad.push(name.clone());
            }
        }
        if bad.is_empty() {
            return Ok(());
        }
        bail!(
            "not fresh in {}: {}; run `cargo xtask {}`",
            self.directory.display(),
            bad.join(", "),
            self.task
        );
    }

    /// Files that nothing stands for any more.
    fn stale(&self) -> Result<Vec<String>> {
        let mut stale = Vec::new();
        if !self.directory.is_dir() {
            return Ok(stale);
        }
        for entry in fs_err::read_dir(&self.directory)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !self.pages.contains_key(&name) {
                stale.push(name);
            }
        }
        stale.sort();
        Ok(stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_different_or_left_over_is_noticed_and_mended() {
        let directory = tempfile::tempdir().unwrap();
        let generated = Generated {
            directory: directory.path().join("pages"),
            task: "anything",
            pages: [("a", "A"), ("b", "B")]
                .map(|(name, page)| (name.to_owned(), page.to_owned()))
                .into(),
        };
        let complaint = || generated.check().map_err(|error| error.to_string());
        assert!(
            complaint()
                .unwrap_err()
                .contains(": a, b; run `cargo xtask anything`")
        );
        generated.write().unwrap();
        complaint().unwrap();
        fs_err::write(generated.directory.join("b"), "C").unwrap();
        fs_err::write(generated.directory.join("old"), "").unwrap();
        assert!(complaint().unwrap_err().contains(": old, b; run"));
        generated.write().unwrap();
        complaint().unwrap();
    }
}
