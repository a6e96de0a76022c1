//! Removing whole directory trees.

use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, chmodat, openat, statat, unlinkat};
use rustix::io::Errno;

/// Removes a file, or a directory with everything in it. What does not exist is removed already.
///
/// Links are removed, never followed, and other file systems mounted below are not entered. Directories that their
/// owner made unreadable are opened up first. Inside the enclosure this removes files of every owner of the tree;
/// outside, files of subordinate ids cannot be removed by an ordinary user.
///
/// # Errors
/// The first refusal of the kernel. `EXDEV`: something is mounted below `path`.
pub fn remove_tree(path: impl AsRef<Path>) -> io::Result<()> {
    let path = path.as_ref();
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = match openat(CWD, parent, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
        Ok(directory) => directory,
        Err(Errno::NOENT) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let name = CString::new(OsStr::as_bytes(name))?;
    match statat(&directory, &name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => remove_entry(directory.as_fd(), &name, stat.st_dev)?,
        Err(Errno::NOENT) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn remove_entry(parent: BorrowedFd<'_>, name: &CStr, device: u64) -> rustix::io::Result<()> {
    match unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR | Errno::PERM | Errno::ACCESS) => {}
        Err(error) => return Err(error),
    }
    let stat = statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
        // Not a directory after all: repeat for the true reason.
        return unlinkat(parent, name, AtFlags::empty());
    }
    if stat.st_dev != device {
        return Err(Errno::XDEV);
    }
    let directory = open_directory(parent, name)?;
    for entry in entries(&directory)? {
        remove_entry(directory.as_fd(), &entry, device)?;
    }
    drop(directory);
    match unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Err(Errno::NOENT) => Ok(()),
        result => result,
    }
}

/// Opens a directory for removing what is in it, with the permissions that takes.
fn open_directory(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if !rustix::process::geteuid().is_root() {
        // Refused for directories of others; then opening or removing says so.
        let _ = chmodat(parent, name, Mode::RWXU, AtFlags::empty());
    }
    openat(parent, name, flags, Mode::empty())
}

fn entries(directory: &OwnedFd) -> rustix::io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn removes_links_not_their_targets() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::create_dir_all(path.join("tree/a/b/c")).unwrap();
        fs::create_dir(path.join("other")).unwrap();
        fs::write(path.join("other/file"), "").unwrap();
        symlink("../../other", path.join("tree/a/link")).unwrap();
        symlink("nowhere", path.join("tree/dangling")).unwrap();
        remove_tree(path.join("tree")).unwrap();
        assert!(!path.join("tree").exists());
        assert!(path.join("other/file").exists());
        remove_tree(path.join("tree")).unwrap();
        remove_tree(path.join("no/such")).unwrap();
        remove_tree(path.join("other/file")).unwrap();
        assert!(!path.join("other/file").exists());
        assert!(remove_tree("/").is_err());
        assert!(remove_tree("..").is_err());
    }

    #[test]
    fn deep_trees_are_no_problem() {
        let directory = tempfile::tempdir().unwrap();
        let mut path = directory.path().join("deep");
        for _ in 0..300 {
            path.push("d");
        }
        fs::create_dir_all(&path).unwrap();
        remove_tree(directory.path().join("deep")).unwrap();
        assert!(!directory.path().join("deep").exists());
    }
}
