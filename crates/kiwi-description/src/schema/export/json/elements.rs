//! Definitions of elements.

use super::conditions;
use super::object::{Json, number, object, string, strings};
use super::values;
use crate::schema::define::{Child, Element};
use crate::schema::export::with_since;

/// Returns the schema that refers to an element.
pub(super) fn reference(name: &str) -> Json {
    object([("$ref", string(format!("#/$defs/{name}")))])
}

/// Returns the definition of an element.
pub(super) fn definition(element: &Element) -> Json {
    let description = with_since(element.help, element.since);
    if element.name == "extension" {
        return extension().described(description);
    }
    let mut forms = vec![as_object(element)];
    let needs_keys = element
        .attributes
        .iter()
        .any(|attribute| attribute.required)
        || element
            .children
            .iter()
            .any(|child| child.count.is_required())
        || element
            .exclusive
            .is_some_and(|exclusive| exclusive.required);
    if !needs_keys {
        // What is usual comes first: editors offer it first.
        let at = usize::from(!element.attributes.is_empty());
        if let Some(kind) = element.text {
            forms.insert(at, values::value(kind));
        }
        if element.text.is_none_or(values::may_be_empty) {
            forms.push(object([("type", string("null"))]));
        }
    }
    let definition = if forms.len() == 1 {
        forms.remove(0)
    } else {
        object([("anyOf", Json::List(forms))])
    };
    definition.described(description)
}

fn as_object(element: &Element) -> Json {
    let mut properties = Vec::new();
    let mut required = Vec::new();
    for attribute in element.attributes {
        let key = format!("@{}", attribute.name);
        let schema =
            values::value(attribute.kind).described(with_since(attribute.help, attribute.since));
        if attribute.required {
            required.push(key.clone());
        }
        properties.push((key, schema));
    }
    if let Some(kind) = element.text {
        properties.push(("#text".to_owned(), values::value(kind)));
        if !values::may_be_empty(kind) {
            required.push("#text".to_owned());
        }
    }
    for child in element.children {
        properties.push((child.name.to_owned(), as_child(child)));
        if child.count.is_required() {
            required.push(child.name.to_owned());
        }
    }
    let mut schema = object([
        ("type", string("object")),
        ("properties", Json::Object(properties)),
    ]);
    if element.name == "image" {
        schema = schema.with(
            "patternProperties",
            object([("^@xmlns(:.*)?$", object([]))]),
        );
    }
    if !required.is_empty() {
        schema = schema.with("required", strings(required.iter().map(String::as_str)));
    }
    schema = schema.with("additionalProperties", Json::Boolean(false));
    let conditions = conditions::of(element);
    if conditions.is_empty() {
        schema
    } else {
        schema.with("allOf", Json::List(conditions))
    }
}

/// A child, or a list of them as long as it may be.
fn as_child(child: &Child) -> Json {
    let list = object([("type", string("array")), ("items", reference(child.name))]);
    let list = if child.count.is_required() {
        list.with("minItems", number(1))
    } else {
        list
    };
    let list = if child.count.is_repeatable() {
        list
    } else {
        list.with("maxItems", number(1))
    };
    object([("anyOf", Json::List(vec![reference(child.name), list]))])
}

/// Elements in a namespace: with a prefix, or with a declaration of their own.
fn extension() -> Json {
    let with_declaration = object([
        ("type", string("object")),
        ("required", strings(["@xmlns"])),
    ]);
    object([
        ("type", string("object")),
        (
            "patternProperties",
            object([
                ("^@xmlns(:.*)?$", object([("type", string("string"))])),
                ("^[^@#:]+:[^:]+$", object([])),
            ]),
        ),
        ("additionalProperties", with_declaration),
        // At least one key that is no attribute.
        (
            "not",
            object([("propertyNames", object([("pattern", string("^@"))]))]),
        ),
    ])
}
