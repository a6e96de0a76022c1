use std::fmt::Write;

use proptest::prelude::*;

use super::check;
use crate::diagnostic::Severity;
use crate::span::SourceMap;
use crate::syntax::xml;

/// Checks a text and returns `CODE line:column message` of each problem, warnings marked.
fn problems(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let source = sources.add("", text);
    let root = xml::parse(&sources, source).unwrap();
    check(&root)
        .iter()
        .map(|problem| {
            let label = problem.primary.as_ref().expect("every problem has a place");
            let place = sources.location(label.span).to_string();
            let warning = match problem.severity {
                Severity::Error => "",
                _ => " (warning)",
            };
            format!("{} {place}{warning} {}", problem.code, problem.message)
        })
        .collect()
}

/// A description with the given sections besides the required ones.
fn image(sections: &str) -> String {
    format!(
        "<image schemaversion='8.5' name='x'>\n{sections}\n\
         <description type='system'><author>a</author><contact>c</contact><specification>s</specification></description>\
         <preferences/></image>"
    )
}

/// A description with one build type of the given attributes and children.
fn build_type(attributes: &str, children: &str) -> String {
    image(&format!(
        "<preferences><type\n{attributes}>\n{children}</type></preferences>"
    ))
}

#[track_caller]
fn assert_problems(text: &str, expected: &[&str]) {
    assert_eq!(problems(text), expected, "{text}");
}

#[test]
fn everything_wrong_at_once() {
    assert_problems(
        "<image schemaversion='8.5' nmae='x'>\n\
         <description type='sytem'>hello<author>a</author><author>b</author><contact>c</contact></description>\n\
         <prefernces/>\n\
         <packages type='image'>\n<package/>\n<user name='x' password='y'/></packages>\n\
         </image>",
        &[
            "K0202 :1:28 `image` has no attribute `nmae`",
            "K0205 :2:2 `description` needs the element `specification`",
            "K0203 :2:20 `sytem` is no value for `type`",
            "K0207 :2:27 `description` cannot have text",
            "K0206 :2:51 `author` may stand only once in `description`",
            "K0201 :3:2 unknown element `prefernces`",
            "K0204 :5:2 `package` needs the attribute `name`",
            "K0201 :6:2 `user` does not belong into `packages`",
        ],
    );
}

#[test]
fn roots() {
    assert_problems(
        "<oem/>",
        &["K0209 :1:2 the outermost element is `oem` instead of `image`"],
    );
    assert_problems(
        "<image xmlns='urn:x'/>",
        &["K0210 :1:2 `image` is in a namespace"],
    );
    assert_problems(&image(""), &[]);
}

#[test]
fn values() {
    for (attributes, expected) in [
        (
            "image='oem' filesystem='ext4' bootpartsize='1x'",
            &["K0203 :3:45 `1x` is no value for `bootpartsize`"][..],
        ),
        ("image='oem' filesystem=' ext4 ' bootpartsize=' 10 '", &[]),
        (
            "image='oem' filesystem='ext4' disk_start_sector='2047'",
            &["K0203 :3:50 `2047` is no value for `disk_start_sector`"],
        ),
        (
            "image='oem' filesystem='ext4' bootpartition='True'",
            &["K0203 :3:46 `True` is no value for `bootpartition`"],
        ),
        ("image='oem' filesystem='ext4' format='oci:qcow2'", &[]),
        (
            "image='oem' filesystem='ext4' format='oci:vagrant'",
            &["K0203 :3:39 `oci:vagrant` is no value for `format`"],
        ),
        (
            "image='vmx' overlayroot='true'",
            &["K0203 :3:8 `vmx` is no value for `image`"],
        ),
        (
            "image='oem' filesystem='ext4' target_blocksize=''",
            &["K0203 :3:49 `` is no value for `target_blocksize`"],
        ),
    ] {
        assert_problems(&build_type(attributes, ""), expected);
    }
    let preferences = |content: &str| image(&format!("<preferences>{content}</preferences>"));
    assert_problems(&preferences("<locale>en_US</locale><version/>"), &[]);
    assert_problems(
        &preferences("<locale>en</locale>"),
        &["K0203 :2:22 `en` is no value for `locale`"],
    );
    assert_problems(
        &preferences("<rpm-excludedocs/>"),
        &["K0203 :2:15 `rpm-excludedocs` is empty"],
    );
    assert_problems(&preferences("<packagemanager> apt\n</packagemanager>"), &[]);
}

