//! Options of the command line that change a container, for a build without one, or without what they change.
//!
//! Mend: remove the option, or add to the description what it is to change.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::ImageType;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let selection = facts.selection;
    let kind = facts.kind();
    let is_container = matches!(*kind.image, ImageType::Docker | ImageType::Oci);
    let config = kind.containerconfig.as_ref();
    let mut warn = |option: &str, why: &str| {
        diagnostics.push(
            Diagnostic::warning(
                codes::selection::OPTION_WITHOUT_EFFECT,
                format!("`{option}` has no effect: {why}"),
            )
            .in_place(format!("command line {option}")),
        );
    };
    if selection.container_tag.is_some() && config.is_none_or(|config| config.tag.is_none()) {
        warn(
            "--set-container-tag",
            "the description has no `containerconfig` with a `tag`",
        );
    }
    if selection.container_derived_from.is_some() && kind.container.derived_from.is_none() {
        warn(
            "--set-container-derived-from",
            "the build type has no `derived_from`",
        );
    }
    if !selection.container_labels.is_empty() && !is_container {
        warn("--add-container-label", "this build makes no container");
    }
    for label in &selection.container_labels {
        if !label.contains('=') {
            diagnostics.push(
                Diagnostic::warning(
                    codes::command_line::CONTAINER_LABEL,
                    format!("the label `{label}` has no value and is left out"),
                )
                .in_place("command line --add-container-label")
                .help("write `NAME=VALUE`"),
            );
        }
    }
}
