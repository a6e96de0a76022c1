//! The partitions of a disk in the order they lie on it (spec 04, sections 4 and 5).

mod builder;
mod custom;
mod problems;
mod spare;
#[cfg(test)]
mod tests;

use kiwi_description::model::Type;
use kiwi_description::model::values::{BlockCount, BootloaderName};

use super::firmware::Firmware;
use super::type_codes::Content;
use crate::boot::efi_partition_default;
use crate::ids::Ids;
use crate::plan::Origin;
use crate::plan::disk::{PartitionPlan, PartitionRole};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::layers::{LayerPlan, VerityPlan};
use crate::plan::volumes::VolumeGroupPlan;
use crate::resolve::{DEFAULT_SWAP_MIB, Facts, VolumeManager, volume_manager};
use builder::{Builder, Copies, Draft, Size, plain};

pub(crate) use builder::FIRST_LOGICAL;
pub(crate) use problems::report as report_problems;
pub use problems::{NumberError, number_errors};

/// Room for GRUB's core image.
const BIOS_BOOT_MIB: u64 = 2;
/// Size of the partition that Open Firmware reads.
const PREP_MIB: u64 = 8;
/// Default of `bootpartsize`.
const BOOT_MIB: u64 = 300;
/// From this size on FAT16 has no cluster size left that everything can read.
const FAT32_FROM_MIB: u64 = 2048;

/// What the caller has worked out already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartitionRules<'a> {
    /// What the firmware needs.
    pub firmware: &'a Firmware,
    /// The root file system.
    pub root: &'a FileSystemPlan,
    /// Kind of the boot partition's file system, when there is such a partition.
    pub boot: Option<FileSystem>,
    /// The read-only root file system below a writable layer.
    pub read_only: Option<&'a FileSystemPlan>,
    /// Layers of the partition that holds the root file system.
    pub layers: &'a [LayerPlan],
    /// Volumes of the root file system.
    pub volumes: Option<&'a VolumeGroupPlan>,
    /// Checksums over the root file system.
    pub verity: Option<&'a VerityPlan>,
}

/// Tells whether the disk gets a partition for `/boot` (spec 04, section 6).
///
/// What the description says wins. Else it is needed for what the loader cannot read through.
pub(crate) fn has_boot_partition(facts: &Facts<'_>) -> bool {
    let kind = facts.kind();
    if let Some(written) = kind.disk.bootpartition {
        return *written;
    }
    if kind.disk.mdraid.is_some() {
        return true;
    }
    match volume_manager(kind) {
        Some(VolumeManager::Lvm) => true,
        Some(VolumeManager::Btrfs) => false,
        // The hash of a sealed root file system goes into the initrd, which therefore cannot lie in it.
        None => facts.has_overlay_root() || has_verity(kind),
    }
}

fn has_verity(kind: &Type) -> bool {
    kind.integrity
        .verity_blocks
        .is_some_and(|blocks| *blocks != BlockCount::Empty)
}

/// Lists the partitions.
pub(crate) fn plan(facts: &Facts<'_>, rules: PartitionRules<'_>, ids: &Ids) -> Vec<PartitionPlan> {
    let mut builder = Builder::new(facts, rules.firmware.table, ids);
    if rules.firmware.bios_boot_partition {
        bios_boot(&mut builder);
    }
    if rules.firmware.efi.is_some() {
        efi(&mut builder);
    }
    if rules.firmware.prep {
        prep(&mut builder);
    }
    if let Some(kind) = rules.boot {
        boot(&mut builder, kind);
    }
    swap(&mut builder);
    custom::add(&mut builder);
    spare::add_before_root(&mut builder);
    root(&mut builder, rules);
    spare::add_behind_root(&mut builder);
    let mut partitions = builder.partitions;
    if rules.firmware.active_flag {
        set_boot_flag(&mut partitions);
    }
    partitions
}

fn bios_boot(builder: &mut Builder<'_>) {
    let size = builder.fixed(None, BIOS_BOOT_MIB, "room for GRUB's core image");
    builder.add(Draft {
        number: builder.disk().eficsmpart_id,
        keys: vec!["kiwi_BiosGrub".to_owned()],
        reason: "a BIOS starts GRUB from it",
        ..Draft::new(PartitionRole::BiosBoot, "efi_csm", "p.legacy", size)
    });
}

fn efi(builder: &mut Builder<'_>) {
    let written = builder.disk().efipartsize;
    let (default, rule) = efi_partition_default(builder.facts);
    let size = builder.fixed(written, default, rule);
    let kind = if size.0 >= FAT32_FROM_MIB {
        FileSystem::Fat32
    } else {
        FileSystem::Fat16
    };
    builder.add(Draft {
        number: builder.disk().efipart_id,
        keys: vec!["kiwi_EfiPart".to_owned()],
        filesystem: Some(plain(builder.ids, kind, "EFI", "efi")),
        mountpoint: Some("/boot/efi".to_owned()),
        reason: "EFI firmware starts the loader from it",
        ..Draft::new(PartitionRole::Efi, "efi", "p.UEFI", size)
    });
}

fn prep(builder: &mut Builder<'_>) {
    let size = builder.fixed(None, PREP_MIB, "room for what Open Firmware starts");
    builder.add(Draft {
        keys: vec!["kiwi_PrepPart".to_owned()],
        reason: "Open Firmware starts the loader from it",
        ..Draft::new(PartitionRole::Prep, "prep", "p.prep", size)
    });
}

