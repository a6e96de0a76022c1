//! Rules about sizes, volumes, partitions and encryption.

use super::Place;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::model::values::Value;

/// Partitions that are made anyway.
const RESERVED_PARTITIONS: &[&str] = &[
    "root", "readonly", "boot", "prep", "spare", "swap", "efi_csm", "efi",
];

/// Options for encryption need encryption.
pub(super) fn encryption_options_need_encryption(
    place: &Place<'_, '_>,
    problems: &mut Diagnostics,
) {
    let encrypted = place
        .above(1)
        .is_some_and(|parent| parent.attribute("luks").is_some());
    if !encrypted {
        problems.push(
            Diagnostic::error(
                codes::schema::NEEDS_OTHER,
                "`luksformat` needs the attribute `luks` of `type`",
            )
            .at(place.node.name_span)
            .help("add `luks=\"PASSPHRASE\"` to `type`, or remove it"),
        );
    }
}

/// An extra partition cannot have the name of one that is made anyway.
///
/// The reference also refuses every part of these names, such as `read`; that is an accident and not copied.
pub(super) fn partition_name_is_free(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let name = place.node.attribute("name");
    if let Some(name) = name.filter(|name| RESERVED_PARTITIONS.contains(&name.value.as_str())) {
        problems.push(
            Diagnostic::error(
                codes::schema::RESERVED_NAME,
                format!("the partition name `{}` is reserved", name.value),
            )
            .at(name.value_span)
            .help("choose another name"),
        );
    }
}

/// What is left unpartitioned cannot be more than the whole.
pub(super) fn unpartitioned_fits(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let Some(unpartitioned) = place.node.attribute("unpartitioned") else {
        return;
    };
    if let (Some(rest), Some(whole)) = (
        u64::read(&unpartitioned.value),
        u64::read(place.node.text()),
    ) && rest > whole
    {
        problems.push(
            Diagnostic::error(
                codes::schema::CONFLICT,
                format!("{rest} unpartitioned is more than the whole size of {whole}"),
            )
            .at(unpartitioned.value_span)
            .related(place.node.text_span(), "the whole size")
            .help("both numbers are of the same unit"),
        );
    }
}

/// Only btrfs limits the size of its volumes.
pub(super) fn quota_needs_btrfs(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let Some(quota) = place.node.attribute("quota") else {
        return;
    };
    let filesystem = place
        .above(2)
        .and_then(|build_type| build_type.attribute("filesystem"));
    if filesystem.is_some_and(|filesystem| filesystem.value == "btrfs") {
        return;
    }
    let problem = Diagnostic::error(
        codes::schema::NEEDS_OTHER,
        "`quota` needs `filesystem=\"btrfs\"` of `type`",
    )
    .at(quota.span)
    .help("remove it, or use btrfs");
    problems.push(match filesystem {
        Some(filesystem) => problem.related(filesystem.span, "not btrfs"),
        None => problem,
    });
}
