//! The schema of image descriptions, newest version, as tables, and the check of a node tree against it.
//!
//! [`define`] has the vocabulary, `tables` one file per section, [`patterns`] the forms of values. What depends on more than
//! one attribute is in `rules`, what older versions had in [`retired`]. [`check`] applies all of it and reports everything that
//! is wrong at once; [`export`] writes it as schemas for editors.

mod check;
mod kind;
mod rules;
mod tables;
mod whitespace;

pub mod define;
pub mod export;
pub mod patterns;
pub mod retired;

use std::collections::HashMap;
use std::sync::LazyLock;

use define::{Element, Section};

pub use check::{check, describe};
pub use rules::statements as rules_of;
pub use whitespace::collapse;

/// Elements by their names.
static BY_NAME: LazyLock<HashMap<&'static str, &'static Element>> =
    LazyLock::new(|| elements().map(|element| (element.name, element)).collect());

/// Returns all sections in the order of the reference manual.
pub fn sections() -> &'static [Section] {
    tables::SECTIONS
}

/// Returns all elements in the order of the reference manual.
pub fn elements() -> impl Iterator<Item = &'static Element> {
    sections().iter().flat_map(|section| section.elements)
}

/// Returns the element of a name.
pub fn element(name: &str) -> Option<&'static Element> {
    BY_NAME.get(name).copied()
}
