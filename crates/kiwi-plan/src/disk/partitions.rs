//! The partitions of a disk in the order they lie on it (spec 04, section 4).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use thiserror::Error;

use super::firmware::Firmware;
use super::type_codes::{self, gpt_type, mbr_type};
use crate::ids::Ids;
use crate::plan::Origin;
use crate::plan::disk::{PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::layers::{LayerPlan, VerityPlan};
use crate::plan::volumes::VolumeGroupPlan;
use crate::resolve::{DEFAULT_SWAP_MIB, Facts};

/// Room for GRUB's core image.
const BIOS_BOOT_MIB: u64 = 2;
/// Default of `efipartsize`.
const EFI_MIB: u64 = 20;
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

/// Lists the partitions.
pub(crate) fn plan(facts: &Facts<'_>, rules: PartitionRules<'_>, ids: &Ids) -> Vec<PartitionPlan> {
    let kind = facts.kind();
    let disk = &kind.disk;
    let mut builder = Builder {
        facts,
        table: rules.firmware.table,
        ids,
        partitions: Vec::new(),
    };
    if rules.firmware.bios_boot_partition {
        let size = builder.fixed(None, BIOS_BOOT_MIB, "room for GRUB's core image");
        builder.add(
            PartitionRole::BiosBoot,
            "p.legacy",
            disk.eficsmpart_id,
            size,
            "a BIOS starts GRUB from it",
        );
        builder.keys(&["kiwi_BiosGrub"]);
    }
    if rules.firmware.efi.is_some() {
        let size = builder.fixed(disk.efipartsize, EFI_MIB, "default of `efipartsize`");
        let kind = if size.0 >= FAT32_FROM_MIB {
            FileSystem::Fat32
        } else {
            FileSystem::Fat16
        };
        builder.add(
            PartitionRole::Efi,
            "p.UEFI",
            disk.efipart_id,
            size,
            "EFI firmware starts the loader from it",
        );
        builder.keys(&["kiwi_EfiPart"]);
        let uuid = ids.fat_volume_id("file system efi");
        builder.holds(plain(kind, "EFI", uuid), Some("/boot/efi"));
    }
    if let Some(kind) = rules.boot {
        let size = builder.fixed(disk.bootpartsize, BOOT_MIB, "default of `bootpartsize`");
        builder.add(
            PartitionRole::Boot,
            "p.lxboot",
            disk.bootpart_id,
            size,
            "kernel, initrd and loader configuration",
        );
        builder.keys(&["kiwi_BootPart"]);
        builder.holds(
            plain(kind, "BOOT", ids.uuid("file system boot")),
            Some("/boot"),
        );
    }
    let config = kind.oemconfig.as_ref();
    let swap = config.and_then(|config| config.oem_swap);
    if rules.volumes.is_none() && swap.is_some_and(|it| *it) {
        let written = config.and_then(|config| config.oem_swapsize);
        let size = builder.fixed(written, DEFAULT_SWAP_MIB, "default of `oem-swapsize`");
        builder.add(PartitionRole::Swap, "p.swap", None, size, "swap space");
        builder.keys(&["kiwi_SwapPart"]);
        builder.holds(
            plain(FileSystem::Swap, "SWAP", ids.uuid("file system swap")),
            None,
        );
    }
    plan_root(&mut builder, rules);
    if rules.firmware.active_flag {
        set_boot_flag(&mut builder.partitions);
    }
    builder.partitions
}

/// The partition with the root file system; with a writable layer, the read-only one and that of the layer.
fn plan_root(builder: &mut Builder<'_>, rules: PartitionRules<'_>) {
    let facts = builder.facts;
    let disk = &facts.kind().disk;
    let overlay = rules.read_only.is_some();
    if let Some(read_only) = rules.read_only {
        let written = facts.kind().overlay.overlayroot_readonly_partsize;
        let size = written.map_or_else(
            || (0, Origin::Default("what its content takes".to_owned())),
            |size| (*size, facts.places.origin(size.span)),
        );
        builder.add(
            PartitionRole::ReadOnlyRoot,
            "p.lxreadonly",
            None,
            size,
            "the root file system, which is never written",
        );
        builder.keys(&["kiwi_ROPart"]);
        builder.holds(read_only.clone(), Some("/"));
        builder.stacked(rules.layers, rules.verity);
        if !facts.has_write_partition() {
            builder.keys(&["kiwi_ROPart", "kiwi_RootPart"]);
            return;
        }
    }
    let raid = rules
        .layers
        .iter()
        .any(|layer| matches!(layer, LayerPlan::Raid(_)));
    let (name, reason) = match (overlay, rules.volumes, raid) {
        (true, ..) => ("p.lxroot", "what is written to the root file system"),
        (false, Some(_), _) => ("p.lxlvm", "the volumes"),
        (false, None, true) => ("p.lxraid", "the root file system"),
        (false, None, false) => ("p.lxroot", "the root file system"),
    };
    let size = root_size(facts);
    builder.add(PartitionRole::Root, name, disk.rootpart_id, size, reason);
    let mut keys = vec!["kiwi_RootPart"];
    keys.extend(overlay.then_some("kiwi_RWPart"));
    keys.extend((raid && !overlay).then_some("kiwi_RaidPart"));
    keys.extend(rules.boot.is_none().then_some("kiwi_BootPart"));
    builder.keys(&keys);
    match rules.volumes {
        _ if overlay => builder.holds(rules.root.clone(), None),
        Some(group) => builder.divided(group.clone()),
        None => builder.holds(rules.root.clone(), Some("/")),
    }
    if !overlay {
        builder.stacked(rules.layers, rules.verity);
    }
}

/// Size of a partition in MiB, zero for what is left, and where it was written.
type Size = (u64, Origin);

struct Builder<'a> {
    facts: &'a Facts<'a>,
    table: TableKind,
    ids: &'a Ids,
    partitions: Vec<PartitionPlan>,
}

