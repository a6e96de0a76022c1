//! White space as XML Schema sees it.

use std::borrow::Cow;

/// The four characters XML counts as white space.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Tells whether a character is white space in XML.
pub(crate) fn is_white_space(letter: char) -> bool {
    WHITE_SPACE.contains(&letter)
}

/// Removes white space at both ends and makes every other run of it a single blank.
///
/// All values but free text are compared in this form.
pub fn collapse(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(WHITE_SPACE);
    let mut after_blank = false;
    let collapsed = trimmed.chars().all(|letter| {
        let again = after_blank && letter == ' ';
        after_blank = letter == ' ';
        !again && (letter == ' ' || !is_white_space(letter))
    });
    if collapsed {
        return Cow::Borrowed(trimmed);
    }
    let words = trimmed.split(WHITE_SPACE).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapses() {
        for (text, expected) in [
            ("", ""),
            (" \n", ""),
            ("a", "a"),
            (" a b ", "a b"),
            ("a  b", "a b"),
            ("a\n\tb", "a b"),
            ("a\u{a0} b", "a\u{a0} b"),
        ] {
            assert_eq!(collapse(text), expected, "{text:?}");
        }
    }
}
