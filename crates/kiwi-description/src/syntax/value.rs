//! What YAML, JSON and TOML have in common: maps, lists and texts, each with its place.
//!
//! The readers of these markups make such a [`Value`]; [`super::convention`] makes elements and attributes of it. Numbers and
//! booleans are texts here already, in the form the reference gives them.

use crate::diagnostic::{Diagnostic, codes};
use crate::span::Span;

/// How deep maps and lists may be nested; an element is at most a list with a map in it, so this is more than
/// [`super::DEPTH_LIMIT`] elements.
pub(super) const NESTING_LIMIT: usize = 256;

/// One value and its places.
#[derive(Clone, Debug)]
pub(super) struct Value {
    /// Where to point when the value is meant as one of several in a list: its first character or what introduces it.
    pub(super) place: Span,
    /// The whole value, with quotes and brackets; an alias where it is used.
    pub(super) span: Span,
    /// The same without quotes; what an alias stands for.
    pub(super) inner: Span,
    /// What it is.
    pub(super) data: Data,
}

/// A value without its places.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// Nothing, which is an empty element.
    Null,
    /// A text, number or boolean.
    Text(String),
    /// Keys and values in the order they were written; no key is there twice.
    Map(Vec<Entry>),
    /// Several values.
    List(Vec<Value>),
}

/// One key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key, without quotes.
    pub(super) key: String,
    /// Place of the key, without quotes.
    pub(super) key_span: Span,
    /// Place from the beginning of the key to the end of the value, with all quotes.
    pub(super) span: Span,
    /// The value.
    pub(super) value: Value,
}

/// Says that a key is there twice.
pub(super) fn duplicate_key(key: &str, first: Span, again: Span) -> Diagnostic {
    let help = if key.starts_with(['@', '#']) {
        "keep one of them"
    } else {
        "keep one of them; several elements of one name are a list behind one key"
    };
    Diagnostic::error(
        codes::markup::DUPLICATE_KEY,
        format!("the key `{key}` is given twice"),
    )
    .at(again)
    .related(first, "the first one")
    .help(help)
}

/// Says that maps and lists are nested too deeply.
pub(super) fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::error(
        codes::markup::TOO_DEEP,
        format!("maps and lists are nested more than {NESTING_LIMIT} levels deep"),
    )
    .at(place)
    .help("no description needs more than a handful of levels")
}

/// Says that there is too much of everything.
pub(super) fn too_many(place: Span) -> Diagnostic {
    Diagnostic::error(
        codes::markup::TOO_MANY,
        format!("there are more than {} values", super::NODE_LIMIT),
    )
    .at(place)
    .help("a description has some hundreds; an alias counts as often as it is used")
}
