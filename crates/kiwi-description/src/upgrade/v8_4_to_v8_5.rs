//! 8.4 to 8.5: the VESA mode of the kernel went away.

use super::rewrites::{drop_attribute, for_each};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let why = "the graphics mode is set by `video_mode` of `bootloader`";
        drop_attribute(build_type, "vga", why, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn vga_is_dropped() {
        assert_upgrade(
            "8.4",
            "<type image='oem' vga='0x314'/>",
            "<type image='oem'/>",
        );
    }
}
