//! 8.2 to 8.3: the snapshot attribute of btrfs names snapper.

use super::rewrites::{for_each, rename_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        rename_attribute(
            build_type,
            "btrfs_root_is_snapshot",
            "btrfs_root_is_snapper_snapshot",
        );
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn snapshot_is_renamed() {
        assert_upgrade(
            "8.2",
            "<preferences><type btrfs_root_is_snapshot='true'/></preferences>",
            "<preferences><type btrfs_root_is_snapper_snapshot='true'/></preferences>",
        );
    }
}
