//! Settings that no longer have any effect, or never had one where they stand.

use crate::diagnostic::Diagnostics;
use crate::node::{Attribute, Node};
use crate::upgrade::rewrites::{for_each, is, lost};

/// Disks were started by a boot image from a description of its own unless they asked for dracut.
///
/// Now dracut is the default, and `boot` without `initrd_system="kiwi"` an error.
pub(super) fn boot_images_of_disks(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let has_default = matches!(build_type.value("image"), Some("oem" | "iso"))
            && build_type.value("initrd_system") != Some("kiwi");
        if !has_default {
            return;
        }
        for name in ["boot", "bootkernel", "bootprofile"] {
            if let Some(attribute) = build_type.take_attribute(name) {
                let what = format!("`{name}` of `type` without `initrd_system=\"kiwi\"`");
                let instead = "remove it, or set `initrd_system=\"kiwi\"` of image type `oem`";
                problems.push(lost(&what, attribute.span, instead));
            }
        }
    });
}

/// OVF descriptions are made for VMware only.
pub(super) fn ovf_of_other_machines(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "machine", &mut |machine| {
        let gone = machine
            .value("ovftype")
            .is_some_and(|it| matches!(it, "powervm" | "xen" | "zvm"));
        if !gone {
            return;
        }
        if let Some(attribute) = machine.take_attribute("ovftype") {
            let what = format!("`ovftype=\"{}\"`", attribute.value);
            let instead = "remove it: OVF descriptions are made for VMware only";
            problems.push(lost(&what, attribute.span, instead));
        }
    });
}

/// Settings of btrfs next to another file system, or to LVM in its place, had no effect.
pub(super) fn btrfs_settings_elsewhere(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let other = build_type
            .value("filesystem")
            .is_some_and(|it| it != "btrfs");
        let lvm = build_type
            .child("systemdisk")
            .and_then(|disk| disk.value("preferlvm"))
            .is_some_and(|it| it == "true");
        if !other && !lvm {
            return;
        }
        let is_btrfs = |it: &mut Attribute| it.name.starts_with("btrfs_");
        let gone = build_type.attributes.extract_if(.., is_btrfs);
        problems.extend(gone.map(|attribute| {
            let what = format!("`{}` without btrfs volumes", attribute.name);
            lost(&what, attribute.span, "remove it: it has no effect")
        }));
    });
}

/// A disk that is not packed into a container has no use for container settings.
pub(super) fn containers_of_plain_disks(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let format = build_type.value("format");
        let is_plain =
            format.is_some_and(|it| !it.starts_with("oci:") && !it.starts_with("docker:"));
        if !is_plain {
            return;
        }
        let is_config = |child: &mut Node| is(child, "containerconfig");
        let gone = build_type.children.extract_if(.., is_config);
        problems.extend(gone.map(|config| {
            let instead = "remove it, or pack the disk with `format=\"oci:FORMAT\"`";
            lost(
                "`containerconfig` of a plain disk",
                config.name_span,
                instead,
            )
        }));
    });
}
