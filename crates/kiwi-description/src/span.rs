//! Places in source text.
//!
//! A [`Span`] is what the reader hands out: a file number and two byte offsets. A [`SourceMap`] keeps the texts, so that a
//! span can be turned into a [`Location`] (file, line, column) or shown with its surroundings.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Number of a source text within its [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A piece of source text: bytes `start..end` of one source.
///
/// Spans order by source first and by position within it second, which is the order diagnostics are shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The source the offsets count in.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// Makes a span of a byte range.
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        Span {
            source,
            start: range.start,
            end: range.end,
        }
    }

    /// Returns the span of a part of this one, counted from its start.
    pub fn part(self, range: Range<usize>) -> Self {
        Span {
            start: self.start + range.start,
            end: self.start + range.end,
            ..self
        }
    }

    /// Returns the byte range without its source.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A place as people name it: file, line and column, both counted from 1, columns in characters.
///
/// This is what the build plan keeps as the origin of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file, as it was named when it was read, or the name of a text that is no file.
    pub file: PathBuf,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// One source text with its name.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: PathBuf,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceFile {
    fn new(path: PathBuf, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        SourceFile {
            path,
            text,
            line_starts,
        }
    }

    /// Returns the path the text was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the byte offset of a line and column, both counted from 1; the end of the text when there is no such place.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(&start) = self.line_starts.get(line.wrapping_sub(1)) else {
            return self.text.len();
        };
        self.text[start..]
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Returns line and column of a byte offset, both counted from 1.
    ///
    /// An offset behind the end of the text gives the place behind the last character; an offset inside a character gives
    /// the place of that character.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let before = &self.text[self.line_starts[line - 1]..offset];
        (line, before.chars().count() + 1)
    }
}

/// All texts a description was read from: the main file, its includes, and texts that are no files, like an option of the
/// command line that changed the description.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a text and returns its number.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> SourceId {
        let id =
            u32::try_from(self.files.len()).expect("far fewer than 2^32 sources are ever read");
        self.files.push(SourceFile::new(path.into(), text.into()));
        SourceId(id)
    }

    /// Adds a text that is no file, such as `--set-type-attr firmware=uefi`, and returns the span of all of it.
    pub fn add_whole(&mut self, name: impl Into<PathBuf>, text: impl Into<String>) -> Span {
        let text = text.into();
        let length = text.len();
        Span::new(self.add(name, text), 0..length)
    }

    /// Returns the source with a number that this map gave out.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Returns all sources in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        (0..).map(SourceId).zip(&self.files)
    }

    /// Returns the text a span covers.
    pub fn slice(&self, span: Span) -> &str {
        &self.file(span.source).text[span.range()]
    }

    /// Returns file, line and column where a span starts.
    pub fn location(&self, span: Span) -> Location {
        let file = self.file(span.source);
        let (line, column) = file.line_and_column(span.start);
        Location {
            file: file.path.clone(),
            line,
            column,
        }
    }

    /// Returns line and column behind the last character of a span.
    pub fn end(&self, span: Span) -> (usize, usize) {
        self.file(span.source).line_and_column(span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut map = SourceMap::default();
        let id = map.add("a.xml", "<ä>\nßx\r\n\n€");
        let file = map.file(id);
        for (offset, place) in [
            (0, (1, 1)),
            (1, (1, 2)),
            (2, (1, 2)), // inside the two bytes of the letter
            (3, (1, 3)),
            (5, (2, 1)),
            (7, (2, 2)),
            (10, (3, 1)),
            (11, (4, 1)),
            (14, (4, 2)),
        ] {
            assert_eq!(file.line_and_column(offset), place, "offset {offset}");
            if file.text().is_char_boundary(offset) {
                assert_eq!(file.offset(place.0, place.1), offset);
            }
        }
    }

    #[test]
    fn empty_text_has_one_line() {
        let mut map = SourceMap::default();
        let span = map.add_whole("empty", "");
        assert_eq!(map.location(span).to_string(), "empty:1:1");
        assert_eq!(map.slice(span), "");
    }
}
