//! Compares since when, and until when, the tables say things exist with the facts about the history of the reference's
//! schema.

#[path = "support/facts.rs"]
mod facts;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use facts::{object, strings};
use kiwi_description::schema;
use kiwi_description::schema::define::{Element, Word};
use kiwi_description::schema::retired::{ATTRIBUTES, ELEMENTS, VALUES};
use serde_json::Value;

/// What was added and is still there, and what was removed and did not come back: name in the notation of the facts, version.
#[derive(Default)]
struct History {
    since: BTreeMap<String, String>,
    until: BTreeMap<String, String>,
}

fn history() -> Option<History> {
    let facts = facts::read("schema-history.json")?;
    let mut history = History::default();
    for change in facts["changes"].as_array().expect("a list of changes") {
        let version = change["schema"].as_str().expect("a version");
        for name in strings(&change["removed"]) {
            let name = name.split(" (").next().expect("a name");
            history.since.remove(name);
            history
                .until
                .insert(name.to_owned(), last_version(change, version));
        }
        for (name, _) in object(&change["added"]) {
            history.until.remove(name);
            history.since.insert(name.to_owned(), version.to_owned());
        }
    }
    history.since.retain(|name, _| !name.starts_with("rule"));
    history.until.retain(|name, _| !name.starts_with("rule"));
    Some(history)
}

/// The last version that had what a change removed.
fn last_version(change: &Value, version: &str) -> String {
    let before = change["schema_bump"][0].as_str();
    before.unwrap_or(version).to_owned()
}

/// Everything the tables say about since when things exist, in the notation of the facts: what is said on the line itself,
/// and what follows from the lines around it.
fn ours() -> (BTreeSet<String>, BTreeMap<String, &'static str>) {
    let mut said = BTreeSet::new();
    let mut known = BTreeMap::new();
    let mut note = |name: String, own: Option<&'static str>, around: Option<&'static str>| {
        if own.is_some() {
            said.insert(name.clone());
        }
        known.extend(own.or(around).map(|version| (name, version)));
    };
    let words = |of: &str, words: &[Word], around: Option<&'static str>| -> Vec<_> {
        let entry = |word: &Word| (format!("{of}={}", word.name), word.since, around);
        words.iter().map(entry).collect()
    };
    for element in schema::elements() {
        note(format!("element {}", element.name), element.since, None);
        let mut inner = Vec::new();
        if let Some(kind) = element.text {
            inner.extend(words(
                &format!("{} text", element.name),
                kind.words(),
                element.since,
            ));
        }
        for attribute in element.attributes {
            let name = format!("{}@{}", element.name, attribute.name);
            let since = attribute.since.or(element.since);
            inner.extend(words(&name, attribute.kind.words(), since));
            inner.push((name, attribute.since, element.since));
        }
        for child in element.children {
            let name = format!("{}/{}", element.name, child.name);
            inner.push((name, child.since, later(element, child.name)));
        }
        for (name, own, around) in inner {
            note(name, own, around);
        }
    }
    (said, known)
}

/// The later one of the versions that brought an element and its child.
fn later(parent: &Element, child: &str) -> Option<&'static str> {
    let child = schema::element(child).and_then(|child| child.since);
    match (parent.since, child) {
        (Some(parent), Some(child)) if number(parent) > number(child) => Some(parent),
        (parent, child) => child.or(parent),
    }
}

fn number(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().expect("a number"))
        .collect()
}

#[test]
fn since_when_things_exist_agrees() {
    let Some(history) = history() else { return };
    let (said, known) = ours();
    for (name, version) in &history.since {
        assert_eq!(known.get(name).copied(), Some(version.as_str()), "{name}");
    }
    for name in said {
        assert!(history.since.contains_key(&name), "{name} has no history");
    }
}

#[test]
fn until_when_things_existed_agrees() {
    let Some(history) = history() else { return };
    let mut ours = BTreeMap::new();
    ours.extend(
        ATTRIBUTES
            .iter()
            .map(|row| (format!("{}@{}", row.element, row.name), row.until)),
    );
    ours.extend(
        ELEMENTS
            .iter()
            .map(|row| (format!("{}/{}", row.element, row.name), row.until)),
    );
    ours.extend(VALUES.iter().map(|row| {
        let value = row.value.expect("a value");
        let name = match row.name {
            "" => format!("{} text={value}", row.element),
            attribute => format!("{}@{attribute}={value}", row.element),
        };
        (name, row.until)
    }));
    // What was only inside `pxedeploy` needs no advice of its own; two of its elements have namesakes today.
    let inside_pxedeploy = |name: &str| {
        let element = name.strip_prefix("element ").unwrap_or(name);
        let element = element.split('@').next().expect("a name");
        [
            "configuration",
            "kernel",
            "pxedeploy",
            "timeout",
            "union",
            "partitions",
            "partition",
            "initrd",
        ]
        .contains(&element)
    };
    let values_of_an_attribute_that_is_gone =
        |name: &str| name.starts_with("type@bootloader_console=");
    for (name, version) in &history.until {
        if !inside_pxedeploy(name) && !values_of_an_attribute_that_is_gone(name) {
            assert_eq!(ours.get(name).copied(), Some(version.as_str()), "{name}");
        }
    }
    // The facts begin with 6.9; what was gone before is not in them.
    for (name, version) in ours {
        if number(version) >= number("6.9") {
            assert!(history.until.contains_key(&name), "{name} was not removed");
        }
    }
}

/// What was removed without an upgrade is refused with advice.
#[test]
fn what_no_upgrade_mends_has_advice() {
    let Some(facts) = facts::read("schema-history.json") else {
        return;
    };
    let items = facts["removed_without_upgrade"]
        .as_array()
        .expect("a list of items");
    for item in items {
        let item = item["item"].as_str().expect("a name");
        let Some((name, values)) = item.split_once('=') else {
            continue;
        };
        let Some((element, attribute)) = name.split_once('@') else {
            continue;
        };
        // A rule in words, not a value.
        if name.contains(' ') {
            continue;
        }
        let values = values.split(' ').next().expect("a value");
        for value in values.split('|') {
            let known = schema::element(element).and_then(|element| element.attribute(attribute));
            let known = known.expect("the attribute is there still");
            let is_back = known.kind.words().iter().any(|word| word.name == value);
            let has_advice = VALUES.iter().any(|row| {
                row.element == element && row.name == attribute && row.value == Some(value)
            });
            assert!(is_back || has_advice, "{item}");
        }
    }
}
