//! Characters and names that an element or attribute can have in XML, whatever markup it is written in.
//!
//! Every description is stored as XML in the root tree, so what XML cannot hold is refused in all markups.

use crate::diagnostic::{Diagnostic, codes};
use crate::span::{SourceId, SourceMap, Span};

/// Tells whether XML can hold a character (XML 1.0, production 2).
pub(super) fn is_allowed(letter: char) -> bool {
    !matches!(letter, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Tells whether a text can be the name of an element or attribute, with at most one prefix (Namespaces in XML 1.0).
pub(super) fn is_name(name: &str) -> bool {
    let mut parts = name.split(':');
    parts.clone().count() <= 2 && parts.all(is_simple_name)
}

fn is_simple_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(starts_name) && letters.all(continues_name)
}

fn starts_name(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn continues_name(letter: char) -> bool {
    starts_name(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Starts the diagnostic for a character that XML cannot hold.
pub(super) fn not_allowed(letter: char) -> Diagnostic {
    Diagnostic::error(
        codes::markup::BAD_CHARACTER,
        format!("the character U+{:04X} is not allowed", letter as u32),
    )
}

/// Refuses a text with a character that no markup may have; parsers differ in what they make of such characters.
pub(super) fn check(sources: &SourceMap, source: SourceId) -> Result<(), Box<Diagnostic>> {
    let text = sources.file(source).text();
    let Some((at, letter)) = text.char_indices().find(|&(_, letter)| !is_allowed(letter)) else {
        return Ok(());
    };
    let help = if letter == '\0' {
        "the file is no text, or it is UTF-16 without byte order mark; convert it to UTF-8"
    } else {
        "remove the character"
    };
    let place = Span::new(source, at..at + letter.len_utf8());
    Err(not_allowed(letter).at(place).help(help).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["image", "oem-resize", "p:a", "_a.b1", "\u{e4}"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "", ":", "a:", ":a", "a:b:c", "1a", "-a", "a b", "#text", "a\0",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
