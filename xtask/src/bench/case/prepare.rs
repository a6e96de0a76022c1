//! The root tree alone, against `mmdebstrap`.

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::super::figure::{Figure, Row, Target};
use super::super::mmdebstrap::Mmdebstrap;
use super::super::phases;
use super::super::workshop::Workshop;
use super::{Outcome, compare_packages};

/// Most that `prepare` may take of mmdebstrap's time.
const TARGET: f64 = 1.0;

/// Lets both make a tree of the same packages without an initrd, in turns.
pub(super) fn measure(workshop: &Workshop) -> Result<Outcome> {
    let (ours, mmdebstrap) = (workshop.ours(), Mmdebstrap::new(workshop));
    mmdebstrap.warm()?;
    ours.warm()?;
    let (mut our_own, mut theirs) = (Vec::new(), Vec::new());
    for _ in workshop.runs() {
        theirs.push(mmdebstrap.prepare()?);
        our_own.push(ours.prepare()?);
    }
    let last = our_own.last().map(|sample| sample.wall).unwrap_or_default();
    let phases = phases::of_ours(&fs::read_to_string(ours.log("prepare"))?);
    Ok(Outcome {
        title: "Root tree, initrd deferred",
        rows: vec![Row {
            step: "`system prepare`".to_owned(),
            ours: Figure::of(&our_own).context("nothing was run")?,
            other: (
                "mmdebstrap".to_owned(),
                Figure::of(&theirs).context("nothing was run")?,
            ),
            target: Target::Ratio(TARGET),
        }],
        notes: vec![compare_packages(&ours.root(), &mmdebstrap.root())?],
        phases: vec![("ours".to_owned(), phases::shown(phases, last))],
        versions: [ours.version()?, Mmdebstrap::version()?].into(),
    })
}
