//! 6.2 to 6.3: read-only and split roots of the old kind went away, and with them ZFS.
//!
//! The reference takes `split` itself away and leaves its children in `type`, which no schema allows; here they go with it.

use super::rewrites::{for_each, is, lose_attribute, lost};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// What to write for a root that is read-only with a writable layer.
const OVERLAY: &str = "use `overlayroot=\"true\"` of image type `oem`";

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        lose_attribute(build_type, "fsreadonly", OVERLAY, problems);
        lose_attribute(build_type, "fsreadwrite", OVERLAY, problems);
        let instead = "use another file system, with `fscreateoptions`";
        lose_attribute(build_type, "zfsoptions", instead, problems);
        let splits = build_type
            .children
            .extract_if(.., |child| is(child, "split"));
        problems.extend(splits.map(|split| lost("`split`", split.name_span, OVERLAY)));
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn split_goes_with_all_it_has() {
        assert_warned(
            "6.2",
            "<type image='oem' zfsoptions='o' fsreadonly='squashfs' fsreadwrite='ext3'>\
             <split><temporary><file name='/var'/></temporary></split><size>1</size></type>",
            "<type image='oem'><size>1</size></type>",
            &[
                "K0150 fsreadonly='squashfs'",
                "K0150 fsreadwrite='ext3'",
                "K0150 zfsoptions='o'",
                "K0150 split",
            ],
        );
    }
}
