//! 5.6 to 5.7: patterns and groups of packages have one name for all package managers.

use super::rewrites::rename_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    rename_elements(root, "opensusePattern", "namedCollection");
    rename_elements(root, "rhelGroup", "namedCollection");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn collections() {
        assert_upgrade(
            "5.6",
            "<packages type='image'><opensusePattern name='base'/><rhelGroup name='Core'/></packages>",
            "<packages type='image'><namedCollection name='base'/><namedCollection name='Core'/></packages>",
        );
    }
}
