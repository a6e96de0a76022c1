//! The partition table.

use super::table::Table;
use crate::disk::layout::{fixed_mib, is_logical, sharing};
use crate::disk::measure::MIB;
use crate::disk::type_codes::type_name;
use crate::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, TableKind};
use crate::plan::image::SizeRule;

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

fn content(partition: &PartitionPlan) -> String {
    let Some(filesystem) = &partition.filesystem else {
        return match partition.role {
            PartitionRole::Custom => partition.id.clone(),
            role => role.name().to_owned(),
        };
    };
    match &filesystem.label {
        Some(label) => format!("{} {label}", filesystem.kind.fstab_name()),
        None => filesystem.kind.fstab_name().to_owned(),
    }
}
