//! What values may be.

use super::object::{Json, number, object, string, strings};
use crate::schema::define::{Kind, Word};
use crate::schema::export::explain;
use crate::schema::patterns::Pattern;

/// Digits of a number that is not negative.
const DIGITS: &str = "^[0-9]+$";

/// Returns the schema of a value.
pub(super) fn value(kind: Kind) -> Json {
    match kind {
        Kind::Text | Kind::Location => object([("type", strings(["string", "number", "boolean"]))]),
        Kind::Boolean => object([("enum", booleans())]),
        Kind::Number => whole_number(0),
        Kind::NumberFrom(least) => whole_number(least),
        Kind::Integer => object([
            ("type", strings(["integer", "string"])),
            ("pattern", string("^[+-]?[0-9]+$")),
        ]),
        Kind::Words(words) => of_words(words),
        Kind::Form(form) => of_form(form),
        Kind::WordsOrForm(words, form) => {
            object([("anyOf", Json::List(vec![of_words(words), of_form(form)]))])
        }
    }
}

/// Tells whether an element of this text may be empty.
pub(super) fn may_be_empty(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Location)
}

fn booleans() -> Json {
    Json::List(vec![
        Json::Boolean(true),
        Json::Boolean(false),
        string("true"),
        string("false"),
        number(1),
        number(0),
        string("1"),
        string("0"),
    ])
}

fn whole_number(least: u64) -> Json {
    object([
        ("type", strings(["integer", "string"])),
        ("minimum", number(least)),
        ("pattern", string(DIGITS)),
    ])
}

/// One of some words; words that look like numbers may be written as such.
fn of_words(words: &[Word]) -> Json {
    let explained = words.iter().any(|word| !explain(word).is_empty());
    if !explained {
        return object([(
            "enum",
            Json::List(words.iter().flat_map(spellings).collect()),
        )]);
    }
    let choices = words.iter().flat_map(|word| {
        spellings(word).map(|spelling| object([("const", spelling)]).described(explain(word)))
    });
    object([("anyOf", Json::List(choices.collect()))])
}

fn spellings(word: &Word) -> impl Iterator<Item = Json> + use<> {
    let as_number = word
        .name
        .parse()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map(Json::Number);
    std::iter::once(string(word.name)).chain(as_number)
}

/// A text of a form; what YAML makes a number or a boolean may be of that form too.
fn of_form(form: &Pattern) -> Json {
    let mut types = vec!["string"];
    if (form.matches)("1.5") {
        types.push("number");
    } else if (form.matches)("7") {
        types.push("integer");
    }
    if (form.matches)("true") {
        types.push("boolean");
    }
    let schema = object([("type", strings(types.iter().copied()))]);
    let schema = if types.len() > 1 && !(form.matches)("-7") {
        schema.with("minimum", number(0))
    } else {
        schema
    };
    schema.with("pattern", string(format!("^(?:{})$", form.regex)))
}
