//! Directories a build works in.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kiwi_build::Places;
use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_host::Scratch;
use kiwi_host::remove::remove_tree;
use rustix::fs::{FlockOperation, flock};

use crate::cli::GlobalOptions;
use crate::exit_code::Exit;
use crate::failure::{Failure, reason};
use crate::places;

/// What scratch directories are named after.
const PURPOSE: &str = "build";

/// The directories of one build. Temporary files are removed when this is dropped.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) places: Places,
    _lock: File,
    _scratch: Scratch,
}

impl Workspace {
    /// Makes the directories; `root` need not exist yet.
    pub(super) fn make(
        root: &Path,
        target: &Path,
        globals: &GlobalOptions,
    ) -> Result<Self, Box<Failure>> {
        let root = absolute(root);
        let target = absolute(target);
        let cache = places::shared_cache(globals.shared_cache_dir.as_deref());
        refuse_cache(&root, &cache)?;
        refuse_cache(&target, &cache)?;
        make_directory(&target)?;
        make_directory(&cache)?;
        let parent = match &globals.temp_dir {
            Some(directory) => absolute(directory),
            None => root.parent().unwrap_or(&root).to_owned(),
        };
        make_directory(&parent)?;
        let (scratch, lock) = scratch(&parent).map_err(|error| {
            Failure::io(
                Exit::BuildFailed,
                codes::command_line::BAD_DIRECTORY,
                format!("no temporary files can be made in `{}`", parent.display()),
                &error,
            )
        })?;
        Ok(Workspace {
            places: Places {
                root,
                target,
                cache,
                scratch: scratch.path().to_owned(),
            },
            _lock: lock,
            _scratch: scratch,
        })
    }
}

/// Checks what can be checked before anything is made: `--temp-dir` must exist.
pub(super) fn check(globals: &GlobalOptions) -> Result<(), Box<Failure>> {
    match &globals.temp_dir {
        Some(directory) if !directory.is_dir() => Err(Failure::usage(
            Diagnostic::error(
                codes::command_line::MISSING_DIRECTORY,
                format!("there is no directory `{}`", directory.display()),
            )
            .in_place("command line --temp-dir"),
        )
        .into()),
        _ => Ok(()),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The cache is visible inside the tree and must not contain it. Most often the check of the plan has said so before; it can be
/// switched off, and does not know every directory.
fn refuse_cache(path: &Path, cache: &Path) -> Result<(), Box<Failure>> {
    if !path.starts_with(cache) {
        return Ok(());
    }
    let problem = Diagnostic::error(
        codes::checks::TARGET_IN_CACHE,
        format!(
            "`{}` lies inside the shared cache directory `{}`",
            path.display(),
            cache.display()
        ),
    )
    .help("choose another directory, or another cache with `--shared-cache-dir`");
    Err(Failure::usage(problem).into())
}

/// Makes a directory and those above it.
pub(super) fn make_directory(path: &Path) -> Result<(), Box<Failure>> {
    let made = DirBuilder::new().recursive(true).mode(0o755).create(path);
    made.map_err(|error| {
        let problem = Diagnostic::error(
            codes::command_line::BAD_DIRECTORY,
            format!(
                "directory `{}` cannot be made: {}",
                path.display(),
                reason(&error)
            ),
        );
        Failure::usage(problem).into()
    })
}

/// Makes a locked scratch directory, and removes those of builds that were killed.
///
/// A scratch directory is locked as long as its build lives; making and sweeping exclude each other by a lock on
/// the parent.
fn scratch(parent: &Path) -> std::io::Result<(Scratch, File)> {
    let guard = File::open(parent)?;
    flock(&guard, FlockOperation::LockExclusive)?;
    sweep(parent);
    let scratch = Scratch::create(parent, PURPOSE)?;
    let lock = File::open(scratch.path())?;
    flock(&lock, FlockOperation::LockExclusive)?;
    Ok((scratch, lock))
}

fn sweep(parent: &Path) {
    let prefix = format!("kiwi-{PURPOSE}.");
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let Ok(directory) = File::open(entry.path()) else {
            continue;
        };
        if flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok()
            && let Err(error) = remove_tree(entry.path())
        {
            tracing::warn!(path = %entry.path().display(), %error, "temporary files of an older build stay behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_of_killed_builds_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let old = parent.path().join("kiwi-build.00000000");
        std::fs::create_dir(&old).unwrap();
        std::fs::write(old.join("file"), "").unwrap();
        let other = parent.path().join("kiwi-other.00000000");
        std::fs::create_dir(&other).unwrap();
        let (first, _lock) = scratch(parent.path()).unwrap();
        let (second, _lock) = scratch(parent.path()).unwrap();
        assert!(!old.exists());
        assert!(other.exists());
        assert!(first.path().exists() && second.path().exists());
    }

    #[test]
    fn trees_inside_the_cache_are_refused() {
        let globals = GlobalOptions {
            shared_cache_dir: Some("/nowhere/cache".into()),
            ..GlobalOptions::default()
        };
        for (root, target) in [("/nowhere/cache/r", "/t"), ("/r", "/nowhere/cache")] {
            let failure = Workspace::make(Path::new(root), Path::new(target), &globals);
            let failure = failure.err().unwrap();
            assert_eq!(failure.exit, Exit::Invalid);
        }
    }
}
