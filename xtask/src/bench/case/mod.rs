//! What is measured.

mod disk;
mod ext4;
mod load;
mod prepare;
mod start;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use super::figure::Row;
use super::phases::Phase;
use super::process::Process;
use super::workshop::Workshop;

/// The cases, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Case {
    /// A Debian disk for BIOS machines, against the reference
    Disk,
    /// The root tree alone, against mmdebstrap
    Prepare,
    /// The disk without its initrd, against mke2fs filling a file system
    Ext4,
    /// Short commands, against the reference
    Start,
    /// The largest real description, against the reference and its loader alone
    Load,
}

impl Case {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Disk,
        Self::Prepare,
        Self::Ext4,
        Self::Start,
        Self::Load,
    ];

    /// Measures the case.
    pub(super) fn measure(self, workshop: &Workshop) -> Result<Outcome> {
        match self {
            Self::Disk => disk::measure(workshop),
            Self::Prepare => prepare::measure(workshop),
            Self::Ext4 => ext4::measure(workshop),
            Self::Start => start::measure(workshop),
            Self::Load => load::measure(workshop),
        }
    }
}

/// What a case found.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What was measured, in words.
    pub(super) title: &'static str,
    /// The figures.
    pub(super) rows: Vec<Row>,
    /// What a reader must know to judge them.
    pub(super) notes: Vec<String>,
    /// Where the time of the last run went: whose, and its phases.
    pub(super) phases: Vec<(String, Vec<Phase>)>,
    /// The programs that were measured.
    pub(super) versions: BTreeSet<String>,
}

/// Says whether two trees have the same Debian packages in the same versions.
fn compare_packages(ours: &Path, other: &Path) -> Result<String> {
    let (ours, other) = (packages(ours)?, packages(other)?);
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> String {
        let names: Vec<&str> = a.difference(b).map(String::as_str).collect();
        if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }
    };
    if ours == other {
        return Ok(format!("Both trees have the same {} packages.", ours.len()));
    }
    Ok(format!(
        "**The trees differ, so the figures cannot be compared**: only ours has {}; only the other has {}.",
        only(&ours, &other),
        only(&other, &ours)
    ))
}

fn packages(root: &Path) -> Result<BTreeSet<String>> {
    let list = Process::new("dpkg-query")
        .args(["--admindir"])
        .args([root.join("var/lib/dpkg")])
        .args(["--show", "--showformat", "${Package} ${Version}\n"])
        .read()?;
    Ok(list.lines().map(str::to_owned).collect())
}
