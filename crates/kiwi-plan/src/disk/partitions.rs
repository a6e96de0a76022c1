//! The partitions of a disk in the order they lie on it (spec 04, section 4).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use thiserror::Error;

use super::firmware::Firmware;
use super::type_codes::{gpt_type, mbr_type};
use crate::ids::Ids;
use crate::plan::Origin;
use crate::plan::disk::{PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
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
    if config
        .and_then(|config| config.oem_swap)
        .is_some_and(|it| *it)
    {
        let written = config.and_then(|config| config.oem_swapsize);
        let size = builder.fixed(written, DEFAULT_SWAP_MIB, "default of `oem-swapsize`");
        builder.add(PartitionRole::Swap, "p.swap", None, size, "swap space");
        builder.keys(&["kiwi_SwapPart"]);
        builder.holds(
            plain(FileSystem::Swap, "SWAP", ids.uuid("file system swap")),
            None,
        );
    }
    let size = root_size(facts);
    builder.add(
        PartitionRole::Root,
        "p.lxroot",
        disk.rootpart_id,
        size,
        "the root file system",
    );
    if rules.boot.is_some() {
        builder.keys(&["kiwi_RootPart"]);
    } else {
        builder.keys(&["kiwi_RootPart", "kiwi_BootPart"]);
    }
    builder.holds(rules.root.clone(), Some("/"));
    if rules.firmware.active_flag {
        set_boot_flag(&mut builder.partitions);
    }
    builder.partitions
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
            filesystem: None,
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
        btrfs: None,
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
