//! 6.1 to 6.2: disks without a boot loader get GRUB 2, which became the default.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let is_disk = matches!(build_type.value("image"), Some("oem" | "vmx"));
        if is_disk && build_type.attribute("bootloader").is_none() {
            let place = build_type.name_span;
            build_type.set_attribute("bootloader", "grub2", place);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn grub2_is_the_default() {
        assert_step(
            super::rewrite,
            "<type image='oem'/><type image='vmx' bootloader='zipl'/><type image='iso'/>",
            "<type image='oem' bootloader='grub2'/><type image='vmx' bootloader='zipl'/><type image='iso'/>",
        );
    }
}
