//! `oem`: a disk (spec 04).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::values::DevicePersistency;

use super::{excludes, filesystem, size};
use crate::boot::{Additions, LoaderRules, plan_initrd, plan_loader};
use crate::disk::btrfs_volumes;
use crate::disk::firmware::{Firmware, FirmwareError, FirmwareRequest, firmware};
use crate::disk::fstab::{self, FstabRules};
use crate::disk::naming;
use crate::disk::partitions::{self, PartitionRules, has_boot_partition};
use crate::disk::{storage, volumes};
use crate::format::{self, FormatRules};
use crate::ids::Ids;
use crate::plan::boot::InitrdPlan;
use crate::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, Persistency, TableKind};
use crate::plan::filesystem::{FileSystem, FileSystemPlan};
use crate::plan::format::FormatPlan;
use crate::plan::layers::{LayerPlan, LuksPlan, VerityPlan};
use crate::resolve::{DEFAULT_START_SECTOR, Facts};

/// Module of dracut that puts a writable layer on a read-only root file system.
const OVERLAY_MODULE: &str = "kiwi-overlay";

/// Directory of devices that the device mapper makes.
const MAPPER: &str = "/dev/mapper/";

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
    let sector_size = sector_size(facts, diagnostics);

    let read_only = facts
        .has_overlay_root()
        .then(|| filesystem::read_only_root(facts, ids));
    let layers = storage::layers(facts, boot.is_some(), ids);
    let volumes = volumes::plan(facts, &root, ids);
    let verity = storage::verity(facts, ids);
    let rules = PartitionRules {
        firmware: &firmware,
        root: &root,
        boot,
        read_only: read_only.as_ref(),
        layers: &layers,
        volumes: volumes.as_ref(),
        verity: verity.as_ref(),
    };
    let partitions = partitions::plan(facts, rules, ids);
    partitions::report_problems(facts, &partitions, &firmware, sector_size, diagnostics);

    let mbr_id = ids.medium_id("medium");
    let persistency = match kind.general.devicepersistency.map(|it| *it) {
        Some(DevicePersistency::ByLabel) => Persistency::ByLabel,
        Some(DevicePersistency::ByPartuuid) => Persistency::ByPartuuid,
        Some(DevicePersistency::ByUuid) | None => Persistency::ByUuid,
    };
    let named = Named {
        persistency,
        table: firmware.table,
        mbr_id,
        partitions: &partitions,
    };
    let root_device = named.root_device()?;
    let mut additions = named.additions();
    let flags = root.btrfs.as_deref().and_then(btrfs_volumes::root_flags);
    additions.after.extend(flags);
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
        sector_size,
        start_sector: kind
            .disk
            .disk_start_sector
            .map_or(DEFAULT_START_SECTOR, |it| *it),
        hybrid_mbr: hybrid_mbr(facts, &firmware, &partitions),
        disk_guid: ids.uuid("disk"),
        mbr_id,
        size: size.rule,
        size_origin: size.origin,
        unpartitioned_mib: size.unpartitioned_mib,
        persistency,
        fstab,
        initrd: plan_initrd(facts)
            .map(|initrd| with_storage(initrd, &layers, verity.as_ref(), facts)),
        boot: plan_loader(
            facts,
            LoaderRules {
                firmware: &firmware,
                root_device: &root_device,
                additions: &additions,
                encrypted_boot: encrypted_boot(&partitions, boot.is_some()),
                boot_partition: boot.is_some(),
                btrfs: root.btrfs.as_deref(),
            },
        ),
        format: plan_format(facts, &firmware, &root, ids),
        excludes: plan_excludes(facts, &partitions),
        partitions,
    })
}

fn plan_firmware(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Option<Firmware> {
    let disk = &facts.kind().disk;
    let request = FirmwareRequest::of(facts.kind());
    let target = facts.kind().bootloader.as_ref();
    let target = target.and_then(|loader| loader.targettype.map(|target| target.span));
    let written = disk.firmware.map(|firmware| firmware.span);
    firmware(&facts.choice.machine, request)
        .map_err(|error| {
            let place = match error {
                FirmwareError::Dasd => target,
                _ => written,
            };
            let place = place.unwrap_or(facts.kind().span);
            diagnostics.push(firmware_error(&error).at(place));
        })
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
        FirmwareError::Dasd => Diagnostic::error(codes::checks::DASD_TABLE, error.to_string())
            .help("use `targettype=\"GPT\"`, `\"SCSI\"` or `\"FBA\"`"),
    }
}

