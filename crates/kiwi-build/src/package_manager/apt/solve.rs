//! What apt would do, read from its simulation; nothing is changed.

use std::path::Path;

use kiwi_host::command::{Cmd, Runner};

use super::configuration::Workspace;
use super::failure;
use crate::error::BuildError;

/// One step of apt's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Unpack this package.
    Unpack(Package),
    /// Configure this package.
    Configure(String),
    /// Remove this package.
    Remove(String),
}

/// A package at a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    /// Name, with `:architecture` when it is not the image's own.
    pub(super) name: String,
    /// Version.
    pub(super) version: String,
    /// Architecture, or `all`.
    pub(super) architecture: String,
}

impl Package {
    /// Name of the package file as apt stores it.
    pub(super) fn file_name(&self) -> String {
        let quote = |text: &str, bad: &str| {
            text.chars().fold(String::new(), |mut quoted, c| {
                if bad.contains(c) {
                    quoted.push_str(&format!("%{:02x}", c as u32));
                } else {
                    quoted.push(c);
                }
                quoted
            })
        };
        let name = self.name.split(':').next().unwrap_or(&self.name);
        format!(
            "{}_{}_{}.deb",
            quote(name, "_:"),
            quote(&self.version, "_:"),
            quote(&self.architecture, "_:.")
        )
    }
}

/// A package file in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackageFile {
    /// Name in the archive directory.
    pub(super) file_name: String,
    /// Size in bytes.
    pub(super) size: u64,
    /// SHA-256 in hexadecimal digits, when the repository gives one.
    pub(super) sha256: Option<String>,
}

/// Asks apt about the packages of one package database.
pub(super) struct Solver<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) runner: &'a dyn Runner,
    /// The dpkg status file that says what is installed.
    pub(super) status: &'a Path,
    /// apt's record of what was installed only because something needed it.
    pub(super) extended_states: Option<&'a Path>,
}

impl Solver<'_> {
    /// The command with this database.
    pub(super) fn apt_get(&self) -> Cmd {
        let mut command = self
            .workspace
            .command("apt-get")
            .arg("-o")
            .arg(format!("Dir::State::status={}", self.status.display()));
        if let Some(path) = self.extended_states {
            command = command
                .arg("-o")
                .arg(format!("Dir::State::extended_states={}", path.display()));
        }
        command
    }

    /// The order in which apt would unpack, configure and remove.
    pub(super) fn simulate(
        &self,
        verb: &[&str],
        names: &[String],
    ) -> Result<Vec<Step>, BuildError> {
        let command = self
            .apt_get()
            .args(["--simulate", "-o", "Debug::NoLocking=true"])
            .args(verb)
            .args(names);
        Ok(self
            .ask(&command)?
            .iter()
            .filter_map(|line| step(line))
            .collect())
    }

    /// The package files that `names` and their dependencies need, in no special order.
    pub(super) fn files(&self, names: &[String]) -> Result<Vec<PackageFile>, BuildError> {
        let command = self
            .apt_get()
            .arg("-o")
            .arg(format!(
                "Dir::Cache::archives={}",
                self.workspace.no_archives().display()
            ))
            .args(["-o", "Debug::NoLocking=true", "--print-uris", "install"])
            .args(names);
        Ok(self
            .ask(&command)?
            .iter()
            .filter_map(|line| package_file(line))
            .collect())
    }

    /// Runs a command that only answers, and returns its lines.
    fn ask(&self, command: &Cmd) -> Result<Vec<String>, BuildError> {
        let mut lines = Vec::new();
        self.runner
            .run_lines(command, &mut |_, line| lines.push(line.to_owned()))
            .map_err(|error| failure::of_solving(error, &lines))?;
        Ok(lines)
    }
}

/// Reads a line such as `Inst name [old] (version Suite [amd64])` or `Conf name (..)`.
fn step(line: &str) -> Option<Step> {
    let (verb, rest) = line.split_once(' ')?;
    let name = rest.split_whitespace().next()?.to_owned();
    match verb {
        "Inst" => {
            let (_, inside) = rest.split_once('(')?;
            let (inside, _) = inside.split_once(')')?;
            let version = inside.split_whitespace().next()?.to_owned();
            let architecture = inside.rsplit_once('[')?.1.trim_end_matches(']').to_owned();
            Some(Step::Unpack(Package {
                name,
                version,
                architecture,
            }))
        }
        "Conf" => Some(Step::Configure(name)),
        "Remv" | "Purg" => Some(Step::Remove(name)),
        _ => None,
    }
}

/// Reads a line such as `'ADDRESS' FILE SIZE SHA256:DIGEST`.
fn package_file(line: &str) -> Option<PackageFile> {
    let rest = line.strip_prefix('\'')?;
    let (_, rest) = rest.split_once("' ")?;
    let mut words = rest.split_whitespace();
    Some(PackageFile {
        file_name: words.next()?.to_owned(),
        size: words.next()?.parse().ok()?,
        sha256: words
            .next()
            .and_then(|digest| digest.strip_prefix("SHA256:"))
            .map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        let package = |name: &str, version: &str, architecture: &str| {
            Some(Step::Unpack(Package {
                name: name.into(),
                version: version.into(),
                architecture: architecture.into(),
            }))
        };
        let cases = [
            (
                "Inst gcc-12-base (12.2.0-14 Debian:12/stable [amd64])",
                package("gcc-12-base", "12.2.0-14", "amd64"),
            ),
            (
                "Inst libc6 [2.36-8] (2.36-9 A:1/b, C:2/d [amd64]) []",
                package("libc6", "2.36-9", "amd64"),
            ),
            (
                "Inst libc6:i386 (2.36-9 A:1/b [i386]) [libgcc:i386 ]",
                package("libc6:i386", "2.36-9", "i386"),
            ),
            (
                "Conf libc6 (2.36-9 A:1/b [amd64])",
                Some(Step::Configure("libc6".into())),
            ),
            ("Remv nano [7.2-1]", Some(Step::Remove("nano".into()))),
            ("Reading package lists...", None),
        ];
        for (line, expected) in cases {
            assert_eq!(step(line), expected, "{line}");
        }
    }

    #[test]
    fn file_names() {
        let name = |name: &str, version: &str, architecture: &str| {
            Package {
                name: name.into(),
                version: version.into(),
                architecture: architecture.into(),
            }
            .file_name()
        };
        assert_eq!(name("apt", "2.6.1", "amd64"), "apt_2.6.1_amd64.deb");
        assert_eq!(
            name("login", "1:4.13+dfsg1-1", "amd64"),
            "login_1%3a4.13+dfsg1-1_amd64.deb"
        );
        assert_eq!(name("libc6:i386", "2", "i386"), "libc6_2_i386.deb");
    }

    #[test]
    fn files() {
        assert_eq!(
            package_file(
                "'http://a.example/p/apt_2.6.1_amd64.deb' apt_2.6.1_amd64.deb 12 SHA256:ab"
            ),
            Some(PackageFile {
                file_name: "apt_2.6.1_amd64.deb".into(),
                size: 12,
                sha256: Some("ab".into()),
            })
        );
        assert_eq!(package_file("Building dependency tree..."), None);
    }
}
