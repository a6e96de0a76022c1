//! 6.6 to 6.7: a good clearing of what nothing read any more.

use super::rewrites::{drop_attribute, for_each, lose_elements};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// Attributes that went away: element, attribute, why.
const ATTRIBUTES: [(&str, &str, &str); 6] = [
    (
        "image",
        "kiwirevision",
        "any release builds any description",
    ),
    ("type", "checkprebuilt", "there are no prebuilt boot images"),
    (
        "type",
        "fsnocheck",
        "`fstab` says how file systems are checked",
    ),
    ("repository", "status", "all repositories are kept"),
    (
        "repository",
        "prefer-license",
        "licences come from the packages",
    ),
    (
        "package",
        "replaces",
        "name packages that must not be installed with `ignore`",
    ),
];

/// Elements that went away: element, what to write instead.
const ELEMENTS: [(&str, &str); 5] = [
    (
        "defaultprebuilt",
        "remove it: there are no prebuilt boot images",
    ),
    (
        "defaultdestination",
        "use `--target-dir` on the command line",
    ),
    ("defaultroot", "use `--root` on the command line"),
    (
        "partitioner",
        "remove it: partition tables are written without a partitioner",
    ),
    ("rpm-force", "remove it: the package manager decides"),
];

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for (element, attribute, why) in ATTRIBUTES {
        for_each(root, element, &mut |node| {
            drop_attribute(node, attribute, why, problems);
        });
    }
    for (element, instead) in ELEMENTS {
        lose_elements(root, element, instead, problems);
    }
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn clears_attributes() {
        assert_warned(
            "6.6",
            "<type image='iso' checkprebuilt='true' fsnocheck='true'/><repository status='fixed' prefer-license='true'/>\
             <packages type='image'><package name='a' replaces='b'/></packages>",
            "<type image='iso'/><repository/><packages type='image'><package name='a'/></packages>",
            &[
                "K0124 checkprebuilt='true'",
                "K0124 fsnocheck='true'",
                "K0124 status='fixed'",
                "K0124 prefer-license='true'",
                "K0124 replaces='b'",
            ],
        );
    }

    #[test]
    fn clears_elements() {
        for name in [
            "defaultprebuilt",
            "defaultdestination",
            "defaultroot",
            "partitioner",
            "rpm-force",
        ] {
            assert_warned(
                "6.6",
                &format!("<preferences><{name}>x</{name}><version>1</version></preferences>"),
                "<preferences><version>1</version></preferences>",
                &[&format!("K0150 {name}")],
            );
        }
    }
}
