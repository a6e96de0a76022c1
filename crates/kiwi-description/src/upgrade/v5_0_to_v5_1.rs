//! 5.0 to 5.1: building on a root tree that is already there went away.

use super::rewrites::{for_each, lose_attribute, lose_elements};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let instead = "extend a tree with `--allow-existing-root` on the command line";
    lose_elements(root, "defaultbaseroot", instead, problems);
    for_each(root, "type", &mut |build_type| {
        lose_attribute(build_type, "baseroot", instead, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn base_roots_are_gone() {
        assert_warned(
            "5.0",
            "<preferences><defaultbaseroot>/r</defaultbaseroot><type image='iso' baseroot='/r'/></preferences>",
            "<preferences><type image='iso'/></preferences>",
            &["K0150 defaultbaseroot", "K0150 baseroot='/r'"],
        );
    }
}
