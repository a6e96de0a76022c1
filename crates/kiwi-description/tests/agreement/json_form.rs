//! A document in the form that YAML and JSON descriptions have.

use kiwi_description::node::Node;
use serde_json::{Map, Value};

/// How values are written.
#[derive(Clone, Copy)]
pub(crate) enum Scalars {
    /// Everything in quotes.
    Strings,
    /// Without quotes, so that what looks like a number or a boolean is one.
    Typed,
}

/// Returns a whole document.
pub(crate) fn of(root: &Node, scalars: Scalars) -> Value {
    let mut document = Map::new();
    document.insert(root.name.clone(), element(root, scalars));
    Value::Object(document)
}

fn element(node: &Node, scalars: Scalars) -> Value {
    let text = node.text.as_ref().map(|text| scalar(&text.value, scalars));
    if node.attributes.is_empty() && node.children.is_empty() {
        return text.unwrap_or(Value::Null);
    }
    let mut keys = Map::new();
    for attribute in &node.attributes {
        let value = scalar(&attribute.value, scalars);
        keys.insert(format!("@{}", attribute.name), value);
    }
    keys.extend(text.map(|text| ("#text".to_owned(), text)));
    for child in &node.children {
        let value = element(child, scalars);
        match keys.get_mut(&child.name) {
            None => {
                keys.insert(child.name.clone(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(keys)
}

fn scalar(text: &str, scalars: Scalars) -> Value {
    match scalars {
        Scalars::Strings => text.into(),
        Scalars::Typed => match serde_json::from_str(text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_))) => value,
            _ => text.into(),
        },
    }
}
