//! Rules about `type` and its container settings.

use super::{Place, is_container_format, true_attribute};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, codes};

/// Attributes that act on a btrfs root file system only.
const BTRFS_ATTRIBUTES: &[&str] = &[
    "btrfs_quota_groups",
    "btrfs_set_default_volume",
    "btrfs_root_is_subvolume",
    "btrfs_root_is_snapper_snapshot",
    "btrfs_root_is_readonly_snapshot",
];

/// The btrfs attributes need btrfs as file system and as volume manager.
pub(super) fn filesystem_for_btrfs_attributes(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let node = place.node;
    let other_filesystem = node
        .attribute("filesystem")
        .filter(|filesystem| filesystem.value != "btrfs");
    let lvm = node
        .child("systemdisk")
        .and_then(|systemdisk| true_attribute(systemdisk, "preferlvm"));
    for attribute in BTRFS_ATTRIBUTES
        .iter()
        .filter_map(|name| node.attribute(name))
    {
        let message = |with: &str| format!("`{}` does not go with {with}", attribute.name);
        if let Some(filesystem) = other_filesystem {
            let with = format!("`filesystem=\"{}\"`", filesystem.value);
            problems.push(
                Diagnostic::error(codes::schema::CONFLICT, message(&with))
                    .at(attribute.span)
                    .related(filesystem.span, "not btrfs")
                    .help("remove it, or set `filesystem=\"btrfs\"`"),
            );
        }
        if let Some(lvm) = lvm {
            // The reference refuses `true` but overlooks `1`.
            let severity = if lvm.value == "true" {
                Severity::Error
            } else {
                Severity::Warning
            };
            problems.push(
                Diagnostic::new(severity, codes::schema::CONFLICT, message("`preferlvm`"))
                    .at(attribute.span)
                    .related(lvm.span, "LVM instead of btrfs volumes")
                    .help("remove one of them"),
            );
        }
    }
}

/// Stored dm-verity parameters need dm-verity.
pub(super) fn verity_metadata_needs_blocks(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let metadata = true_attribute(place.node, "embed_verity_metadata");
    if let Some(metadata) = metadata.filter(|_| place.node.attribute("verity_blocks").is_none()) {
        problems.push(
            Diagnostic::error(
                codes::schema::NEEDS_OTHER,
                "`embed_verity_metadata` needs `verity_blocks`",
            )
            .at(metadata.span)
            .help("add `verity_blocks=\"all\"`"),
        );
    }
}

/// Stored dm-integrity parameters, and its older HMAC, need dm-integrity.
///
/// For the older HMAC the reference intends this but does not enforce it, so it is a warning.
pub(super) fn integrity_attributes_need_integrity(
    place: &Place<'_, '_>,
    problems: &mut Diagnostics,
) {
    if place.node.attribute("standalone_integrity").is_some() {
        return;
    }
    for (name, severity) in [
        ("embed_integrity_metadata", Severity::Error),
        ("integrity_legacy_hmac", Severity::Warning),
    ] {
        if let Some(attribute) = true_attribute(place.node, name) {
            problems.push(
                Diagnostic::new(
                    severity,
                    codes::schema::NEEDS_OTHER,
                    format!("`{name}` needs `standalone_integrity`"),
                )
                .at(attribute.span)
                .help("add `standalone_integrity=\"true\"`"),
            );
        }
    }
}

/// A disk can be derived from a container only when it is packed into one.
pub(super) fn derived_disk_needs_container_format(
    place: &Place<'_, '_>,
    problems: &mut Diagnostics,
) {
    let node = place.node;
    let packed = node.value("format").is_some_and(is_container_format);
    if node.value("image") != Some("oem") || packed {
        return;
    }
    if let Some(derived) = node.attribute("derived_from") {
        problems.push(
            Diagnostic::error(
                codes::schema::NEEDS_OTHER,
                "`derived_from` of a disk needs a container format",
            )
            .at(derived.span)
            .help("set `format=\"oci:...\"` or `format=\"docker:...\"`, or remove it"),
        );
    }
}

/// A Vagrant box needs to know which virtualisation it is for.
pub(super) fn vagrant_needs_its_configuration(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let node = place.node;
    let vagrant = node
        .attribute("format")
        .filter(|format| format.value == "vagrant");
    if let Some(format) = vagrant.filter(|_| node.child("vagrantconfig").is_none()) {
        problems.push(
            Diagnostic::error(
                codes::schema::REQUIRED_FOR_THIS,
                "`format=\"vagrant\"` needs the element `vagrantconfig`",
            )
            .at(format.span)
            .help("add `<vagrantconfig provider=\"libvirt\" virtualsize=\"42\"/>` inside `type`"),
        );
    }
}

/// Container settings of a disk need a container around it.
pub(super) fn container_needs_container_format(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    let format = place.above(1).and_then(|parent| parent.attribute("format"));
    if let Some(format) = format.filter(|format| !is_container_format(&format.value)) {
        problems.push(
            Diagnostic::error(
                codes::schema::CONFLICT,
                format!(
                    "`containerconfig` does not go with `format=\"{}\"`",
                    format.value
                ),
            )
            .at(place.node.name_span)
            .related(format.span, "no container")
            .help(format!(
                "use `format=\"oci:{}\"` or remove `containerconfig`",
                format.value
            )),
        );
    }
}
