//! The image needs a version: it is part of the name of every result, and bundles are numbered by it.
//!
//! Mend: `<version>1.0.0</version>` in a `<preferences>` section that applies.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if facts.identity.version.is_some() {
        return;
    }
    let place = facts
        .choice
        .preferences
        .first()
        .map_or(facts.description.span, |section| section.span);
    diagnostics.push(
        Diagnostic::error(codes::checks::NO_VERSION, "the image has no version")
            .at(place)
            .help("add `<version>1.0.0</version>` here"),
    );
}
