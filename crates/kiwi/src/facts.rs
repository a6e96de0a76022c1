//! Looks at the machine and the moment for the plan, which looks at nothing itself.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use kiwi_description::Loaded;
use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_plan::host_facts::{DescriptionDirectory, EntryKind, RuntimeSettings};
use kiwi_plan::plan::root::Hook;
use kiwi_plan::{HostFacts, Selection, mentioned_paths};

use crate::failure::Failure;
use crate::places;

/// How deep the directory of a description is listed.
const DEPTH: usize = 4;

/// File by which scripts of the Open Build Service recognise its workers.
const BUILD_SERVICE: &str = "/.buildenv";

/// What the command says about the surroundings.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The description lies in a prepared root tree.
    pub prepared: bool,
    /// The shared cache directory.
    pub shared_cache: PathBuf,
    /// The runtime configuration.
    pub settings: RuntimeSettings,
}

/// Gathers everything a plan of this description depends on.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is no number.
pub fn gather(
    loaded: &Loaded,
    selection: &Selection,
    surroundings: Surroundings,
) -> Result<HostFacts, Box<Failure>> {
    let working_directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let directory = working_directory.join(&loaded.directory);
    let mut entries = BTreeMap::new();
    list(&directory, Path::new(""), DEPTH, &mut entries);
    let mut other_paths = BTreeMap::new();
    let machine = places::machine();
    let paths = mentioned_paths(
        &loaded.image,
        selection,
        &directory,
        &working_directory,
        &machine,
    );
    for path in paths {
        let Some(kind) = kind(&path) else { continue };
        match path.strip_prefix(&directory) {
            Ok(relative) => entries.insert(relative.to_owned(), kind),
            Err(_) => other_paths.insert(path, kind),
        };
    }
    Ok(HostFacts {
        interpreters: interpreters(&directory),
        machine,
        description_file: working_directory.join(&loaded.file),
        description: DescriptionDirectory {
            path: directory,
            entries,
        },
        other_paths,
        prepared: surroundings.prepared,
        source_date_epoch: source_date_epoch()?,
        now: now(),
        random_seed: random_seed(),
        settings: surroundings.settings,
        cpus: places::processors(),
        on_obs_worker: Path::new(BUILD_SERVICE).exists(),
        is_root: rustix::process::geteuid().is_root(),
        target_filesystem: selection
            .target_directory
            .as_deref()
            .and_then(|target| places::filesystem_name(&working_directory.join(target))),
        working_directory,
        shared_cache_directory: surroundings.shared_cache,
    })
}

/// Reads the first lines of the scripts that a build may call.
fn interpreters(directory: &Path) -> BTreeMap<PathBuf, String> {
    let names = Hook::ALL.iter().map(|hook| hook.file_name());
    names
        .filter_map(|name| {
            let line = first_line(&directory.join(name)).ok()?;
            let program = line.strip_prefix("#!")?.trim().to_owned();
            Some((PathBuf::from(name), program))
        })
        .collect()
}

/// The kernel looks at no more than this of the first line either.
const FIRST_LINE: u64 = 256;

fn first_line(path: &Path) -> std::io::Result<String> {
    let mut start = Vec::new();
    std::fs::File::open(path)?
        .take(FIRST_LINE)
        .read_to_end(&mut start)?;
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(&start);
    Ok(String::from_utf8_lossy(line).into_owned())
}

/// Lists a directory. What cannot be read counts as empty: a missing file is reported by whoever needs it.
fn list(base: &Path, below: &Path, depth: usize, entries: &mut BTreeMap<PathBuf, EntryKind>) {
    let names = std::fs::read_dir(base.join(below)).into_iter().flatten();
    for entry in names.flatten() {
        let path = below.join(entry.file_name());
        let Some(kind) = kind(&entry.path()) else {
            continue;
        };
        // A link to a directory is listed as one, but only real ones are entered, so that no circle is walked.
        let enter = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if enter && depth > 1 {
            list(base, &path, depth - 1, entries);
        }
        entries.insert(path, kind);
    }
}

/// What a path leads to; `None` if there is nothing, not even a link that leads nowhere.
fn kind(path: &Path) -> Option<EntryKind> {
    match path.metadata() {
        Ok(data) if data.is_dir() => Some(EntryKind::Directory),
        Ok(data) if data.is_file() => Some(EntryKind::File {
            executable: data.permissions().mode() & 0o111 != 0,
        }),
        Ok(_) => Some(EntryKind::Other),
        Err(_) => path.symlink_metadata().ok().map(|_| EntryKind::Other),
    }
}

fn source_date_epoch() -> Result<Option<u64>, Box<Failure>> {
    let Some(value) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty())
    else {
        return Ok(None);
    };
    let text = value.to_string_lossy();
    match text.parse() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(Failure::usage(
            Diagnostic::error(
                codes::command_line::BAD_EPOCH,
                format!("`{text}` is no number of seconds since 1970"),
            )
            .in_place("environment variable SOURCE_DATE_EPOCH"),
        )
        .into()),
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |span| span.as_secs())
}

fn random_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    // Up to 256 bytes are always given at once, and once the kernel has started there is always randomness.
    let given = rustix::rand::getrandom(&mut seed, rustix::rand::GetRandomFlags::empty());
    debug_assert_eq!(given, Ok(seed.len()));
    seed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_to_a_depth() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path();
        std::fs::create_dir_all(base.join("a/b/c/d/e")).unwrap();
        std::fs::write(base.join("config.sh"), "").unwrap();
        let mode = PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(base.join("config.sh"), mode).unwrap();
        std::fs::write(base.join("a/file"), "").unwrap();
        std::os::unix::fs::symlink("..", base.join("a/up")).unwrap();
        std::os::unix::fs::symlink("nowhere", base.join("broken")).unwrap();
        let mut entries = BTreeMap::new();
        list(base, Path::new(""), DEPTH, &mut entries);
        let listed: Vec<_> = entries
            .iter()
            .map(|(path, kind)| (path.to_str().unwrap(), *kind))
            .collect();
        assert_eq!(
            listed,
            [
                ("a", EntryKind::Directory),
                ("a/b", EntryKind::Directory),
                ("a/b/c", EntryKind::Directory),
                ("a/b/c/d", EntryKind::Directory),
                ("a/file", EntryKind::File { executable: false }),
                ("a/up", EntryKind::Directory),
                ("broken", EntryKind::Other),
                ("config.sh", EntryKind::File { executable: true }),
            ]
        );
    }

    #[test]
    fn first_lines_name_programs() {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("config.sh", "#! /usr/bin/python3 -s\nprint()"),
            ("images.sh", "echo"),
            ("disk.sh", ""),
            ("other.sh", "#!/bin/sh"),
        ] {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let expected = (PathBuf::from("config.sh"), "/usr/bin/python3 -s".to_owned());
        assert_eq!(interpreters(directory.path()), [expected].into());
    }

    #[test]
    fn seeds_differ() {
        assert_ne!(random_seed(), random_seed());
    }
}
