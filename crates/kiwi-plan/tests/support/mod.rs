//! What the integration tests share: made-up hosts, and data beside the repository.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kiwi_description::{Failure, Loaded};
use kiwi_plan::host_facts::{
    DEFAULT_SHARED_CACHE_DIRECTORY, DescriptionDirectory, EntryKind, HostFacts, RuntimeSettings,
};

/// Reads a description; the test fails with its diagnostics when it is wrong.
pub(crate) fn read(file: &Path) -> Loaded {
    try_read(file).unwrap_or_else(|failure| {
        panic!("{}: {:?}", file.display(), failure.diagnostics.into_vec())
    })
}

/// Reads a description that may be wrong.
pub(crate) fn try_read(file: &Path) -> Result<Loaded, Box<Failure>> {
    let directory = file.parent().expect("a file has a directory");
    kiwi_description::read(directory, file.file_name().map(Path::new))
}

/// Returns a host with everything that lies beside a description.
///
/// The description seems to lie in `/description`, so that plans do not depend on where the repository is.
pub(crate) fn host(directory: &Path) -> HostFacts {
    let mut entries = BTreeMap::new();
    list(directory, Path::new(""), &mut entries);
    HostFacts {
        machine: "x86_64".to_owned(),
        description_file: PathBuf::from("/description/config.xml"),
        description: DescriptionDirectory {
            path: PathBuf::from("/description"),
            entries,
        },
        other_paths: BTreeMap::new(),
        prepared: false,
        source_date_epoch: Some(1_700_000_000),
        now: 1_800_000_000,
        random_seed: [7; 32],
        settings: RuntimeSettings::default(),
        cpus: 2,
        on_obs_worker: false,
        is_root: true,
        working_directory: PathBuf::from("/work"),
        shared_cache_directory: PathBuf::from(DEFAULT_SHARED_CACHE_DIRECTORY),
        target_filesystem: None,
        interpreters: BTreeMap::new(),
    }
}

fn list(directory: &Path, below: &Path, entries: &mut BTreeMap<PathBuf, EntryKind>) {
    let found = std::fs::read_dir(directory.join(below)).expect("the directory can be read");
    for entry in found {
        let path = below.join(entry.expect("the entry can be read").file_name());
        let full = directory.join(&path);
        if full.is_dir() {
            entries.insert(path.clone(), EntryKind::Directory);
            list(directory, &path, entries);
        } else {
            entries.insert(path, EntryKind::File { executable: false });
        }
    }
}
