//! 8.0 to 8.1: the repository type `rpm-dir` went away; the package manager finds out by itself.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "repository", &mut |repository| {
        if repository.value("type") == Some("rpm-dir") {
            repository.take_attribute("type");
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn rpm_dir_is_dropped() {
        assert_upgrade(
            "8.0",
            "<repository type='rpm-dir' alias='a'/><repository type='rpm-md'/>",
            "<repository alias='a'/><repository type='rpm-md'/>",
        );
    }
}
