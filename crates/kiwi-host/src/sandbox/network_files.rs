//! The host's name resolution inside the tree, without a trace in the tree.
//!
//! The files are in the command's private memory. How they get to their places depends on what the tree has there
//! (spec 03 §3.2 has the same purpose; there copies are written to the tree and taken away at the end):
//! - nothing: a symbolic link to the file in memory, removed at the end. A package that installs the file simply
//!   replaces the link; a mount would make that fail;
//! - a file: the file in memory is mounted over it;
//! - a link to a file (`/run/systemd/resolve/..`): the file in memory is mounted over what it leads to, which is made if missing.

use std::path::{Component, Path, PathBuf};

use super::job::{Mount, PRIVATE_FILES};
use super::mount_points::Maker;
use crate::resolve::TreeError;

/// The files of the host that are shown.
const FILES: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];

/// Prepares the tree and returns what has to be mounted.
pub(super) fn prepare(points: &mut Maker<'_>) -> Result<Vec<Mount>, TreeError> {
    let mut mounts = Vec::new();
    for path in FILES.map(Path::new) {
        // A host without the file has nothing to show.
        if let Ok(bytes) = std::fs::read(path) {
            mounts.push(place(points, path, bytes)?);
        }
    }
    Ok(mounts)
}

fn place(points: &mut Maker<'_>, path: &Path, bytes: Vec<u8>) -> Result<Mount, TreeError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let private = Path::new(PRIVATE_FILES).join(&name);
    let over = match points.tree().symlink_metadata(path) {
        Err(error) if error.is_not_found() => {
            points.link(&private, path)?;
            None
        }
        Err(error) => return Err(error),
        Ok(data) if data.is_symlink() => {
            let target = points.tree().read_link(path)?;
            if target == private {
                None
            } else {
                let end = link_end(path, &target);
                points.file(&end)?;
                Some(end)
            }
        }
        Ok(_) => Some(path.to_owned()),
    };
    Ok(Mount::PrivateFile {
        name,
        bytes,
        over: over.map(Into::into),
    })
}

/// Returns where a link leads. `..` is taken by the letter, which is right for links that do not go through other links.
fn link_end(link: &Path, target: &Path) -> PathBuf {
    let mut end = PathBuf::from("/");
    let joined = link.parent().unwrap_or(Path::new("/")).join(target);
    for component in joined.components() {
        match component {
            Component::Normal(name) => end.push(name),
            Component::ParentDir => {
                end.pop();
            }
            _ => {}
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::TreeDir;
    use crate::sandbox::mount_points::MountPoints;

    #[test]
    fn fits_what_the_tree_has() {
        let cases: [(&str, Option<&str>, Option<&str>); 4] = [
            ("nothing", None, None),
            ("file", None, Some("/etc/resolv.conf")),
            (
                "link",
                Some("../run/resolve/stub.conf"),
                Some("/run/resolve/stub.conf"),
            ),
            (
                "link",
                Some("/run/resolve/stub.conf"),
                Some("/run/resolve/stub.conf"),
            ),
        ];
        for (kind, target, expected) in cases {
            let directory = tempfile::tempdir().unwrap();
            let tree = TreeDir::open(directory.path()).unwrap();
            tree.create_dir_all("/etc", 0o755).unwrap();
            let path = Path::new("/etc/resolv.conf");
            match target {
                Some(target) => tree.symlink(target, path).unwrap(),
                None if kind == "file" => tree.create_file(path, 0o644, "old").unwrap(),
                None => {}
            }
            let points = MountPoints::of(&tree).unwrap();
            // The second command finds what the first one left.
            for _ in 0..2 {
                let mount = place(&mut points.make(&tree), path, b"new".to_vec()).unwrap();
                let Mount::PrivateFile { over, .. } = mount else {
                    panic!("{mount:?}")
                };
                assert_eq!(over.as_deref(), expected.map(AsRef::as_ref), "{kind}");
            }
            if let Some(end) = expected {
                assert!(tree.exists(end), "{kind}");
            }
            drop(points);
            assert_eq!(tree.symlink_metadata(path).is_ok(), kind != "nothing");
            assert!(!tree.exists("/run"), "{kind}");
        }
    }
}
