//! From spans of the description to the origins a plan keeps.

use kiwi_description::span::{SourceMap, Span};

use crate::plan::Origin;

/// Looks up places; what came from the command line is named after its option.
#[derive(Clone, Copy)]
pub(crate) struct Places<'a> {
    sources: &'a SourceMap,
}

impl<'a> Places<'a> {
    /// Looks up in the sources of a description.
    pub(crate) fn new(sources: &'a SourceMap) -> Self {
        Self { sources }
    }

    /// Returns the place of a word within a value, or of the whole value when it is written in another way there (with
    /// references, say). A word counts where no letter, digit, `_`, `-` or `.` touches it.
    pub(crate) fn word(self, value: Span, word: &str) -> Span {
        let text = self.sources.slice(value);
        let inside = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
        let free = |at: usize| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(inside) && !after.is_some_and(inside)
        };
        let found = text
            .match_indices(word)
            .map(|(at, _)| at)
            .find(|at| free(*at));
        match found {
            Some(at) if !word.is_empty() => value.part(at..at + word.len()),
            _ => value,
        }
    }

    /// Tells whether a value is written in the source letter by letter as it is read.
    pub(crate) fn is_literal(self, value: Span, text: &str) -> bool {
        self.sources.slice(value) == text
    }

    /// Returns where a span was written.
    pub(crate) fn origin(self, span: Span) -> Origin {
        let location = self.sources.location(span);
        let path = location.file.to_string_lossy();
        if path.starts_with("--") {
            let option = path.split([' ', '=']).next().unwrap_or_default();
            return Origin::Option(option.to_owned());
        }
        Origin::File {
            path: path.into_owned(),
            line: u32::try_from(location.line).unwrap_or(u32::MAX),
            column: u32::try_from(location.column).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_places() {
        let mut sources = SourceMap::default();
        let span = sources.add_whole("f", "A-B,A, B,AB");
        let places = Places::new(&sources);
        for (word, start) in [("A", 4), ("B", 7), ("A-B", 0), ("AB", 9)] {
            let found = places.word(span, word);
            assert_eq!((found.start, sources.slice(found)), (start, word));
        }
        assert_eq!(places.word(span, "C"), span);
        assert!(places.is_literal(span, "A-B,A, B,AB"));
    }

    #[test]
    fn options_are_no_files() {
        let mut sources = SourceMap::default();
        let option = sources.add_whole("--set-type-attr firmware=uefi", "uefi");
        let file = sources.add_whole("d/config.xml", "<image/>");
        let places = Places::new(&sources);
        assert_eq!(places.origin(option).to_string(), "from --set-type-attr");
        assert_eq!(places.origin(file).to_string(), "d/config.xml:1:1");
    }
}
