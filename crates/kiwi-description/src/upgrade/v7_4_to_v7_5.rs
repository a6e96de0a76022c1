//! 7.4 to 7.5: further tags of a container became further names, in which a tag alone begins with a colon.

use super::rewrites::{for_each, rename_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "containerconfig", &mut |config| {
        if let Some(tags) = config.attribute_mut("additionaltags") {
            let names: Vec<_> = tags.value.split(',').map(|tag| format!(":{tag}")).collect();
            tags.value = names.join(",");
        }
        rename_attribute(config, "additionaltags", "additionalnames");
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn tags_become_names() {
        assert_upgrade(
            "7.4",
            "<containerconfig name='x' additionaltags='a,b' tag='c'/>",
            "<containerconfig name='x' additionalnames=':a,:b' tag='c'/>",
        );
        assert_upgrade(
            "7.4",
            "<containerconfig additionalnames='b' additionaltags='a'/>",
            "<containerconfig additionalnames=':a'/>",
        );
        assert_upgrade(
            "7.4",
            "<containerconfig name='x'/>",
            "<containerconfig name='x'/>",
        );
    }
}
