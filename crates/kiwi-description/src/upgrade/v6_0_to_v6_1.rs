//! 6.0 to 6.1: products are not only of openSUSE.

use super::rewrites::rename_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    rename_elements(root, "opensuseProduct", "product");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn products() {
        assert_upgrade(
            "6.0",
            "<packages type='image'><opensuseProduct name='p'/></packages>",
            "<packages type='image'><product name='p'/></packages>",
        );
    }
}
