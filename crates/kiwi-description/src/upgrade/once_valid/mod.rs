//! What a schema of 6.9 or newer had, and the newest one refuses, although no version step rewrites it.
//!
//! The reference refuses such descriptions. Here each is read as its successor when the description announces a version that
//! had it, with a warning; descriptions of newer versions get the error of the schema check.
//!
//! Three such things need nothing: the boot loader `zipl` and the disk layout `CDL` are legal again, and boot loader settings of
//! other types than `oem` and `iso` are lost on the way from 7.1 to 7.2.

mod letters;
mod without_effect;

use super::known;
use super::rewrites::{for_each, read_as, rename_attribute, replace_value};
use super::version::SchemaVersion;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// One thing that was valid once.
struct Rule {
    /// The last version that had it.
    until: &'static str,
    /// Reads it as its successor.
    rewrite: fn(&mut Node, &mut Diagnostics),
}

const fn rule(until: &'static str, rewrite: fn(&mut Node, &mut Diagnostics)) -> Rule {
    Rule { until, rewrite }
}

/// All rules, by the version they end with.
const RULES: &[Rule] = &[
    rule("7.1", users_without_password),
    rule("7.2", without_effect::boot_images_of_disks),
    rule("7.3", device_paths),
    rule("7.3", linux_disk_layout),
    rule("7.5", luks_of_sle11),
    rule("7.5", verity_of_overlay_roots),
    rule("7.5", letters::free_aliases),
    rule("7.6", isolinux),
    rule("8.2", letters::free_publishers),
    rule("8.4", rhel_certificates),
    rule("8.4", without_effect::ovf_of_other_machines),
    rule("8.4", without_effect::btrfs_settings_elsewhere),
    rule("8.4", without_effect::containers_of_plain_disks),
];

/// Mends a description that announces a version.
pub(super) fn rewrite(root: &mut Node, version: SchemaVersion, problems: &mut Diagnostics) {
    for rule in RULES.iter().filter(|rule| version <= known(rule.until)) {
        (rule.rewrite)(root, problems);
    }
}

/// A user without password could not log in with one: that is what the password `*` means.
fn users_without_password(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "user", &mut |user| {
        if user.attribute("password").is_some() {
            return;
        }
        let place = user.name_span;
        user.set_attribute("password", "*", place);
        // A plain `*` would be hashed and become a password.
        user.take_attribute("pwdformat");
        problems.push(read_as(
            "a user without `password` cannot log in with a password",
            place,
            "write `password=\"*\"` if that is meant, or a crypt hash",
        ));
    });
}

fn device_paths(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let message = "devices are named by their uuid, no longer by their path";
        let help = "write `devicepersistency=\"by-uuid\"`, or remove it: that is the default";
        let values = ["by-path", "by-uuid"];
        replace(
            build_type,
            "devicepersistency",
            values,
            message,
            help,
            problems,
        );
    });
}

/// The older layout of DASD disks has no partition table of its own, so that images need the compatible one.
fn linux_disk_layout(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "bootloader", &mut |loader| {
        let message = "the disk layout `LDL` is gone; the image is made for `CDL`";
        let help = "write `targettype=\"CDL\"`, and format the DASD with that layout";
        replace(
            loader,
            "targettype",
            ["LDL", "CDL"],
            message,
            help,
            problems,
        );
    });
}

fn luks_of_sle11(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let message = "the encryption settings of `sle11` are gone; those of `sle12` are used";
        let help = "write `luksOS=\"sle12\"`, or options in `luksformat`";
        replace(
            build_type,
            "luksOS",
            ["sle11", "sle12"],
            message,
            help,
            problems,
        );
    });
}

fn isolinux(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "bootloader", &mut |loader| {
        let message = "the boot loader `isolinux` is gone; `grub2` starts the medium";
        let help = "write `name=\"grub2\"`";
        replace(
            loader,
            "name",
            ["isolinux", "grub2"],
            message,
            help,
            problems,
        );
    });
}

fn rhel_certificates(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "certificates", &mut |certificates| {
        let message = "the distribution `rhel` is called `redhat`";
        let help = "write `target_distribution=\"redhat\"`";
        let values = ["rhel", "redhat"];
        replace(
            certificates,
            "target_distribution",
            values,
            message,
            help,
            problems,
        );
    });
}

/// Gives an attribute that has the first of two values the second one, and says so.
fn replace(
    node: &mut Node,
    attribute: &str,
    [old, new]: [&str; 2],
    message: &str,
    help: &str,
    problems: &mut Diagnostics,
) {
    if replace_value(node, attribute, old, new) {
        let place = node
            .attribute(attribute)
            .map_or(node.name_span, |it| it.value_span);
        problems.push(read_as(message, place, help));
    }
}

