//! Reads TOML: the events of the parser, put together to a [`Value`]. The format is TOML 1.1, <https://toml.io/en/v1.1.0>.

use toml_parser::decoder::ScalarKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{Expected, ParseError, Source};

use super::scalar;
use super::toml_tables::{Key, TableId, Tables};
use super::value::{Data, NESTING_LIMIT, Value, too_deep, too_many};
use super::{NODE_LIMIT, Reading};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::span::{SourceId, SourceMap, Span};

/// Reads a whole file.
pub(super) fn read(sources: &SourceMap, source: SourceId) -> Result<Reading, Diagnostics> {
    let text = sources.file(source).text();
    let events = events(text, source)?;
    let mut reader = Reader {
        source,
        text: Source::new(text),
        events: &events,
        next: 0,
        values: 0,
        errors: Vec::new(),
        tables: Tables::new(source),
        notes: Diagnostics::new(),
        problems: Diagnostics::new(),
    };
    reader.document().map_err(|problem| *problem)?;
    let mut problems = reader.problems;
    problems.extend(
        reader
            .errors
            .iter()
            .map(|error| explain(error, text, source)),
    );
    if problems.is_empty() {
        let whole = Span::new(source, 0..text.len());
        Ok(Reading {
            value: reader.tables.into_value(whole),
            notes: reader.notes,
        })
    } else {
        Err(problems.sorted())
    }
}

/// Collects what matters among the events of a file; only the order of things is checked here.
fn events(text: &str, source: SourceId) -> Result<Vec<Event>, Diagnostics> {
    let toml = Source::new(text);
    let tokens = toml.lex().into_vec();
    let mut events = Vec::new();
    let mut errors: Vec<ParseError> = Vec::new();
    let mut depth = 0_usize;
    let mut deep = None;
    let mut collect = |event: Event| {
        match event.kind() {
            EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
            EventKind::ArrayClose | EventKind::InlineTableClose => depth = depth.saturating_sub(1),
            EventKind::Whitespace | EventKind::Comment | EventKind::Newline => return,
            _ => {}
        }
        if depth > NESTING_LIMIT {
            deep.get_or_insert(event.span());
            return;
        }
        events.push(event);
    };
    let mut guarded = RecursionGuard::new(&mut collect, NESTING_LIMIT as u32 + 1);
    let mut receiver = ValidateWhitespace::new(&mut guarded, toml);
    parse_document(&tokens, &mut receiver, &mut errors);
    if let Some(place) = deep {
        return Err(too_deep(Span::new(source, place.start()..place.end())).into());
    }
    if errors.is_empty() {
        return Ok(events);
    }
    // One mistake can give many errors after it.
    errors.truncate(1);
    Err(errors
        .iter()
        .map(|error| explain(error, text, source))
        .collect())
}

struct Reader<'a> {
    source: SourceId,
    text: Source<'a>,
    events: &'a [Event],
    next: usize,
    values: u32,
    errors: Vec<ParseError>,
    tables: Tables,
    notes: Diagnostics,
    problems: Diagnostics,
}

type Result1<T> = Result<T, Box<Diagnostic>>;

