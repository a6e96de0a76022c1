//! 3.7 to 3.8: `deploy` says in its name that it is about network boot.

use super::rewrites::rename_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    rename_elements(root, "deploy", "pxedeploy");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn deploy_is_pxedeploy() {
        assert_step(
            super::rewrite,
            "<deploy server='x'><timeout>1</timeout></deploy>",
            "<pxedeploy server='x'><timeout>1</timeout></pxedeploy>",
        );
    }
}
