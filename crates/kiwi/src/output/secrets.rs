//! Keeping passwords of descriptions off screens and out of logs.

use std::borrow::Cow;
use std::ops::Range;

/// Hides passwords in the text of a description, byte for byte, so that all places stay where they are.
///
/// Hidden are the values of `password` attributes, in XML and in other markups, and the credentials in addresses.
pub fn hide(text: &str) -> Cow<'_, str> {
    let secrets: Vec<Range<usize>> = passwords(text).chain(credentials(text)).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let hidden = text.char_indices().flat_map(|(at, letter)| {
        let secret = secrets.iter().any(|range| range.contains(&at));
        let (letter, count) = if secret && letter != '\n' {
            ('*', letter.len_utf8())
        } else {
            (letter, 1)
        };
        std::iter::repeat_n(letter, count)
    });
    Cow::Owned(hidden.collect())
}

/// The values behind `password=`, `password:` and their kin, with or without quotes, and passphrases behind `luks=`.
fn passwords(text: &str) -> impl Iterator<Item = Range<usize>> {
    let passwords = values(text, "password");
    let passphrases = values(text, "luks").filter(|range| {
        let value = &text[range.clone()];
        let names_no_secret = ["random", "file:", "dir:", "/"];
        !names_no_secret.iter().any(|start| value.starts_with(start))
    });
    passwords.chain(passphrases)
}

/// The values behind a word and `=` or `:`, with or without quotes.
fn values<'t>(text: &'t str, word: &'static str) -> impl Iterator<Item = Range<usize>> + 't {
    text.match_indices(word).filter_map(move |(at, _)| {
        let rest = &text[at + word.len()..];
        let value = rest
            .trim_start_matches(['"', '\'', ' ', '\t'])
            .strip_prefix(['=', ':'])?
            .trim_start_matches([' ', '\t']);
        let quote = value
            .chars()
            .next()
            .filter(|letter| matches!(letter, '"' | '\''));
        let start = text.len() - value.len();
        let start = start + quote.map_or(0, char::len_utf8);
        let end = match quote {
            Some(quote) => text[start..].find(quote),
            None => text[start..].find(['\n', ',', '}', ' ', '>']),
        };
        Some(start..end.map_or(text.len(), |end| start + end))
    })
}

/// What stands between `://` and `@`.
fn credentials(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(move |(at, _)| {
        let start = at + 3;
        let authority = text[start..]
            .find(|letter: char| {
                matches!(letter, '/' | '?' | '#' | '"' | '\'' | '<') || letter.is_whitespace()
            })
            .map_or(&text[start..], |end| &text[start..start + end]);
        authority.rfind('@').map(|end| start..start + end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_values_and_keeps_places() {
        for (text, hidden) in [
            (
                "<user password=\"abc\" id='1'/>",
                "<user password=\"***\" id='1'/>",
            ),
            ("<user password = 'aöc'/>", "<user password = '****'/>"),
            ("password: secret\nname: x", "password: ******\nname: x"),
            (
                "{\"password\": \"a b\", \"c\": 1}",
                "{\"password\": \"***\", \"c\": 1}",
            ),
            ("path=\"http://me:pw@h/x@y\"", "path=\"http://*****@h/x@y\""),
            (
                "pwdformat=\"plain\" passwordless",
                "pwdformat=\"plain\" passwordless",
            ),
            (
                "luks=\"abc\" luks_version=\"luks2\" name=\"luks\" a=\"b\"",
                "luks=\"***\" luks_version=\"luks2\" name=\"luks\" a=\"b\"",
            ),
            (
                "luks='random' luks='file:///key'",
                "luks='random' luks='file:///key'",
            ),
            ("http://h/", "http://h/"),
        ] {
            assert_eq!(hide(text), hidden);
            assert_eq!(hide(text).len(), text.len());
        }
    }
}
