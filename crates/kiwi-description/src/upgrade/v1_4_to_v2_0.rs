//! 1.4 to 2.0: the two file systems of a split image became attributes of their own; packages of the boot phase got its name.

use super::rewrites::{for_each, replace_value};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut split_filesystems);
    for_each(root, "packages", &mut |packages| {
        replace_value(packages, "type", "boot", "bootstrap");
    });
}

/// `filesystem="WRITABLE,READONLY"` of a split image becomes two attributes.
fn split_filesystems(build_type: &mut Node) {
    if build_type.text() != "split" {
        return;
    }
    let both = build_type.value("filesystem").unwrap_or_default();
    if !both.contains(',') {
        return;
    }
    if let Some(attribute) = build_type.take_attribute("filesystem")
        && let Some((writable, readonly)) = attribute.value.split_once(',')
    {
        let place = attribute.value_span;
        build_type.set_attribute("fsreadwrite", writable.trim(), place);
        build_type.set_attribute("fsreadonly", readonly.trim(), place);
    }
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_upgrade};

    #[test]
    fn filesystems_are_split() {
        assert_step(
            super::rewrite,
            "<type filesystem='ext3,squashfs'>split</type><type filesystem='ext3'>split</type><type filesystem='a,b'>oem</type>",
            "<type fsreadwrite='ext3' fsreadonly='squashfs'>split</type><type filesystem='ext3'>split</type><type filesystem='a,b'>oem</type>",
        );
    }

    #[test]
    fn boot_is_bootstrap() {
        assert_upgrade(
            "1.4",
            "<packages type='boot'/><packages type='image'/>",
            "<packages type='bootstrap'/><packages type='image'/>",
        );
    }
}
