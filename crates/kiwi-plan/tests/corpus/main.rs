//! Compares what we resolve from real descriptions with what the reference resolved from them.
//!
//! The descriptions and the recorded values lie beside the repository; without them the tests say so and are skipped.
//!
//! - [`record`]: what was recorded, and our facts in the same shape.
//! - [`known`]: the one table of differences that are meant, each with its reason. Any other one fails.

mod known;
mod record;
#[path = "../support/mod.rs"]
mod support;

use kiwi_testkit::shared::shared;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use kiwi_description::diagnostic::{Code, Diagnostics, codes};
use kiwi_description::{Failure, Loaded};
use kiwi_plan::selection::parse_repository_argument;
use kiwi_plan::{Input, Selection, outline, resolve, resolve_facts};
use serde_json::Value;

use record::{Fields, Outcome, RECORDS, Record, State};

/// Every value of every state of every record: all of it is the reference's, but for the known differences.
#[test]
fn resolves_as_the_reference_does() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let (mut differences, mut used, mut incomplete) = (Vec::new(), BTreeSet::new(), Vec::new());
    for record in &RECORDS {
        let mut comparison = Comparison::new(record);
        for (file, outcome) in record.read(&corpus) {
            comparison.outcome(&corpus, &file, &outcome);
        }
        if !comparison.is_complete() {
            incomplete.push(record);
        }
        differences.append(&mut comparison.differences);
        used.append(&mut comparison.used);
    }
    for (row, known) in known::TABLE.iter().enumerate() {
        let unseen = incomplete.iter().any(|record| known.is_of(record));
        if !unseen && !used.contains(&row) {
            differences.push(format!("there is no such difference any more: {known:?}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// What was found out while one record is compared.
struct Comparison<'a> {
    record: &'a Record,
    states: usize,
    too_old: usize,
    used: BTreeSet<usize>,
    differences: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn new(record: &'a Record) -> Self {
        Self {
            record,
            states: 0,
            too_old: 0,
            used: BTreeSet::new(),
            differences: Vec::new(),
        }
    }

    fn outcome(&mut self, corpus: &Path, file: &str, outcome: &Outcome) {
        let path = corpus.join(self.record.folder).join(file);
        let loaded = match (support::try_read(&path), &outcome.load_error) {
            (Err(failure), _) if is_too_old(&failure) => {
                self.too_old += 1;
                return;
            }
            (Err(_), Some(_)) => return,
            (Err(failure), None) => {
                let problems = failure.diagnostics.into_vec();
                self.differences
                    .push(format!("{file}: does not load: {problems:?}"));
                return;
            }
            (Ok(_), Some(error)) => {
                let field = "load_error";
                self.difference(
                    file,
                    file,
                    field,
                    &Value::Null,
                    &Value::from(error.as_str()),
                );
                return;
            }
            (Ok(loaded), None) => loaded,
        };
        let sections = loaded.image.profiles.iter();
        let declared = sections.flat_map(|section| &section.profiles);
        let declared: Vec<_> = declared.map(|profile| profile.name.value.clone()).collect();
        if declared != outcome.profiles {
            let (ours, theirs) = (declared.into(), outcome.profiles.clone().into());
            self.difference(file, file, "profiles", &ours, &theirs);
        }
        let mut selections = BTreeSet::new();
        for state in &outcome.states {
            let first = selections.insert(state.profiles.clone());
            self.state(&path, file, &loaded, state, first);
        }
    }

    fn state(&mut self, path: &Path, file: &str, loaded: &Loaded, state: &State, first: bool) {
        self.states += 1;
        let host = support::host(path.parent().expect("a file has a directory"));
        let by_default = first && self.record.first_state_has_no_type;
        let selection = Selection {
            profiles: state.profiles.clone(),
            build_type: state.build_type.clone().filter(|_| !by_default),
            ..Selection::default()
        };
        let name = format!(
            "{file} [{}] {}",
            state.profiles.join(","),
            state.build_type.as_deref().unwrap_or_default()
        );
        let facts = resolve_facts(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host: &host,
        });
        let ours = match &facts {
            Ok(facts) => Fields::of(facts),
            Err(problems) => Fields::of_error(error_class(problems)),
        };
        for field in ours
            .names()
            .chain(state.fields.names())
            .collect::<BTreeSet<_>>()
        {
            let (ours, theirs) = (ours.get(field), state.fields.get(field));
            if ours != theirs {
                self.difference(file, &name, field, ours, theirs);
            }
        }
    }

    /// Keeps a difference that is not known.
    fn difference(&mut self, file: &str, name: &str, field: &str, ours: &Value, theirs: &Value) {
        let known = known::TABLE
            .iter()
            .position(|known| known.explains(self.record, file, field, ours, theirs));
        match known {
            Some(row) => {
                self.used.insert(row);
            }
            None => self
                .differences
                .push(format!("{name}: {field}: ours {ours}, theirs {theirs}")),
        }
    }

    /// Tells whether all states were compared, and says loudly when some cannot be read yet.
    fn is_complete(&mut self) -> bool {
        let record = self.record;
        if self.too_old > 0 {
            // Written past the test harness, which swallows what passing tests print.
            let message = format!(
                "\nSKIPPED: {} descriptions of `{}` have a schema version that is not read yet\n\n",
                self.too_old, record.name
            );
            let _ = std::io::stderr().write_all(message.as_bytes());
            return false;
        }
        if self.states != record.states {
            self.differences.push(format!(
                "{}: {} of {} states are there",
                record.name, self.states, record.states
            ));
        }
        true
    }
}

fn is_too_old(failure: &Failure) -> bool {
    let mut problems = failure.diagnostics.iter();
    problems.any(|problem| problem.code == codes::markup::VERSION_TOO_OLD)
}

/// The reference's name for what we say with a code.
fn error_class(problems: &Diagnostics) -> String {
    let first = problems.iter().find(|problem| problem.is_error());
    match first.map(|problem| problem.code) {
        Some(codes::selection::NO_BUILD_TYPE) => "KiwiTypeNotFound".to_owned(),
        Some(codes::selection::UNKNOWN_PROFILE) => "KiwiProfileNotFound".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Codes that real descriptions may give: what comes later, and files that the corpus or the made-up host does not have.
const EXPECTED_ERRORS: [Code; 3] = [
    codes::selection::NOT_YET,
    codes::checks::MISSING_FILE,
    codes::checks::BOOT_DESCRIPTION_NOT_INSTALLED,
];

#[test]
fn real_descriptions_have_a_plan_or_a_reason() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let host_repository = parse_repository_argument("host:/").expect("an address alone is enough");
    let mut surprises = Vec::new();
    let (mut plans, mut outlines) = (0, 0);
    for (file, outcome) in &RECORDS[0].read(&corpus) {
        for state in outcome.states.iter().filter(|state| state.is_resolved()) {
            let path = corpus.join(file);
            let loaded = support::read(&path);
            let mut host = support::host(path.parent().expect("a file has a directory"));
            host.machine = machine(file).to_owned();
            let mut selection = Selection {
                profiles: state.profiles.clone(),
                build_type: state.build_type.clone(),
                ..Selection::default()
            };
            // Repositories as they are written, too: every address is understood.
            for ignore_repositories in [false, true] {
                if ignore_repositories {
                    selection.ignore_repositories = true;
                    selection.add_repositories = vec![host_repository.clone()];
                }
                let input = Input {
                    description: &loaded.image,
                    sources: &loaded.source_map,
                    selection: &selection,
                    host: &host,
                };
                outlines += usize::from(outline(&input).is_ok());
                match resolve(&input) {
                    Ok(_) => plans += 1,
                    Err(problems) => surprises.extend(
                        problems
                            .iter()
                            .filter(|it| it.is_error() && !is_expected(it.code, file, &selection))
                            .map(|it| format!("{file} {}: {it}", selection.profiles.join(","))),
                    ),
                }
            }
        }
    }
    assert!(
        surprises.is_empty(),
        "{plans} plans, and:\n{}",
        surprises.join("\n")
    );
    assert!(plans >= 10, "only {plans} plans of real descriptions");
    assert!(outlines >= 100, "only {outlines} of them can be looked at");
}

/// Prints the time from file to plan for the slowest description; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "measures time"]
fn time_from_file_to_plan() {
    const RUNS: u32 = 21;
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut times = Vec::new();
    for (file, outcome) in RECORDS[0].read(&corpus) {
        let Some(state) = outcome.states.iter().find(|state| state.is_resolved()) else {
            continue;
        };
        let path = corpus.join(&file);
        let host = support::host(path.parent().expect("a file has a directory"));
        let selection = Selection {
            profiles: state.profiles.clone(),
            build_type: state.build_type.clone(),
            ..Selection::default()
        };
        let mut samples: Vec<Duration> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                let loaded = support::read(&path);
                // A refusal takes the same way: everything is resolved and checked before it is said.
                let _ = resolve(&Input {
                    description: &loaded.image,
                    sources: &loaded.source_map,
                    selection: &selection,
                    host: &host,
                });
                start.elapsed()
            })
            .collect();
        samples.sort_unstable();
        times.push((samples[samples.len() / 2], file));
    }
    times.sort();
    let (slowest, file) = times.last().expect("there are descriptions");
    let median = times[times.len() / 2].0;
    println!("median of all descriptions: {median:?}; slowest: {slowest:?}, {file}");
    assert!(*slowest < Duration::from_millis(10));
}

/// `obsrepositories:` is for workers of the build service.
fn is_expected(code: Code, file: &str, selection: &Selection) -> bool {
    EXPECTED_ERRORS.contains(&code)
        || (code == codes::selection::ONLY_IN_BUILD_SERVICE
            && !selection.ignore_repositories
            && file.contains("build-tests"))
}

/// The architecture a description is written for, by its place in the corpus.
fn machine(file: &str) -> &'static str {
    [
        ("/arm/", "aarch64"),
        ("/aarch64/", "aarch64"),
        ("/armv7l/", "armv7l"),
        ("/ppc/", "ppc64le"),
        ("/s390/", "s390x"),
    ]
    .into_iter()
    .find(|(part, _)| file.contains(part))
    .map_or("x86_64", |(_, machine)| machine)
}
