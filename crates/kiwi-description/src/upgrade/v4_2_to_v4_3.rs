//! 4.2 to 4.3: the name of the volume group moved from `type` to its `lvmvolumes`.
//!
//! A type that names a group and lists no volumes gets an empty list, so that the name is not lost.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let Some(group) = build_type.take_attribute("lvmgroup") else {
            return;
        };
        if let Some(volumes) = build_type.child_mut("lvmvolumes") {
            volumes.attributes.push(group);
        } else {
            let mut volumes = Node::new("lvmvolumes", group.span);
            volumes.attributes.push(group);
            build_type.children.insert(0, volumes);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_upgrade};

    #[test]
    fn group_belongs_to_the_volumes() {
        assert_step(
            super::rewrite,
            "<type lvmgroup='g'><size>1</size><lvmvolumes/></type><type lvmgroup='h'/>",
            "<type><size>1</size><lvmvolumes lvmgroup='g'/></type><type><lvmvolumes lvmgroup='h'/></type>",
        );
    }

    #[test]
    fn group_arrives_in_the_newest_schema() {
        assert_upgrade(
            "4.2",
            "<type image='oem' lvm='true' lvmgroup='g'><lvmvolumes><volume name='var'/></lvmvolumes></type>",
            "<type image='oem'><bootloader name='grub2'/><systemdisk name='g'><volume name='var'/></systemdisk></type>",
        );
    }
}
