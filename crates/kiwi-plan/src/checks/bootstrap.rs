//! Packages are installed by the package manager inside the tree, and that one comes with the bootstrap packages. Without
//! them the tree must exist already.
//!
//! Mend: `<packages type="bootstrap">` with at least the base of the distribution, or `--add-bootstrap-package`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if facts.packages.bootstrap.is_none() && facts.kind().container.derived_from.is_none() {
        diagnostics.push(
            Diagnostic::warning(
                codes::checks::NO_BOOTSTRAP,
                "there are no bootstrap packages",
            )
            .at(facts.description.span)
            .help(
                "add `<packages type=\"bootstrap\">`; without it the root tree must exist already",
            ),
        );
    }
}
