//! 2.4 to 3.5: the attribute with the version got its name; `compressed` went away.

use super::rewrites::{lose_elements, rename_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// What the attribute with the version was called up to 2.4.
pub(super) const OLD_VERSION_ATTRIBUTE: &str = "schemeversion";

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    rename_attribute(root, OLD_VERSION_ATTRIBUTE, "schemaversion");
    let instead = "set `compressed=\"true\"` of a `type` with image `pxe` or `kis`";
    lose_elements(root, "compressed", instead, problems);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn version_is_of_the_schema() {
        let mut sources = crate::span::SourceMap::default();
        let source = sources.add("", "<image schemeversion='2.4' name='x'/>");
        let mut root = crate::syntax::xml::parse(&sources, source).unwrap();
        crate::upgrade::upgrade(&mut root).unwrap();
        assert_eq!(root.value("schemaversion"), Some(crate::upgrade::NEWEST));
        assert_eq!(root.attributes.len(), 2);
    }

    #[test]
    fn compressed_is_gone() {
        assert_warned(
            "2.4",
            "<preferences><compressed>yes</compressed><version>1</version></preferences>",
            "<preferences><version>1</version></preferences>",
            &["K0150 compressed"],
        );
    }
}
