//! Reads JSON, also in its relaxed form: comments, single quotes, keys without quotes, a comma behind the last value.
//!
//! The formats are RFC 8259, <https://www.rfc-editor.org/rfc/rfc8259>, and JSON5, <https://spec.json5.org/>.

use std::collections::HashMap;

use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::scalar;
use super::value::{Data, Entry, NESTING_LIMIT, Value, duplicate_key, too_deep, too_many};
use super::{NODE_LIMIT, Reading};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::span::{SourceId, SourceMap, Span};

/// Reads a whole file.
pub(super) fn read(sources: &SourceMap, source: SourceId) -> Result<Reading, Diagnostics> {
    let text = sources.file(source).text();
    let options = ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| explain(&error, source))?;
    let mut reader = Reader {
        text,
        source,
        values: 0,
        notes: Diagnostics::new(),
        problems: Diagnostics::new(),
    };
    let value = match &parsed.value {
        Some(value) => reader.value(value, 0).map_err(|problem| *problem)?,
        None => reader.made(Range::new(0, 0), Data::Map(Vec::new())),
    };
    if reader.problems.is_empty() {
        Ok(Reading {
            value,
            notes: reader.notes,
        })
    } else {
        Err(reader.problems.sorted())
    }
}

struct Reader<'a> {
    text: &'a str,
    source: SourceId,
    values: u32,
    notes: Diagnostics,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn value(&mut self, value: &ast::Value<'_>, depth: usize) -> Result<Value, Box<Diagnostic>> {
        let range = value.range();
        self.values += 1;
        if self.values > NODE_LIMIT {
            return Err(too_many(self.first(range)).into());
        }
        if depth > NESTING_LIMIT {
            return Err(too_deep(self.first(range)).into());
        }
        let made = match value {
            ast::Value::NullKeyword(_) => self.made(range, Data::Null),
            ast::Value::BooleanLit(literal) => {
                self.made(range, Data::Text(literal.value.to_string()))
            }
            ast::Value::NumberLit(literal) => {
                let made = self.made(range, Data::Text(number(literal.value)));
                if let Data::Text(text) = &made.data {
                    self.notes
                        .extend(scalar::changed(literal.value, text, made.span));
                }
                made
            }
            ast::Value::StringLit(literal) => {
                let value = self.made(range, Data::Text(literal.value.clone().into_owned()));
                Value {
                    inner: self.inner(range),
                    ..value
                }
            }
            ast::Value::Array(array) => {
                let items: Result<_, _> = array
                    .elements
                    .iter()
                    .map(|item| self.value(item, depth + 1))
                    .collect();
                self.made(range, Data::List(items?))
            }
            ast::Value::Object(object) => {
                let entries = self.entries(object, depth)?;
                self.made(range, Data::Map(entries))
            }
        };
        Ok(made)
    }

    fn entries(
        &mut self,
        object: &ast::Object<'_>,
        depth: usize,
    ) -> Result<Vec<Entry>, Box<Diagnostic>> {
        let mut known: HashMap<&str, Span> = HashMap::new();
        let mut entries = Vec::new();
        for property in &object.properties {
            let key = property.name.as_str();
            let key_span = self.inner(property.name.range());
            if let Some(&first) = known.get(key) {
                self.problems.push(duplicate_key(key, first, key_span));
                continue;
            }
            known.insert(key, key_span);
            let value = self.value(&property.value, depth + 1)?;
            entries.push(Entry {
                key: key.to_owned(),
                key_span,
                span: Span::new(self.source, property.range.start..property.range.end),
                value,
            });
        }
        Ok(entries)
    }

    fn made(&self, range: Range, data: Data) -> Value {
        Value {
            place: self.first(range),
            span: Span::new(self.source, range.start..range.end),
            inner: Span::new(self.source, range.start..range.end),
            data,
        }
    }

    fn first(&self, range: Range) -> Span {
        let length = self.text[range.start..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        Span::new(self.source, range.start..range.start + length)
    }

    /// Returns a place without the quotes there, if there are any.
    fn inner(&self, range: Range) -> Span {
        let written = &self.text[range.start..range.end];
        if written.len() >= 2 && written.starts_with(['"', '\'']) {
            return Span::new(self.source, range.start + 1..range.end - 1);
        }
        Span::new(self.source, range.start..range.end)
    }
}

/// Returns the text the reference makes of a number.
fn number(written: &str) -> String {
    let (sign, digits) = scalar::split_sign(written);
    let text = if let Some(digits) = digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        scalar::integer(sign, digits, 16)
    } else if digits == "Infinity" {
        Some(format!("{}inf", if sign == "-" { "-" } else { "" }))
    } else if digits == "NaN" {
        Some("nan".to_owned())
    } else {
        scalar::integer(sign, digits, 10).or_else(|| scalar::float(written))
    };
    text.unwrap_or_else(|| written.to_owned())
}

/// Turns an error of the parser into a diagnostic at its place.
fn explain(error: &ParseError, source: SourceId) -> Diagnostic {
    let range = error.range();
    let place = Span::new(source, range.start..range.end.max(range.start));
    let start = Span::new(source, range.start..range.start);
    let (message, help) = match error.kind() {
        ParseErrorKind::NestingDepthExceeded => return too_deep(start),
        ParseErrorKind::UnterminatedObject => ("`{` is never closed", "add the missing `}`"),
        ParseErrorKind::UnterminatedArray => ("`[` is never closed", "add the missing `]`"),
        ParseErrorKind::UnterminatedCommentBlock => {
            ("the comment is never closed", "add the missing `*/`")
        }
        ParseErrorKind::ExpectedComma => (
            "a comma is missing before this",
            "separate values with commas",
        ),
        ParseErrorKind::ExpectedColonAfterObjectKey => (
            "a colon is missing between key and value",
            "write `\"KEY\": VALUE`",
        ),
        ParseErrorKind::ExpectedObjectValue => (
            "a value is missing behind the key",
            "write `\"KEY\": VALUE`",
        ),
        ParseErrorKind::UnexpectedWord | ParseErrorKind::UnexpectedToken => {
            ("this is no value of JSON", "texts need quotes: `\"text\"`")
        }
        ParseErrorKind::MultipleRootJsonValues => (
            "something stands behind the end of the value",
            "a file is one value; a bracket may be closed too early",
        ),
        ParseErrorKind::UnexpectedCloseBrace
        | ParseErrorKind::UnexpectedCloseBracket
        | ParseErrorKind::UnexpectedColon
        | ParseErrorKind::UnexpectedComma
        | ParseErrorKind::UnexpectedTokenInObject
        | ParseErrorKind::ExpectedStringObjectProperty => (
            "this character is not expected here",
            "a value is missing, or a bracket, comma or colon is too many",
        ),
        ParseErrorKind::String(_) => (
            "this text is broken: its closing quote is missing, or a `\\` begins nothing known",
            "close the text with the quote it began with; a `\\` itself is written `\\\\`",
        ),
        _ => ("this is no number of JSON", "texts need quotes: `\"text\"`"),
    };
    let place = match error.kind() {
        ParseErrorKind::UnterminatedObject | ParseErrorKind::UnterminatedArray => {
            Span::new(source, range.start..range.start + 1)
        }
        _ => place,
    };
    Diagnostic::error(
        codes::markup::MALFORMED,
        format!("this is not JSON: {message}"),
    )
    .at(place)
    .help(help)
}
