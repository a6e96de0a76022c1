//! Writes a node tree as TOML: what is small stands behind its key, everything else gets a table with a header.
//!
//! The values of a table come before the tables inside it, as TOML needs it, so elements of different names change their
//! order; those of one name never do.

use super::convention::TEXT_KEY;
use super::entries::{Tree, document};
use super::quoted;
use crate::node::Node;

/// How long a table may be to stand in one line.
const INLINE_WIDTH: usize = 100;

/// Returns a whole file.
pub(super) fn to_toml(root: &Node) -> String {
    let (name, tree) = document(root);
    let mut out = String::new();
    match &tree {
        Tree::Map(entries) => table(&mut vec![key(name)], "[", entries, &mut out),
        tree => entry(name, &inline(tree).unwrap_or_default(), &mut out),
    }
    out
}

/// Writes a table with its header and everything below it; `brackets` is `[` or `[[`.
fn table(path: &mut Vec<String>, brackets: &str, entries: &[(String, Tree<'_>)], out: &mut String) {
    let close = brackets.replace('[', "]");
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&format!("{brackets}{}{close}\n", path.join(".")));
    let mut tables = Vec::new();
    for (name, value) in entries {
        match inline(value) {
            Some(text) => entry(name, &text, out),
            None => tables.push((name, value)),
        }
    }
    for (name, value) in tables {
        path.push(key(name));
        match value {
            Tree::Map(entries) => table(path, "[", entries, out),
            Tree::List(items) => {
                for item in items {
                    match item {
                        Tree::Map(entries) => table(path, "[[", entries, out),
                        Tree::Text(text) => {
                            let entries = [(TEXT_KEY.to_owned(), Tree::Text(text))];
                            table(path, "[[", &entries, out);
                        }
                        Tree::Null | Tree::List(_) => table(path, "[[", &[], out),
                    }
                }
            }
            Tree::Null | Tree::Text(_) => {}
        }
        path.pop();
    }
}

fn entry(name: &str, value: &str, out: &mut String) {
    out.push_str(&format!("{} = {value}\n", key(name)));
}

/// Returns what can stand behind a key.
fn inline(tree: &Tree<'_>) -> Option<String> {
    match tree {
        Tree::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(short).collect();
            let items = items?.into_iter().map(|item| format!("    {item},\n"));
            Some(format!("[\n{}]", items.collect::<String>()))
        }
        tree => short(tree),
    }
}

/// Returns what can stand in one line.
fn short(tree: &Tree<'_>) -> Option<String> {
    match tree {
        Tree::Null => Some("{}".to_owned()),
        Tree::Text(text) => Some(quoted(text)),
        Tree::List(_) => None,
        Tree::Map(entries) => {
            let parts: Option<Vec<String>> = entries
                .iter()
                .map(|(name, value)| match value {
                    Tree::Text(text) => Some(format!("{} = {}", key(name), quoted(text))),
                    _ => None,
                })
                .collect();
            let text = format!("{{ {} }}", parts?.join(", "));
            (text.len() <= INLINE_WIDTH).then_some(text)
        }
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    quoted::write(text, quoted::is_unseen, &mut out);
    out
}
