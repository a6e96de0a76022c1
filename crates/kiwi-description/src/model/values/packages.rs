//! Values about packages and repositories.

use super::words;

words! {
    /// Package manager.
    PackageManager {
        /// apk (Alpine).
        Apk = "apk" since "8.3",
        /// apt (Debian, Ubuntu).
        Apt = "apt" since "7.4",
        /// zypper (SUSE).
        Zypper = "zypper",
        /// dnf 4 (Fedora, Red Hat).
        Dnf4 = "dnf4" since "7.6",
        /// dnf 5 (Fedora).
        Dnf5 = "dnf5" since "7.6",
        /// microdnf (Fedora, Red Hat).
        Microdnf = "microdnf" since "7.3",
        /// pacman (Arch).
        Pacman = "pacman" since "7.1",
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
        Kis = "kis" since "7.1",
        /// Installed for `oci` only.
        Oci = "oci",
        /// Removed with what nothing else needs.
        Uninstall = "uninstall",
        /// Left out of the list of installed files.
        Systemfiles = "systemfiles" since "8.2",
    }
}

words! {
    /// Whether recommended packages are installed too.
    PatternType {
        /// Only what the packages require.
        OnlyRequired = "onlyRequired",
        /// What they recommend, too.
        PlusRecommended = "plusRecommended",
    }
}

words! {
    /// Kind of repository.
    RepositoryType {
        /// Alpine.
        Apk = "apk" since "8.3",
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
