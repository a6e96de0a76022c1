//! 5.5 to 5.6: passwords are called so.

use super::rewrites::{for_each, rename_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for name in ["instrepo", "user", "repository"] {
        for_each(root, name, &mut |node| {
            rename_attribute(node, "pwd", "password");
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn pwd_is_password() {
        assert_upgrade(
            "5.5",
            "<users><user name='u' pwd='x'/></users><repository username='u' pwd='y'/>",
            "<users><user name='u' password='x'/></users><repository username='u' password='y'/>",
        );
    }
}
