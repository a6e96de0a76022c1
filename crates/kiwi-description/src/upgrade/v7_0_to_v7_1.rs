//! 7.0 to 7.1: kinds of repositories that no package manager reads went away; the kind is only a hint anyway.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// The kinds that went away.
const KINDS: [&str; 5] = [
    "red-carpet",
    "slack-site",
    "up2date-mirrors",
    "urpmi",
    "yast2",
];

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "repository", &mut |repository| {
        if repository
            .value("type")
            .is_some_and(|kind| KINDS.contains(&kind))
        {
            repository.take_attribute("type");
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn old_kinds_are_dropped() {
        for kind in super::KINDS {
            let before =
                format!("<repository type='{kind}' alias='a'/><repository type='rpm-md'/>");
            let after = "<repository alias='a'/><repository type='rpm-md'/>";
            assert_upgrade("7.0", &before, after);
            assert_upgrade("7.1", &before, &before);
        }
    }
}
