//! Values of attributes and texts of elements.

use crate::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use crate::model::values::Value;
use crate::node::Node;
use crate::schema::collapse;
use crate::schema::define::{Element, Kind, Word};
use crate::schema::patterns;
use crate::schema::retired;
use crate::span::Span;

/// How many words a message lists before it gives up.
const WORDS_SHOWN: usize = 20;

/// Checks the text of an element.
pub(super) fn check_text(node: &Node, definition: &Element, problems: &mut Diagnostics) {
    let Some(kind) = definition.text else {
        if let Some(text) = &node.text {
            let message = format!("`{}` cannot have text", node.name);
            let hint = retired::text(&node.name).map_or_else(
                || "remove it; if it is a note, make it a comment: `<!-- ... -->`".to_owned(),
                str::to_owned,
            );
            problems.push(
                Diagnostic::error(codes::schema::UNEXPECTED_TEXT, message)
                    .at(text.span)
                    .help(hint),
            );
        }
        return;
    };
    if is_valid(kind, node.text()) {
        return;
    }
    if node.text.is_none() {
        problems.push(
            Diagnostic::error(
                codes::schema::BAD_VALUE,
                format!("`{}` is empty", node.name),
            )
            .at(node.name_span)
            .help(format!("its text must be {}", describe(kind))),
        );
    } else {
        problems.push(bad_value(node.text(), &node.name, kind, node.text_span()));
    }
}

/// Says that a value is none of those allowed.
pub(super) fn bad_value(value: &str, of: &str, kind: Kind, place: Span) -> Diagnostic {
    let allowed = describe(kind);
    let help = if let Some(advice) = retired::value(of, &collapse(value)) {
        advice.to_owned()
    } else if let Some(near) = near_value(value, kind)
        .map(str::to_owned)
        .or_else(|| near_list(value, kind))
    {
        format!("did you mean `{near}`? It must be {allowed}")
    } else {
        format!("it must be {allowed}")
    };
    Diagnostic::error(
        codes::schema::BAD_VALUE,
        format!("`{value}` is no value for `{of}`"),
    )
    .at(place)
    .help(help)
}

/// Tells whether a text is allowed.
pub(super) fn is_valid(kind: Kind, text: &str) -> bool {
    let collapsed = collapse(text);
    match kind {
        Kind::Text | Kind::Location => true,
        Kind::Boolean => bool::read(text).is_some(),
        Kind::Number => u64::read(text).is_some(),
        Kind::NumberFrom(least) => u64::read(text).is_some_and(|number| number >= least),
        Kind::Integer => i64::read(text).is_some(),
        Kind::Words(words) => has_word(words, &collapsed),
        Kind::Form(form) => (form.matches)(&collapsed),
        Kind::WordsOrForm(words, form) => has_word(words, &collapsed) || (form.matches)(&collapsed),
    }
}

fn near_value(value: &str, kind: Kind) -> Option<&'static str> {
    match (kind, value.to_lowercase().as_str()) {
        (Kind::Boolean, "yes" | "on") => Some("true"),
        (Kind::Boolean, "no" | "off") => Some("false"),
        (Kind::Boolean, _) => near_miss(value, ["true", "false"]),
        _ => near_miss(value, names(kind.words())),
    }
}

/// A list with its misspelt words replaced; `None` unless all of them are near to a word that is allowed.
fn near_list(value: &str, kind: Kind) -> Option<String> {
    let (Kind::Form(form) | Kind::WordsOrForm(_, form)) = kind else {
        return None;
    };
    let (separator, known) = patterns::list_words(form)?;
    let words: Option<Vec<&str>> = value
        .split(separator)
        .map(str::trim)
        .map(|word| {
            let right = known.iter().find(|known| **known == word).copied();
            right.or_else(|| near_miss(word, known.iter().copied()))
        })
        .collect();
    words.map(|words| words.join(&separator.to_string()))
}

fn has_word(words: &[Word], text: &str) -> bool {
    words.iter().any(|word| word.name == text)
}

fn names(words: &[Word]) -> Vec<&'static str> {
    words.iter().map(|word| word.name).collect()
}

/// Says what a value may be, to follow "must be".
pub fn describe(kind: Kind) -> String {
    match kind {
        Kind::Text => "any text".to_owned(),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Number => "a whole number".to_owned(),
        Kind::NumberFrom(least) => format!("a whole number from {least} on"),
        Kind::Integer => "a whole number, which may be negative".to_owned(),
        Kind::Location => "a location".to_owned(),
        Kind::Words(words) => quote_list(&names(words)),
        Kind::Form(form) => form.allowed.to_owned(),
        Kind::WordsOrForm(words, form) => {
            format!("{}, or {}", quote_list(&names(words)), form.allowed)
        }
    }
}

/// Joins words as "`a`, `b` or `c`".
pub(in crate::schema) fn quote_list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) if quoted.len() <= WORDS_SHOWN => {
            format!("{} or {last}", rest.join(", "))
        }
        Some(_) => format!("{}, ...", quoted[..WORDS_SHOWN].join(", ")),
    }
}
