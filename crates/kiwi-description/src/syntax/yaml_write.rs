//! Writes a node tree as YAML: two blanks per level, keys in the order of the tree.
//!
//! Only texts that every reader takes for texts are written without quotes; everything else has double quotes.

use super::entries::{Tree, document};
use super::quoted;
use super::scalar::{self, Scalar};
use crate::node::Node;

/// Returns a whole file.
pub(super) fn to_yaml(root: &Node) -> String {
    let (name, tree) = document(root);
    let mut out = String::new();
    entry(name, &tree, 0, &mut out);
    out
}

/// Writes `KEY: VALUE`; the blanks before it are written already.
fn entry(key: &str, value: &Tree<'_>, level: usize, out: &mut String) {
    scalar(key, out);
    out.push(':');
    match value {
        Tree::Null => out.push_str(" null\n"),
        Tree::Text(text) => {
            out.push(' ');
            scalar(text, out);
            out.push('\n');
        }
        Tree::Map(entries) => {
            out.push('\n');
            indent(level + 1, out);
            map(entries, level + 1, out);
        }
        Tree::List(items) => {
            out.push('\n');
            for item in items {
                indent(level + 1, out);
                out.push_str("- ");
                match item {
                    Tree::Map(entries) => map(entries, level + 2, out),
                    Tree::Text(text) => {
                        scalar(text, out);
                        out.push('\n');
                    }
                    Tree::Null | Tree::List(_) => out.push_str("null\n"),
                }
            }
        }
    }
}

/// Writes the entries of a map; the blanks before the first one are written already.
fn map(entries: &[(String, Tree<'_>)], level: usize, out: &mut String) {
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            indent(level, out);
        }
        entry(key, value, level, out);
    }
}

fn indent(level: usize, out: &mut String) {
    for _ in 0..level {
        out.push_str("  ");
    }
}

fn scalar(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    // The blank that does not break is invisible too.
    let is_unseen = |letter| letter == '\u{a0}' || quoted::is_unseen(letter);
    quoted::write(text, is_unseen, out);
}

/// Tells whether every reader takes a word without quotes for this text.
fn is_plain(text: &str) -> bool {
    let mut letters = text.chars().peekable();
    if !letters
        .peek()
        .is_some_and(|first| first.is_ascii_alphabetic() || *first == '/')
        || text.ends_with([' ', ':'])
        || matches!(text, "y" | "Y" | "n" | "N")
    {
        return false;
    }
    while let Some(letter) = letters.next() {
        let fits = match letter {
            ':' => letters.peek().is_some_and(|&next| next != ' '),
            letter => letter.is_ascii_alphanumeric() || "_-./+@%=,() ".contains(letter),
        };
        if !fits {
            return false;
        }
    }
    scalar::yaml(text) == Scalar::Text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_safe_texts_have_no_quotes() {
        for text in ["abc", "/dev/sda", "a b", "http://a/b", "rd.kiwi=1", "a-b"] {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "",
            "1.10",
            "yes",
            "y",
            "null",
            "~",
            "a: b",
            "a:",
            "a #b",
            "@a",
            "#text",
            "- a",
            " a",
            "a ",
            "a\nb",
            "{a}",
            "\u{e4}",
            "*a",
            "&a",
            "<<",
            "=",
            "'a'",
            "a\"b",
            "True",
            "2026-01-01",
            "..",
            "%a",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
