//! 5.4 to 5.5: one theme for all of the start became two: for the boot loader and for the splash screen.

use super::rewrites::is;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    root.visit_mut(&mut |node| {
        let Some(at) = node
            .children
            .iter()
            .position(|child| is(child, "boot-theme"))
        else {
            return;
        };
        let theme = &mut node.children[at];
        "bootsplash-theme".clone_into(&mut theme.name);
        let mut loader = Node::new("bootloader-theme", theme.name_span);
        loader.text.clone_from(&theme.text);
        node.children.insert(at + 1, loader);
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn a_theme_for_each() {
        assert_upgrade(
            "5.4",
            "<preferences><version>1</version><boot-theme>suse</boot-theme><locale>en_US</locale></preferences>",
            "<preferences><version>1</version><bootsplash-theme>suse</bootsplash-theme>\
             <bootloader-theme>suse</bootloader-theme><locale>en_US</locale></preferences>",
        );
    }
}