fn boot(builder: &mut Builder<'_>, kind: FileSystem) {
    let written = builder.disk().bootpartsize;
    let size = builder.fixed(written, BOOT_MIB, "default of `bootpartsize`");
    let emulated = builder
        .facts
        .kind()
        .bootloader
        .as_ref()
        .is_some_and(|loader| *loader.name == BootloaderName::Grub2S390xEmu);
    // The GRUB of IBM Z machines is started by a small system of its own, which lies beside the real `/boot`.
    let mountpoint = if emulated { "/boot/zipl" } else { "/boot" };
    builder.add(Draft {
        number: builder.disk().bootpart_id,
        keys: vec!["kiwi_BootPart".to_owned()],
        filesystem: Some(plain(builder.ids, kind, "BOOT", "boot")),
        mountpoint: Some(mountpoint.to_owned()),
        reason: "kernel, initrd and loader configuration",
        copies: Copies::new(builder.disk().boot_clone, "boot", "p.lxboot"),
        ..Draft::new(PartitionRole::Boot, "boot", "p.lxboot", size)
    });
}

/// Swap is a partition unless it is a volume.
fn swap(builder: &mut Builder<'_>) {
    let kind = builder.facts.kind();
    let config = kind.oemconfig.as_ref();
    let wanted = config
        .and_then(|config| config.oem_swap)
        .is_some_and(|it| *it);
    if !wanted || volume_manager(kind) == Some(VolumeManager::Lvm) {
        return;
    }
    let written = config.and_then(|config| config.oem_swapsize);
    let size = builder.fixed(written, DEFAULT_SWAP_MIB, "default of `oem-swapsize`");
    builder.add(Draft {
        keys: vec!["kiwi_SwapPart".to_owned()],
        filesystem: Some(plain(builder.ids, FileSystem::Swap, "SWAP", "swap")),
        reason: "swap space",
        ..Draft::new(PartitionRole::Swap, "swap", "p.swap", size)
    });
}

/// The partition with the root file system; with a writable layer, the read-only one and that of the layer.
fn root(builder: &mut Builder<'_>, rules: PartitionRules<'_>) {
    let facts = builder.facts;
    let clones = builder.disk().root_clone;
    let has_array = rules
        .layers
        .iter()
        .any(|layer| matches!(layer, LayerPlan::Raid(_)));
    if let Some(read_only) = rules.read_only {
        let written = facts.kind().overlay.overlayroot_readonly_partsize;
        let size = builder.fixed(written, 0, "what its content takes");
        let mut keys = vec!["kiwi_ROPart".to_owned()];
        keys.extend((!facts.has_write_partition()).then(|| "kiwi_RootPart".to_owned()));
        builder.add(Draft {
            keys,
            content: if has_array {
                Content::Raid
            } else {
                Content::Linux
            },
            layers: rules.layers,
            filesystem: Some(read_only.clone()),
            verity: rules.verity,
            mountpoint: Some("/".to_owned()),
            reason: "the root file system, which is never written",
            copies: Copies::new(clones, "root", "p.lxroot"),
            ..Draft::new(
                PartitionRole::ReadOnlyRoot,
                "readonly",
                "p.lxreadonly",
                size,
            )
        });
        if facts.has_write_partition() {
            write_layer(builder, rules);
        }
        return;
    }
    let (name, content) = match (rules.volumes, has_array) {
        (Some(_), _) => ("p.lxlvm", Content::Lvm),
        (None, true) => ("p.lxraid", Content::Raid),
        (None, false) => ("p.lxroot", Content::Linux),
    };
    let mut keys = vec!["kiwi_RootPart".to_owned()];
    keys.extend(has_array.then(|| "kiwi_RaidPart".to_owned()));
    keys.extend(rules.boot.is_none().then(|| "kiwi_BootPart".to_owned()));
    let is_whole = rules.volumes.is_none();
    builder.add(Draft {
        number: builder.disk().rootpart_id,
        keys,
        content,
        layers: rules.layers,
        filesystem: is_whole.then(|| rules.root.clone()),
        volumes: rules.volumes,
        verity: rules.verity,
        mountpoint: is_whole.then(|| "/".to_owned()),
        reason: if is_whole {
            "the root file system"
        } else {
            "the volumes"
        },
        copies: Copies::new(clones, "root", name),
        ..Draft::new(PartitionRole::Root, "root", name, root_size(facts))
    });
}

/// The partition that holds what is written to a read-only root file system.
fn write_layer(builder: &mut Builder<'_>, rules: PartitionRules<'_>) {
    let mut keys = vec!["kiwi_RootPart".to_owned(), "kiwi_RWPart".to_owned()];
    keys.extend(rules.boot.is_none().then(|| "kiwi_BootPart".to_owned()));
    builder.add(Draft {
        number: builder.disk().rootpart_id,
        keys,
        filesystem: Some(rules.root.clone()),
        reason: "what is written to the root file system",
        ..Draft::new(
            PartitionRole::Root,
            "root",
            "p.lxroot",
            root_size(builder.facts),
        )
    });
}

/// The root file system has what is left, unless it shall not grow and its size is written.
fn root_size(facts: &Facts<'_>) -> Size {
    let config = facts.kind().oemconfig.as_ref();
    match config.and_then(|config| config.oem_systemsize) {
        Some(size) if !facts.grows() => (*size, facts.places.origin(size.span)),
        _ => (0, Origin::Default("what is left".to_owned())),
    }
}

/// Some BIOSes start only disks that have a boot flag somewhere.
fn set_boot_flag(partitions: &mut [PartitionPlan]) {
    for role in [
        PartitionRole::Prep,
        PartitionRole::Boot,
        PartitionRole::Root,
    ] {
        if let Some(partition) = partitions
            .iter_mut()
            .find(|partition| partition.role == role && partition.copy_of.is_none())
        {
            partition.active = true;
            return;
        }
    }
}
