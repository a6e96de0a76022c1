//! Compares the schema tables with the facts about the reference's schema, which were collected independently.

#[path = "support/facts.rs"]
mod facts;
mod support;

use std::collections::{BTreeMap, BTreeSet};

use kiwi_description::schema::define::{Attribute, Control, Count, Element, Kind, OnlyFor, Word};
use kiwi_description::schema::{self, patterns};
use serde_json::Value;

use facts::{object, strings};

fn facts() -> Option<Value> {
    facts::read("schema.json")
}

fn names(words: &[Word]) -> Vec<&'static str> {
    words.iter().map(|word| word.name).collect()
}

/// The kind as the facts write it.
fn kind(kind: Kind) -> Value {
    use serde_json::json;
    match kind {
        Kind::Text => json!({"type": "text"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Number => json!({"type": "nonNegativeInteger"}),
        Kind::NumberFrom(least) => json!({"type": "integer", "minInclusive": least}),
        Kind::Integer => json!({"type": "integer"}),
        Kind::Location => json!({"type": "anyURI"}),
        Kind::Words(words) => json!({"type": "enumeration", "values": names(words)}),
        Kind::Form(form) => json!({"type": "pattern", "pattern_ref": form.name}),
        Kind::WordsOrForm(words, form) => {
            json!({"type": "enumeration", "values": names(words), "or_pattern_ref": form.name})
        }
    }
}

#[test]
fn elements_attributes_and_values_agree() {
    let Some(facts) = facts() else { return };
    let ours: BTreeSet<_> = schema::elements().map(|element| element.name).collect();
    let theirs: BTreeSet<_> = object(&facts["elements"]).map(|(name, _)| name).collect();
    assert_eq!(ours, theirs);
    assert_eq!(schema::elements().count(), 111);
    for element in schema::elements() {
        assert_element(element, &facts["elements"][element.name]);
    }
}

fn assert_element(element: &Element, facts: &Value) {
    let name = element.name;
    let attributes: BTreeMap<_, _> = element
        .attributes
        .iter()
        .map(|attribute| {
            let mut fact = kind(attribute.kind);
            fact["use"] = if attribute.required {
                "required"
            } else {
                "optional"
            }
            .into();
            (attribute.name.to_owned(), fact)
        })
        .collect();
    assert_eq!(
        serde_json::to_value(attributes).expect("plain data"),
        facts["attributes"],
        "{name}"
    );

    let text = element
        .text
        .map_or_else(|| serde_json::json!({"type": "none"}), kind);
    assert_eq!(text, facts["text"], "{name}");

    let children: BTreeMap<_, _> = element
        .children
        .iter()
        .map(|child| {
            let count = match child.count {
                Count::One => "1",
                Count::Optional => "?",
                Count::Any => "*",
                Count::Many => "+",
            };
            (child.name, count)
        })
        .collect();
    if name != "extension" {
        assert_eq!(
            serde_json::to_value(children).expect("plain data"),
            facts["children"],
            "{name}"
        );
    }

    let exclusive = element.exclusive.map_or(Value::Null, |exclusive| {
        serde_json::json!([{"one_of": exclusive.names, "required": exclusive.required}])
    });
    assert_eq!(exclusive, facts["exclusive"], "{name}");
}

#[test]
fn every_named_pattern_is_known() {
    let Some(facts) = facts() else { return };
    let ours: BTreeSet<_> = patterns::ALL.iter().map(|pattern| pattern.name).collect();
    let theirs: BTreeSet<_> = object(&facts["patterns"]).map(|(name, _)| name).collect();
    let unused: Vec<_> = theirs.difference(&ours).collect();
    assert_eq!(
        unused,
        [&"size-type"],
        "only the pattern that nothing refers to is missing"
    );
    assert!(ours.is_subset(&theirs));
}

fn control(control: Control) -> String {
    match control {
        Control::Own(name) => format!("@{name}"),
        Control::Parent(name) => format!("../@{name}"),
    }
}

fn agrees(condition: Option<OnlyFor>, rule: &Value) -> bool {
    let Some(condition) = condition else {
        return false;
    };
    let mut values = strings(&rule["values"]);
    values.extend(strings(&rule["also_accepted_by_substring_match"]));
    let ours: BTreeSet<_> = condition.values.iter().copied().collect();
    condition.strict
        && control(condition.control) == rule["controlled_by"].as_str().unwrap_or_default()
        && ours == values.into_iter().collect()
}

/// Every rule of the facts is in the tables, or is one of those written as a function and tested there.
#[test]
fn every_condition_is_in_the_tables() {
    let Some(facts) = facts() else { return };
    let rules = facts["conditional"].as_array().expect("a list of rules");
    assert_eq!(rules.len(), 129);
    let mut elsewhere = Vec::new();
    for rule in rules {
        let text = |key: &str| rule[key].as_str().unwrap_or_default();
        let (id, element, attribute) = (text("id"), text("element"), text("attribute"));
        let element = schema::element(element).expect("rules are about known elements");
        let known: Option<&Attribute> = element.attribute(attribute);
        let found = match text("kind") {
            // The name of these elements is mandatory, so their rule is one about the element.
            "attribute_only_for" if matches!(id, "loader_name" | "image_name") => {
                agrees(element.only_for, rule)
            }
            // Covered by the rule about the whole element.
            "attribute_only_for" if id == "loader_grub_template" => true,
            "attribute_only_for" => agrees(known.and_then(|known| known.only_for), rule),
            "attribute_required_for" => agrees(known.and_then(|known| known.required_for), rule),
            "element_only_for" => agrees(element.only_for, rule),
            _ => false,
        };
        if !found {
            elsewhere.push(if attribute.is_empty() {
                id.to_owned()
            } else {
                format!("{id}:{attribute}")
            });
        }
    }
    elsewhere.sort();
    let expected = [
        "bootloader_matches",
        "bootstrap_package_validation:bootstrap_package",
        "collection_module_disable_constraint:stream",
        "installation_media",
        "luks_randomize:luksversion",
        "luks_requirement",
        "luksversion:luksversion",
        "no_derived_from_in_oem_without_container_format:derived_from",
        "no_lvm_btrfs_quota_groups:btrfs_quota_groups",
        "no_lvm_btrfs_root_is_readonly_snapshot:btrfs_root_is_readonly_snapshot",
        "no_lvm_btrfs_root_is_snapper_snapshot:btrfs_root_is_snapper_snapshot",
        "no_lvm_btrfs_root_is_subvolume:btrfs_root_is_subvolume",
        "no_lvm_btrfs_set_default_volume:btrfs_set_default_volume",
        "partition_name:name",
        "quota:quota",
        "standalone_integrity_mandatory:embed_integrity_metadata",
        "standalone_integrity_mandatory:integrity_legacy_hmac",
        "unpartitioned_validation:unpartitioned",
        "vagrant_format",
        "valid_in_disk_type",
        "verity_blocks_mandatory:embed_verity_metadata",
    ];
    assert_eq!(elsewhere, expected);
}

/// Which attributes each image type allows, as computed from the tables.
#[test]
fn attributes_per_image_type_agree() {
    let Some(facts) = facts() else { return };
    let build_type = schema::element("type").expect("in the tables");
    let unrestricted: BTreeSet<_> = build_type
        .attributes
        .iter()
        .filter(|attribute| {
            attribute.only_for.is_none_or(|condition| !condition.strict)
                && attribute.name != "image"
        })
        .map(|attribute| attribute.name)
        .collect();
    assert_eq!(
        unrestricted,
        strings(&facts["type_attributes"]["unrestricted"])
            .into_iter()
            .collect()
    );
    for (image, names) in object(&facts["type_attributes"]["by_image_value"]) {
        let ours: BTreeSet<_> = build_type
            .attributes
            .iter()
            .filter(|attribute| {
                attribute
                    .only_for
                    .is_some_and(|condition| condition.strict && condition.values.contains(&image))
            })
            .map(|attribute| attribute.name)
            .collect();
        assert_eq!(ours, strings(names).into_iter().collect(), "{image}");
    }
}
