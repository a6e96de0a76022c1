//! 8.1 to 8.2: every repository serves the bootstrap phase.

use super::rewrites::{drop_attribute, for_each};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "repository", &mut |repository| {
        let why = "all repositories are used for the bootstrap phase";
        drop_attribute(repository, "use_for_bootstrap", why, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn use_for_bootstrap_is_dropped() {
        assert_upgrade(
            "8.1",
            "<repository use_for_bootstrap='true'/>",
            "<repository/>",
        );
    }
}
