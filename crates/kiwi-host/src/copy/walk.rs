//! The walk over source and destination.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dev, Dir, FileType, Mode, OFlags, linkat, mkdirat, mknodat, openat, readlinkat,
    renameat, statat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::{Copied, CopyError, CopyOptions, attributes, copy_data};
use crate::resolve::{TreeDir, open_in_root, temporary_name};

/// The state of one copy.
struct Copy<'t> {
    tree: &'t TreeDir,
    options: CopyOptions,
    /// The file system of the source.
    device: u64,
    /// Where files with several names have landed: device and inode of the source to the path in the tree.
    linked: BTreeMap<(u64, u64), PathBuf>,
    copied: Copied,
}

/// A directory of the source together with the one it is merged into.
struct Pair {
    source: File,
    source_path: PathBuf,
    target: OwnedFd,
    /// In the tree, where links have been followed.
    target_path: PathBuf,
}

/// What the destination has where the source has a directory.
enum Existing {
    /// Nothing, or something that has to give way.
    Nothing,
    /// A directory.
    Directory(OwnedFd),
    /// A link to a directory.
    ByLink(OwnedFd),
}

/// What happens to the attributes of a directory in the destination.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attributes {
    /// It is new: all come from the source.
    Set,
    /// It was there: all but the owner come from the source.
    Merge,
    /// It was reached by a link, and is not the business of who refers to it by another name.
    Keep,
}

pub(super) fn copy_tree(
    source: &Path,
    tree: &TreeDir,
    destination: &Path,
    options: CopyOptions,
) -> Result<Copied, CopyError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let top = openat(CWD, source, flags, Mode::empty())
        .map(File::from)
        .map_err(|error| CopyError::new("read", source, error))?;
    let metadata = top
        .metadata()
        .map_err(|error| CopyError::new("read", source, error))?;
    let made = tree
        .create_dir_all(destination, 0o755)
        .map_err(|error| CopyError::new("make directory", destination, error.source))?;
    let target = tree
        .fd(destination, OFlags::RDONLY | OFlags::DIRECTORY, 0)
        .map_err(|error| CopyError::new("write to", destination, error.source))?;
    let mut copy = Copy {
        tree,
        options,
        device: metadata.dev(),
        linked: BTreeMap::new(),
        copied: Copied::default(),
    };
    let pair = Pair {
        source: top,
        source_path: source.to_owned(),
        target,
        target_path: destination.to_owned(),
    };
    copy.contents(&pair)?;
    if !made.is_empty() {
        attributes::copy_to_file(&pair.source, &metadata, &pair.target, false, options)
            .map_err(|error| CopyError::new("set attributes of", destination, error))?;
    }
    Ok(copy.copied)
}

