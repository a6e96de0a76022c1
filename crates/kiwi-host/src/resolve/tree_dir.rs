//! The handle for working inside a tree.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, Dir, Gid, Mode, OFlags, Uid, chownat, fchmod, linkat, mkdirat, openat, readlinkat,
    renameat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::{TreeError, open_in_root};

/// An open root tree. Paths are taken as the booted system would take them; a leading slash makes no difference.
#[derive(Debug)]
pub struct TreeDir {
    root: OwnedFd,
    path: PathBuf,
}

impl TreeDir {
    /// Opens the tree at `path` on the host.
    ///
    /// # Errors
    /// It is not a directory or cannot be reached.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, TreeError> {
        let path = path.into();
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat(rustix::fs::CWD, &path, flags, Mode::empty()) {
            Ok(root) => Ok(TreeDir { root, path }),
            Err(error) => Err(TreeError::new("open", &path, Path::new("/"), error)),
        }
    }

    /// Returns the path of the tree on the host.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the content of a file.
    ///
    /// # Errors
    /// It does not exist or cannot be read.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Vec<u8>, TreeError> {
        let mut bytes = Vec::new();
        self.open_file(path.as_ref(), OFlags::RDONLY, 0)?
            .read_to_end(&mut bytes)
            .map_err(|error| self.error("read", path.as_ref(), error))?;
        Ok(bytes)
    }

    /// Returns the content of a text file.
    ///
    /// # Errors
    /// As [`TreeDir::read`], or it is not UTF-8.
    pub fn read_to_string(&self, path: impl AsRef<Path>) -> Result<String, TreeError> {
        String::from_utf8(self.read(path.as_ref())?).map_err(|error| {
            let source = io::Error::new(io::ErrorKind::InvalidData, error);
            self.error("read", path.as_ref(), source)
        })
    }

    /// Opens a file with explicit flags; `mode` counts when the flags create it. Links are followed inside the tree.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn open_file(
        &self,
        path: impl AsRef<Path>,
        flags: OFlags,
        mode: u32,
    ) -> Result<File, TreeError> {
        self.fd(path.as_ref(), flags, mode).map(File::from)
    }

    /// Writes a file with exactly this mode, in place of whatever file or link has the name now.
    ///
    /// The new content appears at once or not at all. A final symbolic link is replaced, not followed.
    ///
    /// # Errors
    /// The directory does not exist, the name is a directory, no space.
    pub fn create_file(
        &self,
        path: impl AsRef<Path>,
        mode: u32,
        bytes: impl AsRef<[u8]>,
    ) -> Result<(), TreeError> {
        let path = path.as_ref();
        let (directory, name) = self.parent(path)?;
        let temporary = temporary_name(name);
        let write = || -> io::Result<()> {
            remove_if_there(&directory, &temporary)?;
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mut file = File::from(openat(&directory, &temporary, flags, Mode::from(0o600))?);
            file.write_all(bytes.as_ref())?;
            fchmod(&file, Mode::from(mode))?;
            renameat(&directory, &temporary, &directory, name)?;
            Ok(())
        };
        write().map_err(|error| {
            // The first error is the one that matters.
            let _ = remove_if_there(&directory, &temporary);
            self.error("write", path, error)
        })
    }

    /// Makes a directory and the missing ones above it, each with `mode`. Returns those that were made, outermost first.
    ///
    /// # Errors
    /// Something on the way is not a directory.
    pub fn create_dir_all(
        &self,
        path: impl AsRef<Path>,
        mode: u32,
    ) -> Result<Vec<PathBuf>, TreeError> {
        let path = path.as_ref();
        let mut made = Vec::new();
        let mut so_far = PathBuf::from("/");
        for component in path.components() {
            match component {
                Component::Normal(name) => so_far.push(name),
                // Kept in the path: where `..` leads depends on links.
                Component::ParentDir => so_far.push(".."),
                _ => continue,
            }
            match self.make_directory(&so_far, mode) {
                Ok(true) => made.push(so_far.clone()),
                Ok(false) => {}
                Err(error) => return Err(self.error("create directory", &so_far, error)),
            }
        }
        Ok(made)
    }

    /// Makes one directory unless there is one. A link that leads to no directory is an error.
    fn make_directory(&self, path: &Path, mode: u32) -> io::Result<bool> {
        match self.is_directory(path) {
            Ok(()) => return Ok(false),
            Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        let (directory, name) = self.parent_fd(path)?;
        match mkdirat(&directory, name, Mode::from(mode)) {
            Ok(()) => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let made = openat(&directory, name, flags, Mode::empty())?;
                // The umask may have taken bits away.
                fchmod(made, Mode::from(mode))?;
                Ok(true)
            }
            // Somebody else has made it at this moment.
            Err(Errno::EXIST) if self.is_directory(path).is_ok() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn is_directory(&self, path: &Path) -> rustix::io::Result<()> {
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        open_in_root(&self.root, path, flags, Mode::empty()).map(drop)
    }

    /// Makes a symbolic link at `path`.
    ///
    /// # Errors
    /// The name exists.
    pub fn symlink(
        &self,
        target: impl AsRef<Path>,
        path: impl AsRef<Path>,
    ) -> Result<(), TreeError> {
        let path = path.as_ref();
        let (directory, name) = self.parent(path)?;
        symlinkat(target.as_ref(), &directory, name)
            .map_err(|error| self.error("link", path, error))
    }

    /// Makes a second name for a file.
    ///
    /// # Errors
    /// The name exists, or the two places are on different file systems.
    pub fn hard_link(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), TreeError> {
        let (old, old_name) = self.parent(from.as_ref())?;
        let (new, new_name) = self.parent(to.as_ref())?;
        linkat(&old, old_name, &new, new_name, AtFlags::empty())
            .map_err(|error| self.error("link", to.as_ref(), error))
    }

    /// Returns what a symbolic link says.
    ///
    /// # Errors
    /// It does not exist or is no link.
    pub fn read_link(&self, path: impl AsRef<Path>) -> Result<PathBuf, TreeError> {
        let path = path.as_ref();
        let (directory, name) = self.parent(path)?;
        let target = readlinkat(&directory, name, Vec::new())
            .map_err(|error| self.error("read link", path, error))?;
        Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
    }

    /// Tells whether a path leads to something; a dangling link does not.
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.metadata(path).is_ok()
    }

    /// Returns the metadata of what a path leads to.
    ///
    /// # Errors
    /// It does not exist.
    pub fn metadata(&self, path: impl AsRef<Path>) -> Result<Metadata, TreeError> {
        self.open_file(path.as_ref(), OFlags::PATH, 0)?
            .metadata()
            .map_err(|error| self.error("look at", path.as_ref(), error))
    }

    /// Returns the metadata of a name; a symbolic link is looked at itself.
    ///
    /// # Errors
    /// It does not exist.
    pub fn symlink_metadata(&self, path: impl AsRef<Path>) -> Result<Metadata, TreeError> {
        self.open_file(path.as_ref(), OFlags::PATH | OFlags::NOFOLLOW, 0)?
            .metadata()
            .map_err(|error| self.error("look at", path.as_ref(), error))
    }

    /// Returns the names in a directory, sorted bytewise.
    ///
    /// # Errors
    /// It is no directory or cannot be read.
    pub fn read_dir(&self, path: impl AsRef<Path>) -> Result<Vec<OsString>, TreeError> {
        let path = path.as_ref();
        let fd = self.fd(path, OFlags::RDONLY | OFlags::DIRECTORY, 0)?;
        let list = || -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            for entry in Dir::new(fd)? {
                let name = entry?.file_name().to_bytes().to_vec();
                if name != b"." && name != b".." {
                    names.push(OsString::from_vec(name));
                }
            }
            names.sort();
            Ok(names)
        };
        list().map_err(|error| self.error("list", path, error))
    }

    /// Removes a file or link. What does not exist is removed already.
    ///
    /// # Errors
    /// It is a directory, or the kernel refuses.
    pub fn remove_file(&self, path: impl AsRef<Path>) -> Result<(), TreeError> {
        self.unlink(path.as_ref(), AtFlags::empty(), "remove")
    }

    /// Removes an empty directory. What does not exist is removed already.
    ///
    /// # Errors
    /// It is not empty or no directory.
    pub fn remove_dir(&self, path: impl AsRef<Path>) -> Result<(), TreeError> {
        self.unlink(path.as_ref(), AtFlags::REMOVEDIR, "remove directory")
    }

    fn unlink(&self, path: &Path, flags: AtFlags, action: &'static str) -> Result<(), TreeError> {
        let removed = self
            .parent_fd(path)
            .and_then(|(directory, name)| Ok(unlinkat(&directory, name, flags)?));
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.error(action, path, error)),
            Ok(()) => Ok(()),
        }
    }

    /// Renames a file, link or directory, replacing a file of the new name.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), TreeError> {
        let (old, old_name) = self.parent(from.as_ref())?;
        let (new, new_name) = self.parent(to.as_ref())?;
        renameat(&old, old_name, &new, new_name)
            .map_err(|error| self.error("rename", from.as_ref(), error))
    }

    /// Sets the mode bits of what a path leads to.
    ///
    /// # Errors
    /// As the kernel says.
    pub fn set_mode(&self, path: impl AsRef<Path>, mode: u32) -> Result<(), TreeError> {
        let path = path.as_ref();
        let file = self.fd(path, OFlags::PATH, 0)?;
        // A descriptor of a mere path cannot be changed itself, and opening a device for real has effects.
        rustix::fs::chmod(through_proc(&file), Mode::from(mode))
            .map_err(|error| self.error("set the mode of", path, error))
    }

    /// Sets owner and group, by number, of a name; a symbolic link is changed itself.
    ///
    /// # Errors
    /// As the kernel says; among others, the number is outside of the range of the enclosure.
    pub fn set_owner(&self, path: impl AsRef<Path>, uid: u32, gid: u32) -> Result<(), TreeError> {
        let path = path.as_ref();
        let file = self.fd(path, OFlags::PATH | OFlags::NOFOLLOW, 0)?;
        chownat(
            &file,
            "",
            Some(Uid::from_raw(uid)),
            Some(Gid::from_raw(gid)),
            AtFlags::EMPTY_PATH,
        )
        .map_err(|error| self.error("set the owner of", path, error))
    }

    /// Returns the host's path of what a path leads to, for handing it to a program of the host.
    ///
    /// The answer is true at this moment; a program inside the tree could change it.
    ///
    /// # Errors
    /// It does not exist.
    pub fn locate(&self, path: impl AsRef<Path>) -> Result<PathBuf, TreeError> {
        let path = path.as_ref();
        let file = self.fd(path, OFlags::PATH, 0)?;
        std::fs::read_link(through_proc(&file)).map_err(|error| self.error("locate", path, error))
    }

    /// Opens a path with explicit flags.
    pub(crate) fn fd(&self, path: &Path, flags: OFlags, mode: u32) -> Result<OwnedFd, TreeError> {
        open_in_root(&self.root, path, flags, Mode::from(mode))
            .map_err(|error| self.error("open", path, error))
    }

    /// Opens the directory that contains `path`, and returns the last name in it.
    pub(crate) fn parent<'p>(&self, path: &'p Path) -> Result<(OwnedFd, &'p OsStr), TreeError> {
        self.parent_fd(path)
            .map_err(|error| self.error("reach the directory of", path, error))
    }

    fn parent_fd<'p>(&self, path: &'p Path) -> io::Result<(OwnedFd, &'p OsStr)> {
        let name = path
            .file_name()
            .filter(|name| !name.as_bytes().is_empty())
            .ok_or(Errno::INVAL)?;
        let directory = path.parent().unwrap_or(Path::new("/"));
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        Ok((
            open_in_root(&self.root, directory, flags, Mode::empty())?,
            name,
        ))
    }

    fn error(&self, action: &'static str, path: &Path, source: impl Into<io::Error>) -> TreeError {
        TreeError::new(action, &self.path, path, source)
    }
}

