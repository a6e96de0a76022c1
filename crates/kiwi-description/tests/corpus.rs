//! Reads every description of the corpus: real ones, written for the reference.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiwi_description::diagnostic::codes;
use kiwi_description::upgrade::NEWEST;
use kiwi_description::{Failure, Loaded, load, model, read};
use support::trees::{MARKUPS, canonical, parse, write};

/// Descriptions the reference refuses, with the code we refuse them with.
const REFUSED: &[(&str, codes::Code)] = &[("fedora-34.0", codes::schema::UNKNOWN_ATTRIBUTE)];

/// Returns all directories that hold a description, sorted.
fn descriptions(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        open.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.is_dir()),
        );
        if load::find(&directory, None).is_ok() {
            found.push(directory);
        }
    }
    found.sort();
    found
}

fn explain(failure: &Failure) -> String {
    serde_json::to_string_pretty(&failure.diagnostics.views(&failure.source_map))
        .expect("views are plain data")
}

#[test]
fn every_current_description_loads() {
    let Some(corpus) = support::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut count = 0;
    for folder in ["build-tests", "kiwi-descriptions"] {
        for directory in descriptions(&corpus.join(folder)) {
            count += 1;
            let refused = REFUSED.iter().find(|(name, _)| directory.ends_with(name));
            match (read(&directory, None), refused) {
                (Ok(loaded), None) => assert_loaded(&loaded),
                (Err(failure), Some((_, code))) => {
                    let found: Vec<_> = failure
                        .diagnostics
                        .iter()
                        .map(|problem| problem.code)
                        .collect();
                    assert!(found.contains(code), "{}: {found:?}", directory.display());
                }
                (Ok(_), Some(_)) => panic!("{} loads but should not", directory.display()),
                (Err(failure), None) => panic!("{}: {}", directory.display(), explain(&failure)),
            }
        }
    }
    assert_eq!(count, 58, "the corpus has 58 current descriptions");
}

fn assert_loaded(loaded: &Loaded) {
    let name = loaded.file.display();
    assert_eq!(loaded.root.value("schemaversion"), Some(NEWEST), "{name}");
    assert!(!loaded.diagnostics.has_errors(), "{name}");
    assert!(!loaded.image.preferences.is_empty(), "{name}");

    // What is written in any markup reads back as the same description.
    let expected = canonical(&loaded.root);
    for markup in MARKUPS {
        let written = write(&loaded.root, markup);
        let (_, again) = parse(&written, markup);
        let again = again.unwrap_or_else(|problems| panic!("{name} {markup}: {problems:?}"));
        assert!(again.notes.is_empty(), "{name} {markup}: {:?}", again.notes);
        assert_eq!(canonical(&again.root), expected, "{name} {markup}");
        assert_eq!(write(&again.root, markup), written, "{name} {markup}");
        let image = model::build_model(&again.root)
            .unwrap_or_else(|problems| panic!("{name} {markup}: {problems:?}"));
        assert_eq!(image.packages.len(), loaded.image.packages.len(), "{name}");
    }
}

/// Descriptions of schema 7.4 load too, as far as the reference of that age loads them.
#[test]
fn older_descriptions_load() {
    let Some(corpus) = support::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let all = descriptions(&corpus.join("build-tests-9.24.1"));
    assert!(!all.is_empty());
    let mut refused = BTreeMap::new();
    for directory in all {
        match read(&directory, None) {
            Ok(loaded) => assert_loaded(&loaded),
            Err(failure) => {
                refused.insert(directory, explain(&failure));
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

/// What is too old says so and nothing else.
#[test]
fn ancient_descriptions_say_so() {
    let Some(corpus) = support::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    for directory in descriptions(&corpus.join("descriptions-2018")) {
        let failure = read(&directory, None).expect_err("schema 6.8 and 6.9 are not upgraded yet");
        let codes: Vec<_> = failure
            .diagnostics
            .iter()
            .map(|problem| problem.code)
            .collect();
        assert_eq!(
            codes,
            [codes::markup::VERSION_TOO_OLD],
            "{}",
            directory.display()
        );
    }
}

/// Prints the time per description; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "measures time"]
fn time_per_description() {
    let Some(corpus) = support::shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut slowest = Duration::ZERO;
    for directory in descriptions(&corpus.join("build-tests")) {
        let start = Instant::now();
        let _ = read(&directory, None);
        slowest = slowest.max(start.elapsed());
    }
    println!("slowest description: {slowest:?}");
    assert!(slowest < Duration::from_millis(10));
}