impl Copy<'_> {
    fn contents(&mut self, pair: &Pair) -> Result<(), CopyError> {
        let names = names(&pair.source)
            .map_err(|error| CopyError::new("read", &pair.source_path, error))?;
        for name in names {
            self.entry(pair, &name)?;
        }
        Ok(())
    }

    fn entry(&mut self, pair: &Pair, name: &OsStr) -> Result<(), CopyError> {
        let source_path = pair.source_path.join(name);
        let reading = |error: Errno| CopyError::new("read", &source_path, error);
        let stat = statat(&pair.source, name, AtFlags::SYMLINK_NOFOLLOW).map_err(reading)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.directory(pair, name),
            FileType::RegularFile => self.file(pair, name),
            FileType::Symlink => {
                let link = readlinkat(&pair.source, name, Vec::new()).map_err(reading)?;
                self.special(pair, name, &|name| symlinkat(&*link, &pair.target, name))
            }
            kind => {
                let device: Dev = stat.st_rdev;
                self.special(pair, name, &|name| {
                    mknodat(&pair.target, name, kind, Mode::from(0o600), device)
                })
            }
        }
    }

    fn directory(&mut self, pair: &Pair, name: &OsStr) -> Result<(), CopyError> {
        let source_path = pair.source_path.join(name);
        let target_path = pair.target_path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let source = openat(&pair.source, name, flags, Mode::empty())
            .map(File::from)
            .map_err(|error| CopyError::new("read", &source_path, error))?;
        let metadata = source
            .metadata()
            .map_err(|error| CopyError::new("read", &source_path, error))?;
        let writing = |error: Errno| CopyError::new("make directory", &target_path, error);
        let (target, attributes) = match self.existing_directory(pair, name).map_err(writing)? {
            Existing::Directory(target) => (target, Attributes::Merge),
            Existing::ByLink(target) => (target, Attributes::Keep),
            Existing::Nothing => {
                let make = || {
                    make_way(&pair.target, name)?;
                    mkdirat(&pair.target, name, Mode::from(0o700))?;
                    openat(&pair.target, name, flags, Mode::empty())
                };
                (make().map_err(writing)?, Attributes::Set)
            }
        };
        let inner = Pair {
            source,
            source_path,
            target,
            target_path,
        };
        // What is mounted in the source is not part of it; the mount point is.
        if metadata.dev() == self.device {
            self.contents(&inner)?;
        }
        if attributes == Attributes::Keep {
            return Ok(());
        }
        let existed = attributes == Attributes::Merge;
        attributes::copy_to_file(
            &inner.source,
            &metadata,
            &inner.target,
            existed,
            self.options,
        )
        .map_err(|error| CopyError::new("set attributes of", &inner.target_path, error))
    }

    /// Opens the directory that `name` is, or that it leads to as a link, in the destination.
    fn existing_directory(&self, pair: &Pair, name: &OsStr) -> Result<Existing, Errno> {
        let kind = match statat(&pair.target, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) => return Ok(Existing::Nothing),
            Err(error) => return Err(error),
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match kind {
            FileType::Directory => {
                let flags = flags | OFlags::NOFOLLOW;
                openat(&pair.target, name, flags, Mode::empty()).map(Existing::Directory)
            }
            FileType::Symlink => {
                let path = pair.target_path.join(name);
                let end = open_in_root(self.tree, &path, flags, Mode::empty());
                Ok(end.map_or(Existing::Nothing, Existing::ByLink))
            }
            _ => Ok(Existing::Nothing),
        }
    }

    fn file(&mut self, pair: &Pair, name: &OsStr) -> Result<(), CopyError> {
        let source_path = pair.source_path.join(name);
        let target_path = pair.target_path.join(name);
        let reading = |error| CopyError::new("read", &source_path, error);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let source = openat(&pair.source, name, flags, Mode::empty())
            .map(File::from)
            .map_err(|error| reading(error.into()))?;
        let metadata = source.metadata().map_err(reading)?;
        self.copied.files += 1;
        let identity = (metadata.dev(), metadata.ino());
        if metadata.nlink() > 1 {
            if let Some(first) = self.linked.get(&identity) {
                return self
                    .second_name(pair, name, first)
                    .map_err(|error| CopyError::new("link", &target_path, error));
            }
            self.linked.insert(identity, target_path.clone());
        }
        let size = self
            .write_file(pair, name, &source, &metadata)
            .map_err(|error| CopyError::new("write", &target_path, error))?;
        self.copied.bytes += size;
        Ok(())
    }

    /// Writes a file under a temporary name and gives it its own when it is complete.
    fn write_file(
        &self,
        pair: &Pair,
        name: &OsStr,
        source: &File,
        metadata: &Metadata,
    ) -> std::io::Result<u64> {
        let temporary = temporary_name(name);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        make_way(&pair.target, &temporary)?;
        let target = File::from(openat(&pair.target, &temporary, flags, Mode::from(0o600))?);
        let write = || {
            let size = copy_data(source, &target)?;
            attributes::copy_to_file(source, metadata, &target, false, self.options)?;
            replace(&pair.target, &temporary, name)?;
            Ok(size)
        };
        write().inspect_err(|_| {
            // The first error is the one that matters.
            let _ = unlinkat(&pair.target, &temporary, AtFlags::empty());
        })
    }

    fn second_name(&self, pair: &Pair, name: &OsStr, first: &Path) -> std::io::Result<()> {
        let (directory, first_name) = self.tree.parent(first).map_err(|error| error.source)?;
        let temporary = temporary_name(name);
        make_way(&pair.target, &temporary)?;
        linkat(
            &directory,
            first_name,
            &pair.target,
            &temporary,
            AtFlags::empty(),
        )?;
        replace(&pair.target, &temporary, name)?;
        // Renaming one name of a file over another one of the same file does nothing: then the temporary name is left.
        make_way(&pair.target, &temporary)?;
        Ok(())
    }

    /// Makes a link or special file by `make`, which gets the temporary name.
    fn special(
        &mut self,
        pair: &Pair,
        name: &OsStr,
        make: &dyn Fn(&OsStr) -> Result<(), Errno>,
    ) -> Result<(), CopyError> {
        let target_path = pair.target_path.join(name);
        let temporary = temporary_name(name);
        let mut write = || -> std::io::Result<()> {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let metadata =
                File::from(openat(&pair.source, name, flags, Mode::empty())?).metadata()?;
            make_way(&pair.target, &temporary)?;
            make(&temporary)?;
            let temporary_c = CString::new(temporary.as_bytes())?;
            attributes::copy_to_name(&metadata, &pair.target, &temporary_c, self.options)?;
            replace(&pair.target, &temporary, name)?;
            self.copied.files += 1;
            Ok(())
        };
        write().map_err(|error| {
            // The first error is the one that matters.
            let _ = unlinkat(&pair.target, &temporary, AtFlags::empty());
            CopyError::new("write", target_path, error)
        })
    }
}

/// Gives a complete file its name. An empty directory of that name gives way.
fn replace(directory: &OwnedFd, temporary: &OsStr, name: &OsStr) -> Result<(), Errno> {
    match renameat(directory, temporary, directory, name) {
        Err(Errno::ISDIR) => {
            unlinkat(directory, name, AtFlags::REMOVEDIR)?;
            renameat(directory, temporary, directory, name)
        }
        result => result,
    }
}

/// Removes a file or link, if there is one.
fn make_way(directory: &OwnedFd, name: &OsStr) -> Result<(), Errno> {
    match unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error),
    }
}

fn names(directory: &File) -> Result<Vec<OsString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory.as_fd())? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    names.sort();
    Ok(names)
}
