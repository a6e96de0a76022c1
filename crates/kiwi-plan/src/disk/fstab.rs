//! Lines of `/etc/fstab` (spec 04, section 15).

use super::naming::device;
use crate::plan::disk::{FstabEntry, PartitionPlan, PartitionRole, Persistency, TableKind};

/// What the lines depend on besides the partitions.
#[derive(Debug, Clone, Copy)]
pub struct FstabRules<'a> {
    /// How devices are named.
    pub persistency: Persistency,
    /// Partition table.
    pub table: TableKind,
    /// Identifier of the medium.
    pub mbr_id: u32,
    /// `efimountoptions`.
    pub efi_options: Option<&'a str>,
}

/// Lists the lines in file order: swap, then mount points by depth and name.
pub fn entries(partitions: &[PartitionPlan], rules: FstabRules<'_>) -> Vec<FstabEntry> {
    let mut entries: Vec<FstabEntry> = partitions
        .iter()
        .filter_map(|partition| entry(partition, rules))
        .collect();
    sort(&mut entries);
    entries
}

/// Puts lines into file order.
pub(crate) fn sort(entries: &mut [FstabEntry]) {
    entries.sort_by(|a, b| {
        (depth(&a.mountpoint), &a.mountpoint).cmp(&(depth(&b.mountpoint), &b.mountpoint))
    });
}

/// Returns the text of the lines.
pub fn text(entries: &[FstabEntry]) -> String {
    entries
        .iter()
        .map(|entry| {
            let (dump, pass) = entry.dump_and_pass;
            format!(
                "{} {} {} {} {dump} {pass}\n",
                entry.device, entry.mountpoint, entry.filesystem, entry.options
            )
        })
        .collect()
}

fn entry(partition: &PartitionPlan, rules: FstabRules<'_>) -> Option<FstabEntry> {
    let filesystem = partition.filesystem.as_ref()?;
    let (mountpoint, options, pass) = match partition.role {
        PartitionRole::Swap => ("swap", None, 0),
        PartitionRole::Root => ("/", filesystem.mount_options.as_deref(), 1),
        PartitionRole::Efi => (partition.mountpoint.as_deref()?, rules.efi_options, 0),
        PartitionRole::Boot | PartitionRole::BiosBoot => {
            (partition.mountpoint.as_deref()?, None, 0)
        }
    };
    Some(FstabEntry {
        device: device(rules.persistency, rules.table, rules.mbr_id, partition),
        mountpoint: mountpoint.to_owned(),
        filesystem: filesystem.kind.fstab_name().to_owned(),
        options: options.unwrap_or("defaults").to_owned(),
        dump_and_pass: (0, pass),
    })
}

/// Number of directories in a mount point; `swap` is none.
fn depth(mountpoint: &str) -> usize {
    match mountpoint {
        "/" => 1,
        other => other.matches('/').count() + usize::from(other.starts_with('/')),
    }
}
