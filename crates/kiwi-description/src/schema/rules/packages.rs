//! Rules about packages.

use super::{Place, true_attribute};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::schema::collapse;

/// A stream can be chosen only of a module that is enabled.
///
/// The reference knows only the literal `true`; `1` means the same and is accepted here.
pub(super) fn stream_needs_enabled_module(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let enabled = true_attribute(place.node, "enable").is_some();
    if let Some(stream) = place.node.attribute("stream").filter(|_| !enabled) {
        problems.push(
            Diagnostic::error(
                codes::schema::CONFLICT,
                "`stream` does not go with a module that is disabled",
            )
            .at(stream.span)
            .help("set `enable=\"true\"`, or remove it"),
        );
    }
}

/// Only apt knows bootstrap packages.
pub(super) fn bootstrap_package_needs_apt(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let Some(bootstrap) = place.node.attribute("bootstrap_package") else {
        return;
    };
    let has_apt = place.above(1).is_some_and(|image| {
        image
            .children_named("preferences")
            .flat_map(|preferences| preferences.children_named("packagemanager"))
            .any(|manager| collapse(manager.text()) == "apt")
    });
    if !has_apt {
        problems.push(
            Diagnostic::error(
                codes::schema::NEEDS_OTHER,
                "`bootstrap_package` needs the package manager `apt`",
            )
            .at(bootstrap.span)
            .help("remove it, or set `<packagemanager>apt</packagemanager>`"),
        );
    }
}
