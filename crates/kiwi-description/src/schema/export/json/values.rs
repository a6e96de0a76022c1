//! What values may be.

use super::object::{Json, number, object, string, strings};
use crate::schema::define::{Kind, Word};
use crate::schema::export::explain;
use crate::schema::patterns::Pattern;

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
        ("pattern", string(at_least(least))),
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

/// An expression for the digits of a number from some number on, with zeros in front or without.
fn at_least(least: u64) -> String {
    if least == 0 {
        return "^[0-9]+$".to_owned();
    }
    let digits = least.to_string();
    // Any longer number, the number itself, and those that are larger at one digit and alike before it.
    let mut choices = vec![format!("[1-9][0-9]{{{},}}", digits.len()), digits.clone()];
    for (at, digit) in digits.char_indices().filter(|(_, digit)| *digit < '9') {
        let larger = char::from(digit as u8 + 1);
        let rest = digits.len() - at - 1;
        choices.push(format!("{}[{larger}-9][0-9]{{{rest}}}", &digits[..at]));
    }
    format!("^0*({})$", choices.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_from_some_number_on() {
        for least in [0, 1, 9, 10, 199, 2048] {
            let regex = regex::Regex::new(&at_least(least)).unwrap();
            for value in 0..3000_u64 {
                for text in [value.to_string(), format!("00{value}")] {
                    assert_eq!(regex.is_match(&text), value >= least, "{text} from {least}");
                }
            }
            assert!(!regex.is_match("") && !regex.is_match("x9"));
        }
    }
}
