//! Writes a node tree as JSON: four blanks per level, keys in the order of the tree.

use super::entries::{Tree, document};
use crate::node::Node;

/// Returns a whole file.
pub(super) fn to_json(root: &Node) -> String {
    let (name, tree) = document(root);
    let mut out = String::new();
    write(&Tree::Map(vec![(name.to_owned(), tree)]), 0, &mut out);
    out.push('\n');
    out
}

fn write(tree: &Tree<'_>, level: usize, out: &mut String) {
    match tree {
        Tree::Null => out.push_str("null"),
        Tree::Text(text) => quote(text, out),
        Tree::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                line(index, level + 1, out);
                quote(key, out);
                out.push_str(": ");
                write(value, level + 1, out);
            }
            end(level, out);
            out.push('}');
        }
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                line(index, level + 1, out);
                write(item, level + 1, out);
            }
            end(level, out);
            out.push(']');
        }
    }
}

fn line(index: usize, level: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    end(level, out);
}

fn end(level: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..level {
        out.push_str("    ");
    }
}

fn quote(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).expect("a text is always valid JSON"));
}
