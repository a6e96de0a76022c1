//! 7.1 to 7.2: everything about the boot loader moved from attributes of `type` into `bootloader`.
//!
//! A type that names no boot loader loses the other three attributes, as in the reference; live ISO images of 6.9 to 7.1
//! always do, because they could not name one. A warning says what to write.

use super::rewrites::{for_each, lost};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::node::{Attribute, Node};

/// Attributes that moved, and what they are called now.
const MOVED: [(&str, &str); 3] = [
    ("bootloader_console", "console"),
    ("boottimeout", "timeout"),
    ("zipl_targettype", "targettype"),
];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let name = take_filled(build_type, "bootloader");
        let settings: Vec<_> = MOVED
            .iter()
            .filter_map(|(old, new)| Some((take_filled(build_type, old)?, *new)))
            .collect();
        let Some(name) = name else {
            problems.extend(settings.iter().map(|(old, new)| left_behind(old, new)));
            return;
        };
        let mut loader = Node::new("bootloader", name.span);
        loader.set_attribute("name", name.value, name.value_span);
        for (old, new) in settings {
            loader.attributes.push(Attribute {
                name: new.to_owned(),
                ..old
            });
        }
        build_type.children.insert(0, loader);
    });
}

/// Takes an attribute away and returns it unless it is empty.
fn take_filled(node: &mut Node, name: &str) -> Option<Attribute> {
    node.take_attribute(name)
        .filter(|attribute| !attribute.value.is_empty())
}

fn left_behind(attribute: &Attribute, new: &str) -> Diagnostic {
    // What the attribute is called in the newest schema.
    let new = if new == "console" {
        "output_console"
    } else {
        new
    };
    let what = format!("`{}` of a `type` without `bootloader`", attribute.name);
    let instead = format!(
        "for image types `oem` and `iso` write `<bootloader name=\"grub2\" {new}=\"{}\"/>` inside `type`",
        attribute.value
    );
    lost(&what, attribute.span, &instead)
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn loaders_are_elements() {
        for (before, after) in [
            ("bootloader='grub2'", "<bootloader name='grub2'/>"),
            (
                "bootloader='grub2' boottimeout='3' bootloader_console='serial'",
                "<bootloader name='grub2' output_console='serial' timeout='3'/>",
            ),
            (
                "bootloader='zipl' zipl_targettype='SCSI' boottimeout=''",
                "<bootloader name='zipl' targettype='SCSI'/>",
            ),
            ("bootloader='' boottimeout=''", ""),
        ] {
            let before = format!("<type image='oem' {before}><size>1</size></type>");
            let after = format!("<type image='oem'>{after}<size>1</size></type>");
            assert_warned("7.1", &before, &after, &[]);
        }
    }

    #[test]
    fn without_loader_the_rest_is_lost() {
        assert_warned(
            "7.1",
            "<type image='iso' boottimeout='3' bootloader_console='serial'/>",
            "<type image='iso'/>",
            &["K0150 bootloader_console='serial'", "K0150 boottimeout='3'"],
        );
    }
}
