//! What depends on other attributes of an element, as `if` and `then`.

use super::object::{Json, object, string, strings};
use crate::schema::define::{Attribute, Element};
use crate::schema::export::variants::{Variant, control, variants};

/// Returns the conditions of an element.
pub(super) fn of(element: &Element) -> Vec<Json> {
    let mut conditions = exclusive(element);
    if let Some(control) = control(element) {
        let variants = variants(element);
        conditions.extend(
            variants
                .iter()
                .filter(|variant| !variant.values.is_empty())
                .filter_map(|variant| condition(element, control, variant)),
        );
    }
    conditions
}

/// What holds for the values of a variant; nothing is said when everything the element has is allowed.
fn condition(element: &Element, control: &Attribute, variant: &Variant) -> Option<Json> {
    let content = &variant.content;
    let mut forbidden: Vec<(String, Json)> = Vec::new();
    for attribute in element.attributes {
        if content.forbidden.contains(attribute.name) {
            forbidden.push((format!("@{}", attribute.name), Json::Boolean(false)));
        }
    }
    for child in element.children {
        if !content.allows_child(child) {
            forbidden.push((child.name.to_owned(), Json::Boolean(false)));
        } else if let Some(attributes) = content.forbidden_in(child.name) {
            let names = attributes
                .iter()
                .map(|name| (format!("@{name}"), Json::Boolean(false)))
                .collect();
            let inside = object([("properties", Json::Object(names))]);
            let both = inside.clone().with("items", inside);
            forbidden.push((child.name.to_owned(), both));
        }
    }
    let required: Vec<String> = element
        .attributes
        .iter()
        .filter(|attribute| !attribute.required && content.required.contains(attribute.name))
        .map(|attribute| format!("@{}", attribute.name))
        .collect();
    if forbidden.is_empty() && required.is_empty() {
        return None;
    }
    let key = format!("@{}", control.name);
    let decided = object([
        (
            "properties",
            Json::Object(vec![(
                key.clone(),
                object([("enum", strings(variant.values.iter().copied()))]),
            )]),
        ),
        ("required", strings([key.as_str()])),
    ]);
    let mut then = object([]);
    if !forbidden.is_empty() {
        then = then.with("properties", Json::Object(forbidden));
    }
    if !required.is_empty() {
        then = then.with("required", strings(required.iter().map(String::as_str)));
    }
    Some(object([("if", decided), ("then", then)]))
}

/// Attributes of which one at most, or exactly one, may be there.
fn exclusive(element: &Element) -> Vec<Json> {
    let Some(exclusive) = element.exclusive else {
        return Vec::new();
    };
    let given = |name: &&str| object([("required", Json::List(vec![string(format!("@{name}"))]))]);
    let any = object([(
        "anyOf",
        Json::List(exclusive.names.iter().map(given).collect()),
    )]);
    let mut choices: Vec<Json> = exclusive.names.iter().map(given).collect();
    if !exclusive.required {
        choices.push(object([("not", any)]));
    }
    vec![object([("oneOf", Json::List(choices))])]
}
