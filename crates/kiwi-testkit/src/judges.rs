//! Foreign programs that judge what we write.
//!
//! A test whose judge is not installed must not look as if it had passed: it
//! says `SKIPPED` past the output capture of the test runner, and fails where
//! `KIWI_REQUIRE_JUDGES=1` says that every judge has to be there.

use std::env;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Directories that hold administrative programs and are often missing from the
/// `PATH` of ordinary users.
const SYSTEM_DIRECTORIES: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Finds the program that judges the result of a test.
///
/// Looks in `PATH` and in the system's `sbin` directories. Without the program
/// it prints a line and returns nothing, and the caller returns early:
///
/// ```
/// use kiwi_testkit::judges::require_judge;
/// let Some(_fsck) = require_judge("e2fsck") else { return };
/// ```
///
/// # Panics
/// If the program is missing and the environment has `KIWI_REQUIRE_JUDGES=1`.
pub fn require_judge(program: &str) -> Option<PathBuf> {
    let found = find_program(program);
    if found.is_none() {
        skipped(&format!("`{program}` is not installed and could not judge"));
    }
    found
}

/// Finds a file that a judge needs, the first of several places.
///
/// # Panics
/// As [`require_judge`].
pub fn require_file(places: &[&str]) -> Option<PathBuf> {
    let found = places
        .iter()
        .map(PathBuf::from)
        .find(|place| place.is_file());
    if found.is_none() {
        skipped(&format!("none of `{}` is there", places.join("`, `")));
    }
    found
}

/// Says that a test could not judge, and why.
///
/// # Panics
/// If the environment has `KIWI_REQUIRE_JUDGES=1`.
pub fn skipped(reason: &str) {
    // Not `eprintln`, which the test runner hides while tests pass.
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: {test}: {reason} ***");
    assert!(
        !judges_are_required(),
        "{reason}, and KIWI_REQUIRE_JUDGES=1"
    );
}

/// True if a missing judge is a failure.
fn judges_are_required() -> bool {
    env::var_os("KIWI_REQUIRE_JUDGES").is_some_and(|value| value == "1")
}

/// Finds an executable, as a shell would, but in `sbin` directories too.
fn find_program(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    search(program, &path)
}

fn search(program: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path)
        .chain(SYSTEM_DIRECTORIES.iter().map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_executables_only() {
        let directory = tempfile::tempdir().unwrap();
        for (name, mode) in [("runs", 0o755), ("data", 0o644)] {
            let path = directory.path().join(name);
            fs_err::write(&path, "").unwrap();
            fs_err::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        }
        fs_err::create_dir(directory.path().join("folder")).unwrap();
        let path = directory.path().as_os_str();
        assert_eq!(search("runs", path), Some(directory.path().join("runs")));
        assert_eq!(search("data", path), None);
        assert_eq!(search("folder", path), None);
        assert_eq!(search("kiwi-no-such-program", path), None);
    }

    #[test]
    fn finds_the_first_file() {
        assert_eq!(
            require_file(&["/no/such/file", "/proc/self/status"]),
            Some(PathBuf::from("/proc/self/status"))
        );
    }
}
