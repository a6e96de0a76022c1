//! 6.5 to 6.6: a Xen host is marked at its type; guests need no mark.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let host = build_type
            .children_named("machine")
            .find_map(|machine| machine.attribute("domain").filter(|it| it.value == "dom0"));
        if let Some(place) = host.map(|domain| domain.span) {
            build_type.set_attribute("xen_server", "true", place);
        }
    });
    for_each(root, "machine", &mut |machine| {
        machine.take_attribute("domain");
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn only_hosts_are_marked() {
        assert_upgrade(
            "6.5",
            "<type image='oem'><machine domain='dom0' memory='1'/></type><type image='oem'><machine domain='domU'/></type>",
            "<type image='oem' xen_server='true'><machine memory='1'/></type><type image='oem'><machine/></type>",
        );
    }
}
