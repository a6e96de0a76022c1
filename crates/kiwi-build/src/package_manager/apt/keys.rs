//! Keys that sign repositories.

use std::path::PathBuf;

use fs_err as fs;
use kiwi_host::command::Runner;

use super::configuration::Workspace;
use crate::error::{Because, BuildError};
use crate::package_manager::PackageError;

/// First bytes of a key in ASCII armour (RFC 9580 section 6.2).
const ARMOUR: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";

/// Archive keyrings of Debian and its descendants, trusted for repositories that name no key.
const HOST_KEYRINGS: [&str; 4] = [
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    "/usr/share/keyrings/kali-archive-keyring.gpg",
];

/// The keyrings of the host's distribution.
pub(super) fn of_host() -> Vec<String> {
    HOST_KEYRINGS
        .iter()
        .filter(|path| std::path::Path::new(path).exists())
        .map(|&path| path.to_owned())
        .collect()
}

/// Fetches a key into the private keyring directory and returns its file.
pub(super) fn import(
    address: &str,
    number: usize,
    workspace: &Workspace,
    runner: &dyn Runner,
) -> Result<PathBuf, BuildError> {
    let raw = workspace
        .directory
        .join("keyrings")
        .join(format!("{number}.key"));
    let local = address
        .strip_prefix("file://")
        .or_else(|| address.strip_prefix("file:"))
        .or_else(|| address.starts_with('/').then_some(address));
    if let Some(path) = local {
        fs::copy(path, &raw).map_err(|error| refused(address, error.to_string()))?;
    } else {
        let command = workspace
            .command("/usr/lib/apt/apt-helper")
            .arg("download-file")
            .arg(address)
            .arg(&raw);
        runner.run(&command).map_err(|error| {
            let reason = error
                .failure()
                .and_then(|failure| failure.last_lines.last().cloned())
                .unwrap_or_else(|| error.to_string());
            BuildError::from(PackageError::Unreachable {
                repository: format!("key `{address}`"),
                reason,
                origin: None,
            })
        })?;
    }
    let bytes = fs::read(&raw).at("read", &raw)?;
    if bytes.is_empty() {
        return Err(refused(address, "it is empty".into()));
    }
    let armoured = bytes.windows(ARMOUR.len()).any(|window| window == ARMOUR);
    // apt tells the two forms apart by the file name.
    let path = raw.with_extension(if armoured { "asc" } else { "gpg" });
    fs::rename(&raw, &path).at("rename", &raw)?;
    Ok(path)
}

fn refused(address: &str, reason: String) -> BuildError {
    PackageError::Key {
        key: address.to_owned(),
        reason,
    }
    .into()
}
