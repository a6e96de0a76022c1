//! What family of distributions a tree belongs to, found in the tree and never on the host.
//!
//! Format: os-release(5).

use kiwi_host::TreeDir;

/// Families whose files lie in the same places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu and their descendants.
    Debian,
    /// SUSE.
    Suse,
    /// Fedora, RHEL and their descendants.
    Fedora,
    /// Arch.
    Arch,
    /// Alpine.
    Alpine,
    /// None of them.
    Other,
}

/// Identity of the distribution in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// `ID`, such as `debian`.
    pub id: String,
    /// Its family.
    pub family: Family,
}

impl Distribution {
    /// Reads it from `etc/os-release` or `usr/lib/os-release`.
    pub fn of(tree: &TreeDir) -> Self {
        Self::parse(&os_release(tree))
    }

    fn parse(text: &str) -> Self {
        let value = |name: &str| value_in(text, name).unwrap_or_default();
        let (id, like) = (value("ID"), value("ID_LIKE"));
        let family = std::iter::once(id.as_str())
            .chain(like.split_whitespace())
            .find_map(family_of)
            .unwrap_or(Family::Other);
        Self { id, family }
    }
}

/// A value of the tree's os-release; nothing when it is absent or empty.
pub fn value_of(tree: &TreeDir, name: &str) -> Option<String> {
    value_in(&os_release(tree), name).filter(|value| !value.is_empty())
}

fn os_release(tree: &TreeDir) -> String {
    ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| tree.read_to_string(path).ok())
        .unwrap_or_default()
}

fn value_in(text: &str, name: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
}

fn family_of(id: &str) -> Option<Family> {
    Some(match id {
        "debian" | "ubuntu" => Family::Debian,
        "suse" | "opensuse" | "sles" | "sle-micro" => Family::Suse,
        "fedora" | "rhel" | "centos" | "mageia" => Family::Fedora,
        "arch" => Family::Arch,
        "alpine" => Family::Alpine,
        _ if id.starts_with("opensuse") || id.starts_with("sle") => Family::Suse,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families() {
        for (text, id, family) in [
            ("ID=debian\n", "debian", Family::Debian),
            ("ID=ubuntu\nID_LIKE=debian\n", "ubuntu", Family::Debian),
            (
                "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n",
                "opensuse-leap",
                Family::Suse,
            ),
            (
                "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n",
                "rocky",
                Family::Fedora,
            ),
            ("", "", Family::Other),
        ] {
            assert_eq!(
                Distribution::parse(text),
                Distribution {
                    id: id.into(),
                    family
                },
                "{text}"
            );
        }
    }
}
