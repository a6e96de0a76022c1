//! The volume group of a disk and its volumes (spec 04, section 11).

use crate::ids::Ids;
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::volumes::{VolumeGroupPlan, VolumePlan, VolumeSize};
use crate::resolve::{Facts, Volume, VolumeManager, volume_group, volume_manager};

/// Plans the volume group; `None` when the root file system is on no LVM.
///
/// `root` is how the root file system is made; those of all volumes are made alike.
pub(crate) fn plan(facts: &Facts<'_>, root: &FileSystemPlan, ids: &Ids) -> Option<VolumeGroupPlan> {
    let kind = facts.kind();
    if volume_manager(kind) != Some(VolumeManager::Lvm) {
        return None;
    }
    let mut volumes: Vec<VolumePlan> = facts
        .volumes
        .iter()
        .map(|volume| plan_volume(volume, root, facts.grows(), ids))
        .collect();
    volumes.sort_by(|first, second| order(first).cmp(&order(second)));
    Some(VolumeGroupPlan {
        name: volume_group(kind).to_owned(),
        uuid: ids.uuid("volume group"),
        physical_uuid: ids.uuid("physical volume"),
        volumes,
    })
}

/// The one that takes the rest comes last, the others by depth and name.
fn order(volume: &VolumePlan) -> (bool, usize, &str) {
    let path = volume.mountpoint.as_deref().unwrap_or_default();
    let depth = if path == "/" {
        0
    } else {
        path.matches('/').count()
    };
    (volume.size == VolumeSize::Rest, depth, &volume.name)
}

/// The same group with identifiers and a name of its own, for a copy of the partition called `id`.
///
/// Two groups of one name could not be used together.
pub(crate) fn copy_of_group(group: &VolumeGroupPlan, ids: &Ids, id: &str) -> VolumeGroupPlan {
    let uuid = |what: &str| ids.uuid(&format!("{what} of {id}"));
    let number: String = id.chars().filter(char::is_ascii_digit).collect();
    VolumeGroupPlan {
        name: format!("{}{number}", group.name),
        uuid: uuid("volume group"),
        physical_uuid: uuid("physical volume"),
        volumes: group
            .volumes
            .iter()
            .map(|volume| VolumePlan {
                uuid: uuid(&format!("volume {}", volume.name)),
                filesystem: FileSystemPlan {
                    uuid: volume
                        .filesystem
                        .uuid
                        .as_ref()
                        .map(|_| uuid(&format!("file system volume {}", volume.name))),
                    ..volume.filesystem.clone()
                },
                ..volume.clone()
            })
            .collect(),
    }
}

fn plan_volume(volume: &Volume, root: &FileSystemPlan, grows: bool, ids: &Ids) -> VolumePlan {
    let purpose = |what: &str| format!("{what} {}", volume.name);
    let mountpoint = match &volume.mountpoint {
        Some(path) => Some(format!("/{path}")),
        None => volume.is_root.then(|| "/".to_owned()),
    };
    let filesystem = if volume.is_swap {
        FileSystemPlan {
            kind: FileSystem::Swap,
            label: volume.label.clone(),
            uuid: Some(ids.uuid(&purpose("swap volume"))),
            create_options: Vec::new(),
            mount_options: None,
            compression: None,
            btrfs: None,
        }
    } else if volume.is_root {
        FileSystemPlan {
            label: volume.label.clone().or_else(|| root.label.clone()),
            ..root.clone()
        }
    } else {
        FileSystemPlan {
            label: volume.label.clone(),
            uuid: Some(ids.uuid(&purpose("file system volume"))),
            ..root.clone()
        }
    };
    VolumePlan {
        name: volume.name.clone(),
        uuid: ids.uuid(&purpose("volume")),
        size: match size(volume.size.as_deref()) {
            // The first boot makes them as large as they were asked for.
            VolumeSize::Fixed(_) | VolumeSize::Free(_) if grows && !volume.is_swap => {
                VolumeSize::Free(minimum_mib(root.kind))
            }
            size => size,
        },
        filesystem,
        mountpoint,
        check: volume.check,
    }
}

/// Space that every volume has beside its files, in MiB.
pub fn minimum_mib(kind: FileSystem) -> u64 {
    match kind {
        FileSystem::Btrfs => 120,
        FileSystem::Xfs => 300,
        _ => 30,
    }
}

/// Translates `size:MB` and `freespace:MB`, as scripts of the image see them.
fn size(text: Option<&str>) -> VolumeSize {
    let Some((kind, number)) = text.and_then(|text| text.split_once(':')) else {
        return VolumeSize::Rest;
    };
    let mib = number.parse().unwrap_or(0);
    match kind {
        "size" => VolumeSize::Fixed(mib),
        _ => VolumeSize::Free(mib),
    }
}
