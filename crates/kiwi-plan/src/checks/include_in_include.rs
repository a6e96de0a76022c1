//! Includes are put in place once. One that stood in an included file is still there, and its content is not.
//!
//! Mend: include the file from the main description.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    for include in &facts.description.includes {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::INCLUDE_IN_INCLUDE,
                format!(
                    "`{}` is not read: includes inside included files are not followed",
                    *include.from
                ),
            )
            .at(include.from.span)
            .help("include it from the main description"),
        );
    }
}
