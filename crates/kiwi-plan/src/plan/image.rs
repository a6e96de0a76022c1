//! What the root tree is turned into.

use serde::{Deserialize, Serialize};

use super::Origin;
use super::container::ContainerPlan;
use super::disk::DiskPlan;
use super::filesystem::FileSystemPlan;

/// The image of a build, by family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "family")]
pub enum ImagePlan {
    /// `tbz`: a compressed tar archive.
    Archive(ArchivePlan),
    /// `ext4` and its kin: one file system in one file.
    FileSystem(FileSystemImagePlan),
    /// `docker`, `oci`.
    Container(Box<ContainerPlan>),
    /// `oem`: a disk.
    Disk(Box<DiskPlan>),
    /// One that this version cannot make. `image plan` shows it; no build gets a plan with it.
    Later(LaterImage),
}

/// What is known about an image that this version cannot make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterImage {
    /// File names in the target directory.
    pub file_names: Vec<String>,
    /// Volumes of its disk.
    pub volumes: Vec<PlannedVolume>,
}

/// A volume of LVM, or a subvolume of btrfs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedVolume {
    /// Its name.
    pub name: String,
    /// Where it is mounted; nothing for swap.
    pub mountpoint: Option<String>,
    /// `size:MIB` or `freespace:MIB`; nothing: all that is left.
    pub size: Option<String>,
    /// Label of its file system.
    pub label: Option<String>,
}

/// A tar archive of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivePlan {
    /// File name in the target directory.
    pub file_name: String,
    /// Paths and globs left out.
    pub excludes: Vec<String>,
}

/// A file system image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystemImagePlan {
    /// File name in the target directory.
    pub file_name: String,
    /// How the file system is made.
    pub filesystem: FileSystemPlan,
    /// How large it becomes.
    pub size: SizeRule,
    /// Where the size was written, when it was.
    pub size_origin: Option<Origin>,
    /// Paths and globs left out.
    pub excludes: Vec<String>,
}

/// How the size of an image is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule")]
pub enum SizeRule {
    /// From the measured tree.
    Computed,
    /// As written, whatever the tree needs.
    Absolute {
        /// Size in MiB.
        mib: u64,
    },
    /// The computed size and this much more.
    Additive {
        /// Addition in MiB.
        mib: u64,
    },
}