impl Builder<'_> {
    fn fixed(&self, written: Option<Spanned<u64>>, default: u64, rule: &str) -> Size {
        match written {
            Some(size) => (*size, self.facts.places.origin(size.span)),
            None => (default, Origin::Default(rule.to_owned())),
        }
    }

    fn add(
        &mut self,
        role: PartitionRole,
        name: &str,
        number: Option<Spanned<u64>>,
        (size_mib, size_origin): Size,
        reason: &str,
    ) {
        let machine = &self.facts.choice.machine;
        let discoverable = self.facts.kind().disk.apply_dps_codes.is_some_and(|it| *it);
        let next = self.partitions.last().map_or(1, |last| last.number + 1);
        self.partitions.push(PartitionPlan {
            role,
            id: id_of(role).to_owned(),
            copy_of: None,
            number: number
                .and_then(|number| u32::try_from(*number).ok())
                .unwrap_or(next),
            name: name.to_owned(),
            type_guid: gpt_type(role, discoverable && self.table == TableKind::Gpt, machine)
                .to_owned(),
            mbr_type: mbr_type(role),
            guid: self.ids.uuid(&format!("partition {}", role.name())),
            active: false,
            size_mib: (size_mib > 0).then_some(size_mib),
            layers: Vec::new(),
            filesystem: None,
            volumes: None,
            verity: None,
            mountpoint: None,
            id_keys: Vec::new(),
            reason: reason.to_owned(),
            size_origin,
        });
    }

    fn keys(&mut self, keys: &[&str]) {
        if let Some(last) = self.partitions.last_mut() {
            last.id_keys = keys.iter().map(|key| (*key).to_owned()).collect();
        }
    }

    fn holds(&mut self, filesystem: FileSystemPlan, mountpoint: Option<&str>) {
        if let Some(last) = self.partitions.last_mut() {
            last.filesystem = Some(filesystem);
            last.mountpoint = mountpoint.map(str::to_owned);
        }
    }

    /// Puts volumes into the last partition.
    fn divided(&mut self, group: VolumeGroupPlan) {
        if let Some(last) = self.partitions.last_mut() {
            last.volumes = Some(group);
        }
    }

    /// Puts layers below the content of the last partition, and checksums over it.
    fn stacked(&mut self, layers: &[LayerPlan], verity: Option<&VerityPlan>) {
        if let Some(last) = self.partitions.last_mut() {
            last.layers = layers.to_vec();
            last.verity = verity.cloned();
            let discoverable = self.facts.kind().disk.apply_dps_codes.is_some_and(|it| *it);
            if let Some((guid, mbr)) = type_codes::of_members(last) {
                last.mbr_type = mbr;
                if !discoverable || self.table != TableKind::Gpt {
                    guid.clone_into(&mut last.type_guid);
                }
            }
        }
    }
}

