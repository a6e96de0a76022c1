//! The image that everybody builds: a Debian disk for BIOS machines with ext4, an initrd of dracut, and GRUB.
//!
//! BIOS because the reference needs a FAT file system in the kernel for EFI; no locale because the reference wants the
//! named one compiled in the tree, which no Debian package brings.

use std::path::Path;

use anyhow::Result;
use fs_err as fs;

use super::sources::{COMPONENT, Repository};

/// Name of the image.
pub(super) const NAME: &str = "bench-disk";

/// Packages beside the essential ones and apt, which every contender adds.
pub(super) const PACKAGES: [&str; 13] = [
    "passwd",
    "dbus",
    "dracut",
    "e2fsprogs",
    "grub-pc-bin",
    "grub2-common",
    "init",
    "iproute2",
    "kbd",
    "linux-image-cloud-amd64",
    "locales",
    "systemd-sysv",
    "udev",
];

/// How many of [`PACKAGES`] belong to the bootstrap phase.
const BOOTSTRAP: usize = 1;

/// Writes the description into `directory`.
pub(super) fn write(directory: &Path, repositories: &[Repository]) -> Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("config.xml"), text(repositories))?;
    Ok(())
}

/// The same repositories for apt: sources.list(5), trusted because the description asks for no signatures either.
pub(super) fn apt_sources(repositories: &[Repository]) -> String {
    let line = |r: &Repository| format!("deb [trusted=yes] {} {} {COMPONENT}\n", r.uri, r.suite);
    repositories.iter().map(line).collect()
}

/// The description: nothing in it but what both programs know.
pub(super) fn text(repositories: &[Repository]) -> String {
    let repository = |(number, r): (usize, &Repository)| {
        format!(
            r#"
    <repository type="apt-deb" alias="bench-{number}" distribution="{}" components="{COMPONENT}" repository_gpgcheck="false">
        <source path="{}"/>
    </repository>"#,
            r.suite, r.uri
        )
    };
    let repositories: String = repositories.iter().enumerate().map(repository).collect();
    let packages = |names: &[&str]| -> String {
        let package = |name: &&str| format!("\n        <package name=\"{name}\"/>");
        names.iter().map(package).collect()
    };
    let (bootstrap, image) = PACKAGES.split_at(BOOTSTRAP);
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<image schemaversion="8.5" name="{NAME}">
    <description type="system">
        <author>cargo xtask bench</author>
        <contact>nobody</contact>
        <specification>What is built to compare speed</specification>
    </description>
    <preferences>
        <version>1.0.0</version>
        <packagemanager>apt</packagemanager>
        <timezone>UTC</timezone>
        <type image="oem" filesystem="ext4" firmware="bios" initrd_system="dracut" kernelcmdline="console=ttyS0">
            <bootloader name="grub2" timeout="1"/>
            <oemconfig>
                <oem-resize>false</oem-resize>
            </oemconfig>
        </type>
    </preferences>
    <users>
        <user name="root" groups="root" home="/root" password="$6$bench$locked"/>
    </users>{repositories}
    <packages type="bootstrap">{}
    </packages>
    <packages type="image">{}
    </packages>
</image>
"#,
        packages(bootstrap),
        packages(image),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_was_given() {
        let repositories = [Repository {
            uri: "http://a/d".to_owned(),
            suite: "one".to_owned(),
        }];
        let text = text(&repositories);
        for expected in [
            r#"distribution="one""#,
            r#"<source path="http://a/d"/>"#,
            r#"<package name="udev"/>"#,
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert_eq!(
            apt_sources(&repositories),
            "deb [trusted=yes] http://a/d one main\n"
        );
    }
}
