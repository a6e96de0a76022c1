//! 7.3 to 7.4: package managers are called by the names of their successors.

use super::rewrites::replace_text;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    replace_text(root, "packagemanager", "apt-get", "apt");
    replace_text(root, "packagemanager", "yum", "dnf");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn names_of_package_managers() {
        // The step from 7.5 names dnf more closely.
        for (before, after) in [("apt-get", "apt"), ("yum", "dnf4"), ("zypper", "zypper")] {
            let element = |name| format!("<packagemanager>{name}</packagemanager>");
            assert_upgrade("7.3", &element(before), &element(after));
        }
    }
}
