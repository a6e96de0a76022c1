//! Pieces of Markdown.

use kiwi_description::schema::define::{Element, Section};
use kiwi_description::schema::{element, sections};

/// First line of each page.
pub(super) const NOTE: &str =
    "<!-- Made by `cargo xtask reference` from the tables of the program; do not edit. -->";

/// The file of a section.
pub(super) fn file(section: &Section) -> String {
    format!("{}.md", section.name)
}

/// Starts a page.
pub(super) fn start(title: &str) -> String {
    format!("{NOTE}\n\n# {title}\n")
}

/// The name a heading can be linked by.
pub(super) fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter => letter.is_alphanumeric().then_some(letter),
        })
        .collect()
}

/// A link to an element, from any page.
pub(super) fn link(name: &str) -> String {
    let section = sections()
        .iter()
        .find(|section| section.elements.iter().any(|element| element.name == name));
    match section {
        Some(section) => format!("[`{name}`]({}#{})", file(section), anchor(name)),
        None => format!("`{name}`"),
    }
}

/// A table; bars in cells are escaped.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    let mut text = line(&head) + &rule;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text.push_str(&line(&cells));
    }
    text
}

/// Words in code style, separated by commas.
pub(super) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// The elements an element may stand in.
pub(super) fn parents(name: &str) -> impl Iterator<Item = &'static Element> {
    let name = name.to_owned();
    kiwi_description::schema::elements().filter(move |parent| parent.child(&name).is_some())
}

/// The later of the versions that brought an element and its child.
pub(super) fn since_of_child(parent: &Element, child: &str) -> &'static str {
    let own = parent.child(child).and_then(|child| child.since);
    own.or_else(|| element(child)?.since).unwrap_or_default()
}