/// Names of partitions as the reference knows them; descriptions cannot give them to their own.
fn id_of(role: PartitionRole) -> &'static str {
    match role {
        PartitionRole::BiosBoot => "efi_csm",
        PartitionRole::Efi => "efi",
        PartitionRole::Prep => "prep",
        PartitionRole::Boot => "boot",
        PartitionRole::Swap => "swap",
        PartitionRole::Custom => "custom",
        PartitionRole::Spare => "spare",
        PartitionRole::ReadOnlyRoot => "readonly",
        PartitionRole::Root => "root",
    }
}

/// The root file system has what is left, unless it shall not grow and its size is written.
fn root_size(facts: &Facts<'_>) -> Size {
    let config = facts.kind().oemconfig.as_ref();
    match config.and_then(|config| config.oem_systemsize) {
        Some(size) if !facts.grows() => (*size, facts.places.origin(size.span)),
        _ => (0, Origin::Default("what is left".to_owned())),
    }
}

fn plain(kind: FileSystem, label: &str, uuid: String) -> FileSystemPlan {
    FileSystemPlan {
        kind,
        label: Some(label.to_owned()),
        uuid: Some(uuid),
        create_options: Vec::new(),
        mount_options: None,
        compression: None,
    }
}

/// Some BIOSes start only disks that have a boot flag somewhere.
fn set_boot_flag(partitions: &mut [PartitionPlan]) {
    for role in [PartitionRole::Boot, PartitionRole::Root] {
        if let Some(partition) = partitions
            .iter_mut()
            .find(|partition| partition.role == role)
        {
            partition.active = true;
            return;
        }
    }
}

/// What is wrong with the numbers of partitions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Two partitions have one number.
    #[error("the {first} and the {second} partition both have number {number}")]
    Twice {
        /// Name of one partition.
        first: &'static str,
        /// Name of the other one.
        second: &'static str,
        /// The number.
        number: u32,
    },
    /// The table has no such number.
    #[error(
        "number {number} of the {name} partition does not exist: the table has numbers 1 to {limit}"
    )]
    OutOfRange {
        /// Name of the partition.
        name: &'static str,
        /// The number.
        number: u32,
        /// Largest number of the table.
        limit: u32,
    },
}

/// Finds partition numbers that a table cannot hold.
pub fn number_errors(partitions: &[PartitionPlan], table: TableKind) -> Vec<NumberError> {
    let limit = match table {
        TableKind::Gpt => 128,
        TableKind::Msdos => 4,
    };
    let mut errors = Vec::new();
    for (index, partition) in partitions.iter().enumerate() {
        let earlier = partitions[..index]
            .iter()
            .find(|other| other.number == partition.number);
        if let Some(earlier) = earlier {
            errors.push(NumberError::Twice {
                first: earlier.role.name(),
                second: partition.role.name(),
                number: partition.number,
            });
        }
        if !(1..=limit).contains(&partition.number) {
            errors.push(NumberError::OutOfRange {
                name: partition.role.name(),
                number: partition.number,
                limit,
            });
        }
    }
    errors
}

/// Reports partition numbers that a table cannot hold, at the attributes that ask for numbers.
pub(crate) fn report_numbers(
    facts: &Facts<'_>,
    partitions: &[PartitionPlan],
    table: TableKind,
    diagnostics: &mut Diagnostics,
) {
    let disk = &facts.kind().disk;
    let place = [
        disk.eficsmpart_id,
        disk.efipart_id,
        disk.bootpart_id,
        disk.rootpart_id,
    ]
    .into_iter()
    .flatten()
    .map(|number| number.span)
    .next_back()
    .unwrap_or(facts.kind().span);
    for error in number_errors(partitions, table) {
        diagnostics.push(
            Diagnostic::error(codes::checks::PARTITION_NUMBER, error.to_string())
                .at(place)
                .help("leave the number out, and it follows the one before"),
        );
    }
}
