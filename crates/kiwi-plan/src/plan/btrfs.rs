//! Subvolumes of a btrfs root file system.

use serde::{Deserialize, Serialize};

/// How the tree is divided among subvolumes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BtrfsPlan {
    /// Subvolumes by depth and name of their paths.
    pub subvolumes: Vec<SubvolumePlan>,
    /// Path of the subvolume that the root of the tree is in; empty for the top level.
    pub root: String,
    /// Path of the subvolume that is mounted when none is named; nothing for the top level.
    pub default: Option<String>,
    /// Mount options of `/` beyond those of the description.
    pub root_options: Vec<String>,
    /// Space of subvolumes is counted.
    pub quota: bool,
    /// The root is the first snapshot of snapper.
    pub snapper: bool,
    /// Snapper gets a quota group and a configuration that names it.
    pub snapper_quota: bool,
}

/// One subvolume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubvolumePlan {
    /// Where it is in the file system.
    pub path: String,
    /// Directory of the tree that it holds, without leading slash, empty for the tree itself; nothing when it holds none.
    pub directory: Option<String>,
    /// Where it is mounted; nothing when it comes with another one.
    pub mountpoint: Option<String>,
    /// Permissions of its root directory when the tree does not have it.
    pub mode: u32,
    /// Nobody can write into it.
    pub read_only: bool,
    /// Files are copied when they are changed, which is usual.
    pub copy_on_write: bool,
    /// Most bytes it may take, in MiB.
    pub quota_mib: Option<u64>,
    /// Sixth field of its line in `/etc/fstab`.
    pub check_pass: u8,
}

impl BtrfsPlan {
    /// Returns a path of the tree, absolute, as it is from the top level on.
    pub fn path_in_filesystem(&self, path: &str) -> String {
        let path = path.trim_start_matches('/');
        let mut best: Option<(&str, &str)> = None;
        for subvolume in &self.subvolumes {
            let Some(directory) = subvolume.directory.as_deref() else {
                continue;
            };
            let rest = match path.strip_prefix(directory) {
                Some(rest) if directory.is_empty() || rest.is_empty() || rest.starts_with('/') => {
                    rest.trim_start_matches('/')
                }
                _ => continue,
            };
            if best.is_none_or(|(_, other)| rest.len() < other.len()) {
                best = Some((&subvolume.path, rest));
            }
        }
        let (subvolume, rest) = best.unwrap_or(("", path));
        [subvolume, rest]
            .iter()
            .filter(|part| !part.is_empty())
            .fold(String::new(), |text, part| text + "/" + part)
    }
}
