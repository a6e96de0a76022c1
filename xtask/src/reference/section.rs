//! The page of one section of the schema.

use std::fmt::Write;

use kiwi_description::schema::define::Section;
use kiwi_description::schema::retired::{ATTRIBUTES, ELEMENTS, Retired, VALUES};

use super::element;
use super::markdown::{link, start, table};

/// Makes the page.
pub(super) fn page(section: &Section) -> String {
    let mut out = start(section.title);
    let links: Vec<String> = section
        .elements
        .iter()
        .map(|known| link(known.name))
        .collect();
    let _ = write!(out, "\nElements on this page: {}.\n", links.join(", "));
    for known in section.elements {
        element::write(known, &mut out);
    }
    write_retired(section, &mut out);
    out
}

/// Lists what older versions had in the elements of the section.
fn write_retired(section: &Section, out: &mut String) {
    let here = |row: &&Retired| {
        section
            .elements
            .iter()
            .any(|known| known.name == row.element)
    };
    let attributes = ATTRIBUTES
        .iter()
        .filter(here)
        .map(|row| (format!("`{}@{}`", row.element, row.name), row));
    let elements = ELEMENTS
        .iter()
        .filter(here)
        .map(|row| (format!("`{}/{}`", row.element, row.name), row));
    let values = VALUES.iter().filter(here).map(|row| {
        let value = row.value.unwrap_or_default();
        let name = match row.name {
            "" => format!("`{}` text `{value}`", row.element),
            attribute => format!("`{}@{attribute}` value `{value}`", row.element),
        };
        (name, row)
    });
    let rows: Vec<Vec<String>> = attributes
        .chain(elements)
        .chain(values)
        .map(|(name, row)| vec![name, row.until.to_owned(), row.advice.to_owned()])
        .collect();
    if rows.is_empty() {
        return;
    }
    let table = table(&["What", "Until schema", "Instead"], &rows);
    let _ = write!(
        out,
        "\n## No longer there\n\nDescriptions of older schema versions may have these; what can be carried over is.\n\n{table}"
    );
}
