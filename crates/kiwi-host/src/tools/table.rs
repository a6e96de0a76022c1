//! The table itself.

use super::{Family, Version};

/// A program of the host.
#[derive(Debug, PartialEq, Eq)]
pub struct Tool {
    /// Its name in the search path.
    pub name: &'static str,
    /// What a build uses it for, in a few words.
    pub purpose: &'static str,
    /// Image types and steps that need it, in the words of descriptions.
    pub used_by: &'static [&'static str],
    /// Packages that contain it, in the order of [`Family::ALL`]; `None` where it does not exist.
    pub packages: [Option<&'static str>; 5],
    /// The oldest version that has what we need.
    pub minimum: Option<&'static str>,
    /// The arguments that make it print its version.
    pub version_arguments: Option<&'static [&'static str]>,
}

impl Tool {
    /// Returns the package that contains it.
    pub fn package(&self, family: Family) -> Option<&'static str> {
        let index = Family::ALL.iter().position(|entry| *entry == family)?;
        self.packages[index]
    }

    /// Returns the oldest usable version.
    pub fn minimum_version(&self) -> Option<Version> {
        self.minimum.and_then(Version::parse)
    }

    /// Says how to install it: on a known host the command, otherwise the package of each family.
    pub fn install_hint(&self) -> String {
        self.install_hint_for(Family::of_host())
    }

    /// As [`Tool::install_hint`], for a given host.
    pub fn install_hint_for(&self, family: Option<Family>) -> String {
        if let Some((family, package)) = family.and_then(|f| Some((f, self.package(f)?))) {
            return format!("install it with `{} {package}`", family.install_command());
        }
        let packages: Vec<String> = Family::ALL
            .iter()
            .filter_map(|family| Some(format!("`{}` ({})", self.package(*family)?, family.name())))
            .collect();
        format!("it is in the package {}", packages.join(", "))
    }
}

const APT: &[&str] = &["packagemanager apt"];
const DASH_DASH_VERSION: Option<&[&str]> = Some(&["--version"]);

