//! Reads every description of the corpus: real ones, written for the reference.

mod support;

use kiwi_testkit::shared::shared;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiwi_description::diagnostic::codes;
use kiwi_description::rewrite::{Rewritten, rewrite, unified_diff};
use kiwi_description::syntax::{xml, xml_write};
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
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
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

/// Folders of older descriptions, the schema versions they announce, and how many there are.
const OLDER: &[(&str, &[&str], usize)] = &[
    ("descriptions-2018", &["6.8", "6.9"], 22),
    ("build-tests-9.17.19", &["6.9"], 8),
    ("build-tests-9.21.19", &["7.3"], 19),
    ("build-tests-9.24.1", &["7.4"], 28),
];

/// Older descriptions load too, also the three that a newer release of the reference refuses to upgrade.
#[test]
fn older_descriptions_load() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    for (folder, versions, count) in OLDER {
        let all = descriptions(&corpus.join(folder));
        assert_eq!(all.len(), *count, "{folder}");
        let mut refused = BTreeMap::new();
        for directory in all {
            match read(&directory, None) {
                Ok(loaded) => {
                    assert_loaded(&loaded);
                    let announced = announced_version(&loaded);
                    assert!(versions.contains(&announced.as_str()), "{announced}");
                }
                Err(failure) => {
                    refused.insert(directory, explain(&failure));
                }
            }
        }
        assert!(refused.is_empty(), "{refused:#?}");
    }
}

/// Every description of the corpus, upgraded as text and read again, is the one that was upgraded in memory.
#[test]
fn every_text_is_upgraded_to_what_it_means() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let (mut count, mut changed, mut lines) = (0, 0, 0);
    for directory in descriptions(&corpus) {
        let (Ok(loaded), Ok(rewritten)) = (read(&directory, None), rewrite(&directory, None))
        else {
            continue;
        };
        let name = loaded.file.display();
        count += 1;
        changed += usize::from(!rewritten.changed.is_empty());
        assert_eq!(rewritten.diagnostics, loaded.diagnostics, "{name}");
        let copy = tempfile::tempdir().expect("a temporary directory");
        copy_with_changes(&directory, copy.path(), &rewritten);
        let again = read(copy.path(), None)
            .unwrap_or_else(|failure| panic!("{name}: {}", explain(&failure)));
        let text = |loaded: &Loaded| xml_write::to_xml(&loaded.root);
        assert_eq!(text(&again), text(&loaded), "{name}");
        let old_forms = [
            codes::markup::UPGRADE_DROPPED,
            codes::markup::UPGRADE_LOST,
            codes::markup::ONCE_VALID,
            codes::markup::OLD_SPELLING,
        ];
        let left = again
            .diagnostics
            .iter()
            .find(|it| old_forms.contains(&it.code));
        assert_eq!(left, None, "{name}");
        let second = rewrite(copy.path(), None).expect("it was just read");
        assert!(second.changed.is_empty(), "{name}: a second upgrade");
        for file in &rewritten.changed {
            lines += unified_diff(&file.path, &file.before, &file.edits)
                .lines()
                .filter(|line| line.starts_with('-'))
                .count();
        }
    }
    assert_eq!((count, changed), (134, 134));
    // An upgrade that writes files anew would change tens of thousands of lines.
    assert!(lines < 500, "{lines} lines were changed");
}

/// Copies the XML files of a directory, changed ones in their new form.
fn copy_with_changes(from: &Path, to: &Path, rewritten: &Rewritten) {
    for entry in std::fs::read_dir(from).expect("the corpus can be read") {
        let path = entry.expect("an entry").path();
        if !path.is_file() {
            continue;
        }
        let copy = to.join(path.file_name().expect("files have names"));
        match rewritten.changed.iter().find(|file| file.path == path) {
            Some(file) => std::fs::write(copy, &file.after),
            None => std::fs::copy(&path, copy).map(drop),
        }
        .expect("a copy");
    }
}

/// The version as it is written in the file.
fn announced_version(loaded: &Loaded) -> String {
    let (source, _) = loaded.source_map.files().next().expect("the main file");
    let root = xml::parse(&loaded.source_map, source).expect("it was read before");
    root.value("schemaversion").unwrap_or_default().to_owned()
}

/// Prints the time per description; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "measures time"]
fn time_per_description() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
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
