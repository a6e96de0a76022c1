//! Unpacks a tar archive into a tree without any program, and never outside of it.

use std::fs::Permissions;
use std::io::Read;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use kiwi_host::resolve::TreeDir;
use rustix::fs::{XattrFlags, fsetxattr};
use tar::{Entry, EntryType};

use crate::error::{Because, BuildError};
use crate::root::accounts::Accounts;
use crate::root::place::{self, PERMISSIONS};

/// Where pax headers keep extended attributes, as GNU tar and star write them.
const XATTR_PREFIX: &str = "SCHILY.xattr.";
/// The only attribute that has a meaning in a system nobody has started yet.
const CAPABILITY: &str = "security.capability";

/// Unpacks `content`, the plain tar of `archive`, into `directory` of the tree.
///
/// # Errors
/// The archive is damaged, or has something that only a real tar can unpack: device nodes, sparse files of the pax kind.
pub(super) fn unpack(
    tree: &TreeDir,
    accounts: &Accounts,
    archive: &Path,
    directory: &Path,
    content: impl Read,
) -> Result<(), BuildError> {
    let unpacker = Unpacker {
        tree,
        accounts,
        archive,
        directory,
    };
    let mut reader = tar::Archive::new(content);
    // Files that come later change the times of directories.
    let mut directories = Vec::new();
    for entry in reader.entries().at("read", archive)? {
        let mut entry = entry.at("read", archive)?;
        unpacker.entry(&mut entry, &mut directories)?;
    }
    for (path, time) in directories.iter().rev() {
        place::set_time(tree, path, *time)?;
    }
    Ok(())
}

struct Unpacker<'a> {
    tree: &'a TreeDir,
    accounts: &'a Accounts,
    archive: &'a Path,
    directory: &'a Path,
}

