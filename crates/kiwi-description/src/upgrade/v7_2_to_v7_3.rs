//! 7.2 to 7.3: a virtual disk is a disk that does not grow at its first start.
//!
//! The reference moves `oemconfig` to the front, which means nothing; here it stays in its place.

use super::rewrites::{for_each, is, replace_value};
use crate::diagnostic::Diagnostics;
use crate::node::{Node, Text};
use crate::span::Span;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        make_disk(build_type);
    });
}

/// Makes a disk of a type with `image="vmx"`; returns the place of that value when it was one.
pub(super) fn make_disk(build_type: &mut Node) -> Option<Span> {
    let place = build_type.attribute("image")?.value_span;
    if !replace_value(build_type, "image", "vmx", "oem") {
        return None;
    }
    if build_type.child("oemconfig").is_none() {
        let config = Node::new("oemconfig", place);
        build_type.children.insert(0, config);
    }
    let configs = build_type.children.iter_mut();
    for config in configs.filter(|child| is(child, "oemconfig")) {
        if let Some(resize) = config.child_mut("oem-resize") {
            resize.text = Some(Text {
                value: "false".to_owned(),
                span: resize.text_span(),
            });
        } else {
            let resize = Node::new("oem-resize", place).with_text("false", place);
            config.children.push(resize);
        }
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn virtual_disks_are_disks() {
        for (before, after) in [
            (
                "<size>1</size>",
                "<oemconfig><oem-resize>false</oem-resize></oemconfig><size>1</size>",
            ),
            (
                "<size>1</size><oemconfig><oem-swap>true</oem-swap></oemconfig>",
                "<size>1</size><oemconfig><oem-swap>true</oem-swap><oem-resize>false</oem-resize></oemconfig>",
            ),
            (
                "<oemconfig><oem-resize>true</oem-resize></oemconfig>",
                "<oemconfig><oem-resize>false</oem-resize></oemconfig>",
            ),
        ] {
            assert_upgrade(
                "7.2",
                &format!("<type filesystem='ext4' image='vmx'>{before}</type>"),
                &format!("<type filesystem='ext4' image='oem'>{after}</type>"),
            );
        }
        assert_upgrade("7.2", "<type image='oem'/>", "<type image='oem'/>");
    }
}
