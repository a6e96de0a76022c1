//! The partition table.

use super::table::Table;
use crate::disk::layout::fixed_mib;
use crate::disk::measure::MIB;
use crate::plan::disk::{DiskPlan, PartitionPlan, TableKind};
use crate::plan::image::SizeRule;

/// Returns the table: number, start, size, content, mount point and reason of each partition.
pub(super) fn lines(disk: &DiskPlan) -> Vec<String> {
    let kind = match disk.table {
        TableKind::Gpt => "GPT",
        TableKind::Msdos => "MBR",
    };
    let mut table = Table::new();
    table.row([kind, "start", "size", "content", "mounted", "why"]);
    let mut start = Some(disk.start_sector * u64::from(disk.sector_size));
    for partition in &disk.partitions {
        let start_text = match start {
            Some(bytes) if bytes % MIB == 0 => format!("{} MiB", bytes / MIB),
            Some(bytes) => format!("sector {}", bytes / u64::from(disk.sector_size)),
            None => "behind it".to_owned(),
        };
        table.row([
            &partition.number.to_string(),
            &start_text,
            &size(disk, partition),
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

/// The size as far as it is known without the tree.
fn size(disk: &DiskPlan, partition: &PartitionPlan) -> String {
    if let Some(mib) = partition.size_mib {
        return format!("{mib} MiB");
    }
    match disk.size {
        SizeRule::Absolute { mib } => {
            let rest = mib.saturating_sub(disk.unpartitioned_mib + fixed_mib(disk));
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
        return partition.role.name().to_owned();
    };
    match &filesystem.label {
        Some(label) => format!("{} {label}", filesystem.kind.fstab_name()),
        None => filesystem.kind.fstab_name().to_owned(),
    }
}