/// Every program of the host that a build may call, grouped by subject.
pub const TOOLS: &[Tool] = &[
    Tool {
        name: "newuidmap",
        purpose: "user id map of builds without root",
        used_by: &["builds as an ordinary user"],
        packages: [
            Some("uidmap"),
            Some("shadow"),
            Some("shadow-utils"),
            Some("shadow"),
            Some("shadow-uidmap"),
        ],
        minimum: None,
        version_arguments: None,
    },
    Tool {
        name: "newgidmap",
        purpose: "group id map of builds without root",
        used_by: &["builds as an ordinary user"],
        packages: [
            Some("uidmap"),
            Some("shadow"),
            Some("shadow-utils"),
            Some("shadow"),
            Some("shadow-uidmap"),
        ],
        minimum: None,
        version_arguments: None,
    },
    Tool {
        name: "apt-get",
        purpose: "package index and downloads",
        used_by: APT,
        packages: [Some("apt"), Some("apt"), Some("apt"), Some("apt"), None],
        minimum: Some("2.0"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "apt-cache",
        purpose: "questions to the package index",
        used_by: APT,
        packages: [Some("apt"), Some("apt"), Some("apt"), Some("apt"), None],
        minimum: Some("2.0"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "dpkg",
        purpose: "package database of the root tree",
        used_by: APT,
        packages: [
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
        ],
        minimum: Some("1.19"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "dpkg-deb",
        purpose: "unpacking of packages in the bootstrap phase",
        used_by: APT,
        packages: [
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
            Some("dpkg"),
        ],
        minimum: Some("1.19"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "gpgv",
        purpose: "signatures of repositories",
        used_by: APT,
        packages: [
            Some("gpgv"),
            Some("gpg2"),
            Some("gnupg2"),
            Some("gnupg"),
            Some("gpgv"),
        ],
        minimum: None,
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "mke2fs",
        purpose: "ext2, ext3 and ext4 from a directory",
        used_by: &["ext2", "ext3", "ext4", "oem"],
        packages: [Some("e2fsprogs"); 5],
        minimum: Some("1.43"),
        version_arguments: Some(&["-V"]),
    },
    Tool {
        name: "e2fsck",
        purpose: "check of a new ext file system",
        used_by: &["ext2", "ext3", "ext4", "oem"],
        packages: [Some("e2fsprogs"); 5],
        minimum: Some("1.43"),
        version_arguments: Some(&["-V"]),
    },
    Tool {
        name: "debugfs",
        purpose: "changes inside an ext file system without mounting it",
        used_by: &["ext2", "ext3", "ext4", "oem"],
        packages: [
            Some("e2fsprogs"),
            Some("e2fsprogs"),
            Some("e2fsprogs"),
            Some("e2fsprogs"),
            Some("e2fsprogs-extra"),
        ],
        minimum: Some("1.43"),
        version_arguments: Some(&["-V"]),
    },
    Tool {
        name: "mksquashfs",
        purpose: "squashfs from a directory",
        used_by: &["squashfs", "oem with overlayroot"],
        packages: [
            Some("squashfs-tools"),
            Some("squashfs"),
            Some("squashfs-tools"),
            Some("squashfs-tools"),
            Some("squashfs-tools"),
        ],
        minimum: Some("4.4"),
        version_arguments: Some(&["-version"]),
    },
    Tool {
        name: "mkfs.erofs",
        purpose: "erofs from a directory",
        used_by: &["erofs", "oem with overlayroot"],
        packages: [Some("erofs-utils"); 5],
        minimum: Some("1.5"),
        version_arguments: Some(&["--version"]),
    },
    Tool {
        name: "mkfs.fat",
        purpose: "EFI system partition",
        used_by: &["oem with EFI firmware"],
        packages: [Some("dosfstools"); 5],
        minimum: Some("4.2"),
        version_arguments: Some(&["--help"]),
    },
    Tool {
        name: "mcopy",
        purpose: "files of the EFI system partition",
        used_by: &["oem with EFI firmware"],
        packages: [Some("mtools"); 5],
        minimum: None,
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "openssl",
        purpose: "signatures of embedded metadata",
        used_by: &["oem with embedded metadata"],
        packages: [Some("openssl"); 5],
        minimum: Some("1.1.1"),
        version_arguments: Some(&["version"]),
    },
    Tool {
        name: "sbsign",
        purpose: "secure boot with keys of your own",
        used_by: &["secure_boot_signing_key_file"],
        packages: [
            Some("sbsigntool"),
            Some("sbsigntools"),
            Some("sbsigntools"),
            Some("sbsigntools"),
            Some("sbsigntool"),
        ],
        minimum: None,
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "qemu-img",
        purpose: "disk formats of virtual machines",
        used_by: &["format qcow2"],
        packages: [
            Some("qemu-utils"),
            Some("qemu-img"),
            Some("qemu-img"),
            Some("qemu-img"),
            Some("qemu-img"),
        ],
        minimum: Some("2.12"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "qemu-system-x86_64",
        purpose: "trying out a disk",
        used_by: &["boot tests", "demo"],
        packages: [
            Some("qemu-system-x86"),
            Some("qemu-x86"),
            Some("qemu-system-x86-core"),
            Some("qemu-system-x86"),
            Some("qemu-system-x86_64"),
        ],
        minimum: None,
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "tar",
        purpose: "archives with extended attributes",
        used_by: &["tbz", "archives of the description"],
        packages: [Some("tar"); 5],
        minimum: Some("1.27"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "xz",
        purpose: "compression of archives",
        used_by: &["tbz", "archives of the description"],
        packages: [
            Some("xz-utils"),
            Some("xz"),
            Some("xz"),
            Some("xz"),
            Some("xz"),
        ],
        minimum: Some("5.2"),
        version_arguments: DASH_DASH_VERSION,
    },
    Tool {
        name: "cpio",
        purpose: "reading of initrds",
        used_by: &["oem"],
        packages: [Some("cpio"); 5],
        minimum: None,
        version_arguments: DASH_DASH_VERSION,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_complete() {
        for tool in TOOLS {
            assert!(tool.package(Family::Debian).is_some(), "{}", tool.name);
            assert!(
                !tool.used_by.is_empty() && !tool.purpose.is_empty(),
                "{}",
                tool.name
            );
            assert_eq!(
                tool.minimum.is_some(),
                tool.minimum_version().is_some(),
                "{}",
                tool.name
            );
            assert_eq!(
                TOOLS.iter().filter(|t| t.name == tool.name).count(),
                1,
                "{}",
                tool.name
            );
        }
    }

    #[test]
    fn hints_name_the_package() {
        let tool = crate::tools::tool("mksquashfs").unwrap();
        let cases = [
            (
                Some(Family::Debian),
                "install it with `apt-get install squashfs-tools`",
            ),
            (
                Some(Family::Suse),
                "install it with `zypper install squashfs`",
            ),
        ];
        for (family, hint) in cases {
            assert_eq!(tool.install_hint_for(family), hint);
        }
        assert!(tool.install_hint_for(None).contains("`squashfs` (SUSE)"));
    }
}
