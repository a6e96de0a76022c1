//! The schema in the languages that editors and other validators read, made from the tables.
//!
//! | Room | Gives |
//! |---|---|
//! | [`rng`] | RELAX NG in its XML syntax, for descriptions in XML |
//! | [`json`] | JSON Schema (2020-12), for descriptions in YAML and JSON |
//!
//! Both carry the help of elements, attributes and values. Both also say what depends on one deciding attribute, such as the
//! attributes of a `type` by its `image`; `variants` works that out. What depends on more than that is left to
//! [`check`](super::check()), which remains the judge. Otherwise all three agree, with one intended exception: JSON Schema has
//! no way to say that blanks around a value do not count, and refuses them.

mod variants;

pub mod json;
pub mod rng;

use super::define::Word;

/// Joins a help sentence and the version that brought what it explains.
fn with_since(help: &str, since: Option<&str>) -> String {
    match since {
        Some(version) if help.is_empty() => format!("Since schema {version}."),
        Some(version) => format!("{help} Since schema {version}."),
        None => help.to_owned(),
    }
}

/// The explanation of a word, empty where there is none.
fn explain(word: &Word) -> String {
    with_since(word.help(), word.since)
}
