//! 4.7 to 4.8: volumes are described by `systemdisk`.
//!
//! LVM without a list of volumes, or a home of its own (`oem-home`), gives the group `kiwiVG`; such a home becomes the volume
//! `home` with 200 MB of free space.

use super::rewrites::{for_each, is, rename_attribute};
use crate::diagnostic::Diagnostics;
use crate::node::Node;
use crate::span::Span;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        for volumes in &mut build_type.children {
            if is(volumes, "lvmvolumes") {
                "systemdisk".clone_into(&mut volumes.name);
                rename_attribute(volumes, "lvmgroup", "name");
            }
        }
        let lvm = build_type.take_attribute("lvm");
        let lvm = lvm.filter(|lvm| is_true(&lvm.value)).map(|lvm| lvm.span);
        let home = take_home(build_type);
        if let Some(place) = lvm.or(home) {
            add_systemdisk(build_type, place, home);
        }
    });
}

/// Takes `oem-home` out of the settings and returns its place when it asks for a home.
fn take_home(build_type: &mut Node) -> Option<Span> {
    let settings = build_type.child_mut("oemconfig")?;
    let at = settings
        .children
        .iter()
        .position(|child| is(child, "oem-home"))?;
    let home = settings.children.remove(at);
    is_true(home.text()).then_some(home.name_span)
}

fn add_systemdisk(build_type: &mut Node, place: Span, home: Option<Span>) {
    if build_type.child("systemdisk").is_none() {
        let disk = Node::new("systemdisk", place).with_attribute("name", "kiwiVG", place);
        build_type.children.insert(0, disk);
    }
    let disk = build_type.child_mut("systemdisk");
    if let (Some(disk), Some(home)) = (disk, home) {
        let is_home = |volume: &Node| matches!(volume.value("name"), Some("home" | "/home"));
        if !disk.children.iter().any(is_home) {
            let volume = Node::new("volume", home).with_attribute("name", "home", home);
            let volume = volume.with_attribute("freespace", "200M", home);
            disk.children.push(volume);
        }
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.trim(), "true" | "1")
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_step;

    #[test]
    fn volumes_are_on_the_system_disk() {
        let home = "<oemconfig><oem-home>true</oem-home></oemconfig>";
        let volume = "<volume name='home' freespace='200M'/>";
        for (before, after) in [
            (
                "<type lvm='true'><lvmvolumes lvmgroup='g'><volume name='var'/></lvmvolumes></type>".to_owned(),
                "<type><systemdisk name='g'><volume name='var'/></systemdisk></type>".to_owned(),
            ),
            (
                "<type lvm='true'/>".to_owned(),
                "<type><systemdisk name='kiwiVG'/></type>".to_owned(),
            ),
            ("<type lvm='false'/>".to_owned(), "<type/>".to_owned()),
            (
                format!("<type>{home}</type>"),
                format!("<type><systemdisk name='kiwiVG'>{volume}</systemdisk><oemconfig/></type>"),
            ),
            (
                format!("<type lvm='true'>{home}<lvmvolumes/></type>"),
                format!("<type><oemconfig/><systemdisk>{volume}</systemdisk></type>"),
            ),
            (
                "<type><oemconfig><oem-home>false</oem-home></oemconfig></type>".to_owned(),
                "<type><oemconfig/></type>".to_owned(),
            ),
        ] {
            assert_step(super::rewrite, &before, &after);
        }
    }
}
