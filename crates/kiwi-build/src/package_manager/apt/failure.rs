//! Turns what apt says on failure into one clear error.

use kiwi_host::command::CommandError;
use kiwi_plan::plan::Origin;
use kiwi_plan::plan::repository::{Location, Repository};

use super::sources::host_of;
use crate::error::BuildError;
use crate::package_manager::{PackageError, UnknownPackage};

/// Names that apt could not find, in the order it said so.
pub(super) fn unknown_names(lines: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for line in lines {
        let name = between(line, "Unable to locate package ", "")
            .or_else(|| between(line, "Package '", "' has no installation candidate"))
            .or_else(|| between(line, "Couldn't find any package by glob '", "'"))
            .or_else(|| between(line, "Couldn't find any package by regex '", "'"))
            .or_else(|| between(line, "Couldn't find task '", "'"))
            .or_else(|| {
                let (version, rest) = line.split_once("E: Version '")?.1.split_once('\'')?;
                let name = between(rest, "for '", "'")?;
                Some(format!("{name}={version}"))
            });
        if let Some(name) = name
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn between(line: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = line.split_once(before)?;
    let name = if after.is_empty() {
        rest
    } else {
        rest.split_once(after)?.0
    };
    Some(name.trim().to_owned())
}

/// An error of working out what to install; `lines` is all that apt said.
pub(super) fn of_solving(error: CommandError, lines: &[String]) -> BuildError {
    const PURPOSE: &str = "working out the packages";
    if error.failure().is_none() {
        return tool(PURPOSE, error);
    }
    let unknown = unknown_names(lines);
    if !unknown.is_empty() {
        return PackageError::Unknown(
            unknown
                .into_iter()
                .map(|name| UnknownPackage {
                    name,
                    origin: Origin::Default("a dependency".into()),
                    similar: None,
                })
                .collect(),
        )
        .into();
    }
    let broken = lines.iter().position(|line| {
        line.contains("have unmet dependencies") || line.contains("broken packages")
    });
    match broken {
        Some(first) => PackageError::Conflict {
            explanation: lines[first..]
                .iter()
                .filter(|line| !line.trim().is_empty())
                .cloned()
                .collect(),
        }
        .into(),
        None => tool(PURPOSE, error),
    }
}

/// An error of fetching metadata or packages.
pub(super) fn of_fetching(
    purpose: &str,
    error: CommandError,
    lines: &[String],
    repositories: &[Repository],
) -> BuildError {
    if error.failure().is_none() {
        return tool(purpose, error);
    }
    let find = |patterns: &[&str]| {
        lines
            .iter()
            .find(|line| {
                (line.starts_with("E:") || line.starts_with("W:") || line.starts_with("  "))
                    && patterns.iter().any(|pattern| line.contains(pattern))
            })
            .cloned()
    };
    if let Some(line) = find(&[
        "NO_PUBKEY",
        "is not signed",
        "signatures couldn't be verified",
        "signatures were invalid",
        "BADSIG",
        "EXPKEYSIG",
        "is not valid yet",
        "is expired",
    ]) {
        let (repository, origin) = blame(&line, repositories);
        return PackageError::Untrusted {
            repository,
            reason: shortened(&line),
            origin,
        }
        .into();
    }
    if let Some(line) = find(&[
        "Failed to fetch",
        "does not have a Release file",
        "Could not resolve",
        "Could not connect",
        "Unable to connect",
        "Connection failed",
        "404  Not Found",
        "File not found",
    ]) {
        let (repository, origin) = blame(&line, repositories);
        return PackageError::Unreachable {
            repository,
            reason: shortened(&line),
            origin,
        }
        .into();
    }
    tool(purpose, error)
}

/// An error of a tool about which nothing more is known.
pub(super) fn tool(purpose: &str, source: CommandError) -> BuildError {
    PackageError::Tool {
        purpose: purpose.to_owned(),
        source,
    }
    .into()
}

/// The repository a line is about.
fn blame(line: &str, repositories: &[Repository]) -> (String, Option<Origin>) {
    for repository in repositories {
        let (found, name) = match &repository.location {
            Location::Remote { url } => {
                let host = host_of(url);
                (!host.is_empty() && line.contains(host), url.clone())
            }
            Location::Local { path } | Location::Iso { path } => {
                (line.contains(path.as_str()), path.clone())
            }
            Location::Host => (false, "host:".into()),
        };
        if found {
            return (format!("`{name}`"), Some(repository.origin.clone()));
        }
    }
    match repositories {
        [only] => ("of the description".into(), Some(only.origin.clone())),
        _ => ("of the description".into(), None),
    }
}

fn shortened(line: &str) -> String {
    line.trim_start_matches(['E', 'W', ':', ' '])
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_apt_did_not_find() {
        let lines: Vec<String> = [
            "Reading package lists...",
            "E: Unable to locate package nosuch",
            "E: Unable to locate package a.b",
            "E: Couldn't find any package by glob 'a.b'",
            "E: Couldn't find any package by regex 'a.b'",
            "E: Package 'virtual' has no installation candidate",
            "E: Version '9.9' for 'bash' was not found",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(
            unknown_names(&lines),
            ["nosuch", "a.b", "virtual", "bash=9.9"]
        );
    }
}