/// The first three partitions, when firmware shall see them in an MBR, too.
fn hybrid_mbr(facts: &Facts<'_>, firmware: &Firmware, partitions: &[PartitionPlan]) -> Vec<u32> {
    let wanted = facts.kind().disk.gpt_hybrid_mbr.is_some_and(|it| *it);
    if !wanted || firmware.efi.is_none() || firmware.table != TableKind::Gpt {
        return Vec::new();
    }
    let mut numbers: Vec<u32> = partitions.iter().map(|it| it.number).collect();
    numbers.sort_unstable();
    numbers.truncate(3);
    numbers
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

/// Adds what the initrd needs for what lies below the root file system.
fn with_storage(
    mut initrd: InitrdPlan,
    layers: &[LayerPlan],
    verity: Option<&VerityPlan>,
    facts: &Facts<'_>,
) -> InitrdPlan {
    let mut modules = storage::initrd_modules(layers, verity);
    modules.extend(facts.has_overlay_root().then_some(OVERLAY_MODULE));
    for module in modules {
        if !initrd.add_modules.iter().any(|other| other == module) {
            initrd.add_modules.push(module.to_owned());
        }
    }
    for driver in storage::initrd_drivers(layers, verity) {
        if !initrd.add_drivers.iter().any(|other| other == driver) {
            initrd.add_drivers.push(driver.to_owned());
        }
    }
    initrd
        .install_files
        .extend(storage::initrd_files(layers, verity));
    initrd
}

/// The encryption of the root partition, when `/boot` lies there.
fn encrypted_boot(partitions: &[PartitionPlan], boot_partition: bool) -> Option<&LuksPlan> {
    let root = partitions
        .iter()
        .find(|it| it.role == PartitionRole::Root && it.copy_of.is_none())?;
    root.layers.iter().find_map(|layer| match layer {
        LayerPlan::Luks(luks) if !boot_partition => Some(&**luks),
        _ => None,
    })
}

/// How the parts of the disk are named on the kernel command line (spec 04, section 16).
struct Named<'a> {
    persistency: Persistency,
    table: TableKind,
    mbr_id: u32,
    partitions: &'a [PartitionPlan],
}

impl Named<'_> {
    fn of(&self, role: PartitionRole) -> Option<&PartitionPlan> {
        self.partitions
            .iter()
            .find(|partition| partition.role == role && partition.copy_of.is_none())
    }

    fn device(&self, partition: &PartitionPlan) -> String {
        naming::device(self.persistency, self.table, self.mbr_id, partition)
    }

    /// What follows `root=`.
    fn root_device(&self) -> Option<String> {
        if let Some(read_only) = self.of(PartitionRole::ReadOnlyRoot) {
            let mapping = storage::mapping(&read_only.layers, read_only.verity.as_ref());
            let uuid = || naming::partition_uuid(self.table, self.mbr_id, read_only);
            return Some(mapping.map_or_else(
                || format!("overlay:PARTUUID={}", uuid()),
                |path| format!("overlay:MAPPER={}", path.trim_start_matches(MAPPER)),
            ));
        }
        let root = self.of(PartitionRole::Root)?;
        match &root.volumes {
            Some(group) => {
                let filesystem = &group.root()?.filesystem;
                naming::content_name(self.persistency, filesystem)
            }
            None => Some(self.device(root)),
        }
    }

    /// Where the writable layer lies, and that arrays are to be assembled.
    fn additions(&self) -> Additions {
        let mut additions = Additions::default();
        let read_only = self.of(PartitionRole::ReadOnlyRoot);
        if let (Some(_), Some(root)) = (read_only, self.of(PartitionRole::Root)) {
            let device = self.device(root);
            let (kind, id) = device.split_once('=').unwrap_or(("UUID", &device));
            additions.before.push(format!(
                "rd.root.overlay.write=/dev/disk/by-{}/{id}",
                kind.to_ascii_lowercase()
            ));
        }
        let has_array = self
            .partitions
            .iter()
            .flat_map(|partition| &partition.layers)
            .any(|layer| matches!(layer, LayerPlan::Raid(_)));
        additions
            .after
            .extend(has_array.then(|| "rd.auto".to_owned()));
        additions
    }
}

fn plan_format(
    facts: &Facts<'_>,
    firmware: &Firmware,
    root: &FileSystemPlan,
    ids: &Ids,
) -> Option<FormatPlan> {
    let rules = FormatRules {
        bios: firmware.bios,
        efi: firmware.efi.is_some(),
        secure_boot: firmware.name == "uefi",
        root_uuid: root.uuid.as_deref().unwrap_or_default(),
    };
    format::plan(facts, rules, ids)
}

/// Build files, and whatever lies on a partition of its own.
fn plan_excludes(facts: &Facts<'_>, partitions: &[PartitionPlan]) -> Vec<String> {
    let mut paths = excludes::common(facts);
    paths.extend([".profile", "config.bootoptions"].map(str::to_owned));
    let volumes = partitions
        .iter()
        .filter_map(|partition| partition.volumes.as_ref())
        .flat_map(|group| &group.volumes)
        .filter_map(|volume| volume.mountpoint.as_deref());
    let own = partitions
        .iter()
        .filter(|partition| partition.copy_of.is_none())
        .filter_map(|partition| partition.mountpoint.as_deref());
    for mountpoint in own.chain(volumes).filter(|mountpoint| *mountpoint != "/") {
        paths.extend(excludes::below(mountpoint));
    }
    paths
}
