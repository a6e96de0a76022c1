//! `oem`: a disk (spec 04).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::values::{DevicePersistency, DiskFormat};

use super::{excludes, filesystem, size};
use crate::boot::{LoaderRules, plan_initrd, plan_loader};
use crate::disk::btrfs_volumes;
use crate::disk::firmware::{Firmware, FirmwareError, FirmwareRequest, firmware};
use crate::disk::fstab::{self, FstabRules};
use crate::disk::naming;
use crate::disk::partitions::{self, PartitionRules};
use crate::ids::Ids;
use crate::plan::disk::{DiskPlan, FormatPlan, PartitionPlan, PartitionRole, Persistency};
use crate::plan::filesystem::FileSystem;
use crate::resolve::{DEFAULT_START_SECTOR, Facts};

/// Plans the disk; `None` when it cannot be planned, which was reported.
pub(super) fn plan(
    facts: &Facts<'_>,
    ids: &Ids,
    diagnostics: &mut Diagnostics,
) -> Option<DiskPlan> {
    let kind = facts.kind();
    let firmware = plan_firmware(facts, diagnostics)?;
    let root_kind = filesystem::kind_of(*kind.general.filesystem?);
    let label = kind
        .general
        .rootfs_label
        .as_ref()
        .map_or("ROOT", |label| label.as_str());
    let mut root = filesystem::root(facts, root_kind, Some(label), ids);
    root.btrfs = btrfs_volumes::plan(facts, diagnostics).map(Box::new);
    let boot = has_boot_partition(facts).then(|| boot_kind(facts, root_kind));

    let rules = PartitionRules {
        firmware: &firmware,
        root: &root,
        boot,
    };
    let partitions = partitions::plan(facts, rules, ids);
    partitions::report_numbers(facts, &partitions, firmware.table, diagnostics);

    let mbr_id = ids.medium_id("medium");
    let persistency = match kind.general.devicepersistency.map(|it| *it) {
        Some(DevicePersistency::ByLabel) => Persistency::ByLabel,
        Some(DevicePersistency::ByPartuuid) => Persistency::ByPartuuid,
        Some(DevicePersistency::ByUuid) | None => Persistency::ByUuid,
    };
    let root_partition = root_of(&partitions)?;
    let root_device = naming::device(persistency, firmware.table, mbr_id, root_partition);
    let size = size::written(facts);
    let fstab_rules = FstabRules {
        persistency,
        table: firmware.table,
        mbr_id,
        efi_options: kind
            .disk
            .efimountoptions
            .as_ref()
            .map(|options| options.as_str()),
    };
    let mut fstab = fstab::entries(&partitions, fstab_rules);
    if let Some(btrfs) = &root.btrfs {
        btrfs_volumes::add_fstab_entries(&mut fstab, btrfs);
    }
    Some(DiskPlan {
        file_name: format!("{}.raw", facts.identity.result_stem),
        firmware: firmware.name.clone(),
        table: firmware.table,
        sector_size: sector_size(facts, diagnostics),
        start_sector: kind
            .disk
            .disk_start_sector
            .map_or(DEFAULT_START_SECTOR, |it| *it),
        disk_guid: ids.uuid("disk"),
        mbr_id,
        size: size.rule,
        size_origin: size.origin,
        unpartitioned_mib: size.unpartitioned_mib,
        persistency,
        fstab,
        initrd: plan_initrd(facts),
        boot: plan_loader(
            facts,
            LoaderRules {
                firmware: &firmware,
                root_device: &root_device,
                boot_partition: boot.is_some(),
                btrfs: root.btrfs.as_deref(),
            },
        ),
        format: format(facts),
        excludes: plan_excludes(facts, &partitions),
        partitions,
    })
}

fn plan_firmware(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Option<Firmware> {
    use kiwi_description::model::values::EfiPartitionTable;
    let disk = &facts.kind().disk;
    let request = FirmwareRequest {
        name: disk.firmware.as_ref().map(|firmware| firmware.as_str()),
        efi_on_msdos: disk
            .efiparttable
            .is_some_and(|it| *it == EfiPartitionTable::Msdos),
        compatibility_module: disk.eficsm.is_none_or(|it| *it),
    };
    let place = disk
        .firmware
        .map_or(facts.kind().span, |firmware| firmware.span);
    firmware(&facts.choice.machine, request)
        .map_err(|error| diagnostics.push(firmware_error(&error).at(place)))
        .ok()
}

fn firmware_error(error: &FirmwareError) -> Diagnostic {
    match error {
        FirmwareError::UnknownArchitecture { machine, known } => {
            Diagnostic::error(codes::selection::FIRMWARE_NOT_POSSIBLE, error.to_string())
                .help_if(did_you_mean(machine, known.iter().copied()))
        }
        FirmwareError::NotForArchitecture {
            allowed, machine, ..
        } => {
            let names: Vec<_> = allowed.iter().map(|name| format!("`{name}`")).collect();
            let help = if names.is_empty() {
                format!("leave `firmware` out on `{machine}`")
            } else {
                format!("`{machine}` has {}", names.join(", "))
            };
            Diagnostic::error(codes::selection::FIRMWARE_NOT_POSSIBLE, error.to_string()).help(help)
        }
        FirmwareError::NotYet { .. } => {
            Diagnostic::error(codes::selection::NOT_YET, error.to_string())
        }
    }
}

/// Written, or not: everything that implies a boot partition comes with a later version.
fn has_boot_partition(facts: &Facts<'_>) -> bool {
    facts.kind().disk.bootpartition.is_some_and(|it| *it)
}

fn boot_kind(facts: &Facts<'_>, root: FileSystem) -> FileSystem {
    facts
        .kind()
        .disk
        .bootfilesystem
        .map_or(root, |written| filesystem::kind_of(*written))
}

fn sector_size(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> u32 {
    let Some(written) = facts.kind().general.target_blocksize else {
        return 512;
    };
    match *written {
        512 => 512,
        4096 => 4096,
        other => {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::SECTOR_SIZE,
                    format!("disks have sectors of 512 or 4096 bytes, not {other}"),
                )
                .at(written.span)
                .help("use one of these, or remove it"),
            );
            512
        }
    }
}

fn root_of(partitions: &[PartitionPlan]) -> Option<&PartitionPlan> {
    partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Root)
}

fn format(facts: &Facts<'_>) -> Option<FormatPlan> {
    let output = &facts.kind().output;
    let format = output
        .format
        .filter(|format| format.container.is_none() && format.disk != DiskFormat::Raw)?;
    let mut options: Vec<String> = output
        .formatoptions
        .iter()
        .flat_map(|options| options.split(','))
        .map(|option| option.trim().to_owned())
        .filter(|option| !option.is_empty())
        .collect();
    options.sort();
    let name = format.disk.to_string();
    Some(FormatPlan {
        file_name: format!("{}.{name}", facts.identity.result_stem),
        name,
        options,
    })
}

/// Build files, and whatever lies on a partition of its own.
fn plan_excludes(facts: &Facts<'_>, partitions: &[PartitionPlan]) -> Vec<String> {
    let mut paths = excludes::common(facts);
    paths.extend([".profile", "config.bootoptions"].map(str::to_owned));
    for partition in partitions {
        match partition.mountpoint.as_deref() {
            None | Some("/") => {}
            Some(mountpoint) => paths.extend(excludes::below(mountpoint)),
        }
    }
    paths
}
