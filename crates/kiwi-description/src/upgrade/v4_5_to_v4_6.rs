//! 4.5 to 4.6: packages of VMware images are those of virtual disks.

use super::rewrites::{for_each, replace_value};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "packages", &mut |packages| {
        replace_value(packages, "type", "vmware", "vmx");
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn vmware_is_vmx() {
        assert_step(
            super::rewrite,
            "<packages type='vmware'/><packages type='image'/>",
            "<packages type='vmx'/><packages type='image'/>",
        );
    }
}
