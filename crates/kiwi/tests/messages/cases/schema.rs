//! Mistakes in elements, attributes and values.

use crate::{Case, change, disk, of_type, packages, section};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        change(
            "K0201",
            "misspelt element",
            "packagemanager>apt</packagemanager",
            "packagemanger>apt</packagemanger",
        ),
        change(
            "K0201",
            "element elsewhere",
            "<version>1.0.0</version>",
            "<version>1.0.0</version><package name=\"a\"/>",
        ),
        change(
            "K0202",
            "misspelt attribute",
            r#"<package name="bash""#,
            r#"<package nmae="bash""#,
        ),
        of_type(
            "K0202",
            "attribute of an older schema",
            r#"<type image="tbz" bootloader="grub2"/>"#,
        ),
        of_type("K0203", "misspelt image type", r#"<type image="tbzz"/>"#),
        of_type(
            "K0203",
            "yes instead of true",
            r#"<type image="tbz" primary="yes"/>"#,
        ),
        disk("K0203", "misspelt firmware", r#"firmware="eufi""#, ""),
        disk(
            "K0203",
            "size with a wrong unit",
            "",
            r#"<size unit="T">4</size>"#,
        ),
        disk(
            "K0203",
            "size that is no number",
            "",
            r#"<size unit="G">four</size>"#,
        ),
        change("K0203", "misspelt package manager", ">apt<", ">atp<"),
        change(
            "K0203",
            "image name with blanks",
            r#"name="clean""#,
            r#"name="not clean""#,
        ),
        packages(
            "K0203",
            "unknown architecture",
            r#"<package name="grub" arch="x86-64"/>"#,
        ),
        section(
            "K0203",
            "empty package manager",
            "<preferences><packagemanager/></preferences>",
        ),
        change(
            "K0204",
            "package without name",
            r#"<package name="bash"/>"#,
            "<package/>",
        ),
        change(
            "K0205",
            "description without author",
            "<author>A</author>",
            "",
        ),
        change(
            "K0206",
            "version twice",
            "<version>1.0.0</version>",
            "<version>1.0.0</version><version>1.0.1</version>",
        ),
        change(
            "K0207",
            "text between elements",
            "<preferences>",
            "<preferences>TODO",
        ),
        change("K0209", "other root element", "<image ", "<appliance ").root("appliance"),
        section("K0210", "foreign element", r#"<x:a xmlns:x="urn:x"/>"#),
        section(
            "K0211",
            "extension without namespace",
            "<extension><a/></extension>",
        ),
        section(
            "K0212",
            "repository only in and also in the image",
            r#"<repository alias="b" imageinclude="true" imageonly="true"><source path="http://example.org/b"/></repository>"#,
        ),
        of_type(
            "K0220",
            "file system of an archive",
            r#"<type image="tbz" filesystem="ext4"/>"#,
        ),
        of_type(
            "K0222",
            "disk without file system",
            r#"<type image="oem"/>"#,
        ),
        disk(
            "K0223",
            "verity data without verity",
            r#"embed_verity_metadata="true""#,
            "",
        ),
        disk(
            "K0223",
            "LUKS options without LUKS",
            "",
            r#"<luksformat><option name="--pbkdf" value="pbkdf2"/></luksformat>"#,
        ),
        disk(
            "K0224",
            "btrfs settings of ext4",
            r#"btrfs_quota_groups="true""#,
            "<systemdisk/>",
        ),
        disk(
            "K0225",
            "reserved partition",
            "",
            r#"<partitions><partition name="swap" size="10"/></partitions>"#,
        ),
    ]
}