fn verity_of_overlay_roots(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let Some(blocks) = build_type.attribute("overlayroot_verity_blocks") else {
            return;
        };
        problems.push(read_as(
            "`overlayroot_verity_blocks` is called `verity_blocks`",
            blocks.span,
            "write `verity_blocks`",
        ));
        if build_type.attribute("verity_blocks").is_some() {
            build_type.take_attribute("overlayroot_verity_blocks");
        } else {
            rename_attribute(build_type, "overlayroot_verity_blocks", "verity_blocks");
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn old_forms_are_read_as_long_as_they_were_valid() {
        for (last, next, before, after, said) in [
            (
                "7.1",
                "7.2",
                "<users><user name='u' pwdformat='plain'/></users>",
                "<users><user name='u' password='*'/></users>",
                "K0151 user",
            ),
            (
                "7.2",
                "7.3",
                "<type image='oem' boot='oemboot/x'/>",
                "<type image='oem'/>",
                "K0150 boot='oemboot/x'",
            ),
            (
                "7.3",
                "7.4",
                "<type image='oem' devicepersistency='by-path'/>",
                "<type image='oem' devicepersistency='by-uuid'/>",
                "K0151 by-path",
            ),
            (
                "7.3",
                "7.4",
                "<type><bootloader name='zipl' targettype='LDL'/></type>",
                "<type><bootloader name='zipl' targettype='CDL'/></type>",
                "K0151 LDL",
            ),
            (
                "7.5",
                "7.6",
                "<type luksOS='sle11'/>",
                "<type luksOS='sle12'/>",
                "K0151 sle11",
            ),
            (
                "7.5",
                "7.6",
                "<type overlayroot_verity_blocks='all'/>",
                "<type verity_blocks='all'/>",
                "K0151 overlayroot_verity_blocks='all'",
            ),
            (
                "7.5",
                "7.6",
                "<repository alias='a b'/><repository alias='a_b'/>",
                "<repository alias='a_b_'/><repository alias='a_b'/>",
                "K0151 a b",
            ),
            (
                "7.6",
                "8.0",
                "<type image='iso'><bootloader name='isolinux' timeout='1'/></type>",
                "<type image='iso'><bootloader name='grub2' timeout='1'/></type>",
                "K0151 isolinux",
            ),
            (
                "8.2",
                "8.3",
                "<type image='iso' publisher='J\u{fc}rgen &amp; Co'/>",
                "<type image='iso' publisher='J_rgen &amp; Co'/>",
                "K0151 J\u{fc}rgen &amp; Co",
            ),
            (
                "8.4",
                "8.5",
                "<certificates target_distribution='rhel'/>",
                "<certificates target_distribution='redhat'/>",
                "K0151 rhel",
            ),
            (
                "8.4",
                "8.5",
                "<machine ovftype='xen' memory='1'/>",
                "<machine memory='1'/>",
                "K0150 ovftype='xen'",
            ),
            (
                "8.4",
                "8.5",
                "<type filesystem='xfs' btrfs_quota_groups='true'/>",
                "<type filesystem='xfs'/>",
                "K0150 btrfs_quota_groups='true'",
            ),
            (
                "8.4",
                "8.5",
                "<type filesystem='btrfs' btrfs_quota_groups='true'><systemdisk preferlvm='true'/></type>",
                "<type filesystem='btrfs'><systemdisk preferlvm='true'/></type>",
                "K0150 btrfs_quota_groups='true'",
            ),
            (
                "8.4",
                "8.5",
                "<type image='oem' format='qcow2'><containerconfig name='c'/></type>",
                "<type image='oem' format='qcow2'/>",
                "K0150 containerconfig",
            ),
        ] {
            assert_warned(last, before, after, &[said]);
            assert_warned(next, before, before, &[]);
        }
    }

    #[test]
    fn what_is_right_stays() {
        for content in [
            "<users><user name='u' password='x' pwdformat='plain'/></users>",
            "<type image='oem' boot='b' bootkernel='k' initrd_system='kiwi'/>",
            "<type image='pxe' boot='netboot/x'/>",
            "<machine ovftype='vmware'/>",
            "<type filesystem='btrfs' btrfs_quota_groups='true'/>",
            "<type image='oem' format='oci:qcow2'><containerconfig name='c'/></type>",
            "<repository alias='a-b.c_d'/>",
        ] {
            assert_warned("7.1", content, content, &[]);
        }
    }
}
