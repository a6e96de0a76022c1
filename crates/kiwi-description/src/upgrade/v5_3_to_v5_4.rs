//! 5.3 to 5.4: drivers have no kinds any more.

use super::rewrites::{drop_attribute, for_each};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "drivers", &mut |drivers| {
        let why = "the kernel knows what a driver is for";
        drop_attribute(drivers, "type", why, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn kind_is_dropped() {
        assert_warned(
            "5.3",
            "<drivers type='netdrivers'><file name='e1000'/></drivers>",
            "<drivers><file name='e1000'/></drivers>",
            &["K0124 type='netdrivers'"],
        );
    }
}
