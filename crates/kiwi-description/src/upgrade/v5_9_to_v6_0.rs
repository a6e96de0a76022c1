//! 5.9 to 6.0: partitions are always aligned.

use super::rewrites::drop_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let why = "partitions are always aligned";
    drop_elements(root, "oem-align-partition", why, problems);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn alignment_is_no_wish() {
        assert_warned(
            "5.9",
            "<oemconfig><oem-align-partition>true</oem-align-partition><oem-swap>true</oem-swap></oemconfig>",
            "<oemconfig><oem-swap>true</oem-swap></oemconfig>",
            &["K0124 oem-align-partition"],
        );
    }
}
