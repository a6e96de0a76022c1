//! Results appear under their name only when they are complete.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written next to its final place.
///
/// It is called `.NAME.part` until [`AtomicFile::commit`] gives it its name. Dropped without commit, it is removed. The
/// name is fixed, so what a killed build left behind is overwritten by the next one instead of piling up.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    temporary: PathBuf,
    destination: PathBuf,
    committed: bool,
}

impl AtomicFile {
    /// Starts a file that will be at `destination`. It is open for reading and writing, with mode 0644 less the umask.
    ///
    /// # Errors
    /// The directory does not exist or cannot be written.
    pub fn create(destination: impl Into<PathBuf>) -> io::Result<Self> {
        let destination = destination.into();
        let temporary = temporary_name(&destination)?;
        // A new inode, never the leftover one: somebody may have it open or linked.
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        Ok(AtomicFile {
            file,
            temporary,
            destination,
            committed: false,
        })
    }

    /// Returns the open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Returns the open file for writing.
    pub fn file_mut(&mut self) -> &mut File {
        &mut self.file
    }

    /// Returns the name it has now, for programs that write it.
    pub fn temporary_path(&self) -> &Path {
        &self.temporary
    }

    /// Returns the name it will have.
    pub fn destination(&self) -> &Path {
        &self.destination
    }

    /// Gives the file its name, replacing a file that had it.
    ///
    /// # Errors
    /// As the kernel says; the temporary file is removed then.
    pub fn commit(mut self) -> io::Result<PathBuf> {
        std::fs::rename(&self.temporary, &self.destination)?;
        self.committed = true;
        Ok(self.destination.clone())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        if let Err(error) = std::fs::remove_file(&self.temporary) {
            tracing::warn!(path = %self.temporary.display(), %error, "an incomplete file stays behind");
        }
    }
}

fn temporary_name(destination: &Path) -> io::Result<PathBuf> {
    let name = destination
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(".part");
    Ok(destination.with_file_name(temporary))
}

/// Writes a whole file at once: complete under its name, or not there.
///
/// # Errors
/// As [`AtomicFile::create`] and [`AtomicFile::commit`], or no space.
pub fn write(destination: impl Into<PathBuf>, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = AtomicFile::create(destination)?;
    io::Write::write_all(file.file_mut(), bytes.as_ref())?;
    file.commit().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn appears_at_commit_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("image.raw");
        std::fs::write(directory.path().join(".image.raw.part"), "left behind").unwrap();
        let file = AtomicFile::create(&path).unwrap();
        assert_eq!(names(directory.path()), [".image.raw.part"]);
        assert_eq!(file.commit().unwrap(), path);
        assert_eq!(names(directory.path()), ["image.raw"]);
        drop(AtomicFile::create(&path).unwrap());
        assert_eq!(names(directory.path()), ["image.raw"]);
        write(&path, "text").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
        assert!(AtomicFile::create("/").is_err());
    }
}
