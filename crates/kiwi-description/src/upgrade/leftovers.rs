//! What schemas before 6.9 had, no version step takes away, and the newest schema refuses.
//!
//! The reference leaves these in the upgraded document, which then is invalid. Here the obvious counterpart is taken, or they
//! are left out, each with a warning.

use super::known;
use super::rewrites::{for_each, is, lose_elements, lost, make_overlay_disk, read_as};
use super::version::SchemaVersion;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// The first version without any of this.
const GONE_IN: &str = "6.9";

/// Elements without counterpart: element, what to do instead.
const ELEMENTS: [(&str, &str); 4] = [
    ("ec2config", "upload the image with the tools of the cloud"),
    (
        "instsource",
        "build installation media with the tools of the distribution",
    ),
    ("oem-home", "describe the volume in `systemdisk` of `type`"),
    (
        "oem-sap-install",
        "put the installer's settings into the overlay tree `root/`",
    ),
];

/// Boot loaders that GRUB 2 has replaced.
const OLD_LOADERS: [&str; 4] = ["grub", "extlinux", "lilo", "syslinux"];

/// Ways to put a live system together that the overlay file system has replaced.
const OLD_FLAGS: [&str; 5] = ["clic", "clic_udf", "compressed", "seed", "unified"];

/// File systems that were a read-only root with a writable layer.
const OLD_OVERLAYS: [&str; 3] = ["clicfs", "overlayfs", "unionfs"];

/// Mends a description of a version before 6.9.
pub(super) fn rewrite(root: &mut Node, version: SchemaVersion, problems: &mut Diagnostics) {
    if version >= known(GONE_IN) {
        return;
    }
    for (name, instead) in ELEMENTS {
        lose_elements(root, name, instead, problems);
    }
    for_each(root, "type", &mut |build_type| {
        old_overlay(build_type, problems);
        old_flags(build_type, problems);
    });
    for_each(root, "bootloader", &mut |loader| {
        replace_word(loader, "name", &OLD_LOADERS, "grub2", problems);
    });
    old_packages(root, problems);
}

/// Split images and overlay file systems become a disk with a read-only root and a writable layer.
fn old_overlay(build_type: &mut Node, problems: &mut Diagnostics) {
    let split = build_type
        .attribute("image")
        .filter(|image| image.value == "split");
    let overlay = build_type
        .attribute("filesystem")
        .filter(|it| OLD_OVERLAYS.contains(&it.value.as_str()))
        .filter(|_| build_type.value("image") == Some("oem"));
    let Some((place, old)) = split
        .or(overlay)
        .map(|old| (old.value_span, old.value.clone()))
    else {
        return;
    };
    make_overlay_disk(build_type, place);
    problems.push(read_as(
        format!("`{old}` is read as a disk with a read-only squashfs root and a writable layer"),
        place,
        "write `image=\"oem\" overlayroot=\"true\"` and the `filesystem` of the writable layer",
    ));
}

fn old_flags(build_type: &mut Node, problems: &mut Diagnostics) {
    if build_type.value("image") == Some("iso") {
        replace_word(build_type, "flags", &OLD_FLAGS, "overlay", problems);
    }
}

fn replace_word(
    node: &mut Node,
    attribute: &str,
    old: &[&str],
    new: &str,
    problems: &mut Diagnostics,
) {
    let Some(found) = node.attribute_mut(attribute) else {
        return;
    };
    if old.contains(&found.value.as_str()) {
        problems.push(read_as(
            format!("`{}` is read as `{new}`, which replaced it", found.value),
            found.value_span,
            &format!("write `{attribute}=\"{new}\"`"),
        ));
        new.clone_into(&mut found.value);
    }
}

/// Packages of kinds of images that are gone.
fn old_packages(root: &mut Node, problems: &mut Diagnostics) {
    for packages in root.children.iter_mut().filter(|it| is(it, "packages")) {
        replace_word(packages, "type", &["split", "xen"], "oem", problems);
    }
    let of_usb = |child: &mut Node| is(child, "packages") && child.value("type") == Some("usb");
    problems.extend(root.children.extract_if(.., of_usb).map(|packages| {
        let instead = "live media (`iso`) and disks (`oem`) start from USB sticks too";
        lost("packages of image type `usb`", packages.name_span, instead)
    }));
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn counterparts_are_taken() {
        for (before, after, said) in [
            (
                "<type image='split' filesystem='squashfs'/>",
                "<type image='oem' filesystem='ext4' overlayroot='true'/>",
                "K0151 split",
            ),
            (
                "<type image='oem' filesystem='overlayfs'/>",
                "<type image='oem' filesystem='ext4' overlayroot='true'/>",
                "K0151 overlayfs",
            ),
            (
                "<type image='iso' flags='clic'/>",
                "<type image='iso' flags='overlay'/>",
                "K0151 clic",
            ),
            (
                "<type image='oem' bootloader='syslinux'/>",
                "<type image='oem'><bootloader name='grub2'/></type>",
                "K0151 syslinux",
            ),
            (
                "<packages type='xen'/>",
                "<packages type='oem'/>",
                "K0151 xen",
            ),
            ("<packages type='usb'/>", "", "K0150 packages"),
            (
                "<instsource><instrepo/></instsource>",
                "",
                "K0150 instsource",
            ),
            (
                "<oemconfig><oem-sap-install>true</oem-sap-install></oemconfig>",
                "<oemconfig/>",
                "K0150 oem-sap-install",
            ),
        ] {
            assert_warned("6.8", before, after, &[said]);
        }
    }

    #[test]
    fn later_descriptions_never_had_them() {
        let content = "<type image='split'/><packages type='xen'/>";
        assert_warned("6.9", content, content, &[]);
    }
}
