//! 5.7 to 5.8: `syncMBR` went away.

use super::rewrites::{for_each, lose_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let instead = "set `gpt_hybrid_mbr=\"true\"` for a GPT that is mirrored in the MBR";
        lose_attribute(build_type, "syncMBR", instead, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn sync_mbr_is_gone() {
        assert_warned(
            "5.7",
            "<type image='iso' syncMBR='true'/>",
            "<type image='iso'/>",
            &["K0150 syncMBR='true'"],
        );
    }
}
