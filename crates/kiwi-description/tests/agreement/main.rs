//! The exported schemas and the checker give the same verdict, on real descriptions, on made ones that use everything, and
//! on hundreds of these with one thing wrong. Foreign validators read the schemas.

#![allow(clippy::disallowed_types)] // Starts jing itself.

mod json_form;
mod judges;
mod mutations;
mod samples;
#[path = "../support/mod.rs"]
mod support;
mod yaml;

use kiwi_testkit::shared::shared;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use kiwi_description::diagnostic::{Diagnostics, Severity, codes};
use kiwi_description::node::Node;
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::{xml, xml_write};
use kiwi_description::{load, read, schema};
use kiwi_testkit::judges::require_judge;

/// Problems of rules that look at several attributes, which no schema language here can state.
const BEYOND_SCHEMAS: &[codes::Code] = &[
    codes::schema::NEEDS_OTHER,
    codes::schema::CONFLICT,
    codes::schema::RESERVED_NAME,
];

/// A document and what was done to it.
struct Case {
    name: String,
    root: Node,
    /// White space around values, or signs of numbers, which JSON Schema refuses by intent.
    only_xml: bool,
}

/// All made documents, as they are read back from their XML.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let samples = samples::documents();
    let mutated = mutations::of(&samples);
    let plain = samples.into_iter().map(|(name, root)| Case {
        name,
        root,
        only_xml: false,
    });
    plain
        .chain(mutated)
        .map(|case| Case {
            root: reread(&case.root),
            ..case
        })
        .collect()
});

/// Writes and reads a document, so that namespaces and texts are what a reader sees.
fn reread(root: &Node) -> Node {
    parse(&xml_write::to_xml(root))
}

fn parse(text: &str) -> Node {
    let mut sources = SourceMap::default();
    let source = sources.add("case.xml", text);
    xml::parse(&sources, source).expect("the document is well formed")
}

/// The checker's problems that schemas can see too.
fn visible_problems(root: &Node) -> Vec<String> {
    let problems: Diagnostics = schema::check(root);
    problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .filter(|problem| !BEYOND_SCHEMAS.contains(&problem.code))
        .map(|problem| format!("{} {}", problem.code, problem.message))
        .collect()
}

/// Compares verdicts; `theirs` has what the other validator says about those it refuses.
fn assert_same_verdicts<'a>(
    cases: impl Iterator<Item = &'a Case>,
    theirs: &BTreeMap<String, String>,
) -> (usize, usize) {
    let (mut accepted, mut refused) = (0, 0);
    let mut differences = Vec::new();
    for case in cases {
        let ours = visible_problems(&case.root);
        match (ours.is_empty(), theirs.get(&case.name)) {
            (true, None) => accepted += 1,
            (false, Some(_)) => refused += 1,
            (true, Some(theirs)) => differences.push(format!("{}: only they: {theirs}", case.name)),
            (false, None) => differences.push(format!("{}: only we: {ours:?}", case.name)),
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    (accepted, refused)
}

#[test]
fn samples_use_everything_and_are_accepted() {
    let samples = samples::documents();
    for (name, root) in &samples {
        assert_eq!(visible_problems(&reread(root)), [""; 0], "{name}");
    }
    let mut unused = samples::everything_in_the_tables();
    for (_, root) in &samples {
        samples::forget_used(root, &mut unused);
    }
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn rng_agrees_with_the_checker() {
    let Some(jing) = require_judge("jing") else {
        return;
    };
    let documents = CASES
        .iter()
        .map(|case| (case.name.clone(), xml_write::to_xml(&case.root)));
    let theirs = judges::jing(&jing, documents);
    let (accepted, refused) = assert_same_verdicts(CASES.iter(), &theirs);
    assert!(accepted > 200 && refused > 600, "{accepted} {refused}");
}

#[test]
fn json_schema_agrees_with_the_checker() {
    let validator = judges::json_validator();
    let cases = || CASES.iter().filter(|case| !case.only_xml);
    let theirs = cases()
        .filter_map(|case| {
            let value = json_form::of(&case.root, json_form::Scalars::Strings);
            let error = validator.validate(&value).err()?;
            Some((case.name.clone(), error.to_string()))
        })
        .collect();
    let (accepted, refused) = assert_same_verdicts(cases(), &theirs);
    assert!(accepted > 200 && refused > 600, "{accepted} {refused}");
}

/// What YAML makes numbers and booleans is accepted where its text is.
#[test]
fn json_schema_accepts_typed_scalars() {
    let validator = judges::json_validator();
    let cases = CASES.iter().filter(|case| !case.only_xml);
    for case in cases.filter(|case| visible_problems(&case.root).is_empty()) {
        let value = json_form::of(&case.root, json_form::Scalars::Typed);
        if let Err(error) = validator.validate(&value) {
            panic!("{}: {error} at {}", case.name, error.instance_path());
        }
    }
}

/// All descriptions of the corpus that load are valid, once they are upgraded.
#[test]
fn upgraded_corpus_is_valid() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let Some(jing) = require_judge("jing") else {
        return;
    };
    let validator = judges::json_validator();
    let mut documents = Vec::new();
    for folder in ["build-tests", "build-tests-9.24.1", "kiwi-descriptions"] {
        for directory in descriptions(&corpus.join(folder)) {
            let Ok(loaded) = read(&directory, None) else {
                continue;
            };
            let name = directory.display().to_string();
            let value = json_form::of(&loaded.root, json_form::Scalars::Typed);
            if let Err(error) = validator.validate(&value) {
                panic!("{name}: {error} at {}", error.instance_path());
            }
            documents.push((name, xml_write::to_xml(&loaded.root)));
        }
    }
    assert!(documents.len() > 60, "{}", documents.len());
    let refused = judges::jing(&jing, documents.into_iter());
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Returns all directories that hold a description, sorted.
fn descriptions(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = std::fs::read_dir(&directory).expect("a directory of the corpus");
        let inner = entries.flatten().map(|entry| entry.path());
        open.extend(inner.filter(|path| path.is_dir()));
        if load::find(&directory, None).is_ok() {
            found.push(directory);
        }
    }
    found.sort();
    found
}
