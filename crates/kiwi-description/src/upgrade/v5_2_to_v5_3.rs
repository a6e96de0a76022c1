//! 5.2 to 5.3: regions of Amazon EC2 are named after directions, not countries.

use super::rewrites::replace_text;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    replace_text(root, "ec2region", "AP-Japan", "AP-Northeast");
    replace_text(root, "ec2region", "AP-Singapore", "AP-Southeast");
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn regions() {
        for (before, after) in [
            ("AP-Japan", "AP-Northeast"),
            ("AP-Singapore", "AP-Southeast"),
            ("EU-West", "EU-West"),
        ] {
            let element =
                |region| format!("<ec2config><ec2region>{region}</ec2region></ec2config>");
            assert_step(super::rewrite, &element(before), &element(after));
        }
    }
}
