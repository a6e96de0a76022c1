//! The foreign validators.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use jsonschema::Validator;
use kiwi_description::schema::export::{json, rng};

/// Validates documents with jing, in one call; returns the first complaint about each that it refuses, by name.
pub(crate) fn jing(
    program: &Path,
    documents: impl Iterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let grammar = directory.path().join("image.rng");
    std::fs::write(&grammar, rng::to_rng()).expect("the grammar is written");
    let mut files = BTreeMap::new();
    for (at, (name, text)) in documents.enumerate() {
        let file = directory.path().join(format!("{at:05}.xml"));
        std::fs::write(&file, text).expect("the document is written");
        let taken = files.insert(file, name);
        assert!(taken.is_none());
    }
    let output = Command::new(program)
        .arg(&grammar)
        .args(files.keys())
        .output()
        .expect("jing runs");
    let text = String::from_utf8(output.stdout).expect("jing writes UTF-8");
    let mut refused = BTreeMap::new();
    for line in text.lines() {
        let (file, complaint) = line.split_once(".xml:").unwrap_or_else(|| {
            panic!(
                "no complaint about a document: {line}\n{}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
        let name = &files[Path::new(&format!("{file}.xml"))];
        refused
            .entry(name.clone())
            .or_insert_with(|| complaint.to_owned());
    }
    assert_eq!(output.status.success(), refused.is_empty());
    refused
}

/// Makes a validator of the JSON Schema; the schema itself must be a valid one.
pub(crate) fn json_validator() -> Validator {
    let schema = serde_json::from_str(&json::to_json()).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).expect("the schema can be used")
}
