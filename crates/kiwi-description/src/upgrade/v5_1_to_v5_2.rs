//! 5.1 to 5.2: a description can no longer inherit from another one, and images for USB sticks went away.

use super::rewrites::{is, lose_attribute, lost};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    let instead = "share sections with `<include from=\"this://FILE\"/>`";
    lose_attribute(root, "inherit", instead, problems);
    root.visit_mut(&mut |node| {
        let is_usb = |child: &mut Node| is(child, "type") && child.value("image") == Some("usb");
        problems.extend(node.children.extract_if(.., is_usb).map(|usb| {
            let instead = "live media (`image=\"iso\"`) and disks (`image=\"oem\"`) start from USB sticks too";
            lost("image type `usb`", usb.name_span, instead)
        }));
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn usb_types_are_gone() {
        assert_warned(
            "5.1",
            "<preferences><type image='usb'><size>1</size></type><type image='iso'/></preferences>",
            "<preferences><type image='iso'/></preferences>",
            &["K0150 type"],
        );
    }

    #[test]
    fn nothing_is_inherited() {
        let mut sources = crate::span::SourceMap::default();
        let source = sources.add("", "<image schemaversion='5.1' inherit='../base'/>");
        let mut root = crate::syntax::xml::parse(&sources, source).unwrap();
        let problems = crate::upgrade::upgrade(&mut root).unwrap();
        assert_eq!(problems.len(), 1);
        assert!(root.attribute("inherit").is_none());
    }
}
