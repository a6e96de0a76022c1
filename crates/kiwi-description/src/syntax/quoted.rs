//! Texts in double quotes, with the escapes that YAML and TOML have in common.

/// Appends a text in double quotes; letters of which `is_escaped` is true are written as their numbers.
pub(super) fn write(text: &str, is_escaped: impl Fn(char) -> bool, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if is_escaped(letter) => out.push_str(&format!("\\u{:04X}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// Tells whether a letter is a control character, a line end to some readers, or a byte order mark.
pub(super) fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
    )
}