#[test]
fn advice() {
    for (text, help) in [
        (
            build_type("image='ome'", ""),
            "did you mean `oem`? It must be `btrfs`, `cpio`, ",
        ),
        (
            build_type("image='vmx'", ""),
            "use `oem`, with `<oem-resize>false</oem-resize>`",
        ),
        (
            build_type("image='tbz' vga='1'", ""),
            "use `video_mode` of the element `bootloader`",
        ),
        (
            build_type("image='tbz' frimware='1'", ""),
            "did you mean `firmware`?",
        ),
        (
            build_type("image='tbz' serial_line='1'", ""),
            "it belongs to `bootloader`",
        ),
        (
            build_type("image='tbz'", "<volume/>"),
            "it belongs into `systemdisk` or `volumes`",
        ),
        (
            build_type("image='tbz'", "<pxedeploy/>"),
            "remove it: use image type `kis`",
        ),
        (image("<include form='x'/>"), "did you mean `from`?"),
        (
            image(
                "<profiles><profile name='a' description='b'><requires>c</requires></profile></profiles>",
            ),
            "write `<requires profile=",
        ),
        (
            build_type("image='tbz' overlayroot='true'", ""),
            "it is for image type `oem`",
        ),
    ] {
        let mut sources = SourceMap::default();
        let source = sources.add("", text.as_str());
        let root = xml::parse(&sources, source).unwrap();
        let found = check(&root);
        let helps: Vec<_> = found
            .iter()
            .filter_map(|problem| problem.help.as_deref())
            .collect();
        assert!(
            helps.iter().any(|found| found.starts_with(help)),
            "{help}: {helps:?}"
        );
    }
}

#[test]
fn what_depends_on_the_image_type() {
    for (attributes, children, expected) in [
        (
            "image='docker' overlayroot='true'",
            "",
            &["K0220 :3:16 `overlayroot` is not allowed for image type `docker`"][..],
        ),
        (
            "image='oem'",
            "",
            &["K0222 :2:15 image type `oem` needs the attribute `filesystem`"],
        ),
        (
            "image='appx'",
            "",
            &["K0222 :2:15 image type `appx` needs the attribute `metadata_path`"],
        ),
        (
            "image='docker' luks_version='luks2'",
            "",
            &["K0221 :3:16 (warning) `luks_version` has no effect for image type `docker`"],
        ),
        (
            "image='docker'",
            "<bootloader name='grub2'/>",
            &["K0220 :4:2 `bootloader` is not allowed for image type `docker`"],
        ),
        (
            "image='wsl'",
            "<containerconfig name='x'/>",
            &["K0220 :4:2 `containerconfig` is not allowed for image type `wsl`"],
        ),
        (
            "image='iso'",
            "<bootloader name='zipl' bls='true'/>",
            &["K0220 :4:25 `bls` is not allowed for `name=\"zipl\"`"],
        ),
        (
            "image='iso'",
            "<bootloader name='grub2' targettype='SCSI'/>",
            &[],
        ),
        (
            "image='iso'",
            "<bootloader name='grub2'><securelinux hkd_ca_cert='a' hkd_sign_cert='b'><hkd_cert name='c'/></securelinux></bootloader>",
            &["K0220 :4:27 `securelinux` is not allowed for `name=\"grub2\"`"],
        ),
    ] {
        let text = build_type(attributes, children);
        assert_problems(&text, expected);
    }
}

