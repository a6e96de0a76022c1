//! What manuals of the last years show, or everybody still writes, although no schema has it; accepted in all versions.
//!
//! Each gives a warning that names the spelling of the newest schema. Names are mended before the version steps, so that the
//! steps see the package manager; kinds of images after them, because `vmx` was right up to 7.2 and has a step of its own.

use super::rewrites::{for_each, is, make_overlay_disk, rename_attribute, replace_value};
use super::v7_2_to_v7_3::make_disk;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::{Attribute, Node, Text};
use crate::span::Span;

/// Mends names and forms of elements and attributes.
pub(super) fn names(root: &mut Node, problems: &mut Diagnostics) {
    display_name(root, problems);
    for_each(root, "packagemanager", &mut |manager| {
        package_manager(manager, problems);
    });
    for_each(root, "profile", &mut |profile| {
        let required = profile.children.iter_mut();
        for requires in required.filter(|child| is(child, "requires")) {
            required_profile(requires, problems);
        }
    });
}

/// Mends kinds of images.
pub(super) fn kinds(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        if let Some(place) = make_disk(build_type) {
            problems.push(spelling(
                "image type `vmx` is now called `oem`",
                place,
                "write `image=\"oem\"`, and `<oem-resize>false</oem-resize>` in `oemconfig` to keep the disk at its size",
            ));
        }
        if let Some(image) = build_type
            .attribute("image")
            .filter(|it| it.value == "clicfs")
        {
            let place = image.value_span;
            make_overlay_disk(build_type, place);
            problems.push(spelling(
                "image type `clicfs` is read as a disk with a read-only squashfs root and a writable layer",
                place,
                "write `image=\"oem\" overlayroot=\"true\"` and the `filesystem` of the writable layer",
            ));
        }
    });
    for_each(root, "packages", &mut |packages| {
        if replace_value(packages, "type", "vmx", "oem") {
            let place = packages
                .attribute("type")
                .map_or(packages.name_span, |it| it.value_span);
            problems.push(spelling(
                "packages of type `vmx` are now those of type `oem`",
                place,
                "write `type=\"oem\"`; all disks of the description get these packages",
            ));
        }
    });
}

fn spelling(message: &str, place: Span, help: &str) -> Diagnostic {
    Diagnostic::warning(codes::markup::OLD_SPELLING, message)
        .at(place)
        .help(help)
}

fn display_name(root: &mut Node, problems: &mut Diagnostics) {
    if root.attribute("displayname").is_some() {
        return;
    }
    if let Some(name) = root.attribute("displayName") {
        let place = name.span;
        rename_attribute(root, "displayName", "displayname");
        problems.push(spelling(
            "`displayName` is written `displayname`",
            place,
            "write it in small letters",
        ));
    }
}

/// `<packagemanager name="zypper"/>`: the name is text.
fn package_manager(manager: &mut Node, problems: &mut Diagnostics) {
    if manager.text.is_some() {
        return;
    }
    if let Some(Attribute {
        value,
        value_span,
        span,
        ..
    }) = manager.take_attribute("name")
    {
        let help = format!("write `<packagemanager>{value}</packagemanager>`");
        problems.push(spelling(
            "the name of the package manager is text",
            span,
            &help,
        ));
        let value = value.trim().to_owned();
        manager.text = (!value.is_empty()).then_some(Text {
            value,
            span: value_span,
        });
    }
}

/// `<requires>NAME</requires>`: the name is an attribute.
fn required_profile(requires: &mut Node, problems: &mut Diagnostics) {
    if requires.attribute("profile").is_some() {
        return;
    }
    if let Some(Text { value, span }) = requires.text.take() {
        let help = format!("write `<requires profile=\"{value}\"/>`");
        problems.push(spelling(
            "the required profile is named by an attribute",
            span,
            &help,
        ));
        requires.set_attribute("profile", value, span);
    }
}

#[cfg(test)]
mod tests {
    use crate::span::SourceMap;
    use crate::syntax::xml;
    use crate::upgrade::tests::assert_warned;
    use crate::upgrade::{NEWEST, upgrade};

    #[test]
    fn every_version_is_mended() {
        for version in ["7.4", NEWEST] {
            for (before, after, said) in [
                (
                    "<packagemanager name='zypper'/>",
                    "<packagemanager>zypper</packagemanager>",
                    "K0152 name='zypper'",
                ),
                (
                    "<profiles><profile name='a'><requires>VM</requires></profile></profiles>",
                    "<profiles><profile name='a'><requires profile='VM'/></profile></profiles>",
                    "K0152 VM",
                ),
                (
                    "<type image='vmx' filesystem='xfs'><size>1</size></type>",
                    "<type image='oem' filesystem='xfs'><oemconfig><oem-resize>false</oem-resize></oemconfig><size>1</size></type>",
                    "K0152 vmx",
                ),
                (
                    "<type image='clicfs'/>",
                    "<type image='oem' overlayroot='true' filesystem='ext4'/>",
                    "K0152 clicfs",
                ),
                (
                    "<type image='clicfs' filesystem='xfs'/>",
                    "<type image='oem' filesystem='xfs' overlayroot='true'/>",
                    "K0152 clicfs",
                ),
                (
                    "<packages type='vmx'/>",
                    "<packages type='oem'/>",
                    "K0152 vmx",
                ),
            ] {
                assert_warned(version, before, after, &[said]);
            }
        }
    }

    #[test]
    fn virtual_disks_of_old_versions_are_no_mistake() {
        let after =
            "<type image='oem'><oemconfig><oem-resize>false</oem-resize></oemconfig></type>";
        assert_warned("7.2", "<type image='vmx'/>", after, &[]);
    }

    #[test]
    fn the_steps_see_the_package_manager() {
        assert_warned(
            "7.3",
            "<packagemanager name='apt-get'/>",
            "<packagemanager>apt</packagemanager>",
            &["K0152 name='apt-get'"],
        );
    }

    #[test]
    fn what_is_written_right_stays() {
        let content = "<packagemanager name='x'>apt</packagemanager>\
                       <profiles><profile><requires profile='a'>b</requires></profile></profiles>";
        assert_warned(NEWEST, content, content, &[]);
    }

    #[test]
    fn display_name() {
        for (attributes, kept) in [
            ("displayName='A'", "A"),
            ("displayName='A' displayname='B'", "B"),
        ] {
            let mut sources = SourceMap::default();
            let source = sources.add("", format!("<image schemaversion='8.5' {attributes}/>"));
            let mut root = xml::parse(&sources, source).unwrap();
            let problems = upgrade(&mut root).unwrap();
            assert_eq!(root.value("displayname"), Some(kept));
            assert_eq!(problems.len(), usize::from(kept == "A"));
        }
    }
}
