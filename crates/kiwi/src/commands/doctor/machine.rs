//! The machine: processors, virtualisation, space.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::places;

/// What was found about the machine.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    /// As `uname -m` prints it.
    pub(super) architecture: String,
    /// Name of the distribution as it calls itself.
    pub(super) distribution: Option<String>,
    /// Processors a build may use.
    pub(super) processors: usize,
    /// Whether virtual machines run at full speed, to try out images.
    pub(super) kvm: Kvm,
    /// Free space where builds need it.
    pub(super) space: Vec<Space>,
}

/// What is the matter with `/dev/kvm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kvm {
    /// It can be used.
    Usable,
    /// It is there, but not for this user.
    NoPermission,
    /// It is not there.
    Absent,
}

/// Free space of one place.
#[derive(Debug, Serialize)]
pub(super) struct Space {
    /// What builds put there.
    pub(super) purpose: &'static str,
    /// The directory, or the one it would be made in.
    pub(super) path: PathBuf,
    /// Bytes that the current user can still write.
    pub(super) free_bytes: u64,
}

/// Finds out.
pub(super) fn examine() -> Machine {
    let kvm = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm");
    Machine {
        architecture: places::machine(),
        distribution: distribution(),
        processors: places::processors(),
        kvm: match kvm {
            Ok(_) => Kvm::Usable,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Kvm::NoPermission,
            Err(_) => Kvm::Absent,
        },
        space: [
            ("this directory", PathBuf::from(".")),
            ("cache of packages", places::shared_cache(None)),
        ]
        .into_iter()
        .filter_map(|(purpose, path)| space(purpose, &path))
        .collect(),
    }
}

fn distribution() -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches(['"', '\'']).to_owned())
}

/// The space at the nearest directory that exists.
fn space(purpose: &'static str, path: &Path) -> Option<Space> {
    let path = std::path::absolute(path).ok()?;
    let existing = path.ancestors().find(|path| path.is_dir())?;
    let statistics = rustix::fs::statvfs(existing).ok()?;
    Some(Space {
        purpose,
        path: existing.to_owned(),
        free_bytes: statistics.f_bavail.saturating_mul(statistics.f_frsize),
    })
}