#[test]
fn rules() {
    const OEM: &str = "image='oem' filesystem='ext4'";
    for (attributes, children, code) in [
        (
            format!("{OEM} btrfs_quota_groups='true'"),
            "",
            Some("K0224"),
        ),
        (
            "image='oem' filesystem='btrfs' btrfs_quota_groups='true'".into(),
            "",
            None,
        ),
        (
            "image='oem' filesystem='btrfs' btrfs_quota_groups='true'".into(),
            "<systemdisk preferlvm='true'/>",
            Some("K0224"),
        ),
        (
            "image='oem' filesystem='btrfs' btrfs_quota_groups='true'".into(),
            "<systemdisk preferlvm='false'/>",
            None,
        ),
        (
            format!("{OEM} embed_verity_metadata='true'"),
            "",
            Some("K0223"),
        ),
        (format!("{OEM} embed_verity_metadata='false'"), "", None),
        (
            format!("{OEM} embed_verity_metadata='true' verity_blocks='all'"),
            "",
            None,
        ),
        (
            format!("{OEM} embed_integrity_metadata='true'"),
            "",
            Some("K0223"),
        ),
        (
            format!("{OEM} integrity_legacy_hmac='true'"),
            "",
            Some("K0223"),
        ),
        (format!("{OEM} derived_from='x'"), "", Some("K0223")),
        (
            format!("{OEM} derived_from='x' format='docker:raw'"),
            "",
            None,
        ),
        (format!("{OEM} format='vagrant'"), "", Some("K0222")),
        (
            format!("{OEM} format='vagrant'"),
            "<vagrantconfig provider='libvirt' virtualsize='1'/>",
            None,
        ),
        (
            format!("{OEM} format='qcow2'"),
            "<containerconfig name='x'/>",
            Some("K0224"),
        ),
        (
            format!("{OEM} format='oci:qcow2'"),
            "<containerconfig name='x'/>",
            None,
        ),
        (OEM.into(), "<containerconfig name='x'/>", None),
        (OEM.into(), "<installmedia/>", Some("K0223")),
        (format!("{OEM} installiso='1'"), "<installmedia/>", None),
        (
            OEM.into(),
            "<luksformat><option name='x'/></luksformat>",
            Some("K0223"),
        ),
        (
            format!("{OEM} luks=''"),
            "<luksformat><option name='x'/></luksformat>",
            None,
        ),
        (
            OEM.into(),
            "<partitions><partition name='boot' size='1'/></partitions>",
            Some("K0225"),
        ),
        (
            OEM.into(),
            "<partitions><partition name='read' size='1'/></partitions>",
            None,
        ),
        (
            OEM.into(),
            "<size unpartitioned='3'>2</size>",
            Some("K0224"),
        ),
        (OEM.into(), "<size unpartitioned='2'>2</size>", None),
        (
            OEM.into(),
            "<systemdisk><volume name='x' quota='1G'/></systemdisk>",
            Some("K0223"),
        ),
        (
            "image='oem' filesystem='btrfs'".into(),
            "<systemdisk><volume name='x' quota='1G'/></systemdisk>",
            None,
        ),
        (
            "image='docker'".into(),
            "<containerconfig name='x'><entrypoint/></containerconfig>",
            Some("K0204"),
        ),
        (
            "image='docker'".into(),
            "<containerconfig name='x'><entrypoint clear='true' execute='x'/></containerconfig>",
            Some("K0212"),
        ),
        (
            "image='docker'".into(),
            "<containerconfig name='x'><entrypoint execute='x'/></containerconfig>",
            None,
        ),
    ] {
        let found = problems(&build_type(&attributes, children));
        let codes: Vec<_> = found.iter().map(|problem| &problem[..5]).collect();
        assert_eq!(
            codes,
            code.into_iter().collect::<Vec<_>>(),
            "{attributes} {children}: {found:?}"
        );
    }
    for (sections, code) in [
        (
            "<packages type='bootstrap' bootstrap_package='x'/>",
            Some("K0223"),
        ),
        (
            "<packages type='image' bootstrap_package='x'/><preferences><packagemanager>apt</packagemanager></preferences>",
            Some("K0220"),
        ),
        (
            "<packages type='bootstrap' bootstrap_package='x'/><preferences><packagemanager>apt</packagemanager></preferences>",
            None,
        ),
        (
            "<packages type='bootstrap'><collectionModule name='x' enable='true' stream='1'/></packages>",
            None,
        ),
        (
            "<packages type='bootstrap'><collectionModule name='x' enable='false' stream='1'/></packages>",
            Some("K0224"),
        ),
        (
            "<packages type='image'><collectionModule name='x' enable='true'/></packages>",
            Some("K0220"),
        ),
        (
            "<repository imageinclude='true' imageonly='true'><source path='x'/></repository>",
            Some("K0212"),
        ),
        (
            "<repository architectures='x86_64'><source path='x'/></repository>",
            None,
        ),
        (
            "<repository architectures='x86_64' type='rpm-md'><source path='x'/></repository>",
            Some("K0220"),
        ),
        ("<extension/>", Some("K0205")),
        ("<extension><a/></extension>", Some("K0211")),
        (
            "<extension><p:a xmlns:p='urn:p' any='thing'>mixed<b/></p:a></extension>",
            None,
        ),
        (
            "<extension xmlns:p='urn:p'><p:a/><p:b/></extension>",
            Some("K0211"),
        ),
        ("<p:a xmlns:p='urn:p'/>", Some("K0210")),
        ("<include from='x'/>", None),
    ] {
        let found = problems(&image(sections));
        let codes: Vec<_> = found.iter().map(|problem| &problem[..5]).collect();
        assert_eq!(
            codes,
            code.into_iter().collect::<Vec<_>>(),
            "{sections}: {found:?}"
        );
    }
}

proptest! {
    /// Any tree of known and unknown names with any values gives problems, never a panic.
    #[test]
    fn any_tree_is_checked(
        parts in proptest::collection::vec(
            ("(type|size|packages|extension|volume|bootloader|containerconfig|x)",
             "(image|type|name|quota|filesystem|xmlns|unpartitioned|y)", "[ -%'-;=-~\u{e4}]{0,12}", any::<bool>()),
            0..12,
        )
    ) {
        let mut text = String::from("<image>");
        let mut open = Vec::new();
        for (element, attribute, value, nest) in &parts {
            let value = value.replace('\'', "");
            let _ = write!(text, "<{element} {attribute}='{value}'>{value}");
            open.push(element);
            if !nest {
                let _ = write!(text, "</{element}>");
                open.pop();
            }
        }
        for element in open.iter().rev() {
            let _ = write!(text, "</{element}>");
        }
        text.push_str("</image>");
        prop_assert!(!problems(&text).is_empty());
    }
}
