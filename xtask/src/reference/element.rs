//! What the manual says about one element.

use std::fmt::Write;

use kiwi_description::schema::define::{Attribute, Control, Count, Element, Kind, OnlyFor, Word};
use kiwi_description::schema::{describe, element, rules_of};

use super::markdown::{anchor, link, parents, since_of_child, table, words};

/// Writes everything about an element, from its heading on.
pub(super) fn write(definition: &Element, out: &mut String) {
    let _ = write!(out, "\n## `{}`\n\n{}\n\n", definition.name, definition.help);
    let around: Vec<String> = parents(definition.name)
        .map(|parent| link(parent.name))
        .collect();
    if around.is_empty() {
        out.push_str("- The outermost element.\n");
    } else {
        let _ = writeln!(out, "- Stands in {}.", around.join(", "));
    }
    if let Some(condition) = definition.only_for {
        let _ = writeln!(out, "- Only for {}.", condition_text(&condition));
    }
    if let Some(kind) = definition.text {
        let name = format!("{} text", definition.name);
        let _ = writeln!(out, "- Text: {}.", value(kind, &name));
    }
    if let Some(exclusive) = definition.exclusive {
        let names = words(exclusive.names.iter().copied());
        let how = if exclusive.required {
            "Exactly one"
        } else {
            "At most one"
        };
        let _ = writeln!(out, "- {how} of the attributes {names}.");
    }
    if definition.name == "extension" {
        out.push_str(
            "- Holds elements in namespaces of their own, with any content; each prefix once.\n",
        );
    }
    for rule in rules_of(definition.name) {
        let _ = writeln!(out, "- {rule}");
    }
    if let Some(version) = definition.since {
        let _ = writeln!(out, "- Since schema {version}.");
    }
    write_attributes(definition, out);
    write_children(definition, out);
    write_values(definition, out);
}

fn write_attributes(definition: &Element, out: &mut String) {
    if definition.attributes.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = definition
        .attributes
        .iter()
        .map(|attribute| attribute_row(definition, attribute))
        .collect();
    let head = ["Attribute", "Value", "Meaning", "For", "Since"];
    let _ = write!(out, "\n{}", table(&head, &rows));
}

fn attribute_row(definition: &Element, attribute: &Attribute) -> Vec<String> {
    let name = if attribute.required {
        format!("`{}` (required)", attribute.name)
    } else {
        format!("`{}`", attribute.name)
    };
    let path = format!("{}@{}", definition.name, attribute.name);
    let mut only_for = String::new();
    if let Some(condition) = attribute.only_for {
        only_for = condition_text(&condition);
        if !condition.strict {
            only_for.push_str("; without effect elsewhere");
        }
    }
    if let Some(condition) = attribute.required_for {
        let _ = write!(only_for, "; required for {}", condition_text(&condition));
    }
    vec![
        name,
        value(attribute.kind, &path),
        attribute.help.to_owned(),
        only_for,
        attribute.since.unwrap_or_default().to_owned(),
    ]
}

fn write_children(definition: &Element, out: &mut String) {
    if definition.children.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = definition
        .children
        .iter()
        .filter_map(|child| Some((child, element(child.name)?)))
        .map(|(child, known)| {
            let count = match child.count {
                Count::One => "once",
                Count::Optional => "at most once",
                Count::Any => "any number",
                Count::Many => "at least once",
            };
            vec![
                link(child.name),
                count.to_owned(),
                known.help.to_owned(),
                known
                    .only_for
                    .as_ref()
                    .map_or_else(String::new, condition_text),
                since_of_child(definition, child.name).to_owned(),
            ]
        })
        .collect();
    let head = ["Child", "How often", "Meaning", "For", "Since"];
    let _ = write!(out, "\n{}", table(&head, &rows));
}

/// Writes a table for each attribute, and the text, whose words need an explanation.
fn write_values(definition: &Element, out: &mut String) {
    let text = definition
        .text
        .map(|kind| (format!("{} text", definition.name), kind));
    let attributes = definition.attributes.iter().map(|attribute| {
        (
            format!("{}@{}", definition.name, attribute.name),
            attribute.kind,
        )
    });
    for (path, kind) in text.into_iter().chain(attributes) {
        let known = kind.words();
        if !need_table(known) {
            continue;
        }
        let rows: Vec<Vec<String>> = known
            .iter()
            .map(|word| {
                vec![
                    format!("`{}`", word.name),
                    word.help().to_owned(),
                    word.since.unwrap_or_default().to_owned(),
                ]
            })
            .collect();
        let table = table(&["Value", "Meaning", "Since"], &rows);
        let _ = write!(out, "\n### {}\n\n{table}", values_heading(&path));
    }
}

fn values_heading(path: &str) -> String {
    format!("Values of `{path}`")
}

/// Tells whether words need a table of their own.
fn need_table(known: &[Word]) -> bool {
    known
        .iter()
        .any(|word| !word.help().is_empty() || word.since.is_some())
}

/// What a value may be.
fn value(kind: Kind, path: &str) -> String {
    let known = kind.words();
    if !need_table(known) {
        return describe(kind);
    }
    let names = words(known.iter().map(|word| word.name));
    let listed = format!("[{names}](#{})", anchor(&values_heading(path)));
    match kind {
        Kind::WordsOrForm(_, form) => format!("{listed}, or {}", form.allowed),
        _ => listed,
    }
}

/// The kinds a condition is about.
pub(super) fn condition_text(condition: &OnlyFor) -> String {
    let values = words(condition.values.iter().copied());
    match condition.control {
        Control::Own("image") | Control::Parent("image") => format!("image type {values}"),
        Control::Own(name) => format!("`{name}` {values}"),
        Control::Parent(name) => format!("`{name}` {values} around it"),
    }
}
