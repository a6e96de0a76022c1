//! 6.7 to 6.8: the description no longer sets what the hardware clock keeps.

use super::rewrites::lose_elements;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let instead =
        "for a clock that keeps local time put an `/etc/adjtime` into the overlay tree `root/`";
    lose_elements(root, "hwclock", instead, problems);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn hwclock_is_gone() {
        assert_warned(
            "6.7",
            "<preferences><hwclock>utc</hwclock><timezone>UTC</timezone></preferences>",
            "<preferences><timezone>UTC</timezone></preferences>",
            &["K0150 hwclock"],
        );
    }
}
