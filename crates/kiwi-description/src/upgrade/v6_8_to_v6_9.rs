//! 6.8 to 6.9: ISO images always start from USB sticks too; firmware RAID is not scanned for.

use super::rewrites::{drop_attribute, for_each, lose_elements};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let why = "ISO images always start from USB sticks too";
        drop_attribute(build_type, "hybrid", why, problems);
    });
    let instead =
        "add the dracut module `dmraid` with `<initrd action=\"add\">` where it is needed";
    lose_elements(root, "oem-ataraid-scan", instead, problems);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn hybrid_and_firmware_raid_are_gone() {
        assert_warned(
            "6.8",
            "<type image='iso' hybrid='true'/><type image='oem'><oemconfig><oem-ataraid-scan>true</oem-ataraid-scan></oemconfig></type>",
            "<type image='iso'/><type image='oem'><oemconfig/></type>",
            &["K0124 hybrid='true'", "K0150 oem-ataraid-scan"],
        );
    }
}
