//! 4.3 to 4.4: `commandline` went away; `kernelcmdline` of `type` is what reaches the kernel.

use super::rewrites::{for_each, lose_attribute, lose_elements};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let instead = "use `kernelcmdline` of `type`";
    lose_elements(root, "commandline", instead, problems);
    for_each(root, "type", &mut |build_type| {
        lose_attribute(build_type, "commandline", instead, problems);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn commandline_is_gone() {
        assert_warned(
            "4.3",
            "<type image='iso' commandline='a'/><type image='iso'><commandline>b</commandline></type>",
            "<type image='iso'/><type image='iso'/>",
            &["K0150 commandline='a'", "K0150 commandline"],
        );
    }
}
