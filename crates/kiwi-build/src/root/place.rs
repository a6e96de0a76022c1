//! Puts one file of the host into the tree.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fs_err as fs;
use kiwi_host::resolve::TreeDir;
use rustix::fs::{AtFlags, OFlags, Timespec, Timestamps, utimensat};

use crate::error::{Because, BuildError};

/// Permission bits of a mode.
pub(crate) const PERMISSIONS: u32 = 0o7777;

/// Copies the host's file `source` to `target` in the tree, in place of what file or link is there.
///
/// The copy belongs to root. Without a `mode` it gets the one of the source.
pub(crate) fn file(
    tree: &TreeDir,
    source: &Path,
    target: &Path,
    mode: Option<u32>,
) -> Result<(), BuildError> {
    let mut from = fs::File::open(source).at("read", source)?;
    let mode = match mode {
        Some(mode) => mode,
        None => from.metadata().at("read", source)?.permissions().mode() & PERMISSIONS,
    };
    tree.remove_file(target)?;
    let mut to = create(tree, target)?;
    std::io::copy(&mut from, &mut to).at("copy", source)?;
    to.set_permissions(Permissions::from_mode(mode))
        .at("write", target)
}

/// Creates a new file in the tree for writing, with mode 0600; no link is followed to it.
pub(crate) fn create(tree: &TreeDir, target: &Path) -> Result<std::fs::File, BuildError> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    Ok(tree.open_file(target, flags, 0o600)?)
}

/// Sets the time of the last change, in seconds since 1970, of a name in the tree; a link is changed itself.
pub(crate) fn set_time(tree: &TreeDir, path: &Path, seconds: i64) -> Result<(), BuildError> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let Some(name) = path.file_name() else {
        return Ok(());
    };
    let directory = tree.open_file(parent, OFlags::PATH | OFlags::DIRECTORY, 0)?;
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(&directory, name, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|error| BuildError::io("set the time of", path, error.into()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir(&root).unwrap();
        let source = directory.path().join("source");
        fs::write(&source, "new").unwrap();
        fs::set_permissions(&source, Permissions::from_mode(0o750)).unwrap();
        symlink(directory.path().join("outside"), root.join("name")).unwrap();
        let tree = TreeDir::open(&root).unwrap();
        file(&tree, &source, Path::new("name"), None).unwrap();
        let metadata = root.join("name").symlink_metadata().unwrap();
        assert!(metadata.is_file());
        assert_eq!(metadata.permissions().mode() & PERMISSIONS, 0o750);
        assert!(!directory.path().join("outside").exists());
        file(&tree, &source, Path::new("name"), Some(0o600)).unwrap();
        let metadata = root.join("name").symlink_metadata().unwrap();
        assert_eq!(metadata.permissions().mode() & PERMISSIONS, 0o600);
    }
}
