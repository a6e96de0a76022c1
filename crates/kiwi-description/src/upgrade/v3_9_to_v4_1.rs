//! 3.9 to 4.1: the kind of image became an attribute, and sections about one kind moved into the types of that kind.
//!
//! A section moves into all types it fits: the profiles must overlap, and the kind must match (see [`SECTIONS`]). Where no
//! type fits, it never had an effect; a warning says so.

use super::rewrites::{is, lost};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// A section and the kinds of image it is about; of several groups the first that occurs counts.
struct Section {
    name: &'static str,
    kinds: &'static [&'static [&'static str]],
}

/// Kinds of image that are file systems of a certain size.
const SIZED: &[&str] = &[
    "oem", "vmx", "xen", "usb", "split", "pxe", "btrfs", "ext2", "ext3", "ext4", "xfs", "reiserfs",
];

/// The sections that move.
const SECTIONS: &[Section] = &[
    Section {
        name: "lvmvolumes",
        kinds: &[&["oem", "vmx", "xen", "usb"]],
    },
    Section {
        name: "oemconfig",
        kinds: &[&["oem"]],
    },
    Section {
        name: "pxedeploy",
        kinds: &[&["pxe"]],
    },
    Section {
        name: "size",
        kinds: &[SIZED],
    },
    Section {
        name: "split",
        kinds: &[&["split"], &["oem", "pxe", "iso"]],
    },
    Section {
        name: "vmwareconfig",
        kinds: &[&["vmx"], &["oem", "usb", "split"]],
    },
    Section {
        name: "xenconfig",
        kinds: &[&["xen"], &["vmx", "oem"]],
    },
];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for preferences in &mut root.children {
        if is(preferences, "preferences") {
            let types = preferences.children.iter_mut();
            types.filter(|child| is(child, "type")).for_each(name_kind);
        }
    }
    for section in SECTIONS {
        let taken: Vec<_> = root
            .children
            .extract_if(.., |child| is(child, section.name))
            .collect();
        for node in taken {
            move_into_types(root, section, node, problems);
        }
    }
}

/// `<type>oem</type>` becomes `<type image="oem"/>`.
fn name_kind(build_type: &mut Node) {
    if let Some(kind) = build_type.text.take() {
        build_type.set_attribute("image", kind.value, kind.span);
    }
}

fn move_into_types(root: &mut Node, section: &Section, mut node: Node, problems: &mut Diagnostics) {
    let profiles = node.take_attribute("profiles").map(|it| it.value);
    for kinds in section.kinds {
        let mut moved = false;
        for preferences in &mut root.children {
            if !is(preferences, "preferences")
                || !share_profile(profiles.as_deref(), preferences.value("profiles"))
            {
                continue;
            }
            for build_type in &mut preferences.children {
                let kind = build_type.value("image").unwrap_or_default();
                if is(build_type, "type") && kinds.contains(&kind) {
                    build_type.children.push(node.clone());
                    moved = true;
                }
            }
        }
        if moved {
            return;
        }
    }
    let what = format!("`{}` without a `type` it is for", node.name);
    problems.push(lost(&what, node.name_span, "remove it"));
}

/// Tells whether two sections can apply together; one without profiles always applies.
fn share_profile(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left
            .split(',')
            .any(|name| right.split(',').any(|other| name == other)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_warned};

    #[test]
    fn sections_move_into_their_types() {
        let types = "<preferences profiles='a,b'><type>oem</type><type boot='x'>iso</type></preferences>\
                     <preferences profiles='c'><type>vmx</type></preferences>";
        for (section, oem, vmx) in [
            ("<size unit='G'>4</size>", true, true),
            (
                "<oemconfig><oem-swap>true</oem-swap></oemconfig>",
                true,
                false,
            ),
            ("<lvmvolumes><volume name='var'/></lvmvolumes>", true, true),
            ("<vmwareconfig memory='512'/>", false, true),
            ("<xenconfig memory='512'/>", true, true),
        ] {
            let inside = |yes: bool| if yes { section } else { "" };
            let after = format!(
                "<preferences profiles='a,b'><type image='oem'>{}</type><type boot='x' image='iso'/></preferences>\
                 <preferences profiles='c'><type image='vmx'>{}</type></preferences>",
                inside(oem),
                inside(vmx)
            );
            assert_step(super::rewrite, &format!("{types}{section}"), &after);
        }
    }

    #[test]
    fn profiles_decide_too() {
        assert_step(
            super::rewrite,
            "<preferences profiles='a'><type>oem</type></preferences><preferences><type>oem</type></preferences>\
             <preferences profiles='b'><type>oem</type></preferences><size profiles='b'>1</size>",
            "<preferences profiles='a'><type image='oem'/></preferences>\
             <preferences><type image='oem'><size>1</size></type></preferences>\
             <preferences profiles='b'><type image='oem'><size>1</size></type></preferences>",
        );
    }

    #[test]
    fn what_fits_nowhere_is_named() {
        assert_warned(
            "3.9",
            "<preferences><type>iso</type></preferences><oemconfig/>",
            "<preferences><type image='iso'/></preferences>",
            &["K0150 oemconfig"],
        );
    }
}
