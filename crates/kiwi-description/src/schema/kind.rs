//! What values may be.

use super::patterns::Pattern;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true`, `false`, `1` or `0`.
    Boolean,
    /// A whole number, not negative.
    Number,
    /// A whole number from this one on.
    NumberFrom(u64),
    /// A whole number, which may be negative.
    Integer,
    /// A location; any text.
    Location,
    /// One of these words.
    Words(&'static [Word]),
    /// A text of this form.
    Form(&'static Pattern),
    /// One of these words, or a text of this form.
    WordsOrForm(&'static [Word], &'static Pattern),
}

impl Kind {
    /// Returns the words that are allowed as such.
    pub fn words(self) -> &'static [Word] {
        match self {
            Kind::Words(words) | Kind::WordsOrForm(words, _) => words,
            _ => &[],
        }
    }
}

/// One word that is allowed as a value.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub name: &'static str,
    /// What it means, in a sentence; empty where the word says it all.
    pub help: &'static str,
    /// Version of the schema that brought it, when that is later than the one of the attribute or element.
    pub since: Option<&'static str>,
}

/// Makes a word that needs no explanation.
pub(super) const fn word(name: &'static str) -> Word {
    Word {
        name,
        help: "",
        since: None,
    }
}

impl Word {
    /// Says which version of the schema brought the word.
    pub(super) const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }

    /// Returns the help without the blank that doc comments begin with.
    pub fn help(&self) -> &'static str {
        self.help.trim()
    }
}