impl AsFd for TreeDir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }
}

/// Returns a path that leads to an open descriptor.
pub(crate) fn through_proc(fd: &impl AsRawFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}

/// Returns the name under which a file is written before it replaces `name`.
pub(crate) fn temporary_name(name: &OsStr) -> OsString {
    /// Names of files have at most 255 bytes.
    const LONGEST: usize = 255;
    let prefix = b".kiwi-new-";
    let kept = name.len().min(LONGEST - prefix.len());
    OsString::from_vec([prefix, &name.as_bytes()[..kept]].concat())
}

fn remove_if_there(directory: &OwnedFd, name: &OsStr) -> io::Result<()> {
    match unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn tree() -> (tempfile::TempDir, TreeDir) {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("etc")).unwrap();
        let tree = TreeDir::open(directory.path()).unwrap();
        (directory, tree)
    }

    #[test]
    fn writes_and_reads() {
        let (directory, tree) = tree();
        tree.create_file("/etc/hostname", 0o640, "a\n").unwrap();
        tree.create_file("etc/hostname", 0o644, "b\n").unwrap();
        assert_eq!(tree.read_to_string("/etc/hostname").unwrap(), "b\n");
        let mode = tree.metadata("etc/hostname").unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o644);
        assert_eq!(tree.read_dir("etc").unwrap(), ["hostname"]);
        tree.rename("etc/hostname", "etc/other").unwrap();
        tree.hard_link("etc/other", "etc/same").unwrap();
        tree.set_mode("etc/other", 0o4755).unwrap();
        let mode = tree.metadata("etc/same").unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o4755);
        assert_eq!(
            tree.locate("etc/same").unwrap(),
            directory.path().join("etc/same")
        );
        tree.remove_file("etc/other").unwrap();
        tree.remove_file("etc/other").unwrap();
        assert!(tree.read("etc/other").unwrap_err().is_not_found());
    }

    #[test]
    fn a_final_link_is_replaced_not_followed() {
        let (directory, tree) = tree();
        let outside = tempfile::tempdir().unwrap();
        let victim = outside.path().join("victim");
        fs::write(&victim, "untouched").unwrap();
        symlink(&victim, directory.path().join("etc/hosts")).unwrap();
        tree.create_file("etc/hosts", 0o644, "new").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
        assert_eq!(tree.read_to_string("etc/hosts").unwrap(), "new");
    }

    #[test]
    fn links_to_directories_stay_inside() {
        let (directory, tree) = tree();
        symlink("/usr/bin", directory.path().join("bin")).unwrap();
        assert!(tree.create_dir_all("bin/x", 0o755).is_err(), "dangling");
        let made = tree.create_dir_all("/usr/bin", 0o700).unwrap();
        assert_eq!(made, [Path::new("/usr"), Path::new("/usr/bin")]);
        assert!(tree.create_dir_all("bin", 0o755).unwrap().is_empty());
        tree.create_file("bin/tool", 0o755, "").unwrap();
        assert!(directory.path().join("usr/bin/tool").exists());
        let mode = tree.metadata("usr/bin").unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        assert_eq!(tree.read_link("bin").unwrap(), Path::new("/usr/bin"));
        assert!(tree.symlink_metadata("bin").unwrap().is_symlink());
    }

    #[test]
    fn makes_and_removes() {
        let (_directory, tree) = tree();
        tree.symlink("nowhere", "etc/link").unwrap();
        assert!(!tree.exists("etc/link"));
        assert!(tree.symlink("again", "etc/link").is_err());
        assert!(tree.remove_dir("etc").is_err());
        tree.remove_file("etc/link").unwrap();
        tree.remove_dir("etc").unwrap();
        tree.remove_dir("etc").unwrap();
        assert!(tree.remove_file("/").is_err());
    }
}
