//! The empty tree: what has to be there before the first package.

use std::path::Path;

use fs_err as fs;
use kiwi_host::remove::remove_tree;
use kiwi_host::resolve::TreeDir;
use kiwi_host::sandbox::remove_stale_mount_points;

use super::place;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};

/// Directories that no package may be the first to need.
const DIRECTORIES: [&str; 6] = ["dev/pts", "etc/sysconfig", "proc", "run", "sys", "var"];

/// Links in `/dev` that programs expect whatever is mounted there.
const LINKS: [(&str, &str); 4] = [
    ("dev/fd", "/proc/self/fd"),
    ("dev/stdin", "fd/0"),
    ("dev/stdout", "fd/1"),
    ("dev/stderr", "fd/2"),
];

/// By this file of the host's scripts recognise a worker of the Open Build Service.
const BUILD_SERVICE: &str = "/.buildenv";

/// An error when there is a tree already and the build must not go on in it.
pub(crate) fn refuse_existing(context: &BuildContext<'_>) -> Result<(), BuildError> {
    let root = context.root();
    if root.symlink_metadata().is_ok() && !context.allow_existing_root {
        return Err(BuildError::RootExists(root.to_path_buf()));
    }
    Ok(())
}

/// Makes what belongs into every tree. What exists stays as it is.
///
/// A tree that cannot be completed is removed when it `is_new`.
pub(crate) fn create(context: &BuildContext<'_>, is_new: bool) -> Result<(), BuildError> {
    let root = context.root();
    let result = fill(root, Path::new(BUILD_SERVICE));
    if result.is_err() && is_new {
        remove_tree(root).at("remove", root)?;
    }
    result
}

fn fill(root: &Path, build_service: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(root).at("create", root)?;
    let tree = TreeDir::open(root)?;
    remove_stale_mount_points(&tree)?;
    tree.set_mode("/", 0o755)?;
    for directory in DIRECTORIES {
        tree.create_dir_all(directory, 0o755)?;
    }
    for (link, target) in LINKS {
        if tree.symlink_metadata(link).is_err() {
            tree.symlink(target, link)?;
        }
    }
    if build_service.exists() {
        place::file(&tree, build_service, Path::new(".buildenv"), None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn what_is_in_an_empty_tree() {
        let bench = Bench::new();
        fs::remove_dir(bench.root()).unwrap();
        create(&bench.context(), false).unwrap();
        let root = bench.root();
        assert_eq!(
            root.metadata().unwrap().permissions().mode() & 0o7777,
            0o755
        );
        assert!(root.join("etc/sysconfig").is_dir());
        assert_eq!(
            fs::read_link(root.join("dev/stdin")).unwrap(),
            Path::new("fd/0")
        );
    }

    #[test]
    fn an_existing_tree_is_refused_or_kept() {
        let mut bench = Bench::new();
        bench.write("etc/passwd", "old");
        let error = refuse_existing(&bench.context()).unwrap_err();
        assert!(matches!(error, BuildError::RootExists(_)), "{error}");
        bench.allow_existing_root = true;
        refuse_existing(&bench.context()).unwrap();
        create(&bench.context(), false).unwrap();
        create(&bench.context(), false).unwrap();
        assert_eq!(bench.read("etc/passwd"), "old");
    }

    #[test]
    fn build_service_mark() {
        let directory = tempfile::tempdir().unwrap();
        let mark = directory.path().join("buildenv");
        fs::write(&mark, "BUILD_DISTURL='x'\n").unwrap();
        let root = directory.path().join("root");
        fill(&root, &mark).unwrap();
        assert!(root.join(".buildenv").exists());
    }
}
