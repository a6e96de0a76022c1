//! 6.9 to 7.0: settings for deployment by network went away with all they contain.

use super::rewrites::lose_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let instead = "build image type `kis` and write the boot server's configuration by hand, or set `installpxe=\"true\"` of image type `oem`";
    lose_elements(root, "pxedeploy", instead, problems);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn pxedeploy_is_gone() {
        assert_warned(
            "6.9",
            "<type image='pxe'><pxedeploy server='x'><timeout>1</timeout><partitions><partition number='1'/></partitions></pxedeploy></type>",
            "<type image='pxe'/>",
            &["K0150 pxedeploy"],
        );
    }
}
