//! LVM.

use serde::{Deserialize, Serialize};

use super::filesystem::FileSystemPlan;

/// A volume group on one physical volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeGroupPlan {
    /// Its name.
    pub name: String,
    /// Identifier, a uuid.
    pub uuid: String,
    /// Identifier of the physical volume, a uuid.
    pub physical_uuid: String,
    /// Volumes in the order they lie in; the one that takes the rest is the last.
    pub volumes: Vec<VolumePlan>,
}

/// A logical volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumePlan {
    /// Its name.
    pub name: String,
    /// Identifier, a uuid.
    pub uuid: String,
    /// How large it becomes.
    pub size: VolumeSize,
    /// Content.
    pub filesystem: FileSystemPlan,
    /// Where it is mounted, absolute; `None` for swap.
    pub mountpoint: Option<String>,
    /// Its file system is checked at boot.
    pub check: bool,
}

/// How large a volume becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeSize {
    /// So many MiB.
    Fixed(u64),
    /// What its files need, and so many MiB.
    Free(u64),
    /// All that is left.
    Rest,
}

impl VolumeGroupPlan {
    /// Path of a volume's device.
    pub fn device(&self, volume: &VolumePlan) -> String {
        format!("/dev/{}/{}", self.name, volume.name)
    }

    /// The volume that holds the root of the tree.
    pub fn root(&self) -> Option<&VolumePlan> {
        self.volumes
            .iter()
            .find(|volume| volume.mountpoint.as_deref() == Some("/"))
    }
}