impl Reader<'_> {
    fn document(&mut self) -> Result1<()> {
        let mut table = Tables::ROOT;
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    self.next += 1;
                    let keys = self.keys()?;
                    self.next += 1;
                    let list = event.kind() == EventKind::ArrayTableOpen;
                    match self.tables.header(&keys, list) {
                        Ok(opened) => table = opened,
                        Err(problem) => {
                            self.problems.push(*problem);
                            table = self.tables.aside(1);
                        }
                    }
                }
                EventKind::SimpleKey => self.entry(table)?,
                _ => self.next += 1,
            }
        }
        Ok(())
    }

    fn peek(&self) -> Option<Event> {
        self.events.get(self.next).copied()
    }

    fn is_next(&self, kind: EventKind) -> bool {
        self.peek().is_some_and(|event| event.kind() == kind)
    }

    fn span(&self, event: Event) -> Span {
        Span::new(self.source, event.span().start()..event.span().end())
    }

    /// Returns the place of a key or text without its quotes.
    fn inner(&self, event: Event) -> Span {
        let span = self.span(event);
        let written = &self.text.input()[span.range()];
        if event.encoding().is_none() {
            return span;
        }
        // A text that is never closed is read all the same, and refused later.
        let inside = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find_map(|quotes| written.strip_prefix(quotes)?.strip_suffix(quotes));
        inside.map_or(span, |inside| {
            let quotes = (written.len() - inside.len()) / 2;
            Span::new(self.source, span.start + quotes..span.end - quotes)
        })
    }

    fn count(&mut self, place: Span) -> Result1<()> {
        self.values += 1;
        if self.values > NODE_LIMIT {
            return Err(too_many(place).into());
        }
        Ok(())
    }

    /// Reads a key with all its parts.
    fn keys(&mut self) -> Result1<Vec<Key>> {
        let mut keys = Vec::new();
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::SimpleKey => {
                    let mut name = String::new();
                    if let Some(raw) = self.text.get(event) {
                        raw.decode_key(&mut name, &mut self.errors);
                    }
                    let span = self.inner(event);
                    self.count(span)?;
                    keys.push(Key {
                        name,
                        span,
                        whole: self.span(event),
                    });
                }
                EventKind::KeySep => {}
                _ => break,
            }
            if keys.len() > NESTING_LIMIT {
                return Err(too_deep(self.span(event)).into());
            }
            self.next += 1;
        }
        Ok(keys)
    }

    /// Reads `KEY = VALUE` into a table.
    fn entry(&mut self, table: TableId) -> Result1<()> {
        let keys = self.keys()?;
        if self.is_next(EventKind::KeyValSep) {
            self.next += 1;
        }
        let depth = self.tables.depth(table) + keys.len();
        let value = self.value(depth)?;
        if let Err(problem) = self.tables.insert(table, &keys, value) {
            self.problems.push(*problem);
        }
        Ok(())
    }

    /// Reads a value with so many maps and lists around it.
    fn value(&mut self, depth: usize) -> Result1<Value> {
        let end = self.text.input().len();
        let Some(event) = self.peek() else {
            return Ok(self.made(Span::new(self.source, end..end), Data::Null));
        };
        let span = self.span(event);
        self.count(span)?;
        if depth > NESTING_LIMIT {
            return Err(too_deep(span).into());
        }
        self.next += 1;
        match event.kind() {
            EventKind::ArrayOpen => self.list(span, depth + 1),
            EventKind::InlineTableOpen => self.inline_table(span, depth + 1),
            _ => Ok(self.scalar(event)),
        }
    }

    fn list(&mut self, open: Span, depth: usize) -> Result1<Value> {
        let mut items = Vec::new();
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::ArrayClose => break,
                EventKind::ValueSep => self.next += 1,
                _ => items.push(self.value(depth)?),
            }
        }
        let span = self.close(open);
        Ok(self.made(span, Data::List(items)))
    }

    fn inline_table(&mut self, open: Span, depth: usize) -> Result1<Value> {
        let table = self.tables.aside(depth);
        while let Some(event) = self.peek() {
            match event.kind() {
                EventKind::InlineTableClose => break,
                EventKind::SimpleKey => self.entry(table)?,
                _ => self.next += 1,
            }
        }
        let span = self.close(open);
        let entries = self.tables.take(table);
        Ok(self.made(span, Data::Map(entries)))
    }

    /// Passes the closing bracket and returns the place from the opening one to it.
    fn close(&mut self, open: Span) -> Span {
        let end = self.peek().map_or(open.end, |event| event.span().end());
        self.next += 1;
        Span::new(self.source, open.start..end.max(open.end))
    }

    fn scalar(&mut self, event: Event) -> Value {
        let span = self.inner(event);
        let mut text = String::new();
        let kind = match self.text.get(event) {
            Some(raw) => raw.decode_scalar(&mut text, &mut self.errors),
            None => ScalarKind::String,
        };
        let written = &self.text.input()[span.range()];
        let (sign, digits) = scalar::split_sign(&text);
        let meant = match kind {
            ScalarKind::Integer(radix) => {
                let digits = digits.trim_start_matches("0x");
                let digits = match radix.value() {
                    2 => digits.trim_start_matches("0b"),
                    8 => digits.trim_start_matches("0o"),
                    _ => digits,
                };
                scalar::integer(sign, digits, radix.value())
            }
            ScalarKind::Float if digits == "nan" => Some("nan".to_owned()),
            ScalarKind::Float => scalar::float(&text),
            ScalarKind::DateTime => Some(written.to_owned()),
            ScalarKind::Boolean(truth) => Some(truth.to_string()),
            ScalarKind::String => None,
        };
        if let Some(meant) = meant {
            self.notes.extend(scalar::changed(written, &meant, span));
            text = meant;
        }
        Value {
            inner: span,
            ..self.made(self.span(event), Data::Text(text))
        }
    }

    fn made(&self, span: Span, data: Data) -> Value {
        let length = self.text.input()[span.start..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        Value {
            place: Span::new(self.source, span.start..span.start + length),
            span,
            inner: span,
            data,
        }
    }
}

/// Turns an error of the parser into a diagnostic at its place.
fn explain(error: &ParseError, text: &str, source: SourceId) -> Diagnostic {
    let place = error
        .unexpected()
        .or(error.context())
        .map_or(0..0, |span| span.start()..span.end().max(span.start()));
    let inside = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let place = Span::new(source, inside(place.start)..inside(place.end));
    let expected: Vec<String> = error
        .expected()
        .unwrap_or_default()
        .iter()
        .map(|expected| match expected {
            Expected::Literal("\n") => "a line end".to_owned(),
            Expected::Literal(literal) => format!("`{}`", literal.escape_debug()),
            Expected::Description(description) => format!("a {description}"),
            _ => "something else".to_owned(),
        })
        .collect();
    let help = if expected.is_empty() {
        "texts need quotes, and so do keys such as `\"@name\"`".to_owned()
    } else {
        format!("expected {}", expected.join(" or "))
    };
    Diagnostic::error(
        codes::markup::MALFORMED,
        format!("this is not TOML: {}", error.description()),
    )
    .at(place)
    .help(help)
}
