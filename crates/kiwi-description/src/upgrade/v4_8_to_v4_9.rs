//! 4.8 to 4.9: waiting before the installed system starts got its name.

use super::rewrites::rename_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    rename_elements(root, "oem-dumphalt", "oem-bootwait");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn dumphalt_is_bootwait() {
        assert_upgrade(
            "4.8",
            "<oemconfig><oem-dumphalt>true</oem-dumphalt></oemconfig>",
            "<oemconfig><oem-bootwait>true</oem-bootwait></oemconfig>",
        );
    }
}
