//! One kind of image may be built in one way only: of two `<type>` elements with one `image` value the second could never be
//! chosen, and which one counts differs between what the reference does and what it documents.
//!
//! Mend: bind them to different profiles, or remove one.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Type;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<&Type> = Vec::new();
    let kinds = facts
        .choice
        .preferences
        .iter()
        .flat_map(|section| &section.types);
    for kind in kinds {
        match seen.iter().find(|earlier| *earlier.image == *kind.image) {
            None => seen.push(kind),
            Some(earlier) => diagnostics.push(
                Diagnostic::error(
                    codes::checks::DUPLICATE_TYPE,
                    format!("build type `{}` is there twice", *kind.image),
                )
                .at(kind.image.span)
                .related(earlier.image.span, "the first one")
                .help("bind them to different profiles, or remove one"),
            ),
        }
    }
}
