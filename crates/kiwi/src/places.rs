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

/// File systems by the number that `statfs` gives, as far as it matters for a root tree whether one of them is meant.
const FILESYSTEMS: [(u64, &str); 17] = [
    (0x4d44, "msdos"),
    (0x2011_bab0, "exfat"),
    (0x5346_544e, "ntfs"),
    (0x7366_746e, "ntfs"),
    (0x9660, "isofs"),
    (0x7371_7368, "squashfs"),
    (0x9fa0, "proc"),
    (0x6265_6572, "sysfs"),
    (0x6969, "nfs"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0xef53, "ext4"),
    (0x5846_5342, "xfs"),
    (0x9123_683e, "btrfs"),
    (0x0102_1994, "tmpfs"),
];

/// Returns the name of the file system that a directory is on, or would be on; `None` when it is none of those that matter.
pub fn filesystem_name(directory: &Path) -> Option<String> {
    let existing = directory.ancestors().find(|ancestor| ancestor.exists())?;
    let number = rustix::fs::statfs(existing).ok()?.f_type as u64;
    // Some architectures have the number in 32 bits with a sign.
    let number = number & 0xffff_ffff;
    FILESYSTEMS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| (*name).to_owned())
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
    fn names_of_file_systems() {
        assert_eq!(
            filesystem_name(Path::new("/proc/self")).as_deref(),
            Some("proc")
        );
        assert_eq!(
            filesystem_name(Path::new("/sys/not/there")).as_deref(),
            Some("sysfs")
        );
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
