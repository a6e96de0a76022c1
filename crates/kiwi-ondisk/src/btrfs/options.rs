//! What a caller can choose.

use std::path::{Component, Path, PathBuf};

use uuid::Uuid;

use super::SECTOR;
use super::checksum::Checksum;
use crate::{Error, Result};

/// Largest block of a tree.
const LARGEST_NODE: u32 = 65536;
/// Bytes of a label, the last of which is zero.
const LABEL: usize = 256;

/// How many copies there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// One.
    Single,
    /// Two on the same device.
    Duplicate,
}

impl Profile {
    pub(super) fn copies(self) -> u64 {
        match self {
            Self::Single => 1,
            Self::Duplicate => 2,
        }
    }
}

/// How a file system is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Identifier; those of device, chunk tree and subvolumes are made of it.
    pub uuid: Uuid,
    /// Label; may be empty.
    pub label: String,
    /// Bytes of a block of a tree.
    pub node_size: u32,
    /// Checksum of blocks and contents.
    pub checksum: Checksum,
    /// Copies of trees.
    pub metadata: Profile,
    /// Copies of file contents.
    pub data: Profile,
    /// Holes of files are not written down (Linux 3.14).
    pub no_holes: bool,
    /// A file may have more names in one directory than fit into one block (Linux 3.7).
    pub extended_references: bool,
    /// Free space has a tree of its own (Linux 4.5).
    pub free_space_tree: bool,
    /// Space of subvolumes is counted.
    pub quota: bool,
    /// Groups beside those that each subvolume has, as level and number; nothing is in them.
    pub quota_groups: Vec<(u16, u64)>,
    /// Subvolumes in any order. Their numbers follow the order of their paths.
    pub subvolumes: Vec<Subvolume>,
    /// Path of the subvolume that is mounted when none is asked for; the top level when there is none.
    pub default_subvolume: Option<PathBuf>,
}

impl Options {
    /// What `mkfs.btrfs` of our days chooses for one device.
    pub fn new(uuid: Uuid, label: &str) -> Self {
        Self {
            uuid,
            label: label.to_owned(),
            node_size: 16384,
            checksum: Checksum::default(),
            metadata: Profile::Duplicate,
            data: Profile::Single,
            no_holes: true,
            extended_references: true,
            free_space_tree: true,
            quota: false,
            quota_groups: Vec::new(),
            subvolumes: Vec::new(),
            default_subvolume: None,
        }
    }

    /// Finds what no file system can have, whatever the tree.
    pub(super) fn check(&self) -> Result<()> {
        let node_size = self.node_size;
        if !node_size.is_power_of_two() || u64::from(node_size) < SECTOR || node_size > LARGEST_NODE
        {
            return Err(Error::value(
                "node size",
                node_size.to_string(),
                "must be 4096, 8192, 16384, 32768 or 65536",
            ));
        }
        if self.label.len() >= LABEL || self.label.contains(['\n', '\0']) {
            return Err(Error::value(
                "label",
                &self.label,
                "must have less than 256 bytes and no line breaks",
            ));
        }
        for subvolume in &self.subvolumes {
            check_path("subvolume", &subvolume.path)?;
            if let Some(directory) = subvolume.directory.as_deref()
                && directory != Path::new("")
            {
                check_path("directory of a subvolume", directory)?;
            }
        }
        Ok(())
    }
}

fn check_path(what: &'static str, path: &Path) -> Result<()> {
    let plain = path
        .components()
        .all(|component| matches!(component, Component::Normal(_)));
    if plain && path != Path::new("") {
        return Ok(());
    }
    Err(Error::value(
        what,
        path.display().to_string(),
        "must be a relative path without `.` and `..`",
    ))
}

/// A subvolume beside the top level, which is always there.
///
/// Each directory of the tree is stored in the subvolume whose `directory` is the nearest one above; whatever no subvolume
/// has is stored in the top level. Where the subvolume of a directory is not reached through the one that the parent directory
/// is in, the latter keeps an empty directory as mount point. A directory that the tree does not have is made, as mount point and as empty
/// subvolume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subvolume {
    /// Where it is in the file system, from the top level on: `@/home`.
    pub path: PathBuf,
    /// The directory of the tree that is stored in it; empty for the whole tree, `None` for an empty subvolume.
    pub directory: Option<PathBuf>,
    /// Permissions of its root directory when that is not in the tree.
    pub mode: u32,
    /// Nobody can write into it.
    pub read_only: bool,
    /// Its files are overwritten in place and have no checksums.
    pub no_copy_on_write: bool,
    /// Bytes it may take; needs quota.
    pub limit: Option<u64>,
    /// Files that are not in the tree, by their paths in the subvolume.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

impl Subvolume {
    /// A plain subvolume.
    pub fn new(path: impl Into<PathBuf>, directory: Option<&str>) -> Self {
        Self {
            path: path.into(),
            directory: directory.map(PathBuf::from),
            mode: 0o755,
            read_only: false,
            no_copy_on_write: false,
            limit: None,
            files: Vec::new(),
        }
    }
}