impl Unpacker<'_> {
    fn entry<R: Read>(
        &self,
        entry: &mut Entry<'_, R>,
        directories: &mut Vec<(PathBuf, i64)>,
    ) -> Result<(), BuildError> {
        let tree = self.tree;
        let name = entry.path().at("read", self.archive)?.into_owned();
        let Some(path) = self.inside(&name)? else {
            return Ok(());
        };
        let header = entry.header();
        let kind = header.entry_type();
        let mode = header.mode().at("read", self.archive)? & PERMISSIONS;
        let time = header.mtime().at("read", self.archive)?.cast_signed();
        let (uid, gid) = self.owner(header)?;
        if kind.is_dir() {
            tree.create_dir_all(&path, 0o755)?;
            if path != Path::new("/") {
                let place = tree.locate(&path)?;
                self.own(&path, &place, uid, gid, mode)?;
                directories.push((path, time));
            }
            return Ok(());
        }
        if let Some(parent) = path.parent() {
            tree.create_dir_all(parent, 0o755)?;
        }
        if tree
            .symlink_metadata(&path)
            .is_ok_and(|metadata| metadata.is_dir())
        {
            tree.remove_dir(&path)?;
        } else {
            tree.remove_file(&path)?;
        }
        match kind {
            EntryType::Symlink => {
                tree.symlink(self.link_name(entry)?, &path)?;
                tree.set_owner(&path, uid, gid)?;
                place::set_time(tree, &path, time)
            }
            EntryType::Link => {
                let target = self.link_name(entry)?;
                match self.inside(&target)? {
                    Some(target) => Ok(tree.hard_link(target, &path)?),
                    None => Err(self.damaged("a link leads nowhere")),
                }
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                self.file(entry, &path, mode, (uid, gid))?;
                place::set_time(tree, &path, time)
            }
            _ => Err(self.needs_tar(&path)),
        }
    }

    fn file<R: Read>(
        &self,
        entry: &mut Entry<'_, R>,
        path: &Path,
        mode: u32,
        (uid, gid): (u32, u32),
    ) -> Result<(), BuildError> {
        let mut capability = None;
        if let Some(extensions) = entry.pax_extensions().at("read", self.archive)? {
            for extension in extensions {
                let extension = extension.at("read", self.archive)?;
                match extension.key() {
                    Ok(key) if key.strip_prefix(XATTR_PREFIX) == Some(CAPABILITY) => {
                        capability = Some(extension.value_bytes().to_vec());
                    }
                    Ok(key) if key.starts_with("GNU.sparse.") => return Err(self.needs_tar(path)),
                    _ => {}
                }
            }
        }
        let mut file = place::create(self.tree, path)?;
        std::io::copy(entry, &mut file).at("unpack", self.archive)?;
        self.tree.set_owner(path, uid, gid)?;
        file.set_permissions(Permissions::from_mode(mode))
            .at("write", path)?;
        if let Some(value) = capability {
            fsetxattr(&file, CAPABILITY, &value, XattrFlags::empty())
                .map_err(|error| BuildError::io("write", path, error.into()))?;
        }
        Ok(())
    }

    fn own(
        &self,
        path: &Path,
        place: &Path,
        uid: u32,
        gid: u32,
        mode: u32,
    ) -> Result<(), BuildError> {
        // The name may be a link to a directory of the tree, which stays a link: its target is meant.
        let real = place.strip_prefix(self.tree.path()).unwrap_or(path);
        self.tree.set_owner(real, uid, gid)?;
        Ok(self.tree.set_mode(real, mode)?)
    }

    /// The path in the tree of a name in the archive; `None` for the directory above everything.
    fn inside(&self, name: &Path) -> Result<Option<PathBuf>, BuildError> {
        let mut path = self.directory.to_path_buf();
        for component in name.components() {
            match component {
                Component::Normal(part) => path.push(part),
                Component::ParentDir => {
                    return Err(self.damaged("a name has `..` in it"));
                }
                _ => {}
            }
        }
        Ok((path != self.directory || !name.as_os_str().is_empty()).then_some(path))
    }

    fn owner(&self, header: &tar::Header) -> Result<(u32, u32), BuildError> {
        let number = |value: std::io::Result<u64>| {
            let value = value.at("read", self.archive)?;
            u32::try_from(value).map_err(|_| self.damaged("an owner has no possible number"))
        };
        let user = header.username().ok().flatten();
        let group = header.groupname().ok().flatten();
        Ok((
            match user.and_then(|name| self.accounts.user(name)) {
                Some(uid) => uid,
                None => number(header.uid())?,
            },
            match group.and_then(|name| self.accounts.group(name)) {
                Some(gid) => gid,
                None => number(header.gid())?,
            },
        ))
    }

    fn link_name<R: Read>(&self, entry: &Entry<'_, R>) -> Result<PathBuf, BuildError> {
        let name = entry.link_name().at("read", self.archive)?;
        name.map(std::borrow::Cow::into_owned)
            .ok_or_else(|| self.damaged("a link has no target"))
    }

    fn damaged(&self, reason: &str) -> BuildError {
        BuildError::Unexpected(format!(
            "archive `{}` cannot be unpacked: {reason}",
            self.archive.display()
        ))
    }

    fn needs_tar(&self, path: &Path) -> BuildError {
        BuildError::TreeLacks {
            what: format!(
                "`{}` of the archive `{}` can only be unpacked by `tar`, and the root tree has none",
                path.display(),
                self.archive.display()
            ),
            mend: "add the package `tar` to the bootstrap packages".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;
    use crate::root::testing::Bench;

    struct Writer(tar::Builder<Vec<u8>>);

    impl Writer {
        fn new() -> Self {
            Self(tar::Builder::new(Vec::new()))
        }

        fn add(mut self, kind: EntryType, name: &str, content: &str) -> Self {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            // `set_path` would refuse the names that a hostile archive has.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(0o2750);
            header.set_mtime(1_000_000);
            let owner = rustix::process::getuid().as_raw();
            header.set_uid(owner.into());
            header.set_gid(rustix::process::getgid().as_raw().into());
            let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
            if is_link {
                header.set_link_name_literal(content).unwrap();
            }
            let content = if is_link { "" } else { content };
            header.set_size(content.len() as u64);
            header.set_cksum();
            self.0.append(&header, content.as_bytes()).unwrap();
            self
        }

        fn unpack(self, bench: &Bench, directory: &str) -> Result<(), BuildError> {
            let bytes = self.0.into_inner().unwrap();
            unpack(
                &bench.tree(),
                &Accounts::default(),
                Path::new("a.tar"),
                Path::new(directory),
                &bytes[..],
            )
        }
    }

    #[test]
    fn kinds_modes_and_times() {
        let bench = Bench::new();
        Writer::new()
            .add(EntryType::Directory, "./", "")
            .add(EntryType::Directory, "./etc/", "")
            .add(EntryType::Regular, "./etc/file", "text")
            .add(EntryType::Link, "./etc/same", "./etc/file")
            .add(EntryType::Symlink, "./etc/link", "/etc/file")
            .add(EntryType::Regular, "/deep/er/file", "")
            .unpack(&bench, "/")
            .unwrap();
        let file = bench.root().join("etc/file").metadata().unwrap();
        assert_eq!((file.mode() & 0o7777, file.mtime()), (0o2750, 1_000_000));
        assert_eq!(
            file.ino(),
            bench.root().join("etc/same").metadata().unwrap().ino()
        );
        let link = bench.root().join("etc/link").symlink_metadata().unwrap();
        assert_eq!(link.mtime(), 1_000_000);
        assert_eq!(
            bench.root().join("etc").metadata().unwrap().mtime(),
            1_000_000
        );
        assert!(bench.root().join("deep/er/file").exists());
    }

    #[test]
    fn into_a_directory_over_what_is_there() {
        let bench = Bench::new();
        bench.write("opt/app/a", "old");
        bench.write("usr/lib/kept", "");
        symlink("../usr/lib", bench.root().join("opt/lib")).unwrap();
        Writer::new()
            .add(EntryType::Regular, "app/a", "new")
            .add(EntryType::Directory, "lib/", "")
            .add(EntryType::Regular, "lib/b", "")
            .unpack(&bench, "/opt")
            .unwrap();
        assert_eq!(bench.read("opt/app/a"), "new");
        assert!(bench.root().join("opt/lib").is_symlink());
        assert!(bench.root().join("usr/lib/b").exists());
    }

    #[test]
    fn nothing_gets_out() {
        for writer in [
            Writer::new().add(EntryType::Symlink, "out", "OUTSIDE").add(
                EntryType::Regular,
                "out/file",
                "bad",
            ),
            Writer::new()
                .add(EntryType::Symlink, "up", "../outside")
                .add(EntryType::Regular, "up/file", "bad"),
            Writer::new().add(EntryType::Regular, "../outside/file", "bad"),
            Writer::new()
                .add(EntryType::Symlink, "file", "../outside/file")
                .add(EntryType::Regular, "file", "bad"),
        ] {
            let bench = Bench::new();
            let outside = bench.outside("outside");
            std::fs::create_dir(&outside).unwrap();
            let _ = writer.unpack(&bench, "/");
            assert_eq!(outside.read_dir().unwrap().count(), 0);
        }
    }

    #[test]
    fn devices_need_tar() {
        let bench = Bench::new();
        let error = Writer::new()
            .add(EntryType::Char, "dev/null", "")
            .unpack(&bench, "/")
            .unwrap_err();
        assert_eq!(error.code(), "K0901");
    }
}
