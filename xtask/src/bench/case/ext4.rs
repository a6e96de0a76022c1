//! The disk without its initrd, against `mke2fs` filling a file system of the same size from the same tree.

use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::super::figure::{Figure, Row, Target};
use super::super::host_state::make_empty;
use super::super::phases::{self, Phase};
use super::super::process::{Process, Sample};
use super::super::say;
use super::super::workshop::Workshop;
use super::Outcome;

/// Most that `create` without the initrd may take of mke2fs's time.
const TARGET: f64 = 1.5;
/// Our phase that is left out.
const INITRD: &str = "initrd";

/// Creates the disk and a plain file system, in turns.
pub(super) fn measure(workshop: &Workshop) -> Result<Outcome> {
    let ours = workshop.ours();
    ours.warm()?;
    ours.prepare()?;
    let (mut our_own, mut theirs) = (Vec::new(), Vec::new());
    let mut shown = Vec::new();
    for _ in workshop.runs() {
        let whole = ours.create()?;
        let phases = phases::of_ours(&fs::read_to_string(ours.log("create"))?);
        let sample = without_initrd(whole, &phases)?;
        let rest = phases
            .into_iter()
            .filter(|(name, _)| name != INITRD)
            .collect();
        shown = phases::shown(rest, sample.wall);
        our_own.push(sample);
        theirs.push(mke2fs(workshop)?);
    }
    Ok(Outcome {
        title: "Disk without its initrd",
        rows: vec![Row {
            step: "`system create`".to_owned(),
            ours: Figure::of(&our_own).context("nothing was run")?,
            other: (
                "`mke2fs -d`".to_owned(),
                Figure::of(&theirs).context("nothing was run")?,
            ),
            target: Target::Ratio(TARGET),
        }],
        notes: vec![format!(
            "Ours is the wall time of the whole command less the phase `{INITRD}`; its processor time is not known."
        )],
        phases: vec![("ours".to_owned(), shown)],
        versions: [ours.version()?].into(),
    })
}

fn without_initrd(whole: Sample, phases: &[Phase]) -> Result<Sample> {
    let (_, initrd) = phases
        .iter()
        .find(|(name, _)| name == INITRD)
        .with_context(|| format!("our log names no phase `{INITRD}`"))?;
    Ok(Sample {
        wall: whole.wall.saturating_sub(*initrd),
        processor: Duration::ZERO,
    })
}

fn mke2fs(workshop: &Workshop) -> Result<Sample> {
    let ours = workshop.ours();
    let directory = workshop.directory().join("mke2fs");
    make_empty(&directory)?;
    say("mke2fs -d");
    Process::new("mke2fs")
        .args(["-q", "-F", "-t", "ext4", "-d"])
        .args([ours.root(), directory.join("ext4.raw")])
        .args([format!("{}k", ours.disk_size()? >> 10)])
        .time(&workshop.log("mke2fs"))
}
