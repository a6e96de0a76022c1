//! 4.1 to 4.2: what concerns Amazon EC2 moved from attributes of `type` into `ec2config`.

use super::rewrites::{element_of, for_each};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let moved: Vec<_> = build_type
            .attributes
            .extract_if(.., |attribute| attribute.name.starts_with("ec2"))
            .collect();
        if let Some(first) = moved.first() {
            let mut section = Node::new("ec2config", first.span);
            let settings = moved.iter().filter(|it| !it.value.trim().is_empty());
            section.children = settings.map(|it| element_of(&it.name, it)).collect();
            build_type.children.insert(0, section);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_warned};

    #[test]
    fn attributes_become_children() {
        assert_step(
            super::rewrite,
            "<type image='ec2' ec2accountnr='1' ec2region='EU'><size>1</size></type><type image='oem'/>",
            "<type image='ec2'><ec2config><ec2accountnr>1</ec2accountnr><ec2region>EU</ec2region></ec2config>\
             <size>1</size></type><type image='oem'/>",
        );
    }

    #[test]
    fn no_version_uploads_any_more() {
        assert_warned(
            "4.1",
            "<type image='iso' ec2accountnr='1'/>",
            "<type image='iso'/>",
            &["K0150 ec2accountnr='1'"],
        );
    }
}
