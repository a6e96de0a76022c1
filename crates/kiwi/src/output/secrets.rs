//! Keeping passwords of descriptions off screens and out of logs.

use std::borrow::Cow;
use std::ops::Range;

/// Hides passwords in the text of a description, byte for byte, so that all places stay where they are.
///
/// Hidden are the values of `password` and `luks` attributes, in XML and in other markups, and the credentials in addresses.
pub fn hide(text: &str) -> Cow<'_, str> {
    let secrets: Vec<Range<usize>> = SECRET
        .iter()
        .flat_map(|name| values(name, text))
        .chain(credentials(text))
        .collect();
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

/// Attributes whose values let somebody in.
const SECRET: [&str; 2] = ["password", "luks"];

/// The values behind `NAME=`, `NAME:` and their kin, with or without quotes.
fn values<'t>(name: &'t str, text: &'t str) -> impl Iterator<Item = Range<usize>> + use<'t> {
    text.match_indices(name).filter_map(move |(at, _)| {
        let rest = &text[at + name.len()..];
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
            ("http://h/", "http://h/"),
            (
                "<type luks=\"abc\" luks_version=\"luks2\"/>",
                "<type luks=\"***\" luks_version=\"luks2\"/>",
            ),
            ("luks=abc", "luks=***"),
        ] {
            assert_eq!(hide(text), hidden);
            assert_eq!(hide(text).len(), text.len());
        }
    }
}
