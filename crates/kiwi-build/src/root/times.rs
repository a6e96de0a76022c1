//! Times of files: none later than `SOURCE_DATE_EPOCH`.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

use crate::error::BuildError;

/// Sets every modification time in `root` that is later than `epoch` (seconds since 1970) to it.
///
/// Links are changed themselves. Other file systems mounted below are left alone.
pub fn clamp(root: &Path, epoch: u64) -> Result<(), BuildError> {
    let epoch = epoch.cast_signed();
    let metadata = look(root)?;
    directory(root, epoch, metadata.dev())?;
    clamp_one(root, &metadata, epoch)
}

/// Sets the modification time of every directory below `root` to `time`, in seconds since 1970.
///
/// For trees that several programs filled at once: whichever came last changed a directory's time.
pub(crate) fn set_directories(root: &Path, time: u64) -> Result<(), BuildError> {
    list(root)?.par_iter().try_for_each(|entry| {
        if look(entry)?.is_dir() {
            set_directories(entry, time)
        } else {
            Ok(())
        }
    })?;
    set(root, time.cast_signed())
}

/// Walks on all processors; the order does not matter, because each file is for itself.
fn directory(path: &Path, epoch: i64, device: u64) -> Result<(), BuildError> {
    list(path)?.par_iter().try_for_each(|entry| {
        let metadata = look(entry)?;
        if metadata.dev() != device {
            return Ok(());
        }
        if metadata.is_dir() {
            directory(entry, epoch, device)?;
        }
        clamp_one(entry, &metadata, epoch)
    })
}

fn list(path: &Path) -> Result<Vec<PathBuf>, BuildError> {
    std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|error| BuildError::io("list", path, error))
}

fn look(path: &Path) -> Result<Metadata, BuildError> {
    path.symlink_metadata()
        .map_err(|error| BuildError::io("look at", path, error))
}

fn clamp_one(path: &Path, metadata: &Metadata, epoch: i64) -> Result<(), BuildError> {
    if (metadata.mtime(), metadata.mtime_nsec()) <= (epoch, 0) {
        return Ok(());
    }
    set(path, epoch)
}

fn set(path: &Path, seconds: i64) -> Result<(), BuildError> {
    let time = Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let times = Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|error| BuildError::io("set the time of", path, io::Error::from(error)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::root::place;
    use crate::root::testing::Bench;

    #[test]
    fn directories_alone() {
        let bench = Bench::new();
        bench.write("a/b/file", "");
        place::set_time(&bench.tree(), Path::new("/a/b/file"), 1000).unwrap();
        set_directories(bench.root(), 2000).unwrap();
        for (name, expected) in [("a/b/file", 1000), ("a/b", 2000), ("a", 2000), ("", 2000)] {
            let metadata = bench.root().join(name).metadata().unwrap();
            assert_eq!(metadata.mtime(), expected, "{name}");
        }
    }

    #[test]
    fn only_what_is_newer() {
        let bench = Bench::new();
        bench.write("a/old", "");
        bench.write("a/new", "");
        symlink("nowhere", bench.root().join("a/link")).unwrap();
        place::set_time(&bench.tree(), Path::new("/a/old"), 1000).unwrap();
        clamp(bench.root(), 2000).unwrap();
        for (name, expected) in [
            ("a/old", 1000),
            ("a/new", 2000),
            ("a/link", 2000),
            ("a", 2000),
            ("", 2000),
        ] {
            let metadata = bench.root().join(name).symlink_metadata().unwrap();
            assert_eq!(metadata.mtime(), expected, "{name}");
        }
    }
}
