//! Rules about what boots and installs.

use super::{Place, true_attribute};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};

/// Settings of installation media need such a medium.
///
/// The reference knows only the literal `true`; `1` means the same and is accepted here.
pub(super) fn install_media_are_made(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let Some(parent) = place.above(1) else {
        return;
    };
    let made = ["installiso", "installpxe"]
        .iter()
        .any(|name| true_attribute(parent, name).is_some());
    if !made {
        problems.push(
            Diagnostic::error(
                codes::schema::NEEDS_OTHER,
                "`installmedia` needs `installiso` or `installpxe`",
            )
            .at(place.node.name_span)
            .help("set `installiso=\"true\"` of `type`, or remove it"),
        );
    }
}
