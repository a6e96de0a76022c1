//! Masking of credentials in text that is shown or logged.

use std::borrow::Cow;

/// Replaces the `user:password` part of every URL in `text` by `***`.
///
/// A URL starts with a scheme and `://`; its authority ends at `/`, `?`, `#`, white space or a quote. A user without a
/// password stays readable, except that it may be a token, so it is masked as well.
pub fn url_credentials(text: &str) -> Cow<'_, str> {
    let mut masked: Option<String> = None;
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + 3;
        let rest = &text[start..];
        let end = rest
            .find(|c: char| {
                matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | ')') || c.is_whitespace()
            })
            .unwrap_or(rest.len());
        // The last `@` ends the credentials: careless users leave `@` in passwords unescaped.
        if let Some(at) = rest[..end].rfind('@') {
            let out = masked.get_or_insert_with(String::new);
            out.push_str(&text[copied..start]);
            out.push_str("***");
            copied = start + at;
        }
        from = start;
    }
    match masked {
        Some(mut out) => {
            out.push_str(&text[copied..]);
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::url_credentials;

    #[test]
    fn masks_only_credentials() {
        let cases = [
            ("no url", "no url"),
            ("http://h/p@q", "http://h/p@q"),
            ("http://u:p@h/p", "http://***@h/p"),
            (
                "a https://u:p@h b ftp://x:y@z c",
                "a https://***@h b ftp://***@z c",
            ),
            ("https://token@h", "https://***@h"),
            ("https://u:p@ss@h/x", "https://***@h/x"),
            ("mail me@home", "mail me@home"),
            ("'https://u:ü@h'", "'https://***@h'"),
            ("https://", "https://"),
        ];
        for (text, shown) in cases {
            assert_eq!(url_credentials(text), shown);
        }
    }
}
