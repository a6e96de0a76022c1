//! A node tree as maps, lists and texts, for the writers of YAML, JSON and TOML: the opposite of [`super::convention`].

use super::XSI;
use super::convention::TEXT_KEY;
use super::xml_write::needs_xsi;
use crate::node::Node;

/// What is written behind a key.
#[derive(Clone, Debug)]
pub(super) enum Tree<'a> {
    /// An element with nothing in it.
    Null,
    /// A text.
    Text(&'a str),
    /// Keys and what is behind them; never empty.
    Map(Vec<(String, Tree<'a>)>),
    /// Several elements of one name; at least two.
    List(Vec<Tree<'a>>),
}

/// Returns a whole document: one key and the outermost element.
pub(super) fn document(root: &Node) -> (&str, Tree<'_>) {
    let mut tree = element(root);
    if needs_xsi(root)
        && let Tree::Map(entries) = &mut tree
    {
        entries.insert(0, ("@xmlns:xsi".to_owned(), Tree::Text(XSI)));
    }
    (&root.name, tree)
}

fn element(node: &Node) -> Tree<'_> {
    if node.attributes.is_empty() && node.children.is_empty() {
        return match &node.text {
            Some(text) => Tree::Text(&text.value),
            None => Tree::Null,
        };
    }
    let mut entries: Vec<(String, Tree<'_>)> = node
        .attributes
        .iter()
        .map(|attribute| (format!("@{}", attribute.name), Tree::Text(&attribute.value)))
        .collect();
    if let Some(text) = &node.text {
        entries.push((TEXT_KEY.to_owned(), Tree::Text(&text.value)));
    }
    let mut groups: Vec<(&str, Vec<Tree<'_>>)> = Vec::new();
    for child in &node.children {
        let group = groups.iter_mut().find(|(name, _)| *name == child.name);
        match group {
            Some((_, group)) => group.push(element(child)),
            None => groups.push((&child.name, vec![element(child)])),
        }
    }
    entries.extend(groups.into_iter().map(|(name, mut group)| {
        let tree = match group.len() {
            1 => group.remove(0),
            _ => Tree::List(group),
        };
        (name.to_owned(), tree)
    }));
    Tree::Map(entries)
}
