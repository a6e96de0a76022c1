//! Reads YAML: the events of the parser, put together to a [`Value`].
//!
//! Values are those of YAML 1.1, as the reference has it. Aliases are read again where they stand, so nothing is copied, and
//! a limit on all values together stops those that multiply; `<<` adds the entries of another map. A file is one document.

use std::collections::HashMap;

use saphyr_parser::{Event, ScalarStyle, Tag};

use super::scalar::{self, Scalar};
use super::value::{Data, Entry, NESTING_LIMIT, Value, duplicate_key, too_deep, too_many};
use super::yaml_events::{Placed, events};
use super::{FILE_LIMIT, NODE_LIMIT, Reading};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::span::{SourceId, SourceMap, Span};

/// Key that adds the entries of other maps.
const MERGE: &str = "<<";

/// Reads a whole file.
pub(super) fn read(sources: &SourceMap, source: SourceId) -> Result<Reading, Diagnostics> {
    let text = sources.file(source).text();
    let mut reader = Reader {
        text,
        source,
        events: events(text, source).map_err(|problem| *problem)?,
        next: 0,
        values: 0,
        bytes: 0,
        depth: 0,
        anchors: HashMap::new(),
        open: Vec::new(),
        notes: Diagnostics::new(),
        problems: Diagnostics::new(),
    };
    let value = reader.document().map_err(|problem| *problem)?;
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
    events: Vec<Placed<'a>>,
    /// The event to look at next.
    next: usize,
    /// How many values were made.
    values: u32,
    /// How many bytes of text they have.
    bytes: usize,
    depth: usize,
    /// Where the value of an anchor begins.
    anchors: HashMap<usize, usize>,
    /// Anchors around the value that is being read.
    open: Vec<usize>,
    notes: Diagnostics,
    problems: Diagnostics,
}

