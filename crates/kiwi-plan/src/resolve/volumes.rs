//! Volumes of `systemdisk` and the variables that name them (spec 01, section 7.4; spec 03, section 11).

use kiwi_description::model::Type;
use kiwi_description::model::values::{Filesystem, VolumeSize};

use super::choice::Choice;

/// What manages the volumes of the root file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeManager {
    /// LVM.
    Lvm,
    /// Subvolumes of btrfs.
    Btrfs,
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Name of the volume.
    pub name: String,
    /// `size:MB`, `freespace:MB`; `None`: all that is left.
    pub size: Option<String>,
    /// Where it is mounted, without leading slash; `None` for the root volume and swap.
    pub mountpoint: Option<String>,
    /// It holds the root of the tree.
    pub is_root: bool,
    /// `label`.
    pub label: Option<String>,
    /// `filesystem_check`.
    pub check: bool,
    /// It is swap space.
    pub is_swap: bool,
}

/// Default name of the volume group.
const VOLUME_GROUP: &str = "systemVG";

/// Tells what manages the volumes of a build type; `None` when there are none.
pub fn manager(kind: &Type) -> Option<VolumeManager> {
    let disk = kind.systemdisk.as_ref()?;
    let btrfs = kind
        .general
        .filesystem
        .is_some_and(|it| *it == Filesystem::Btrfs);
    let prefer_lvm = disk.preferlvm.is_some_and(|it| *it);
    Some(if btrfs && !prefer_lvm {
        VolumeManager::Btrfs
    } else {
        VolumeManager::Lvm
    })
}

/// Returns the name of the volume group.
pub(crate) fn group(kind: &Type) -> &str {
    kind.systemdisk
        .as_ref()
        .and_then(|disk| disk.name.as_ref())
        .map_or(VOLUME_GROUP, |name| name.as_str())
}

/// Lists the volumes, the root volume and swap that nobody wrote included.
pub(super) fn volumes(choice: &Choice<'_>) -> Vec<Volume> {
    let kind = choice.kind;
    let (Some(manager), Some(disk)) = (manager(kind), kind.systemdisk.as_ref()) else {
        return Vec::new();
    };
    let minimum = match kind.general.filesystem.map(|it| *it) {
        Some(Filesystem::Btrfs) => 120,
        Some(Filesystem::Xfs) => 300,
        _ => 30,
    };
    let mut volumes: Vec<Volume> = disk
        .volumes
        .iter()
        .filter(|volume| choice.built_for(volume.arch.as_ref()))
        .map(|volume| written_volume(volume, manager, minimum))
        .collect();
    if !volumes.iter().any(|volume| volume.is_root) {
        let another_is_full = volumes.iter().any(|volume| volume.size.is_none());
        volumes.push(Volume {
            name: match manager {
                VolumeManager::Lvm => "LVRoot".to_owned(),
                VolumeManager::Btrfs => String::new(),
            },
            size: another_is_full.then(|| format!("freespace:{minimum}")),
            mountpoint: None,
            is_root: true,
            label: None,
            check: false,
            is_swap: false,
        });
    }
    let config = kind.oemconfig.as_ref();
    let swap = config
        .and_then(|config| config.oem_swap)
        .is_some_and(|it| *it);
    if manager == VolumeManager::Lvm && swap {
        let config = config.expect("swap was read from it");
        let size = config
            .oem_swapsize
            .map_or(super::DEFAULT_SWAP_MIB, |size| *size);
        volumes.push(Volume {
            name: config
                .oem_swapname
                .as_ref()
                .map_or_else(|| "LVSwap".to_owned(), |name| name.value.clone()),
            size: Some(format!("size:{size}")),
            mountpoint: None,
            is_root: false,
            label: Some("SWAP".to_owned()),
            check: false,
            is_swap: true,
        });
    }
    volumes
}

/// Returns name and value of the variables that describe the volumes.
pub(super) fn variables(volumes: &[Volume]) -> Vec<(String, String)> {
    let mut number = 0;
    volumes
        .iter()
        .map(|volume| {
            let variable = if volume.is_root {
                "kiwi_Volume_Root".to_owned()
            } else {
                number += 1;
                format!("kiwi_Volume_{number}")
            };
            let size = volume.size.as_deref().unwrap_or("size:all");
            let mountpoint = volume.mountpoint.as_deref().unwrap_or_default();
            (variable, format!("{}|{size}|{mountpoint}", volume.name))
        })
        .collect()
}

fn written_volume(
    written: &kiwi_description::model::Volume,
    manager: VolumeManager,
    minimum: u64,
) -> Volume {
    let name = written.name.as_str();
    let is_root = name.contains("@root");
    let size = match (written.size.as_deref(), written.freespace.as_deref()) {
        (Some(VolumeSize::All), _) | (_, Some(VolumeSize::All)) => None,
        (Some(VolumeSize::Fixed(size)), _) => Some(format!("size:{}", size.mebibytes())),
        (None, Some(VolumeSize::Fixed(size))) => Some(format!("freespace:{}", size.mebibytes())),
        (None, None) => Some(format!("freespace:{minimum}")),
    };
    let label = written.label.as_ref().map(|label| label.value.clone());
    let check = written.filesystem_check.is_some_and(|it| *it);
    if is_root {
        let given = name.split_once('=').map(|(_, name)| name.to_owned());
        // A bare `@root` that takes the rest of a btrfs has no name of its own.
        let nameless = manager == VolumeManager::Btrfs && size.is_none();
        let default = if nameless { "" } else { "LVRoot" };
        return Volume {
            name: given.unwrap_or_else(|| default.to_owned()),
            size,
            mountpoint: None,
            is_root,
            label,
            check,
            is_swap: false,
        };
    }
    let (name, mountpoint) = if let Some(mountpoint) = &written.mountpoint {
        (
            name.to_owned(),
            mountpoint.trim_start_matches('/').to_owned(),
        )
    } else {
        let path = name.trim_start_matches('/');
        (path.replace('/', "_"), path.to_owned())
    };
    Volume {
        name,
        size,
        mountpoint: Some(mountpoint),
        is_root,
        label,
        check,
        is_swap: false,
    }
}
