//! What is installed in the tree, read from dpkg's own database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fs_err as fs;

use crate::error::{Because, BuildError};

/// A package that the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installed {
    /// Name.
    pub(crate) name: String,
    /// Version.
    pub(crate) version: String,
    /// Architecture.
    pub(crate) architecture: String,
    /// Whether its files are there, and not only its configuration.
    pub(crate) is_installed: bool,
    /// Its configuration files, absolute, with the MD5 digest they came with.
    pub(crate) conffiles: BTreeMap<String, String>,
}

/// Reads `var/lib/dpkg/status` of a tree: every package that has left anything in it.
pub(crate) fn read(root: &Path) -> Result<Vec<Installed>, BuildError> {
    let path = root.join("var/lib/dpkg/status");
    let text = fs::read(&path).at("read", &path)?;
    Ok(parse(&String::from_utf8_lossy(&text)))
}

fn parse(text: &str) -> Vec<Installed> {
    text.split("\n\n")
        .filter_map(|stanza| {
            let field = |name: &str| {
                stanza
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                    .map(|value| value.trim().to_owned())
            };
            let status = field("Status")?;
            (!status.ends_with(" not-installed")).then_some(())?;
            Some(Installed {
                name: field("Package")?,
                version: field("Version")?,
                architecture: field("Architecture")?,
                is_installed: status.ends_with(" installed"),
                conffiles: conffiles(stanza),
            })
        })
        .collect()
}

/// The lines ` PATH DIGEST [FLAG]` that follow the field `Conffiles`.
fn conffiles(stanza: &str) -> BTreeMap<String, String> {
    stanza
        .lines()
        .skip_while(|line| line.trim_end() != "Conffiles:")
        .skip(1)
        .map_while(|line| line.strip_prefix(' '))
        .filter_map(|line| {
            let line = line.trim_end_matches(" obsolete");
            let line = line.trim_end_matches(" remove-on-upgrade");
            let (path, digest) = line.rsplit_once(' ')?;
            Some((path.to_owned(), digest.to_owned()))
        })
        .collect()
}

/// The text of apt's `extended_states`: packages that are there only because others need them.
pub(super) fn extended_states(installed: &[Installed], requested: &BTreeSet<String>) -> String {
    installed
        .iter()
        .filter(|package| package.is_installed && !requested.contains(&package.name))
        .map(|package| {
            format!(
                "Package: {}\nArchitecture: {}\nAuto-Installed: 1\n\n",
                package.name, package.architecture
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Package: apt\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.6.1\n\
                          Conffiles:\n /etc/a b 0a\n /etc/c 0b obsolete\nDescription: x\n  y\n\n\
                          Package: old\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n\n";

    #[test]
    fn stanzas() {
        let packages = parse(STATUS);
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].version, "2.6.1");
        assert!(packages[0].is_installed && !packages[1].is_installed);
        let conffiles = [("/etc/a b", "0a"), ("/etc/c", "0b")];
        let conffiles = conffiles.map(|(path, digest)| (path.into(), digest.into()));
        assert_eq!(packages[0].conffiles, conffiles.into());
    }

    #[test]
    fn marks() {
        let packages = parse(STATUS);
        assert_eq!(
            extended_states(&packages, &BTreeSet::from(["apt".into()])),
            ""
        );
        assert!(extended_states(&packages, &BTreeSet::new()).starts_with("Package: apt\n"));
    }
}
