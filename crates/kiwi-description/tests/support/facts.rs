//! The facts about the reference's schema, which were collected independently of our tables.

use kiwi_testkit::shared::shared;
use serde_json::Value;

/// Reads a file of facts; absent, and loudly said, when there is none.
pub(crate) fn read(file: &str) -> Option<Value> {
    let directory = shared("KIWI_SPEC", "spec")?;
    let text = std::fs::read_to_string(directory.join(file)).expect("the facts are readable");
    Some(serde_json::from_str(&text).expect("the facts are JSON"))
}

/// The entries of an object.
pub(crate) fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

/// The strings of a list.
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
