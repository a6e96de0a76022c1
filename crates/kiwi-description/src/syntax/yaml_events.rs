//! The events of a YAML file with their places in bytes, as far as they stay within the limits.

use saphyr_parser::{Event, Marker, Parser};

use super::NODE_LIMIT;
use super::value::{NESTING_LIMIT, too_deep, too_many};
use crate::diagnostic::{Diagnostic, codes};
use crate::span::{SourceId, Span};

/// An event and its place.
pub(super) type Placed<'a> = (Event<'a>, Span);

/// Collects the events of a file, as far as they stay within the limits.
pub(super) fn events(text: &str, source: SourceId) -> Result<Vec<Placed<'_>>, Box<Diagnostic>> {
    let places = Places::new(source, text);
    let mut all = Vec::new();
    let mut depth = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            // The parser looks far ahead and has a limit of its own.
            if error.info().contains("recursion limit") {
                return too_deep(places.point(*error.marker()));
            }
            Diagnostic::error(
                codes::markup::MALFORMED,
                format!("this is not YAML: {}", error.info()),
            )
            .at(places.point(*error.marker()))
            .help("text with special characters needs quotes; nesting is by blanks, never tabs")
        })?;
        let span = places.span(span.start, span.end);
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
            Event::MappingEnd | Event::SequenceEnd => depth = depth.saturating_sub(1),
            Event::Nothing => continue,
            _ => {}
        }
        if depth > NESTING_LIMIT {
            return Err(too_deep(span).into());
        }
        if all.len() > 2 * NODE_LIMIT as usize {
            return Err(too_many(span).into());
        }
        all.push((event, span));
    }
    Ok(all)
}

/// Turns the parser's places, which count characters, into spans, which count bytes.
struct Places<'a> {
    source: SourceId,
    text: &'a str,
    /// Offset of each character; empty when every character is one byte.
    offsets: Vec<u32>,
}

impl<'a> Places<'a> {
    fn new(source: SourceId, text: &'a str) -> Self {
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at as u32).collect()
        };
        Places {
            source,
            text,
            offsets,
        }
    }

    fn byte(&self, marker: Marker) -> usize {
        if self.offsets.is_empty() {
            return marker.index().min(self.text.len());
        }
        self.offsets
            .get(marker.index())
            .map_or(self.text.len(), |&at| at as usize)
    }

    fn point(&self, marker: Marker) -> Span {
        let at = self.byte(marker);
        Span::new(self.source, at..at)
    }

    /// The span without the blanks and line ends that the parser counts in.
    fn span(&self, start: Marker, end: Marker) -> Span {
        let start = self.byte(start);
        let end = self.byte(end).max(start);
        let covered = self.text[start..end].trim_end();
        Span::new(self.source, start..start + covered.len())
    }
}
