//! Compares what the schema tables imply with the facts about the reference's schema: parents, order, children per image
//! type, the language of patterns; and makes sure that the facts hold nothing no test looks at.

#[path = "support/facts.rs"]
mod facts;
mod support;

use std::collections::BTreeSet;

use facts::{object, strings};
use kiwi_description::schema::{self, patterns};
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::xml;
use kiwi_description::upgrade::NEWEST;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::string::string_regex;
use regex::Regex;
use serde_json::Value;

fn facts() -> Option<Value> {
    facts::read("schema.json")
}

#[test]
fn version_agrees() {
    let Some(facts) = facts() else { return };
    assert_eq!(facts["about"]["schema_version"], NEWEST);
}

#[test]
fn parents_agree() {
    let Some(facts) = facts() else { return };
    for element in schema::elements() {
        let mut ours: BTreeSet<&str> = schema::elements()
            .filter(|parent| parent.child(element.name).is_some())
            .map(|parent| parent.name)
            .collect();
        if element.name == "image" {
            ours.insert("(document root)");
        }
        let theirs = strings(&facts["elements"][element.name]["parents"]);
        assert_eq!(ours, theirs.into_iter().collect(), "{}", element.name);
    }
}

/// Our tables know no order of children; where the facts have one, it is between no two children.
#[test]
fn no_order_of_children_is_lost() {
    let Some(facts) = facts() else { return };
    for element in schema::elements() {
        let order = facts["elements"][element.name]["child_order"].as_str();
        match element.children.len() {
            0 if element.name == "extension" => assert_eq!(order, Some("fixed")),
            0 => assert_eq!(order, Some("n/a"), "{}", element.name),
            1 => assert_ne!(order, Some("n/a"), "{}", element.name),
            _ => assert_eq!(order, Some("any"), "{}", element.name),
        }
    }
    let children = &facts["elements"]["extension"]["children"];
    let (content, count) = object(children).next().expect("some content");
    assert!(content.contains("foreign namespace"), "{content}");
    assert_eq!(count, "+");
}

#[test]
fn children_per_image_type_agree() {
    let Some(facts) = facts() else { return };
    let build_type = schema::element("type").expect("in the tables");
    let images = build_type.attribute("image").expect("in the tables");
    for image in images.kind.words() {
        let mut ours: BTreeSet<_> = build_type
            .children
            .iter()
            .filter_map(|child| schema::element(child.name))
            .filter(|child| {
                child
                    .only_for
                    .is_none_or(|condition| condition.values.contains(&image.name))
            })
            .map(|child| child.name)
            .collect();
        // Rules about other attributes, which only these types can have: `installiso`, `luks`.
        if image.name != "oem" {
            ours.remove("installmedia");
        }
        if !matches!(image.name, "oem" | "iso" | "pxe" | "kis") {
            ours.remove("luksformat");
        }
        let theirs = strings(&facts["type_children_by_image_value"][image.name]);
        assert_eq!(ours, theirs.into_iter().collect(), "{}", image.name);
    }
}

/// Names of partitions that are reserved, each tried.
#[test]
fn reserved_names_agree() {
    let Some(facts) = facts() else { return };
    let rules = facts["conditional"].as_array().expect("a list of rules");
    let rule = rules
        .iter()
        .find(|rule| rule["id"] == "partition_name")
        .expect("a rule about names");
    let is_free = |name: &str| {
        let text = format!(
            "<image schemaversion='{NEWEST}' name='x'><description type='system'><author>a</author><contact>c</contact>\
             <specification>s</specification></description><preferences><type image='oem' filesystem='ext4'>\
             <partitions><partition name='{name}' size='1'/></partitions></type></preferences></image>"
        );
        let mut sources = SourceMap::default();
        let source = sources.add("", text);
        let root = xml::parse(&sources, source).expect("well formed");
        !schema::check(&root).has_errors()
    };
    let reserved = strings(&rule["reserved"]);
    assert_eq!(reserved.len(), 8);
    assert!(reserved.into_iter().all(|name| !is_free(name)));
    assert!(is_free("data"));
}

proptest! {
    /// Every text of the facts' patterns is of our form, and every text of our expression is of their pattern.
    #[test]
    fn patterns_are_the_same_language(at in 0..patterns::ALL.len(), seed in any::<u64>()) {
        let Some(facts) = facts() else { return Ok(()) };
        let pattern = patterns::ALL[at];
        let theirs = facts["patterns"][pattern.name].as_str().expect("a pattern").replace("\\d", "[0-9]");
        let whole = |text: &str| Regex::new(&format!("^(?:{text})$")).expect("an expression");
        let (their_regex, our_regex) = (whole(&theirs), whole(pattern.regex));
        let mut runner = prop::test_runner::TestRunner::new_with_rng(
            ProptestConfig::default(),
            prop::test_runner::TestRng::from_seed(
                prop::test_runner::RngAlgorithm::ChaCha,
                &seed.to_le_bytes().repeat(4),
            ),
        );
        for expression in [theirs.as_str(), pattern.regex] {
            let text = string_regex(expression).expect("an expression").new_tree(&mut runner).expect("a text").current();
            prop_assert!(their_regex.is_match(&text), "theirs: {} {text:?}", pattern.name);
            prop_assert!(our_regex.is_match(&text), "ours: {} {text:?}", pattern.name);
        }
    }
}

/// The keys of the facts, so that one that is new, and thus unchecked, is noticed.
#[test]
fn nothing_in_the_facts_is_unchecked() {
    let Some(facts) = facts() else { return };
    let keys = |value: &Value| -> BTreeSet<String> {
        object(value).map(|(key, _)| key.to_owned()).collect()
    };
    let is_known = |value: &Value, known: &[&str]| {
        let unknown: Vec<_> = keys(value)
            .into_iter()
            .filter(|key| !known.contains(&key.as_str()))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    };
    is_known(
        &facts,
        &[
            "about",
            "patterns",
            "elements",
            "conditional",
            "type_attributes",
            "type_children_by_image_value",
        ],
    );
    is_known(
        &facts["type_attributes"],
        &["unrestricted", "by_image_value"],
    );
    for (_, element) in object(&facts["elements"]) {
        is_known(
            element,
            &[
                "parents",
                "child_order",
                "text",
                "children",
                "attributes",
                "exclusive",
            ],
        );
    }
    for rule in facts["conditional"].as_array().expect("a list of rules") {
        is_known(
            rule,
            &[
                "id",
                "kind",
                "element",
                "attribute",
                "controlled_by",
                "values",
                "also_accepted_by_substring_match",
                // Of rules written as functions, tested beside them.
                "any_of",
                "requires",
                "effective",
                "reserved",
                "constraint",
                "parent",
                "when",
                "note",
            ],
        );
    }
    let images = keys(&facts["type_attributes"]["by_image_value"]);
    assert_eq!(images, keys(&facts["type_children_by_image_value"]));
    let build_type = schema::element("type").expect("in the tables");
    let ours = build_type
        .attribute("image")
        .expect("in the tables")
        .kind
        .words();
    assert_eq!(
        images,
        ours.iter().map(|word| word.name.to_owned()).collect()
    );
}
