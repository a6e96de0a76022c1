//! 3.8 to 3.9: the `oem-*` settings moved from `preferences` into a section of their own, `oemconfig` of `image`.
//!
//! Each `preferences` with such settings gives one section with the same profiles, so that the next step finds the types
//! they are for.

use super::rewrites::is;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    let mut sections = Vec::new();
    for preferences in &mut root.children {
        if !is(preferences, "preferences") {
            continue;
        }
        let is_setting = |child: &mut Node| child.name.starts_with("oem-");
        let settings: Vec<_> = preferences.children.extract_if(.., is_setting).collect();
        if let Some(first) = settings.first() {
            let mut section = Node::new("oemconfig", first.name_span);
            let profiles = preferences.attribute("profiles").cloned();
            section.attributes.extend(profiles);
            section.children = settings;
            sections.push(section);
        }
    }
    root.children.append(&mut sections);
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::{assert_step, assert_upgrade};

    #[test]
    fn settings_are_collected() {
        assert_step(
            super::rewrite,
            "<preferences profiles='a'><oem-swap>true</oem-swap><version>1</version><oem-reboot>true</oem-reboot></preferences><users/>",
            "<preferences profiles='a'><version>1</version></preferences><users/>\
             <oemconfig profiles='a'><oem-swap>true</oem-swap><oem-reboot>true</oem-reboot></oemconfig>",
        );
    }

    #[test]
    fn they_end_in_the_disk_of_their_section() {
        assert_upgrade(
            "3.8",
            "<preferences profiles='a'><type filesystem='ext3'>oem</type><oem-swap>yes</oem-swap></preferences>\
             <preferences profiles='b'><type filesystem='ext3'>oem</type></preferences>",
            "<preferences profiles='a'><type filesystem='ext3' image='oem'><bootloader name='grub2'/>\
             <oemconfig><oem-swap>yes</oem-swap></oemconfig></type></preferences>\
             <preferences profiles='b'><type filesystem='ext3' image='oem'><bootloader name='grub2'/></type></preferences>",
        );
    }
}
