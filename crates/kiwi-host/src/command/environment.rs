//! The environments programs start with.
//!
//! Explicit and small, so that a build does not depend on the shell it was started from: a search path, a home, the C
//! locale (output is parsed), the proxies, and `SOURCE_DATE_EPOCH`. See spec 03 §4.1.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// The search path inside a root tree, and the fallback on the host.
pub const TREE_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Variables that are passed on from the caller when they are set.
const PASSED_ON: &[&str] = &[
    "SOURCE_DATE_EPOCH",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
];

/// Prefix of the variables this crate uses between its own processes; no program may see them.
pub(crate) const INTERNAL_PREFIX: &str = "KIWI_INTERNAL_";

/// Returns the base environment of a program that runs with the host's files.
pub fn host() -> BTreeMap<OsString, OsString> {
    let mut env = base();
    env.insert("PATH".into(), host_path());
    env.insert(
        "HOME".into(),
        std::env::var_os("HOME").unwrap_or_else(|| "/root".into()),
    );
    for name in ["TMPDIR", "USER", "LOGNAME"] {
        if let Some(value) = std::env::var_os(name) {
            env.insert(name.into(), value);
        }
    }
    env
}

/// Returns the base environment of a program that runs inside the root tree.
pub fn tree() -> BTreeMap<OsString, OsString> {
    let mut env = base();
    env.extend(tree_identity());
    env
}

/// Returns the complete environment of this process.
pub fn inherited() -> BTreeMap<OsString, OsString> {
    std::env::vars_os()
        .filter(|(name, _)| !name.to_string_lossy().starts_with(INTERNAL_PREFIX))
        .collect()
}

/// Returns the complete environment of this process, with what only makes sense on the host replaced: `PATH`, `HOME`, user and temporary directory.
pub fn inherited_in_tree() -> BTreeMap<OsString, OsString> {
    let mut env = inherited();
    env.retain(|name, _| {
        !matches!(
            name.to_str(),
            Some("TMPDIR" | "TMP" | "TEMP" | "OLDPWD" | "PWD")
        )
    });
    env.extend(tree_identity());
    env
}

/// Returns the host's search path with the `sbin` directories added, which ordinary users often lack.
pub(crate) fn host_path() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_else(|| TREE_PATH.into());
    let known: Vec<_> = std::env::split_paths(&path).collect();
    for directory in ["/usr/local/sbin", "/usr/sbin", "/sbin"] {
        if !known.iter().any(|entry| entry.as_os_str() == directory) {
            path.push(":");
            path.push(directory);
        }
    }
    path
}

fn base() -> BTreeMap<OsString, OsString> {
    let mut env = BTreeMap::new();
    env.insert("LANG".into(), "C".into());
    for name in PASSED_ON {
        if let Some(value) = std::env::var_os(name) {
            env.insert((*name).into(), value);
        }
    }
    env
}

fn tree_identity() -> [(OsString, OsString); 4] {
    [
        ("PATH".into(), TREE_PATH.into()),
        ("HOME".into(), "/root".into()),
        ("USER".into(), "root".into()),
        ("LOGNAME".into(), "root".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_has_sbin_once() {
        let path = host_path();
        let count = std::env::split_paths(&path)
            .filter(|entry| entry.as_os_str() == "/usr/sbin")
            .count();
        assert_eq!(count, 1, "{}", path.display());
    }

    #[test]
    fn tree_environment_is_fixed() {
        let env = tree();
        assert_eq!(env[&OsString::from("LANG")], "C");
        assert_eq!(env[&OsString::from("PATH")], TREE_PATH);
        assert!(!env.contains_key(&OsString::from("CARGO_MANIFEST_DIR")));
    }
}
