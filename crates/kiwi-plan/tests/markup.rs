//! A description means the same in every markup, and wrong ones break no stage of resolving.

#[path = "../../kiwi-description/tests/support/mutate/mod.rs"]
mod mutate;
mod support;
#[allow(dead_code, reason = "the tests of the other crate use all of it")]
#[path = "../../kiwi-description/tests/support/trees.rs"]
mod trees;

use kiwi_testkit::shared::shared;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::model::{ImageDescription, build_model};
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::Markup;
use kiwi_plan::host_facts::HostFacts;
use kiwi_plan::selection::parse_repository_argument;
use kiwi_plan::{Input, Selection, resolve};
use serde_json::{Value, json};
use trees::{MARKUPS, parse, told, whole_way, write};

/// Resolves a description to its plan, or to what is wrong, both without places.
fn outcome(
    description: &ImageDescription,
    sources: &SourceMap,
    selection: &Selection,
    host: &HostFacts,
) -> Value {
    let resolved = resolve(&Input {
        description,
        sources,
        selection,
        host,
    });
    let said = |problems: &Diagnostics| {
        let mut all: Vec<_> = problems.iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    match resolved {
        Ok(resolved) => {
            let mut plan = serde_json::to_value(&resolved.plan).expect("a plan has text keys only");
            forget_places(&mut plan);
            json!({"plan": plan, "said": said(&resolved.warnings)})
        }
        Err(problems) => json!({"said": said(&problems)}),
    }
}

fn forget_places(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(place)) = fields.get_mut("file")
                && place.contains_key("line")
            {
                place.clear();
            }
            fields.values_mut().for_each(forget_places);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_places),
        _ => {}
    }
}

/// Resolves a description as it is and written in every markup, and compares.
fn same_in_every_markup(file: &Path, selections: &[Selection], differences: &mut Vec<String>) {
    let loaded = support::read(file);
    let host = support::host(file.parent().expect("a file has a directory"));
    for markup in MARKUPS {
        let (sources, again) = parse(&write(&loaded.root, markup), markup);
        let again = again.unwrap_or_else(|problems| panic!("{}: {problems:?}", file.display()));
        let image = build_model(&again.root)
            .unwrap_or_else(|problems| panic!("{}: {problems:?}", file.display()));
        for selection in selections {
            let expected = outcome(&loaded.image, &loaded.source_map, selection, &host);
            let found = outcome(&image, &sources, selection, &host);
            if found != expected {
                differences.push(format!(
                    "{} {:?} {markup}:\n{found:#}\n{expected:#}",
                    file.display(),
                    selection.profiles
                ));
            }
        }
    }
}

fn report(compared: usize, differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{} differences in {compared} descriptions:\n{}",
        differences.len(),
        differences[0]
    );
}

#[test]
fn our_descriptions_have_the_same_plan_in_every_markup() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/descriptions");
    let files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the directory is there")
        .flatten()
        .map(|entry| entry.path().join("config.xml"))
        .filter(|file| file.is_file())
        .collect();
    assert!(files.len() > 3, "{files:?}");
    let mut differences = Vec::new();
    for file in &files {
        same_in_every_markup(file, &selections(file, &[]), &mut differences);
    }
    report(files.len(), &differences);
}

#[test]
fn real_descriptions_have_the_same_plan_in_every_markup() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let record = corpus.join("expected/current.kiwi-11.1.6.json");
    let record: BTreeMap<String, Value> =
        serde_json::from_slice(&std::fs::read(record).expect("the record can be read"))
            .expect("the record is JSON");
    let mut differences = Vec::new();
    let mut compared = 0;
    for (file, outcome) in &record {
        let Some(states) = outcome["states"].as_array() else {
            continue;
        };
        compared += 1;
        let file = corpus.join(file);
        let selections = selections(&file, states);
        same_in_every_markup(&file, &selections, &mut differences);
    }
    assert!(compared > 50, "only {compared} descriptions were compared");
    report(compared, &differences);
}

/// The selections of a record, or one for each profile; repositories that cannot be resolved yet are left out.
fn selections(file: &Path, states: &[Value]) -> Vec<Selection> {
    let host_repository = parse_repository_argument("host:/").expect("an address alone is enough");
    let usual = || Selection {
        ignore_repositories: true,
        add_repositories: vec![host_repository.clone()],
        ..Selection::default()
    };
    let mut all = vec![usual(), Selection::default()];
    all.extend(states.iter().map(|state| {
        let profiles = state["profiles"].as_array().into_iter().flatten();
        Selection {
            profiles: profiles
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            build_type: state["type"].as_str().map(str::to_owned),
            ..usual()
        }
    }));
    if states.is_empty() {
        let loaded = support::read(file);
        let profiles = loaded.image.profiles.iter().flat_map(|it| &it.profiles);
        all.extend(profiles.map(|profile| Selection {
            profiles: vec![profile.name.to_string()],
            ..usual()
        }));
    }
    all
}

/// `KIWI_MUTATIONS` asks for more of them, as in the test of the same kind in `kiwi-description`.
#[test]
fn no_input_breaks_resolving() {
    let corpus = shared("KIWI_CORPUS", "corpus");
    let seeds = mutate::Seeds::new(corpus.as_deref());
    let empty = tempfile::tempdir().expect("a temporary directory");
    let host = support::host(empty.path());
    mutate::run(&seeds, 5_000, |text, markup| check(text, markup, &host));
}

fn check(text: &str, markup: Markup, host: &HostFacts) {
    let (sources, Ok((_, image)), _) = whole_way(text, markup) else {
        return;
    };
    let profiles = image.profiles.iter().flat_map(|it| &it.profiles);
    let types = image.preferences.iter().flat_map(|it| &it.types);
    let mut selections: Vec<Selection> = profiles
        .map(|profile| Selection {
            profiles: vec![profile.name.to_string()],
            ..Selection::default()
        })
        .take(3)
        .collect();
    selections.push(Selection::default());
    selections.extend(types.take(3).map(|kind| Selection {
        build_type: Some(kind.image.as_str().to_owned()),
        ignore_repositories: true,
        ..Selection::default()
    }));
    for selection in &selections {
        let resolved = resolve(&Input {
            description: &image,
            sources: &sources,
            selection,
            host,
        });
        let problems = match resolved {
            Ok(resolved) => resolved.warnings,
            Err(problems) => {
                assert!(problems.has_errors(), "refused without an error");
                problems
            }
        };
        for problem in &problems {
            // Fails when a place is outside of its text or inside a character.
            let _ = told(problem, &sources);
        }
    }
}
