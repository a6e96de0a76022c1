//! JSON values whose keys keep their order, so that a schema reads from general to particular.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Boolean(bool),
    Number(serde_json::Number),
    String(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Boolean(value) => serializer.serialize_bool(*value),
            Json::Number(number) => number.serialize(serializer),
            Json::String(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Json::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Makes an object.
pub(super) fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// Makes a string.
pub(super) fn string(text: impl Into<String>) -> Json {
    Json::String(text.into())
}

/// Makes a list of strings.
pub(super) fn strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> Json {
    Json::List(texts.into_iter().map(string).collect())
}

/// Makes a whole number.
pub(super) fn number(value: u64) -> Json {
    Json::Number(value.into())
}

impl Json {
    /// Adds an entry to an object and returns it.
    pub(super) fn with(mut self, key: &str, value: Json) -> Self {
        if let Json::Object(entries) = &mut self {
            entries.push((key.to_owned(), value));
        }
        self
    }

    /// Puts an explanation in front of an object, if there is one.
    pub(super) fn described(self, description: String) -> Self {
        match self {
            Json::Object(mut entries) if !description.is_empty() => {
                entries.insert(0, ("description".to_owned(), Json::String(description)));
                Json::Object(entries)
            }
            other => other,
        }
    }
}
