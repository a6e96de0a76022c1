//! 4.9 to 5.0: a Xen guest is a virtual disk with the Xen kernel and boot profile.

use super::rewrites::{for_each, replace_value};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let Some(image) = build_type.attribute("image") else {
            return;
        };
        let place = image.value_span;
        if !replace_value(build_type, "image", "xen", "vmx") {
            return;
        }
        build_type.set_attribute("bootkernel", "xenk", place);
        build_type.set_attribute("bootprofile", "xen", place);
        if let Some(boot) = build_type.attribute_mut("boot")
            && let Some(rest) = boot.value.strip_prefix("xenboot")
        {
            boot.value = format!("vmxboot{rest}");
        }
        if let Some(machine) = build_type.child_mut("machine") {
            machine.set_attribute("domain", "domU", place);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn xen_is_a_disk() {
        assert_step(
            super::rewrite,
            "<type image='xen' boot='xenboot/suse-11.0'><machine memory='1'/></type><type image='oem' boot='xenboot/x'/>",
            "<type image='vmx' boot='vmxboot/suse-11.0' bootkernel='xenk' bootprofile='xen'>\
             <machine memory='1' domain='domU'/></type><type image='oem' boot='xenboot/x'/>",
        );
    }
}
