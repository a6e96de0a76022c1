//! Mistakes in packages, files, users, profiles and repositories.

use crate::{Case, change, packages, section};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        change(
            "K0302",
            "no repository",
            "<repository>\n        <source path=\"host:/\"/>\n    </repository>",
            "",
        ),
        change(
            "K0321",
            "no bootstrap packages",
            r#"<packages type="bootstrap"><package name="apt"/></packages>"#,
            "",
        ),
        packages(
            "K0304",
            "archive that is not there",
            r#"<archive name="data.tar"/>"#,
        ),
        packages(
            "K0304",
            "archive with a similar name",
            r#"<archive name="data.tar"/>"#,
        )
        .with(&["data.tgz"]),
        packages("K0345", "package twice", r#"<package name="bash"/>"#),
        packages(
            "K0346",
            "package wanted and ignored",
            r#"<ignore name="bash"/>"#,
        ),
        section(
            "K0346",
            "package wanted and deleted",
            r#"<packages type="delete"><package name="bash"/></packages>"#,
        ),
        packages(
            "K0348",
            "archive outside of the tree",
            r#"<archive name="data.tar" target_dir="/srv/../../etc"/>"#,
        )
        .with(&["data.tar"]),
        packages(
            "K0412",
            "pattern for apt",
            r#"<namedCollection name="base"/>"#,
        ),
        packages(
            "K0357",
            "architecture of a file",
            r#"<file name="motd" target="/etc/motd" arch="x86_64"/>"#,
        )
        .with(&["motd"]),
        change(
            "K0358",
            "release for apt",
            "<version>",
            "<release-version>12</release-version><version>",
        ),
        change("K0347", "script with a similar name", "clean", "clean").with(&["image.sh"]),
        change("K0347", "script that no type names", "clean", "clean")
            .with(&["edit_boot_config.sh"]),
        change("K0359", "script of another language", "clean", "clean")
            .with(&["config.sh:#!/usr/bin/env python3"]),
        section(
            "K0306",
            "password in plain text",
            r#"<users><user name="tux" password="secret" pwdformat="plain"/></users>"#,
        ),
        section(
            "K0322",
            "user with a blank",
            r#"<users><user name="tux penguin" password="*"/></users>"#,
        ),
        section(
            "K0353",
            "password with a weak hash",
            r#"<users><user name="tux" password="$1$abcdefgh$0123456789012345678901"/></users>"#,
        ),
        section(
            "K0354",
            "password that is no hash",
            r#"<users><user name="tux" password="secret"/></users>"#,
        ),
        section(
            "K0307",
            "misspelt profile",
            r#"<profiles><profile name="Small" description="s"/></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>
    <packages type="image" profiles="Smal"><package name="b"/></packages>"#,
        ),
        section(
            "K0343",
            "profile that selects nothing",
            r#"<profiles><profile name="Small" description="s"/></profiles>"#,
        ),
        section(
            "K0344",
            "profile twice",
            r#"<profiles><profile name="Small" description="s"/><profile name="Small" description="t"/></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>"#,
        ),
        section(
            "K0401",
            "required profile misspelt",
            r#"<profiles><profile name="Small" description="s"/><profile name="Big" description="b"><requires profile="Smal"/></profile></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>"#,
        ),
        section(
            "K0348",
            "profile with a path",
            r#"<profiles><profile name="../other" description="o"/></profiles>
    <packages type="image" profiles="../other"><package name="a"/></packages>"#,
        ),
        section(
            "K0316",
            "local repository for the image",
            r#"<repository alias="b" imageinclude="true"><source path="dir:///"/></repository>"#,
        ),
        section(
            "K0325",
            "alias twice",
            r#"<repository alias="b"><source path="http://example.org/a"/></repository>
    <repository alias="b"><source path="http://example.org/b"/></repository>"#,
        ),
        section(
            "K0326",
            "local repository that is not there",
            r#"<repository alias="b"><source path="dir:///no/where"/></repository>"#,
        ),
        change(
            "K0410",
            "address without scheme",
            r#"path="host:/""#,
            r#"path="example.org/debian""#,
        ),
        change(
            "K0410",
            "misspelt scheme",
            r#"path="host:/""#,
            r#"path="htpp://example.org/debian""#,
        ),
        section(
            "K0358",
            "setting of another manager",
            r#"<repository alias="b" sourcetype="metalink"><source path="http://example.org/b"/></repository>"#,
        ),
    ]
}
