//! Families of distributions, which share package names.

use std::path::Path;

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Debian, Ubuntu and what is made from them.
    Debian,
    /// openSUSE and SUSE Linux Enterprise.
    Suse,
    /// Fedora, CentOS Stream, RHEL and what is made from them.
    Fedora,
    /// Arch Linux.
    Arch,
    /// Alpine Linux.
    Alpine,
}

impl Family {
    /// All families in the order they are shown.
    pub const ALL: [Family; 5] = [
        Family::Debian,
        Family::Suse,
        Family::Fedora,
        Family::Arch,
        Family::Alpine,
    ];

    /// Tells the family of the running host from its os-release file.
    pub fn of_host() -> Option<Family> {
        ["/etc/os-release", "/usr/lib/os-release"]
            .iter()
            .find_map(|path| std::fs::read_to_string(Path::new(path)).ok())
            .and_then(|text| Family::from_os_release(&text))
    }

    /// Tells the family from the text of an os-release file: `ID` first, then `ID_LIKE` in order.
    pub fn from_os_release(text: &str) -> Option<Family> {
        let field = |name: &str| {
            text.lines()
                .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
                .map(|value| value.trim_matches(['"', '\'']).to_owned())
                .next_back()
                .unwrap_or_default()
        };
        let ids = format!("{} {}", field("ID"), field("ID_LIKE"));
        ids.split_whitespace().find_map(|id| match id {
            "debian" | "ubuntu" => Some(Family::Debian),
            "suse" | "opensuse" | "sles" | "sled" | "sle-micro" => Some(Family::Suse),
            id if id.starts_with("opensuse") => Some(Family::Suse),
            "fedora" | "rhel" | "centos" | "almalinux" | "rocky" => Some(Family::Fedora),
            "arch" | "archlinux" => Some(Family::Arch),
            "alpine" => Some(Family::Alpine),
            _ => None,
        })
    }

    /// Returns the name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Family::Debian => "Debian",
            Family::Suse => "SUSE",
            Family::Fedora => "Fedora",
            Family::Arch => "Arch",
            Family::Alpine => "Alpine",
        }
    }

    /// Returns the command that installs packages, without the package names.
    pub fn install_command(self) -> &'static str {
        match self {
            Family::Debian => "apt-get install",
            Family::Suse => "zypper install",
            Family::Fedora => "dnf install",
            Family::Arch => "pacman -S",
            Family::Alpine => "apk add",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_families() {
        let cases = [
            ("ID=debian\n", Some(Family::Debian)),
            (
                "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                Some(Family::Debian),
            ),
            (
                "ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"",
                Some(Family::Suse),
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"",
                Some(Family::Fedora),
            ),
            ("ID=alpine", Some(Family::Alpine)),
            ("NAME=x\nID='arch'", Some(Family::Arch)),
            ("ID=haiku", None),
            ("", None),
        ];
        for (text, family) in cases {
            assert_eq!(Family::from_os_release(text), family, "{text}");
        }
    }
}
