//! Facts about this machine and the places a build uses on it.

use std::path::{Path, PathBuf};

use kiwi_plan::host_facts::DEFAULT_SHARED_CACHE_DIRECTORY;

/// Returns the machine name as `uname -m` prints it.
pub fn machine() -> String {
    rustix::system::uname()
        .machine()
        .to_string_lossy()
        .into_owned()
}

/// Returns how many processors this process may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Returns the directory for downloaded packages: the chosen one, else the usual one of the system if it can be written, else
/// one of the user.
pub fn shared_cache(chosen: Option<&Path>) -> PathBuf {
    let system = Path::new(DEFAULT_SHARED_CACHE_DIRECTORY);
    let user = || {
        std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
            .map(|cache| cache.join("kiwi"))
    };
    match chosen {
        Some(path) => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
        None if can_be_made(system) => system.to_owned(),
        None => user().unwrap_or_else(|| system.to_owned()),
    }
}

/// Tells whether the current user may write into a directory, or make it.
fn can_be_made(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    path.ancestors()
        .find(|ancestor| ancestor.exists())
        .is_some_and(|existing| {
            existing.is_dir() && access(existing, Access::WRITE_OK | Access::EXEC_OK).is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_cache_is_absolute() {
        let expected = std::env::current_dir().unwrap().join("some/where");
        assert_eq!(shared_cache(Some(Path::new("some/where"))), expected);
        assert!(shared_cache(None).is_absolute());
    }

    #[test]
    fn makes_only_below_writable_directories() {
        let directory = tempfile::tempdir().unwrap();
        assert!(can_be_made(&directory.path().join("a/b")));
        let file = directory.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(!can_be_made(&file.join("a")));
    }
}
