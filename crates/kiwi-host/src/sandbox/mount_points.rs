//! Files and directories that exist in a tree only so that something can be mounted on them.
//!
//! Removing a mount point ends the mounts that other commands have there, so they are kept for everybody who uses the
//! tree in this process: who comes first makes them, who goes last removes them. A journal in the tree tells a later process
//! what a killed one could not remove.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;

use crate::resolve::{TreeDir, TreeError};

/// Where the journal is in a tree, as long as somebody uses the tree.
///
/// A record is a letter for the kind, a path, a zero byte, the target of a link, and another zero byte.
const JOURNAL: &str = "/.kiwi-mount-points";

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
        let mut missing: Vec<_> = path
            .ancestors()
            .take_while(|ancestor| !self.tree.exists(ancestor))
            .collect();
        while let Some(directory) = missing.pop() {
            self.remember(directory.to_owned(), Kind::Directory)?;
            self.tree.create_dir_all(directory, 0o755)?;
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
        self.remember(path.to_owned(), Kind::File)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let _: File = self.tree.open_file(path, flags, 0o644)?;
        Ok(())
    }

    /// Makes a symbolic link; something must not exist there.
    pub(super) fn link(&mut self, target: &Path, path: &Path) -> Result<(), TreeError> {
        if let Some(parent) = path.parent() {
            self.directory(parent)?;
        }
        self.remember(path.to_owned(), Kind::Link(target.to_owned()))?;
        self.tree.symlink(target, path)
    }

    /// Writes down what is about to be made, in this process and in the tree.
    fn remember(&mut self, path: PathBuf, kind: Kind) -> Result<(), TreeError> {
        let made = Made { path, kind };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND;
        let mut journal = self.tree.open_file(JOURNAL, flags, 0o600)?;
        journal.write_all(&made.record()).map_err(|error| {
            TreeError::new("write", self.tree.path(), Path::new(JOURNAL), error)
        })?;
        let entry = self.in_use.entry(self.identity).or_default();
        entry.made.push(made);
        Ok(())
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
        if let Err(error) = remove_all(&tree, &made) {
            tracing::warn!(%error, "a mount point stays behind");
        }
    }
}

/// Removes the mount points that a killed process has left in a tree which nobody uses.
///
/// # Errors
/// The operating system refuses to read the journal or to remove something.
pub fn remove_stale_mount_points(tree: &TreeDir) -> Result<(), TreeError> {
    match tree.read(JOURNAL) {
        Ok(journal) => remove_all(tree, &Made::from_journal(&journal)),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes mount points, the last one first, and the journal at the end; one that cannot be removed does not keep the others.
fn remove_all(tree: &TreeDir, made: &[Made]) -> Result<(), TreeError> {
    let mut result = Ok(());
    for made in made.iter().rev() {
        result = result.and(remove(tree, made));
    }
    match tree.remove_file(JOURNAL) {
        Err(error) if !error.is_not_found() => result.and(Err(error)),
        _ => result,
    }
}

impl Made {
    fn record(&self) -> Vec<u8> {
        let (letter, target) = match &self.kind {
            Kind::Directory => (b'd', Path::new("")),
            Kind::File => (b'f', Path::new("")),
            Kind::Link(target) => (b'l', target.as_path()),
        };
        let mut record = vec![letter];
        for path in [self.path.as_path(), target] {
            record.extend_from_slice(path.as_os_str().as_bytes());
            record.push(0);
        }
        record
    }

    /// Reads a journal; a record that was not written to its end is left out, as nothing was made after it.
    fn from_journal(journal: &[u8]) -> Vec<Self> {
        let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
        let fields: Vec<&[u8]> = journal.split(|&byte| byte == 0).collect();
        let records = fields[..fields.len() - 1].chunks_exact(2);
        records
            .filter_map(|record| {
                let (letter, name) = record[0].split_first()?;
                let kind = match letter {
                    b'd' => Kind::Directory,
                    b'f' => Kind::File,
                    b'l' => Kind::Link(path(record[1])),
                    _ => return None,
                };
                Some(Made {
                    path: path(name),
                    kind,
                })
            })
            .collect()
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
    fn what_a_killed_process_left_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let tree = TreeDir::open(directory.path()).unwrap();
        std::fs::create_dir(directory.path().join("etc")).unwrap();
        remove_stale_mount_points(&tree).unwrap();
        let points = MountPoints::of(&tree).unwrap();
        let mut maker = points.make(&tree);
        maker.directory(Path::new("/a/b\nc/d")).unwrap();
        maker.file(Path::new("/etc/hosts")).unwrap();
        maker.file(Path::new("/etc/kept")).unwrap();
        maker
            .link(Path::new("/dev/x"), Path::new("/etc/resolv.conf"))
            .unwrap();
        drop(maker);
        // With the process goes what it knew.
        in_use().remove(&points.identity);
        drop(points);
        tree.create_file("/etc/kept", 0o644, "a package's own")
            .unwrap();
        // As if the kill had come while a record was written.
        let journal = directory.path().join(JOURNAL.trim_start_matches('/'));
        let mut file = File::options().append(true).open(journal).unwrap();
        file.write_all(b"f/etc").unwrap();

        remove_stale_mount_points(&tree).unwrap();
        assert_eq!(tree.read_dir("/").unwrap(), ["etc"]);
        assert_eq!(tree.read_dir("/etc").unwrap(), ["kept"]);
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
