//! 2.0 to 2.4: `packages` no longer describes a virtual machine.

use super::rewrites::{for_each, lose_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// What `packages` said about the machine.
const MACHINE: [&str; 5] = [
    "memory",
    "disk",
    "HWversion",
    "guestOS_32Bit",
    "guestOS_64Bit",
];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "packages", &mut |packages| {
        for name in MACHINE {
            let instead = "describe the virtual machine with `<machine .../>` inside `type`";
            lose_attribute(packages, name, instead, problems);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn machines_are_no_packages() {
        assert_warned(
            "2.0",
            "<packages type='image' memory='512' guestOS_32Bit='suse'/>",
            "<packages type='image'/>",
            &["K0150 memory='512'", "K0150 guestOS_32Bit='suse'"],
        );
    }
}
