//! From a description's file to everything that is resolved from it: reading, upgrade, schema, resolving.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err as fs;
use serde_json::Value;

use super::super::figure::{Figure, Row, Target};
use super::super::process::{Process, Sample};
use super::super::say;
use super::super::workshop::Workshop;
use super::Outcome;

/// How many times each program runs, and how often the reference's loader runs in one process.
const RUNS: usize = 21;
/// How long our whole program may take for it.
const TARGET: Duration = Duration::from_millis(10);
/// How long `image lint` may take for the whole corpus.
const LINT_TARGET: Duration = Duration::from_secs(2);
/// What runs the reference's loader.
const LOADER: &str = include_str!("load.py");
/// How the lines begin that it prints for us.
const TOOK: &str = "took ";
/// Names the directory of the corpus when it does not lie beside the repository.
const VARIABLE: &str = "KIWI_CORPUS";
/// What the reference resolved from the descriptions of the corpus.
const RECORD: &str = "expected/current.kiwi-11.1.6.json";

/// A description and a selection that it has a build type for.
#[derive(Debug)]
struct Subject {
    file: PathBuf,
    size: u64,
    profiles: Vec<String>,
    build_type: String,
}

/// Measures our program against the reference's, and against its loader alone.
pub(super) fn measure(workshop: &Workshop) -> Result<Outcome> {
    let (ours, reference) = (workshop.ours(), workshop.reference()?);
    let corpus = corpus()?;
    let subject = largest(&corpus)?;
    say(&format!("loading `{}`", subject.file.display()));
    let directory = subject.file.parent().context("a file has a directory")?;
    let name = subject.file.file_name().context("a file has a name")?;
    let info = |process: Process| {
        let mut process = process.args(["--type", &subject.build_type]);
        for profile in &subject.profiles {
            process = process.args(["--profile", profile]);
        }
        process
            .args(["--kiwi-file".as_ref(), name])
            .args(["image", "info", "--print-kiwi-env", "--description"])
            .args([directory])
            .time_quiet()
    };
    let (mut our_own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_own.push(info(ours.process())?);
        theirs.push(info(reference.process())?);
    }
    let ours_whole = Figure::of(&our_own).context("nothing was run")?;
    let reference_whole = Figure::of(&theirs).context("nothing was run")?;
    let loader = Figure::of(&loader(workshop, &subject)?).context("nothing was run")?;
    let linted: Vec<Sample> = (0..RUNS)
        .map(|_| lint(ours.process(), &corpus))
        .collect::<Result<_>>()?;
    let row = |step: &str, ours: Figure, other: Figure, target: Duration| Row {
        step: step.to_owned(),
        ours,
        other: ("reference".to_owned(), other),
        target: Target::Below(target),
    };
    Ok(Outcome {
        title: "Loading a description",
        rows: vec![
            row(
                "`image info --print-kiwi-env`",
                ours_whole,
                reference_whole,
                TARGET,
            ),
            row(
                "its loader alone, against our whole program",
                ours_whole,
                loader,
                TARGET,
            ),
            row(
                "its loader with this one description, against our `image lint` of the whole corpus",
                Figure::of(&linted).context("nothing was run")?,
                loader,
                LINT_TARGET,
            ),
        ],
        notes: vec![format!(
            "The largest of the real descriptions, {} bytes. Medians of {RUNS} runs; the loader alone runs in one process that \
             has all of its modules loaded.",
            subject.size
        )],
        phases: Vec::new(),
        versions: [ours.version()?, reference.version()?].into(),
    })
}

/// Checks all descriptions of the corpus in all their builds. Some of them have errors.
fn lint(process: Process, corpus: &Path) -> Result<Sample> {
    process
        .args(["image", "lint"])
        .args([corpus])
        .time_regardless()
}

/// Runs the reference's loader again and again in one process.
fn loader(workshop: &Workshop, subject: &Subject) -> Result<Vec<Sample>> {
    let script = workshop.directory().join("load.py");
    fs::write(&script, LOADER)?;
    let times = Process::new(workshop.directory().join("venv/bin/python"))
        .args([&script, &subject.file])
        .args([&subject.build_type, &RUNS.to_string()])
        .args(&subject.profiles)
        .read()?;
    let mine = times.lines().filter_map(|line| line.strip_prefix(TOOK));
    mine.map(sample).collect()
}

/// Reads a line of wall and processor seconds.
fn sample(line: &str) -> Result<Sample> {
    let (wall, processor) = line
        .split_once(' ')
        .with_context(|| format!("`{line}` is not two numbers"))?;
    Ok(Sample {
        wall: Duration::try_from_secs_f64(wall.parse()?)?,
        processor: Duration::try_from_secs_f64(processor.parse()?)?,
    })
}

/// Returns the directory of the corpus.
fn corpus() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let beside = ["../shared", "../../shared"].map(|it| workspace.join(it).join("corpus"));
    std::env::var_os(VARIABLE)
        .map(PathBuf::from)
        .into_iter()
        .chain(beside)
        .find(|path| path.exists())
        .with_context(|| {
            format!("there is no corpus beside the repository: name it with {VARIABLE}")
        })
}

/// Returns the largest description that the reference resolves.
fn largest(corpus: &Path) -> Result<Subject> {
    let record: Value = serde_json::from_slice(&fs::read(corpus.join(RECORD))?)?;
    let mut largest: Option<Subject> = None;
    for (name, outcome) in record.as_object().context("the record is an object")? {
        let mut states = outcome["states"].as_array().into_iter().flatten();
        let resolved = states.find_map(|state| Some((state, state["type"].as_str()?)));
        let Some((state, build_type)) = resolved else {
            continue;
        };
        let file = fs::canonicalize(corpus.join(name))?;
        let size = fs::metadata(&file)?.len();
        if largest.as_ref().is_none_or(|other| other.size < size) {
            let profiles = state["profiles"].as_array().into_iter().flatten();
            largest = Some(Subject {
                file,
                size,
                profiles: profiles
                    .filter_map(|name| name.as_str().map(str::to_owned))
                    .collect(),
                build_type: build_type.to_owned(),
            });
        }
    }
    largest.context("the reference resolved none of them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let read = sample("0.25 0.125").unwrap();
        assert_eq!(read.wall, Duration::from_millis(250));
        assert_eq!(read.processor, Duration::from_millis(125));
        for line in ["", "1", "1 x", "-1 1"] {
            assert!(sample(line).is_err(), "{line}");
        }
    }
}
