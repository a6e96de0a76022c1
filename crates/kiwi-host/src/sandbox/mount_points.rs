//! Files and directories that exist in a tree only so that something can be mounted on them.
//!
//! Removing a mount point ends the mounts that other commands have there, so they are kept for everybody who uses the
//! tree in this process: who comes first makes them, who goes last removes them.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;

use crate::resolve::{TreeDir, TreeError};

/// Which tree: device and inode of its root directory.
type Identity = (u64, u64);

/// What this process has made in the trees that are in use.
///
/// Shared state of the process, because a tree is that too: whoever uses it must know what the others need.
static IN_USE: Mutex<BTreeMap<Identity, Use>> = Mutex::new(BTreeMap::new());

#[derive(Debug, Default)]
struct Use {
    users: usize,
    made: Vec<Made>,
}

#[derive(Debug)]
struct Made {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Directory,
    File,
    Link(PathBuf),
}

/// One user of the mount points of a tree.
#[derive(Debug)]
pub(super) struct MountPoints {
    identity: Identity,
    tree: PathBuf,
}

impl MountPoints {
    /// Becomes a user of the tree.
    pub(super) fn of(tree: &TreeDir) -> Result<Self, TreeError> {
        let data = tree.metadata("/")?;
        let identity = (data.dev(), data.ino());
        in_use().entry(identity).or_default().users += 1;
        Ok(MountPoints {
            identity,
            tree: tree.path().to_owned(),
        })
    }

    /// Starts making mount points. Others wait until the value is dropped.
    pub(super) fn make<'t>(&self, tree: &'t TreeDir) -> Maker<'t> {
        Maker {
            tree,
            identity: self.identity,
            in_use: in_use(),
        }
    }
}

/// The right to make mount points in one tree.
pub(super) struct Maker<'t> {
    tree: &'t TreeDir,
    identity: Identity,
    in_use: MutexGuard<'static, BTreeMap<Identity, Use>>,
}

impl Maker<'_> {
    pub(super) fn tree(&self) -> &TreeDir {
        self.tree
    }

    /// Makes sure that there is a directory.
    pub(super) fn directory(&mut self, path: &Path) -> Result<(), TreeError> {
        for made in self.tree.create_dir_all(path, 0o755)? {
            self.remember(made, Kind::Directory);
        }
        Ok(())
    }

    /// Makes sure that there is a file.
    pub(super) fn file(&mut self, path: &Path) -> Result<(), TreeError> {
        if self.tree.exists(path) {
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let _: File = self.tree.open_file(path, flags, 0o644)?;
        self.remember(path.to_owned(), Kind::File);
        Ok(())
    }

    /// Makes a symbolic link; something must not exist there.
    pub(super) fn link(&mut self, target: &Path, path: &Path) -> Result<(), TreeError> {
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        self.tree.symlink(target, path)?;
        self.remember(path.to_owned(), Kind::Link(target.to_owned()));
        Ok(())
    }

    fn remember(&mut self, path: PathBuf, kind: Kind) {
        let entry = self.in_use.entry(self.identity).or_default();
        entry.made.push(Made { path, kind });
    }
}

impl Drop for MountPoints {
    fn drop(&mut self) {
        // Held to the end: who comes meanwhile must not take what is about to go for something that stays.
        let mut in_use = in_use();
        let Some(entry) = in_use.get_mut(&self.identity) else {
            return;
        };
        entry.users -= 1;
        if entry.users > 0 {
            return;
        }
        let made = in_use.remove(&self.identity).unwrap_or_default().made;
        // A tree that is gone has no mount points to remove.
        let Ok(tree) = TreeDir::open(&self.tree) else {
            return;
        };
        for made in made.into_iter().rev() {
            if let Err(error) = remove(&tree, &made) {
                tracing::warn!(%error, "a mount point stays behind");
            }
        }
    }
}

/// Removes what is still as it was made: a package may have put its own directory or file there.
fn remove(tree: &TreeDir, made: &Made) -> Result<(), TreeError> {
    let path = &made.path;
    match &made.kind {
        // Fails when something is in it, which is the wanted test.
        Kind::Directory => tree.remove_dir(path).or(Ok(())),
        Kind::File => match tree.symlink_metadata(path) {
            Ok(data) if data.is_file() && data.len() == 0 => tree.remove_file(path),
            _ => Ok(()),
        },
        Kind::Link(target) => match tree.read_link(path) {
            Ok(now) if now == *target => tree.remove_file(path),
            _ => Ok(()),
        },
    }
}

fn in_use() -> MutexGuard<'static, BTreeMap<Identity, Use>> {
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_only_what_is_unchanged() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::create_dir(root.join("etc")).unwrap();
        let tree = TreeDir::open(root).unwrap();
        let points = MountPoints::of(&tree).unwrap();
        let mut maker = points.make(&tree);
        maker.directory(Path::new("/proc")).unwrap();
        maker.directory(Path::new("/var/cache/kiwi")).unwrap();
        maker.file(Path::new("/etc/hosts")).unwrap();
        maker.file(Path::new("/usr/sbin/grub-probe")).unwrap();
        maker
            .link(Path::new("/dev/x"), Path::new("/etc/resolv.conf"))
            .unwrap();
        maker
            .link(Path::new("/dev/x"), Path::new("/etc/other"))
            .unwrap();
        drop(maker);
        // A package fills some of them.
        tree.create_file("/etc/hosts", 0o644, "127.0.0.1").unwrap();
        tree.create_file("/etc/other", 0o644, "").unwrap();
        tree.create_file("/var/cache/file", 0o644, "").unwrap();
        drop(points);
        assert_eq!(tree.read_dir("/").unwrap(), ["etc", "var"]);
        assert_eq!(tree.read_dir("/etc").unwrap(), ["hosts", "other"]);
        assert_eq!(tree.read_dir("/var/cache").unwrap(), ["file"]);
    }

    #[test]
    fn the_last_user_removes_what_the_first_has_made() {
        let directory = tempfile::tempdir().unwrap();
        let tree = TreeDir::open(directory.path()).unwrap();
        let again = TreeDir::open(directory.path().join(".")).unwrap();
        let first = MountPoints::of(&tree).unwrap();
        first.make(&tree).directory(Path::new("/proc")).unwrap();
        let second = MountPoints::of(&again).unwrap();
        second.make(&again).directory(Path::new("/proc")).unwrap();
        drop(first);
        assert!(tree.exists("/proc"));
        drop(second);
        assert!(!tree.exists("/proc"));
    }
}
