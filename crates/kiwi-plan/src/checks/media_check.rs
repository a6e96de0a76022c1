//! The boot menu of a live image with `mediacheck` offers to check the medium, which the live system does with `checkmedia`.
//!
//! The reference looks here for the tool of the host that writes the checksum. That one is a requirement of the plan, like every
//! program of the host.
//!
//! Mend: the package `checkmedia`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::ImageType;

use crate::resolve::Facts;

/// Packages that have the program.
const PACKAGES: [&str; 1] = ["checkmedia"];

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let Some(check) = kind.live.mediacheck.filter(|it| **it) else {
        return;
    };
    if *kind.image == ImageType::Iso && !facts.asks_for_any(&PACKAGES) {
        diagnostics.push(
            Diagnostic::note(
                codes::checks::MEDIA_CHECK_PROGRAM,
                "the live system checks the medium with `checkmedia`, and no package of that name is listed",
            )
            .at(check.span)
            .help("add the package `checkmedia`, if no other package brings the program"),
        );
    }
}
