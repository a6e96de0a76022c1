//! The whole way to a disk, against the reference.

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::super::figure::{Figure, Row, Target};
use super::super::phases;
use super::super::process::Sample;
use super::super::workshop::Workshop;
use super::{Outcome, compare_packages};

/// Most that `prepare` plus `create` may take of the reference's time.
const TARGET: f64 = 0.4;

/// Lets both programs prepare and create, in turns.
pub(super) fn measure(workshop: &Workshop) -> Result<Outcome> {
    let (ours, reference) = (workshop.ours(), workshop.reference()?);
    reference.warm()?;
    ours.warm()?;
    let (mut prepared, mut created): ([Vec<Sample>; 2], [Vec<Sample>; 2]) = Default::default();
    for _ in workshop.runs() {
        for (who, builder) in [&reference, &ours].into_iter().enumerate() {
            prepared[who].push(builder.prepare()?);
            created[who].push(builder.create()?);
        }
    }
    let whole = [0, 1].map(|who| {
        let steps = prepared[who].iter().zip(&created[who]);
        steps
            .map(|(prepare, create)| *prepare + *create)
            .collect::<Vec<_>>()
    });
    let mut rows = Vec::new();
    for (step, samples, target) in [
        ("`system prepare`", &prepared, Target::None),
        ("`system create`", &created, Target::None),
        ("both", &whole, Target::Ratio(TARGET)),
    ] {
        let [theirs, our_own] = [0, 1].map(|who| Figure::of(&samples[who]));
        rows.push(Row {
            step: step.to_owned(),
            ours: our_own.context("nothing was run")?,
            other: ("reference".to_owned(), theirs.context("nothing was run")?),
            target,
        });
    }
    let mut found = Vec::new();
    for step in ["prepare", "create"] {
        let our_log = fs::read_to_string(ours.log(step))?;
        let their_log = String::from_utf8_lossy(&fs::read(reference.log(step))?).into_owned();
        let last = if step == "prepare" {
            &prepared
        } else {
            &created
        };
        for (name, phases, who) in [
            ("ours", phases::of_ours(&our_log), 1),
            ("reference", phases::of_reference(&their_log), 0),
        ] {
            let time = last[who]
                .last()
                .map(|sample| sample.wall)
                .unwrap_or_default();
            found.push((format!("{name}, {step}"), phases::shown(phases, time)));
        }
    }
    Ok(Outcome {
        title: "Debian disk for BIOS, ext4, initrd of dracut, raw",
        rows,
        notes: vec![
            compare_packages(&ours.root(), &reference.root())?,
            format!(
                "The disks have {} and {} MiB (ours, reference).",
                ours.disk_size()? >> 20,
                reference.disk_size()? >> 20
            ),
        ],
        phases: found,
        versions: [ours.version()?, reference.version()?].into(),
    })
}
