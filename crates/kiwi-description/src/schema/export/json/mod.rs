//! The schema as JSON Schema (2020-12), for descriptions in YAML and JSON.
//!
//! One definition per element. A key `@NAME` is an attribute, `#text` is the text, any other key a child: the child itself, or
//! a list of them. An element that has nothing but text may be written as that text, an empty one as `null`, and numbers
//! and booleans may stand where their text may. Values are expected without blanks around them.

mod conditions;
mod elements;
mod object;
mod values;

use object::{Json, object, string};

use crate::schema::elements as all_elements;

/// Returns the schema as one JSON document.
pub fn to_json() -> String {
    let definitions = all_elements()
        .map(|element| (element.name.to_owned(), elements::definition(element)))
        .collect();
    let schema = object([
        (
            "$schema",
            string("https://json-schema.org/draft/2020-12/schema"),
        ),
        (
            "title",
            string(format!(
                "Image description, schema version {}",
                crate::upgrade::NEWEST
            )),
        ),
        (
            "description",
            string(
                "Made by `kiwi-ng schema --format json`; rules between several attributes are checked by `kiwi-ng` only.",
            ),
        ),
        ("type", string("object")),
        (
            "properties",
            object([("image", elements::reference("image"))]),
        ),
        ("required", Json::List(vec![string("image")])),
        ("additionalProperties", Json::Boolean(false)),
        ("$defs", Json::Object(definitions)),
    ]);
    let mut text = serde_json::to_string_pretty(&schema).expect("plain data");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Everything that is referred to is defined.
    #[test]
    fn references_lead_somewhere() {
        let text = to_json();
        let schema: Value = serde_json::from_str(&text).unwrap();
        let mut references = Vec::new();
        collect(&schema, &mut references);
        assert!(references.len() > 100);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(schema.pointer(pointer).is_some(), "{reference}");
        }
        assert_eq!(text, to_json(), "twice the same");
    }

    fn collect<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                into.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|inner| collect(inner, into));
            }
            Value::Array(list) => list.iter().for_each(|inner| collect(inner, into)),
            _ => {}
        }
    }
}
