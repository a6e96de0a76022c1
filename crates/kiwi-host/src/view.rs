//! A view of a root tree that can be changed while the tree stays as it is.
//!
//! `create` writes boot loader files, an initrd and mount tables, and leaves out what an image must not contain. In a view
//! these changes and removals live in a layer above the tree (overlayfs, Documentation/filesystems/overlayfs.rst of the
//! kernel) and are gone with it: the next `create` starts from the same tree.
//!
//! The mount is in the build's own mount namespace, so that nothing of it outlives the build.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Mode, Timespec, Timestamps, Uid};
use rustix::mount::{MountFlags, UnmountFlags};

use crate::scratch::Scratch;

/// A tree that may be changed freely; the changes are forgotten when the value is dropped.
#[derive(Debug)]
pub struct View {
    path: PathBuf,
    mounts: Vec<PathBuf>,
    scratch: Option<Scratch>,
}

impl View {
    /// Opens a view of `tree` whose changes are kept below `scratch` while it lives.
    ///
    /// Call it inside the enclosure of a build only: it mounts. Where `scratch` cannot carry the layer (it is on an overlay
    /// itself, say), the layer is kept in memory.
    ///
    /// # Errors
    /// The kernel offers no overlay for this tree.
    pub fn open(tree: &Path, scratch: &Path) -> io::Result<Self> {
        let scratch = Scratch::create(scratch, "view")?;
        let mut view = View {
            path: scratch.path().join("tree"),
            mounts: Vec::new(),
            scratch: Some(scratch),
        };
        std::fs::create_dir(&view.path)?;
        let layer = view.base().join("layer");
        std::fs::create_dir(&layer)?;
        if view.mount_layer(tree, &layer).is_err() {
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            rustix::mount::mount("tmpfs", &layer, "tmpfs", flags, Some(c"mode=0700"))?;
            view.mounts.push(layer.clone());
            view.mount_layer(tree, &layer)?;
        }
        Ok(view)
    }

    /// Returns where the view is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn base(&self) -> &Path {
        self.scratch
            .as_ref()
            .map_or(Path::new("/"), |scratch| scratch.path())
    }

    fn mount_layer(&mut self, tree: &Path, layer: &Path) -> io::Result<()> {
        let (upper, work) = (layer.join("upper"), layer.join("work"));
        for directory in [&upper, &work] {
            let _ = std::fs::remove_dir_all(directory);
            std::fs::create_dir(directory)?;
        }
        copy_attributes(tree, &upper)?;
        let base = [
            option("lowerdir=", tree),
            option("upperdir=", &upper),
            option("workdir=", &work),
        ]
        .join(&b',');
        // Without `volatile` every change is written to disk for a layer that nobody will ever read again;
        // `userxattr` is how a user namespace marks removals.
        let variants: [&[u8]; 4] = [b",userxattr,volatile", b",userxattr", b",volatile", b""];
        let in_user_namespace = in_user_namespace();
        let mut last = io::Error::from(io::ErrorKind::Unsupported);
        for extra in variants {
            if extra.starts_with(b",userxattr") != in_user_namespace {
                continue;
            }
            let data = CString::new([&base[..], extra].concat())
                .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
            match rustix::mount::mount(
                "overlay",
                &self.path,
                "overlay",
                MountFlags::empty(),
                Some(data.as_c_str()),
            ) {
                Ok(()) => {
                    self.mounts.push(self.path.clone());
                    return Ok(());
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }
}

impl Drop for View {
    fn drop(&mut self) {
        for mount in self.mounts.drain(..).rev() {
            if let Err(error) = rustix::mount::unmount(&mount, UnmountFlags::DETACH) {
                tracing::warn!("cannot unmount `{}`: {error}", mount.display());
            }
        }
        drop(self.scratch.take());
    }
}

/// Writes `name` and a path as overlayfs reads them: comma, colon and backslash escaped.
fn option(name: &str, path: &Path) -> Vec<u8> {
    let mut text = name.as_bytes().to_vec();
    for &byte in path.as_os_str().as_bytes() {
        if b"\\,:".contains(&byte) {
            text.push(b'\\');
        }
        text.push(byte);
    }
    text
}

/// The top directory of a view takes its attributes from the layer.
fn copy_attributes(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = from.metadata()?;
    rustix::fs::chown(
        to,
        Some(Uid::from_raw(metadata.uid())),
        Some(Gid::from_raw(metadata.gid())),
    )?;
    rustix::fs::chmod(to, Mode::from_raw_mode(metadata.mode() & 0o7777))?;
    let time = |seconds, nanoseconds| Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
    };
    rustix::fs::utimensat(
        rustix::fs::CWD,
        to,
        &Timestamps {
            last_access: time(metadata.atime(), metadata.atime_nsec()),
            last_modification: time(metadata.mtime(), metadata.mtime_nsec()),
        },
        rustix::fs::AtFlags::empty(),
    )?;
    Ok(())
}

/// Whether this process is in a user namespace that is not the first one: the first maps every id to itself.
fn in_user_namespace() -> bool {
    std::fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| {
        let mut words = map.split_whitespace();
        let first = [words.next(), words.next(), words.next()];
        first != [Some("0"), Some("0"), Some("4294967295")]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_escaped() {
        assert_eq!(option("a=", Path::new("/x:y,z")), br"a=/x\:y\,z".to_vec());
    }

    #[test]
    fn the_tree_stays_as_it_is() {
        if !rustix::process::geteuid().is_root() {
            eprintln!(
                "SKIPPED: the view of a tree is tested as root only here; builds test it as a user"
            );
            return;
        }
        let tree = tempfile::tempdir().unwrap();
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir(tree.path().join("d")).unwrap();
        std::fs::write(tree.path().join("d/old"), "1").unwrap();
        let view = match View::open(tree.path(), scratch.path()) {
            Ok(view) => view,
            Err(error) => {
                eprintln!("SKIPPED: no overlay here: {error}");
                return;
            }
        };
        std::fs::remove_dir_all(view.path().join("d")).unwrap();
        std::fs::write(view.path().join("new"), "2").unwrap();
        assert!(tree.path().join("d/old").exists() && !tree.path().join("new").exists());
        assert!(view.path().join("new").exists() && !view.path().join("d").exists());
        drop(view);
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}
