//! The partition table.

use super::table::Table;
use crate::disk::layout::{fixed_mib, is_logical, sharing};
use crate::disk::measure::MIB;
use crate::disk::type_codes::type_name;
use crate::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::FileSystemPlan;
use crate::plan::image::SizeRule;
use crate::plan::layers::{LayerPlan, RaidLevel};
use crate::plan::volumes::{VolumeGroupPlan, VolumeSize};

/// Returns the table: number, start, size, content, mount point and reason of each partition.
pub(super) fn lines(disk: &DiskPlan) -> Vec<String> {
    let kind = match disk.table {
        TableKind::Gpt => "GPT",
        TableKind::Msdos => "MBR",
    };
    let mut table = Table::new();
    table.row([kind, "start", "size", "type", "content", "mounted", "why"]);
    let mut start = Some(disk.start_sector * u64::from(disk.sector_size));
    let mut is_first_logical = true;
    for partition in &disk.partitions {
        if is_logical(disk, partition) {
            if is_first_logical {
                table.row(extended(start).each_ref().map(String::as_str));
                is_first_logical = false;
            }
            // Its record lies in front of it.
            start = start.map(|start| start + MIB);
        }
        let start_text = match start {
            Some(bytes) if !bytes.is_multiple_of(MIB) => {
                format!("sector {}", bytes / u64::from(disk.sector_size))
            }
            other => start_of(other),
        };
        table.row([
            &partition.number.to_string(),
            &start_text,
            &size(disk, partition),
            &type_of(disk, partition),
            &content(partition),
            partition.mountpoint.as_deref().unwrap_or_default(),
            &partition.reason,
        ]);
        if let Some(group) = &partition.volumes {
            volumes(group, &mut table);
        }
        start = match (start, partition.size_mib) {
            (Some(start), Some(mib)) => Some((start + mib * MIB).next_multiple_of(MIB)),
            _ => None,
        };
    }
    table.lines()
}

fn start_of(start: Option<u64>) -> String {
    start.map_or_else(
        || "behind it".to_owned(),
        |bytes| format!("{} MiB", bytes / MIB),
    )
}

/// The row of the container of all that follow.
fn extended(start: Option<u64>) -> [String; 7] {
    let text = str::to_owned;
    [
        text("4"),
        start_of(start),
        text("rest"),
        text("05"),
        text("all below"),
        String::new(),
        text("an MBR has four entries"),
    ]
}

/// The type in the table: a name for a GPT, a number for an MBR.
fn type_of(disk: &DiskPlan, partition: &PartitionPlan) -> String {
    match disk.table {
        TableKind::Msdos if partition.active => format!("{:02x}, active", partition.mbr_type),
        TableKind::Msdos => format!("{:02x}", partition.mbr_type),
        TableKind::Gpt => match type_name(&partition.type_guid) {
            Some(name) if disk.hybrid_mbr.contains(&partition.number) => {
                format!("{name}, MBR {:02x}", partition.mbr_type)
            }
            Some(name) => name.to_owned(),
            None => partition.type_guid.clone(),
        },
    }
}

/// The size as far as it is known without the tree.
fn size(disk: &DiskPlan, partition: &PartitionPlan) -> String {
    if let Some(mib) = partition.size_mib {
        let least = if partition.takes_rest { ">= " } else { "" };
        return format!("{least}{mib} MiB");
    }
    match disk.size {
        SizeRule::Absolute { mib } => {
            let rest =
                mib.saturating_sub(disk.unpartitioned_mib + fixed_mib(disk)) / sharing(disk).max(1);
            format!("rest ({rest} MiB)")
        }
        SizeRule::Additive { mib } => {
            format!(
                "rest (>= {} MiB)",
                mib.saturating_sub(disk.unpartitioned_mib)
            )
        }
        SizeRule::Computed => "rest".to_owned(),
    }
}

/// What lies in a partition, from below.
fn content(partition: &PartitionPlan) -> String {
    let layers = partition.layers.iter().map(|layer| match layer {
        LayerPlan::Raid(raid) => match raid.level {
            RaidLevel::Mirroring => "RAID 1".to_owned(),
            RaidLevel::Striping => "RAID 0".to_owned(),
        },
        LayerPlan::Integrity(_) => "integrity".to_owned(),
        LayerPlan::Luks(luks) => luks.version.clone().unwrap_or_else(|| "luks2".to_owned()),
    });
    let inner = match (&partition.volumes, &partition.filesystem) {
        (Some(group), _) => format!("group {}", group.name),
        (None, Some(filesystem)) => named(filesystem),
        (None, None) => match partition.role {
            PartitionRole::Custom => partition.id.clone(),
            role => role.name().to_owned(),
        },
    };
    let sealed = partition.verity.iter().map(|_| "verity".to_owned());
    let all: Vec<String> = layers.chain([inner]).chain(sealed).collect();
    all.join(", ")
}

fn named(filesystem: &FileSystemPlan) -> String {
    let kind = filesystem.kind.fstab_name();
    match &filesystem.label {
        Some(label) => format!("{kind} {label}"),
        None => kind.to_owned(),
    }
}

/// The rows of the volumes of a group.
fn volumes(group: &VolumeGroupPlan, table: &mut Table) {
    for volume in &group.volumes {
        let size = match volume.size {
            VolumeSize::Fixed(mib) => format!("{mib} MiB"),
            VolumeSize::Free(mib) => format!("files + {mib} MiB"),
            VolumeSize::Rest => "rest".to_owned(),
        };
        table.row([
            "",
            "",
            &size,
            "volume",
            &named(&volume.filesystem),
            volume.mountpoint.as_deref().unwrap_or_default(),
            &volume.name,
        ]);
    }
}
