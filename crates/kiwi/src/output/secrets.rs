//! Keeping passwords of descriptions off screens and out of logs.

use std::borrow::Cow;
use std::ops::Range;

/// Hides passwords in the text of a description, byte for byte, so that all places stay where they are.
///
/// Hidden are the values of `password` attributes, in XML and in other markups, and the credentials in addresses. Where the
/// end of a value is not clear, rather too much is hidden than too little.
pub fn hide(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<Range<usize>> = passwords(text).chain(credentials(text)).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|range| range.start);
    let mut hidden = String::with_capacity(text.len());
    for secret in secrets {
        let start = secret.start.max(hidden.len());
        if start < secret.end {
            hidden.push_str(&text[hidden.len()..start]);
            hidden.extend(text[start..secret.end].chars().flat_map(stars));
        }
    }
    hidden.push_str(&text[hidden.len()..]);
    Cow::Owned(hidden)
}

/// As many stars as the letter has bytes; line ends stay.
fn stars(letter: char) -> impl Iterator<Item = char> {
    match letter {
        '\n' | '\r' => std::iter::repeat_n(letter, 1),
        _ => std::iter::repeat_n('*', letter.len_utf8()),
    }
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
        let start = text.len() - value.len();
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        match quotes.into_iter().find(|quotes| value.starts_with(quotes)) {
            Some(quotes) => {
                let start = start + quotes.len();
                Some(start..start + quoted_length(&text[start..], quotes))
            }
            None => Some(start..start + plain_length(text, at, start)),
        }
    })
}

/// The length of a text up to the quotes that close it.
fn quoted_length(text: &str, quotes: &str) -> usize {
    let mut at = 0;
    while let Some(found) = text[at..].find(quotes) {
        let end = at + found;
        let before = &text[..end];
        let escaped = (before.len() - before.trim_end_matches('\\').len()) % 2 == 1;
        if quotes.starts_with('\'') || !escaped {
            return end;
        }
        at = end + 1;
    }
    text.len()
}

/// The length of a value without quotes: the rest of its line, and in YAML the lines below that are deeper than its key.
fn plain_length(text: &str, key: usize, start: usize) -> usize {
    let first = text[start..].find('\n').unwrap_or(text.len() - start);
    let line = &text[start..start + first];
    if let Some(end) = line.find(['}', '>']) {
        // In a map in braces more may follow in the line.
        return line[..end].find(',').unwrap_or(end);
    }
    let line_start = text[..key].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[line_start..key];
    let column = before.len() - before.trim_start_matches([' ', '-']).len();
    let deeper = |line: &&str| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        line.trim().is_empty() || blanks > column
    };
    let below: usize = text[start + first..]
        .split_inclusive('\n')
        .skip(1)
        .take_while(deeper)
        .map(str::len)
        .sum();
    if below == 0 { first } else { first + 1 + below }
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
            ("{'@password': a b, c: d}", "{'@password': ***, c: d}"),
            (
                "- '@password': |\n    a\n\n    b\n  c: d",
                "- '@password': *\n*****\n\n*****\n  c: d",
            ),
            ("'@password':\n'@name': c", "'@password':\n'@name': c"),
            (
                "'@password': a, b # c\n'@name': c",
                "'@password': ********\n'@name': c",
            ),
            (
                "password = \"\"\"a\"b\"\"\"\nc = 1",
                "password = \"\"\"***\"\"\"\nc = 1",
            ),
            (
                "\"password\": \"a\\\"b\", \"c\"",
                "\"password\": \"****\", \"c\"",
            ),
            ("password='http://a:b@c/'", "password='*************'"),
        ] {
            assert_eq!(hide(text), hidden);
            assert_eq!(hide(text).len(), text.len());
        }
    }
}