type Result1<T> = Result<T, Box<Diagnostic>>;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result1<Value> {
        let mut document = None;
        while let Some((event, span)) = self.events.get(self.next) {
            let span = *span;
            match event {
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {
                    self.next += 1;
                }
                _ if document.is_some() => {
                    return Err(Diagnostic::error(
                        codes::markup::SHAPE,
                        "the file has a second document",
                    )
                    .at(span)
                    .help("a description is one document; remove the `---` line before it")
                    .into());
                }
                _ => document = Some(self.value()?),
            }
        }
        let start = Span::new(self.source, 0..0);
        Ok(document.unwrap_or(Value {
            place: start,
            span: start,
            inner: start,
            data: Data::Map(Vec::new()),
        }))
    }

    fn take(&mut self) -> Placed<'a> {
        let event = self.events.get(self.next).cloned();
        self.next += 1;
        event.unwrap_or((
            Event::StreamEnd,
            Span::new(self.source, self.text.len()..self.text.len()),
        ))
    }

    fn ends(&self, end: &Event<'_>) -> bool {
        self.events
            .get(self.next)
            .is_none_or(|(event, _)| event == end || *event == Event::StreamEnd)
    }

    fn value(&mut self) -> Result1<Value> {
        let at = self.next;
        let (event, span) = self.take();
        self.values += 1;
        if self.values > NODE_LIMIT {
            return Err(too_many(span).into());
        }
        if self.depth > NESTING_LIMIT {
            return Err(too_deep(span).into());
        }
        self.depth += 1;
        let value = match event {
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.anchors.insert(anchor, at);
                self.bytes += text.len();
                if self.bytes > 2 * FILE_LIMIT {
                    return Err(too_many(span).into());
                }
                Ok(self.scalar(&text, style, tag.as_deref(), span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", span);
                self.anchored(anchor, at, |reader| reader.list(span))
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", span);
                self.anchored(anchor, at, |reader| reader.map(span))
            }
            _ => Err(Diagnostic::error(
                codes::markup::MALFORMED,
                "this is not YAML: a value is missing",
            )
            .at(span)
            .into()),
        };
        self.depth -= 1;
        value
    }

    fn anchored(
        &mut self,
        anchor: usize,
        at: usize,
        read: impl FnOnce(&mut Self) -> Result1<Value>,
    ) -> Result1<Value> {
        if anchor == 0 {
            return read(self);
        }
        self.anchors.insert(anchor, at);
        self.open.push(anchor);
        let value = read(self);
        self.open.pop();
        value
    }

    /// Reads the value of an anchor again.
    fn alias(&mut self, anchor: usize, span: Span) -> Result1<Value> {
        let start = self.anchors.get(&anchor).copied();
        let Some(start) = start.filter(|_| !self.open.contains(&anchor)) else {
            return Err(Diagnostic::error(
                codes::markup::ALIAS,
                "an alias stands for something that contains it",
            )
            .at(span)
            .help("write out what is meant")
            .into());
        };
        let back = std::mem::replace(&mut self.next, start);
        let value = self.value()?;
        self.next = back;
        Ok(Value {
            place: span,
            span,
            ..value
        })
    }

    fn list(&mut self, start: Span) -> Result1<Value> {
        let mut items = Vec::new();
        while !self.ends(&Event::SequenceEnd) {
            items.push(self.value()?);
        }
        let (_, end) = self.take();
        Ok(self.collection(start, end, Data::List(items)))
    }

    fn map(&mut self, start: Span) -> Result1<Value> {
        let mut map = Map::default();
        let mut merged = Vec::new();
        while !self.ends(&Event::MappingEnd) {
            let (event, key_span) = self.take();
            let Event::Scalar(key, style, anchor, _) = event else {
                return Err(Diagnostic::error(
                    codes::markup::SHAPE,
                    "a key is no plain word or text",
                )
                .at(key_span)
                .help("write `KEY: VALUE`")
                .into());
            };
            self.anchors.insert(anchor, self.next - 1);
            let value = self.value()?;
            if key == MERGE && style == ScalarStyle::Plain {
                merged.push((key_span, value));
                continue;
            }
            let end = value.span.end.max(key_span.end);
            let entry = Entry {
                key: key.into_owned(),
                key_span: self.inner(key_span, style),
                span: Span::new(self.source, key_span.start..end),
                value,
            };
            if let Err(problem) = map.add(entry) {
                self.problems.push(*problem);
            }
        }
        let (_, end) = self.take();
        for (place, value) in merged {
            self.merge(place, value, &mut map);
        }
        Ok(self.collection(start, end, Data::Map(map.entries)))
    }

    /// Adds the entries of one or several maps, as far as their keys are not there yet.
    fn merge(&mut self, place: Span, value: Value, map: &mut Map) {
        let maps = match value.data {
            Data::List(maps) => maps,
            _ => vec![value],
        };
        for other in maps {
            let Data::Map(entries) = other.data else {
                self.problems.push(
                    Diagnostic::error(codes::markup::SHAPE, "`<<` needs a map, or a list of maps")
                        .at(place)
                        .help("name a map with `<<: *NAME`"),
                );
                return;
            };
            for entry in entries {
                // What is there already goes before what is merged.
                let _ = map.add(entry);
            }
        }
    }

    fn collection(&self, start: Span, end: Span, data: Data) -> Value {
        let last = match &data {
            Data::Map(entries) => entries.last().map(|entry| entry.span.end),
            Data::List(items) => items.last().map(|item| item.span.end),
            _ => None,
        };
        // The end of a block is where the next thing begins; of brackets it is behind them.
        let flow = end.end > end.start;
        let end = match last {
            Some(last) if !flow => last.max(start.start),
            _ => end.end.max(start.start),
        };
        let covered = self.text[start.start..end].trim_end();
        let span = Span::new(self.source, start.start..start.start + covered.len());
        Value {
            place: self.item_place(start),
            span,
            inner: span,
            data,
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Value {
        let inner = self.inner(span, style);
        let plain = match tag {
            None => style == ScalarStyle::Plain,
            Some(tag) if tag.handle == "!" && tag.suffix.is_empty() => false,
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => false,
            Some(tag)
                if tag.is_yaml_core_schema()
                    && ["int", "float", "bool", "null"].contains(&tag.suffix.as_str()) =>
            {
                true
            }
            Some(tag) => {
                self.unknown_tag(tag, span);
                false
            }
        };
        let data = if plain {
            match scalar::yaml(text) {
                Scalar::Null => Data::Null,
                Scalar::Text(meant) => {
                    self.notes.extend(scalar::changed(text, &meant, inner));
                    Data::Text(meant)
                }
            }
        } else {
            Data::Text(text.to_owned())
        };
        Value {
            place: self.item_place(span),
            span,
            inner,
            data,
        }
    }

    /// Returns where a value is introduced when it is an item of a list: its dash, or else its first character.
    fn item_place(&self, span: Span) -> Span {
        let before = self.text[..span.start].trim_end_matches([' ', '\t', '\n', '\r']);
        let at = if before.ends_with('-') {
            before.len() - 1
        } else {
            span.start
        };
        let length = self.text[at..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.source, at..at + length)
    }

    /// Returns the place of a text without its quotes.
    fn inner(&self, span: Span, style: ScalarStyle) -> Span {
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let written = &self.text[span.range()];
        if quoted
            && written.len() >= 2
            && written.starts_with(['"', '\''])
            && written.ends_with(['"', '\''])
        {
            return Span::new(span.source, span.start + 1..span.end - 1);
        }
        span
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, usual: &str, span: Span) {
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == usual) => {
                self.unknown_tag(tag, span);
            }
            _ => {}
        }
    }

    fn unknown_tag(&mut self, tag: &Tag, span: Span) {
        let message = format!(
            "the tag `{}` is not understood",
            if tag.is_yaml_core_schema() {
                format!("!!{}", tag.suffix)
            } else {
                tag.to_string()
            }
        );
        self.problems.push(
            Diagnostic::error(codes::markup::TAG, message)
                .at(span)
                .help("remove the tag; text that could be taken for something else is written in quotes"),
        );
    }
}

/// A map that is being read.
#[derive(Default)]
struct Map {
    entries: Vec<Entry>,
    known: HashMap<String, Span>,
}

impl Map {
    fn add(&mut self, entry: Entry) -> Result1<()> {
        if let Some(&first) = self.known.get(&entry.key) {
            return Err(duplicate_key(&entry.key, first, entry.key_span).into());
        }
        self.known.insert(entry.key.clone(), entry.key_span);
        self.entries.push(entry);
        Ok(())
    }
}
