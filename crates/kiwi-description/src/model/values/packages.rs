//! Values about packages and repositories.

use super::words;

words! {
    /// Package manager.
    PackageManager {
        /// apk (Alpine).
        Apk = "apk",
        /// apt (Debian, Ubuntu).
        Apt = "apt",
        /// zypper (SUSE).
        Zypper = "zypper",
        /// dnf 4 (Fedora, Red Hat).
        Dnf4 = "dnf4",
        /// dnf 5 (Fedora).
        Dnf5 = "dnf5",
        /// microdnf (Fedora, Red Hat).
        Microdnf = "microdnf",
        /// pacman (Arch).
        Pacman = "pacman",
    }
}

words! {
    /// Phase or build type that a `packages` section is for.
    PackagesType {
        /// First installation into the empty root tree.
        Bootstrap = "bootstrap",
        /// Removed at the end, by force.
        Delete = "delete",
        /// Installed for `docker` only.
        Docker = "docker",
        /// Installed into the bootstrapped tree.
        Image = "image",
        /// Installed for `iso` only.
        Iso = "iso",
        /// Installed for `oem` only.
        Oem = "oem",
        /// Installed for `pxe` only.
        Pxe = "pxe",
        /// Installed for `kis` only.
        Kis = "kis",
        /// Installed for `oci` only.
        Oci = "oci",
        /// Removed with what nothing else needs.
        Uninstall = "uninstall",
        /// Left out of the list of installed files.
        Systemfiles = "systemfiles",
    }
}

words! {
    /// Whether recommended packages are installed too.
    PatternType {
        /// No.
        OnlyRequired = "onlyRequired",
        /// Yes.
        PlusRecommended = "plusRecommended",
    }
}

words! {
    /// Kind of repository.
    RepositoryType {
        /// Alpine.
        Apk = "apk",
        /// Debian.
        AptDeb = "apt-deb",
        /// rpm packages for apt.
        AptRpm = "apt-rpm",
        /// Directory of deb packages.
        DebDir = "deb-dir",
        /// List of mirrors.
        Mirrors = "mirrors",
        /// rpm packages with metadata.
        RpmMd = "rpm-md",
    }
}

words! {
    /// What the location of a repository names.
    SourceType {
        /// The repository.
        Baseurl = "baseurl",
        /// A metalink file.
        Metalink = "metalink",
        /// A list of mirrors.
        Mirrorlist = "mirrorlist",
    }
}
