//! 5.8 to 5.9: the SCSI controller of a virtual disk is named after its maker.

use super::rewrites::{for_each, replace_value};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "vmdisk", &mut |disk| {
        replace_value(disk, "controller", "scsi", "lsilogic");
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn scsi_is_lsilogic() {
        for (before, after) in [("scsi", "lsilogic"), ("ide", "ide")] {
            let element = |name| format!("<machine><vmdisk controller='{name}'/></machine>");
            assert_upgrade("5.8", &element(before), &element(after));
        }
    }
}
