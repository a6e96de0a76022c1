//! How the root tree comes to be.

use serde::{Deserialize, Serialize};

use super::Origin;
use super::packages::PackagePlan;
use super::repository::{Repository, addresses_without_passwords};
use super::system::SystemPlan;

/// Everything `system prepare` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootPlan {
    /// Package manager that fills the tree.
    pub package_manager: PackageManager,
    /// `release-version`; `0` when not set.
    pub release_version: String,
    /// `rpm-check-signatures`: the default for all repositories.
    pub check_signatures: bool,
    /// `rpm-excludedocs`.
    pub exclude_documentation: bool,
    /// Locales kept when locale filtering is on; empty: all.
    pub locale_filter: Vec<String>,
    /// Repositories in document order.
    pub repositories: Vec<Repository>,
    /// Keys trusted in addition: `--signing-key`, then those of the description, each once; passwords are never printed.
    #[serde(serialize_with = "addresses_without_passwords")]
    pub signing_keys: Vec<String>,
    /// Delete the cached data of every used repository first (`--clear-cache`).
    pub clear_cache: bool,
    /// Packages by phase.
    pub packages: PackagePlan,
    /// Overlay trees and archives, in the order they are copied.
    pub overlays: Vec<Overlay>,
    /// `<file>` elements, in the order they are copied.
    pub files: Vec<ImportedFile>,
    /// CA certificates.
    pub certificates: Option<Certificates>,
    /// Users, locale and what else is configured in the tree.
    pub system: SystemPlan,
    /// Scripts of the description, imported into `image/`.
    pub scripts: Vec<Script>,
    /// `config-cdroot.tar*`, imported into `image/`.
    pub media_archive: Option<String>,
    /// Initrd maker of the image: what packages trigger is deferred; `prepare` runs it at its end
    /// unless `create` builds an initrd of its own.
    pub initrd_at_end_of_prepare: bool,
}

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackageManager {
    /// Debian and Ubuntu.
    Apt,
    /// Fedora and RHEL up to its fourth generation.
    Dnf4,
    /// Fedora's fifth generation.
    Dnf5,
    /// The small dnf.
    Microdnf,
    /// SUSE.
    Zypper,
    /// Arch.
    Pacman,
    /// Alpine.
    Apk,
}

impl PackageManager {
    /// The name as written in a description.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            Self::Dnf4 => "dnf4",
            Self::Dnf5 => "dnf5",
            Self::Microdnf => "microdnf",
            Self::Zypper => "zypper",
            Self::Pacman => "pacman",
            Self::Apk => "apk",
        }
    }

    /// The package that holds the package manager itself.
    pub fn own_package(self) -> &'static str {
        match self {
            Self::Dnf4 => "dnf",
            Self::Apk => "apk-tools",
            other => other.name(),
        }
    }
}

/// Files laid over the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Overlay {
    /// A directory of the description.
    Directory {
        /// Absolute path.
        path: String,
    },
    /// A tar archive of the description.
    Archive {
        /// Absolute path.
        path: String,
    },
}

/// A `<file>` element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// Absolute path on the host.
    pub path: String,
    /// Path in the tree, without leading slash; ends in `/` or is empty for a directory.
    pub target: String,
    /// `user[:group]` as chown takes it.
    pub owner: Option<String>,
    /// Mode as chmod takes it.
    pub permissions: Option<String>,
    /// Where it was written.
    pub origin: Origin,
}

/// CA certificates and the family that decides where they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// `suse`, `redhat`, `debian` or `archlinux`.
    pub target_distribution: String,
    /// Absolute paths on the host.
    pub files: Vec<String>,
}

/// A script of the description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// When it runs.
    pub hook: Hook,
    /// Absolute path on the host.
    pub path: String,
}

/// The moments at which a description's scripts run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// After the bootstrap phase.
    PostBootstrap,
    /// At the end of prepare.
    Config,
    /// Before a delta root is separated from its base.
    ConfigOverlay,
    /// The same, on the host.
    ConfigHostOverlay,
    /// At the start of create.
    Images,
    /// Disk: after the boot loader was configured in the tree.
    EditBootConfig,
    /// Disk: before the data goes into the image.
    PreDiskSync,
    /// Disk: in the finished system.
    Disk,
    /// Disk: after everything else.
    EditBootInstall,
}

impl Hook {
    /// All hooks.
    pub const ALL: [Self; 9] = [
        Self::PostBootstrap,
        Self::Config,
        Self::ConfigOverlay,
        Self::ConfigHostOverlay,
        Self::Images,
        Self::EditBootConfig,
        Self::PreDiskSync,
        Self::Disk,
        Self::EditBootInstall,
    ];

    /// File name below `image/` in the tree (and in the description, but for the two `edit` hooks).
    pub fn file_name(self) -> &'static str {
        match self {
            Self::PostBootstrap => "post_bootstrap.sh",
            Self::Config => "config.sh",
            Self::ConfigOverlay => "config-overlay.sh",
            Self::ConfigHostOverlay => "config-host-overlay.sh",
            Self::Images => "images.sh",
            Self::EditBootConfig => "edit_boot_config.sh",
            Self::PreDiskSync => "pre_disk_sync.sh",
            Self::Disk => "disk.sh",
            Self::EditBootInstall => "edit_boot_install.sh",
        }
    }
}
