//! Private directories for work in progress.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::remove::remove_tree;

/// A private directory (mode 0700) that is removed with everything in it when the value is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    /// Makes a directory `kiwi-PURPOSE.XXXXXX` in `parent`, usually what `--temp-dir` says.
    ///
    /// The name never gets into an image, so that it may be random.
    ///
    /// # Errors
    /// `parent` does not exist or cannot be written.
    pub fn create(parent: impl AsRef<Path>, purpose: &str) -> io::Result<Self> {
        const ATTEMPTS: u32 = 100;
        let parent = std::path::absolute(parent.as_ref())?;
        for _ in 0..ATTEMPTS {
            let mut random = [0; 4];
            rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())?;
            let name = format!("kiwi-{purpose}.{:08x}", u32::from_ne_bytes(random));
            let path = parent.join(name);
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Scratch { path, keep: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the directory where it is, e.g. for debugging, and returns its path.
    pub fn keep(mut self) -> PathBuf {
        self.keep = true;
        self.path.clone()
    }

    /// Removes the directory now and reports trouble, which dropping can only log.
    ///
    /// # Errors
    /// As [`remove_tree`].
    pub fn close(mut self) -> io::Result<()> {
        self.keep = true;
        remove_tree(&self.path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        if let Err(error) = remove_tree(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a scratch directory stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn is_private_and_goes_away() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::create(parent.path(), "test").unwrap();
        let path = scratch.path().to_owned();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        std::fs::create_dir_all(path.join("a/b")).unwrap();
        std::fs::write(path.join("a/b/c"), "").unwrap();
        std::fs::set_permissions(path.join("a"), PermissionsExt::from_mode(0o000)).unwrap();
        drop(scratch);
        assert!(!path.exists());
        let kept = Scratch::create(parent.path(), "test").unwrap().keep();
        assert!(kept.exists());
        assert!(Scratch::create(parent.path().join("none"), "test").is_err());
    }
}
