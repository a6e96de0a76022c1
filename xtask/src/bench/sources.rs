//! The distribution's repositories that this machine is configured with: sources.list(5), one-line and deb822 style.
//!
//! The reference knows no `host:` repositories, so the measured description names real ones. They are read at run time:
//! no mirror is ever written into a committed file.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fs_err as fs;

/// One suite of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    /// Address of the archive.
    pub(super) uri: String,
    /// Suite, such as the code name of a release.
    pub(super) suite: String,
}

/// The component that everything measured comes from; third parties rarely call theirs so.
pub(super) const COMPONENT: &str = "main";

/// Reads the repositories of the distribution that this machine runs.
///
/// # Errors
/// When the machine has none.
pub(super) fn read() -> Result<Vec<Repository>> {
    let release = fs::read_to_string("/etc/os-release")?;
    let Some(code_name) = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
    else {
        bail!("`/etc/os-release` names no VERSION_CODENAME: run this on Debian or Ubuntu");
    };
    let mut repositories = Vec::new();
    for path in files(Path::new("/etc/apt"))? {
        let text = fs::read_to_string(&path)?;
        if path.extension().is_some_and(|e| e == "sources") {
            repositories.extend(text.split("\n\n").flat_map(stanza));
        } else {
            repositories.extend(text.lines().flat_map(line));
        }
    }
    repositories.retain(|repository| belongs_to(&repository.suite, code_name));
    if repositories.is_empty() {
        bail!("the apt sources of this machine name no repository of `{code_name}`");
    }
    Ok(repositories)
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut parts = Vec::new();
    let parts_directory = directory.join("sources.list.d");
    if parts_directory.is_dir() {
        for entry in fs::read_dir(parts_directory)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|e| e == "list" || e == "sources")
            {
                parts.push(path);
            }
        }
    }
    parts.sort();
    let main = directory.join("sources.list");
    if main.exists() {
        parts.insert(0, main);
    }
    Ok(parts)
}

/// Whether `suite` is the release itself or its updates; backports and third parties' suites are not.
fn belongs_to(suite: &str, code_name: &str) -> bool {
    suite
        .strip_prefix(code_name)
        .is_some_and(|rest| ["", "-updates", "-security", "/updates"].contains(&rest))
}

fn stanza(text: &str) -> Vec<Repository> {
    let field = |wanted: &str| {
        text.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map_or("", |(_, value)| value.trim())
    };
    let has = |name: &str, word: &str| field(name).split_whitespace().any(|w| w == word);
    if !has("Types", "deb") || !has("Components", COMPONENT) || has("Enabled", "no") {
        return Vec::new();
    }
    pairs(field("URIs"), field("Suites").split_whitespace())
}

fn line(text: &str) -> Vec<Repository> {
    let Some(rest) = text.trim().strip_prefix("deb ") else {
        return Vec::new();
    };
    let rest = match rest.trim().strip_prefix('[') {
        Some(options) => options.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let mut words = rest.split_whitespace();
    let (Some(uri), Some(suite)) = (words.next(), words.next()) else {
        return Vec::new();
    };
    if words.any(|component| component == COMPONENT) {
        pairs(uri, std::iter::once(suite))
    } else {
        Vec::new()
    }
}

fn pairs<'a>(uris: &str, suites: impl Iterator<Item = &'a str> + Clone) -> Vec<Repository> {
    let one = |uri: &str, suite: &str| Repository {
        uri: uri.to_owned(),
        suite: suite.to_owned(),
    };
    uris.split_whitespace()
        .flat_map(|uri| suites.clone().map(move |suite| one(uri, suite)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(repositories: &[Repository]) -> Vec<String> {
        let one = |r: &Repository| format!("{} {}", r.uri, r.suite);
        repositories.iter().map(one).collect()
    }

    #[test]
    fn stanzas() {
        for (text, expected) in [
            (
                "Types: deb deb-src\nURIs: http://a/d\nSuites: one one-updates\nComponents: main contrib",
                &["http://a/d one", "http://a/d one-updates"][..],
            ),
            (
                "types: deb\nuris: http://a/d\nsuites: one\ncomponents: main",
                &["http://a/d one"],
            ),
            (
                "Types: deb-src\nURIs: http://a/d\nSuites: one\nComponents: main",
                &[],
            ),
            (
                "Types: deb\nURIs: http://a/d\nSuites: one\nComponents: stable",
                &[],
            ),
            (
                "Types: deb\nURIs: http://a/d\nSuites: one\nComponents: main\nEnabled: no",
                &[],
            ),
            ("# nothing", &[]),
        ] {
            assert_eq!(shown(&stanza(text)), expected, "{text}");
        }
    }

    #[test]
    fn lines() {
        for (text, expected) in [
            ("deb http://a/d one main", &["http://a/d one"][..]),
            (
                "deb [signed-by=/k arch=amd64] http://a/d one main",
                &["http://a/d one"],
            ),
            ("deb-src http://a/d one main", &[]),
            ("# deb http://a/d one main", &[]),
            ("deb http://a/d one other", &[]),
        ] {
            assert_eq!(shown(&line(text)), expected, "{text}");
        }
    }

    #[test]
    fn suites_of_a_release() {
        for (suite, expected) in [
            ("one", true),
            ("one-security", true),
            ("one/updates", true),
            ("one-backports", false),
            ("one-vendor", false),
            ("vendor-one", false),
        ] {
            assert_eq!(belongs_to(suite, "one"), expected, "{suite}");
        }
    }
}
