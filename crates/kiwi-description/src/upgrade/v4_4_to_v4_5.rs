//! 4.4 to 4.5: `patternPackageType` went away beside `patternType`.

use super::rewrites::{drop_attribute, for_each};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "packages", &mut |packages| {
        let why = "`patternType` decides which packages of a pattern are installed";
        drop_attribute(packages, "patternPackageType", why, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn pattern_package_type_is_dropped() {
        assert_warned(
            "4.4",
            "<packages type='image' patternType='x' patternPackageType='y'/>",
            "<packages type='image' patternType='x'/>",
            &["K0124 patternPackageType='y'"],
        );
    }
}
