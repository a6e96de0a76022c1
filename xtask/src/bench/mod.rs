//! `cargo xtask bench`: our speed side by side with the reference, `mmdebstrap` and `mke2fs`.
//!
//! # Where to start reading
//! - [`run`]: the steps of a measurement.
//! - [`case`]: what is measured, one file per case.
//! - [`workshop`]: the directory of a measurement and everything in it that cases share.
//! - [`builder`], [`mmdebstrap`], [`reference`]: the programs that compete.
//! - [`description`], [`sources`]: the image that all of them build, from the repositories of this machine.
//! - [`process`]: one timed program. [`host_state`]: what a failed run of the reference leaves behind.
//! - [`figure`], [`phases`], [`report`]: numbers, where time goes, and the tables made of them.

mod builder;
mod case;
mod description;
mod figure;
mod host_state;
mod machine;
mod mmdebstrap;
mod phases;
mod process;
mod reference;
mod report;
mod sources;
mod tools;
mod workshop;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Error, Result};
use clap::Args;

use case::{Case, Outcome};
use host_state::HostState;
use machine::Machine;
use report::Report;
use workshop::Workshop;

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// What to measure; everything when none is named
    #[arg(value_name = "CASE")]
    cases: Vec<Case>,

    /// How many times each long case runs; the median counts
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// Put the tables into docs/performance.md; needs all cases
    #[arg(long, conflicts_with = "cases")]
    write: bool,

    /// Install missing programs of the reference with apt-get instead of naming them
    #[arg(long)]
    install: bool,

    /// Where trees, images, logs, package caches and the reference's venv go
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    directory: PathBuf,

    /// The program of ours to measure
    #[arg(long, value_name = "FILE", default_value = "target/release/kiwi-ng")]
    program: PathBuf,
}

/// Measures the chosen cases, prints the tables and writes them down when asked to.
///
/// # Errors
/// When not run by root, when a program is missing, and when any of the measured programs fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let cases = if options.cases.is_empty() {
        Case::ALL.to_vec()
    } else {
        options.cases.clone()
    };
    tools::check(&cases, options.install)?;
    let workshop = Workshop::open(options)?;
    let before = HostState::read()?;
    let start = Machine::read()?;

    let (outcomes, errors) = measure(&workshop, &cases);

    let left_over = before.clean_up(workshop.directory())?;
    let report = Report::new(options, [start, Machine::read()?], outcomes, left_over)?;
    let text = report.markdown();
    std::io::stdout().lock().write_all(text.as_bytes())?;
    if let Some(first) = errors.into_iter().next() {
        return Err(first);
    }
    if options.write {
        report::write(&text)?;
    }
    Ok(())
}

/// Measures one case after the other; one that cannot be measured does not cost the others their figures.
fn measure(workshop: &Workshop, cases: &[Case]) -> (Vec<Outcome>, Vec<Error>) {
    let (mut outcomes, mut errors) = (Vec::new(), Vec::new());
    for case in cases {
        match case.measure(workshop) {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => {
                say(&format!("{case:?} could not be measured: {error:#}"));
                errors.push(error);
            }
        }
    }
    (outcomes, errors)
}

/// Says on the standard error what is going on.
fn say(text: &str) {
    // A closed standard error is no reason to stop measuring.
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}
