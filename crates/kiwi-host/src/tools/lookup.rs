//! Looking up programs.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::command::environment;

/// Returns the path of a program of the host, looked up in `PATH` and in the `sbin` directories.
pub fn find(program: &str) -> Option<PathBuf> {
    find_in(&environment::host_path(), OsStr::new(program))
}

/// Returns the path of a program in a colon separated list of directories.
pub fn find_in(path: &OsStr, program: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(program))
        .find(|candidate| {
            candidate
                .metadata()
                .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_only_executables() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        std::fs::write(path.join("plain"), "").unwrap();
        std::fs::write(path.join("tool"), "").unwrap();
        std::fs::set_permissions(path.join("tool"), PermissionsExt::from_mode(0o755)).unwrap();
        for (name, found) in [("plain", false), ("tool", true), ("none", false)] {
            assert_eq!(
                find_in(path.as_os_str(), name.as_ref()).is_some(),
                found,
                "{name}"
            );
        }
        assert!(find("sh").is_some());
    }
}
