//! What the plan has to know about the machine and the moment, gathered by whoever may look.
//!
//! Resolving reads no file and no clock: the caller looks and hands the answers in. Paths that a description names are found
//! with [`crate::mentioned_paths`], so that the caller knows where to look.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// Everything outside the description and the command line that a plan depends on.
#[derive(Debug, Clone)]
pub struct HostFacts {
    /// Machine name of this host, as `uname -m` prints it.
    pub machine: String,
    /// The description file, absolute.
    pub description_file: PathBuf,
    /// The directory the description lies in.
    pub description: DescriptionDirectory,
    /// Paths outside that directory which the description names, absolute, with what is there.
    ///
    /// A path that is missing here does not exist.
    pub other_paths: BTreeMap<PathBuf, EntryKind>,
    /// The description is the copy in a prepared root tree (`system create`).
    ///
    /// What was only needed to prepare the tree need not exist any more.
    pub prepared: bool,
    /// `SOURCE_DATE_EPOCH`, in seconds since 1970.
    pub source_date_epoch: Option<u64>,
    /// The time, in seconds since 1970.
    pub now: u64,
    /// Random bytes; used only without `SOURCE_DATE_EPOCH`.
    pub random_seed: [u8; 32],
    /// The runtime configuration.
    pub settings: RuntimeSettings,
    /// Processors this host may use.
    pub cpus: usize,
    /// The build runs on a worker of the Open Build Service (`/.buildenv` exists).
    pub on_obs_worker: bool,
    /// The build runs as root.
    pub is_root: bool,
    /// The directory the command was called in; relative paths of the command line start here.
    pub working_directory: PathBuf,
    /// Scripts of the description that name the program to run them in their first line, and that line without `#!`: path relative
    /// to the description directory. Only scripts in [`crate::plan::root::Hook`] matter.
    pub interpreters: BTreeMap<PathBuf, String>,
    /// The shared cache directory, absolute.
    pub shared_cache_directory: PathBuf,
    /// Name of the file system that [`crate::Selection::target_directory`] is on, or would be; absent when nobody knows.
    pub target_filesystem: Option<String>,
}

/// Default of `--shared-cache-dir`.
pub const DEFAULT_SHARED_CACHE_DIRECTORY: &str = "/var/cache/kiwi";

/// What the directory of a description holds.
///
/// The listing must hold everything down to four levels; below that, what [`crate::mentioned_paths`] names is enough.
#[derive(Debug, Clone, Default)]
pub struct DescriptionDirectory {
    /// The directory, absolute.
    pub path: PathBuf,
    /// What is in it: path relative to the directory and what it is, symbolic links followed.
    pub entries: BTreeMap<PathBuf, EntryKind>,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File {
        /// It may be executed.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A device, a socket, or a link that leads nowhere.
    Other,
}

impl HostFacts {
    /// Returns the absolute path that a description means: relative ones start at its directory.
    pub fn absolute(&self, path: &str) -> PathBuf {
        normalized(&self.description.path.join(path))
    }

    /// Returns what an absolute path leads to; `None` if nothing is there.
    pub fn kind(&self, path: &Path) -> Option<EntryKind> {
        match path.strip_prefix(&self.description.path) {
            Ok(relative) if relative.as_os_str().is_empty() => Some(EntryKind::Directory),
            Ok(relative) => self.description.entries.get(relative).copied(),
            Err(_) => None,
        }
        .or_else(|| self.other_paths.get(path).copied())
    }

    /// Tells whether a file is at an absolute path.
    pub fn is_file(&self, path: &Path) -> bool {
        matches!(self.kind(path), Some(EntryKind::File { .. }))
    }

    /// Tells whether a directory is at an absolute path.
    pub fn is_directory(&self, path: &Path) -> bool {
        self.kind(path) == Some(EntryKind::Directory)
    }
}

/// Removes `.` and resolves `..` in a path without looking at the disk.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    result.push(component);
                }
            }
            other => result.push(other),
        }
    }
    result
}

/// The runtime configuration as far as it changes what is built (spec 01, section 12.3). `None` is the default of each key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeSettings {
    /// `obs.download_url`.
    pub obs_download_url: Option<String>,
    /// `obs.public`.
    pub obs_public: Option<bool>,
    /// `bundle.compress`.
    pub bundle_compress: Option<bool>,
    /// `bundle.has_package_changes`.
    pub has_package_changes: Option<bool>,
    /// `shasum.size` in bits: 256 or 512.
    pub checksum_bits: Option<u16>,
    /// `xz.options`, split at blanks.
    pub xz_options: Option<Vec<String>>,
    /// `container.compress`.
    pub container_compress: Option<bool>,
    /// `build_constraints.max_size` in bytes.
    pub max_size: Option<u64>,
    /// `credentials.secure_boot_signing_key_file`: private key for programs that EFI firmware starts.
    pub secure_boot_key: Option<PathBuf>,
    /// `credentials.secure_boot_signing_certificate_file`: certificate of that key.
    pub secure_boot_certificate: Option<PathBuf>,
    /// `runtime_checks.disable`: names of checks that are left out.
    pub disabled_checks: Vec<String>,
    /// Mirrors: a prefix of repository addresses and what takes its place. The longest prefix wins.
    pub mirrors: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalized() {
        for (path, expected) in [
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/../b", "/../b"),
            ("/a/b/", "/a/b"),
        ] {
            assert_eq!(normalized(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
