//! Commands that people and scripts call all day.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::super::builder::Builder;
use super::super::figure::{Figure, Row, Target};
use super::super::say;
use super::super::workshop::Workshop;
use super::Outcome;

/// How many times each command runs.
const RUNS: usize = 21;
/// How long each of ours may take.
const TARGET: Duration = Duration::from_millis(20);
/// The description that is looked at, one that exists in the repository.
const EXAMPLE: &str = "examples/debian-disk";

/// Calls each short command of both programs, in turns.
pub(super) fn measure(workshop: &Workshop) -> Result<Outcome> {
    let (ours, reference) = (workshop.ours(), workshop.reference()?);
    let example = fs::canonicalize(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(EXAMPLE),
    )?;
    let mut rows = Vec::new();
    for (step, arguments) in [
        ("`--version`".to_owned(), vec!["--version".as_ref()]),
        (
            format!("`image info --description {EXAMPLE}`"),
            vec![
                "image".as_ref(),
                "info".as_ref(),
                "--description".as_ref(),
                example.as_os_str(),
            ],
        ),
    ] {
        say(&step);
        let (mut our_own, mut theirs) = (Vec::new(), Vec::new());
        let time = |builder: &Builder<'_>| builder.process().args(&arguments).time_quiet();
        for _ in 0..RUNS {
            our_own.push(time(&ours)?);
            theirs.push(time(&reference)?);
        }
        rows.push(Row {
            step,
            ours: Figure::of(&our_own).context("nothing was run")?,
            other: (
                "reference".to_owned(),
                Figure::of(&theirs).context("nothing was run")?,
            ),
            target: Target::Below(TARGET),
        });
    }
    Ok(Outcome {
        title: "Short commands",
        rows,
        notes: vec![format!("Medians of {RUNS} runs.")],
        phases: Vec::new(),
        versions: [ours.version()?, reference.version()?].into(),
    })
}
