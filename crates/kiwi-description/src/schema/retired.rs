//! What older versions of the schema had, and what to write instead.
//!
//! Descriptions that announce their old version are upgraded, and some spellings are mended in all versions, see
//! [`mod@crate::upgrade`]. These hints are for what is still refused: in descriptions that announce the newest version and use
//! old names, and on the command line.

/// Advice for an attribute: element, attribute, advice.
const ATTRIBUTES: &[(&str, &str, &str)] = &[
    (
        "type",
        "bootloader",
        "write `<bootloader name=\"...\"/>` inside `type`",
    ),
    (
        "type",
        "bootloader_console",
        "use `output_console` of the element `bootloader`",
    ),
    (
        "type",
        "boottimeout",
        "use `timeout` of the element `bootloader`",
    ),
    (
        "type",
        "zipl_targettype",
        "use `targettype` of the element `bootloader`",
    ),
    (
        "type",
        "vga",
        "use `video_mode` of the element `bootloader`",
    ),
    (
        "type",
        "btrfs_root_is_snapshot",
        "it is called `btrfs_root_is_snapper_snapshot` now",
    ),
    (
        "type",
        "overlayroot_verity_blocks",
        "it is called `verity_blocks` now",
    ),
    (
        "type",
        "container",
        "write `<containerconfig name=\"...\"/>` inside `type`",
    ),
    (
        "type",
        "hybrid",
        "remove it: ISO images always boot from USB sticks too",
    ),
    (
        "type",
        "checkprebuilt",
        "remove it: there are no prebuilt boot images any more",
    ),
    ("type", "fsnocheck", "remove it"),
    ("type", "fsreadonly", "use `overlayroot=\"true\"`"),
    ("type", "fsreadwrite", "use `overlayroot=\"true\"`"),
    ("type", "zfsoptions", "remove it: ZFS is not supported"),
    (
        "bootloader",
        "console",
        "use `output_console` and `input_console`",
    ),
    (
        "containerconfig",
        "additionaltags",
        "use `additionalnames` with a colon before each tag",
    ),
    (
        "repository",
        "use_for_bootstrap",
        "remove it: all repositories are used for the bootstrap phase",
    ),
    ("repository", "status", "remove it"),
    ("repository", "prefer-license", "remove it"),
    ("image", "kiwirevision", "remove it"),
    (
        "package",
        "replaces",
        "list the other package with `ignore`",
    ),
    ("users", "group", "use `groups` of each `user`"),
    (
        "machine",
        "domain",
        "use `xen_server` of `type` for a Xen host",
    ),
    (
        "packagemanager",
        "name",
        "write the name as text: `<packagemanager>NAME</packagemanager>`",
    ),
];

/// Advice for an element: parent, element, advice.
const ELEMENTS: &[(&str, &str, &str)] = &[
    (
        "type",
        "pxedeploy",
        "remove it: use image type `kis`, or `installpxe` of image type `oem`",
    ),
    (
        "type",
        "split",
        "use `overlayroot=\"true\"` of image type `oem`",
    ),
    ("oemconfig", "oem-ataraid-scan", "remove it"),
    ("preferences", "hwclock", "remove it"),
    ("preferences", "partitioner", "remove it"),
    ("preferences", "rpm-force", "remove it"),
    (
        "preferences",
        "defaultdestination",
        "use `--target-dir` on the command line",
    ),
    (
        "preferences",
        "defaultroot",
        "use `--root` on the command line",
    ),
    ("preferences", "defaultprebuilt", "remove it"),
];

/// Advice for a value: attribute or element, value, advice.
const VALUES: &[(&str, &str, &str)] = &[
    (
        "image",
        "vmx",
        "use `oem`, with `<oem-resize>false</oem-resize>` in `oemconfig` to keep the disk at its size",
    ),
    ("image", "clicfs", "use `oem` with `overlayroot=\"true\"`"),
    ("packagemanager", "apt-get", "it is called `apt` now"),
    ("packagemanager", "yum", "use `dnf4` or `dnf5`"),
    ("packagemanager", "dnf", "use `dnf4` or `dnf5`"),
    (
        "type",
        "rpm-dir",
        "remove it: the package manager finds out by itself",
    ),
    (
        "type",
        "yast2",
        "remove it: the package manager finds out by itself",
    ),
    ("devicepersistency", "by-path", "use `by-uuid`"),
    ("target_distribution", "rhel", "use `redhat`"),
];

/// Advice for text in an element that cannot have any: element, advice.
const TEXTS: &[(&str, &str)] = &[
    ("requires", "write `<requires profile=\"NAME\"/>`"),
    ("package", "write `<package name=\"NAME\"/>`"),
    ("source", "write `<source path=\"LOCATION\"/>`"),
];

/// Returns advice for an attribute that an element no longer has.
pub(super) fn attribute(element: &str, attribute: &str) -> Option<&'static str> {
    find(ATTRIBUTES, element, attribute)
}

/// Returns advice for a child that an element no longer has.
pub(super) fn element(parent: &str, element: &str) -> Option<&'static str> {
    find(ELEMENTS, parent, element)
}

/// Returns advice for a value that an attribute or element no longer has.
pub(super) fn value(of: &str, value: &str) -> Option<&'static str> {
    find(VALUES, of, value)
}

/// Returns advice for text that should be an attribute.
pub(super) fn text(element: &str) -> Option<&'static str> {
    TEXTS.iter().find(|row| row.0 == element).map(|row| row.1)
}

fn find(table: &[(&str, &str, &'static str)], first: &str, second: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|row| row.0 == first && row.1 == second)
        .map(|row| row.2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn nothing_retired_is_in_the_schema() {
        for (element, attribute, _) in ATTRIBUTES {
            let element = schema::element(element).expect("known element");
            assert!(element.attribute(attribute).is_none(), "{attribute}");
        }
        for (parent, element, _) in ELEMENTS {
            let parent = schema::element(parent).expect("known element");
            assert!(parent.child(element).is_none(), "{element}");
        }
    }
}
