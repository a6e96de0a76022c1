//! 4.6 to 4.7: VMware and Xen settings became one `machine`; installation media got attributes of their own.

use super::rewrites::{for_each, lose_attribute, rename_attribute, rename_elements};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// Elements that only changed their names.
const RENAMED: [(&str, &str); 7] = [
    ("vmwareconfig", "machine"),
    ("xenconfig", "machine"),
    ("vmwaredisk", "vmdisk"),
    ("vmwarenic", "vmnic"),
    ("vmwarecdrom", "vmdvd"),
    ("xenbridge", "vmnic"),
    ("xendisk", "vmdisk"),
];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for name in ["vmwareconfig", "xenconfig"] {
        for_each(root, name, &mut |machine| {
            let instead =
                "add `<vmconfig-entry>usb.present = \"true\"</vmconfig-entry>` to `machine`";
            lose_attribute(machine, "usb", instead, problems);
        });
    }
    for_each(root, "xenbridge", &mut |bridge| {
        rename_attribute(bridge, "name", "interface");
    });
    for_each(root, "xendisk", &mut |disk| {
        let place = disk.name_span;
        disk.set_attribute("controller", "ide", place);
        disk.set_attribute("id", "0", place);
    });
    for (old, new) in RENAMED {
        rename_elements(root, old, new);
    }
    for_each(root, "type", &mut |build_type| {
        for (format, attribute) in [("iso", "installiso"), ("usb", "installstick")] {
            if build_type.value("format") == Some(format)
                && let Some(old) = build_type.take_attribute("format")
            {
                build_type.set_attribute(attribute, "true", old.span);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_warned};

    #[test]
    fn machines_have_one_form() {
        assert_step(
            super::rewrite,
            "<vmwareconfig memory='512'><vmwaredisk id='1'/><vmwarenic driver='e1000'/><vmwarecdrom id='0'/></vmwareconfig>\
             <xenconfig><xenbridge name='br0'/><xendisk device='/dev/xvda'/></xenconfig>",
            "<machine memory='512'><vmdisk id='1'/><vmnic driver='e1000'/><vmdvd id='0'/></machine>\
             <machine><vmnic interface='br0'/><vmdisk device='/dev/xvda' controller='ide' id='0'/></machine>",
        );
    }

    #[test]
    fn media_are_no_formats() {
        assert_step(
            super::rewrite,
            "<type image='oem' format='iso'/><type image='oem' format='usb'/><type image='vmx' format='vmdk'/>",
            "<type image='oem' installiso='true'/><type image='oem' installstick='true'/><type image='vmx' format='vmdk'/>",
        );
    }

    #[test]
    fn usb_is_named() {
        assert_warned(
            "4.6",
            "<vmwareconfig usb='true' memory='1'/>",
            "<machine memory='1'/>",
            &["K0150 usb='true'"],
        );
    }
}
