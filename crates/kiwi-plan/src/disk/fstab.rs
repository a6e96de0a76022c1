//! Lines of `/etc/fstab` (spec 04, section 15).

use super::naming::device;
use crate::plan::disk::{FstabEntry, PartitionPlan, PartitionRole, Persistency, TableKind};
use crate::plan::filesystem::FileSystem;
use crate::plan::volumes::{VolumeGroupPlan, VolumePlan};

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
        .filter(|partition| partition.copy_of.is_none() && !is_below_layer(partition, partitions))
        .flat_map(|partition| match &partition.volumes {
            Some(group) => group
                .volumes
                .iter()
                .map(|volume| volume_entry(group, volume))
                .collect(),
            None => Vec::from_iter(entry(partition, rules)),
        })
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
                field(&entry.device),
                field(&entry.mountpoint),
                entry.filesystem,
                entry.options
            )
        })
        .collect()
}

/// The read-only root file system is not mounted by itself when there is a writable layer.
fn is_below_layer(partition: &PartitionPlan, partitions: &[PartitionPlan]) -> bool {
    partition.role == PartitionRole::ReadOnlyRoot
        && partitions
            .iter()
            .any(|other| other.role == PartitionRole::Root)
}

fn volume_entry(group: &VolumeGroupPlan, volume: &VolumePlan) -> FstabEntry {
    let filesystem = &volume.filesystem;
    let is_swap = filesystem.kind == FileSystem::Swap;
    let mountpoint = volume.mountpoint.as_deref().unwrap_or("swap");
    let options = filesystem.mount_options.as_deref().filter(|_| !is_swap);
    let pass = match mountpoint {
        "/" => 1,
        _ if volume.check => 2,
        _ => 0,
    };
    FstabEntry {
        device: group.device(volume),
        mountpoint: mountpoint.to_owned(),
        filesystem: filesystem.kind.fstab_name().to_owned(),
        options: options.unwrap_or("defaults").to_owned(),
        dump_and_pass: (0, pass),
    }
}

/// Writes what would end a field as its octal number (fstab(5)).
fn field(text: &str) -> String {
    text.chars().fold(String::new(), |mut field, letter| {
        match letter {
            ' ' => field.push_str("\\040"),
            '\t' => field.push_str("\\011"),
            '\n' => field.push_str("\\012"),
            '\\' => field.push_str("\\134"),
            other => field.push(other),
        }
        field
    })
}

fn entry(partition: &PartitionPlan, rules: FstabRules<'_>) -> Option<FstabEntry> {
    if partition.copy_of.is_some() {
        return None;
    }
    let filesystem = partition.filesystem.as_ref()?;
    let (mountpoint, options, pass) = match partition.role {
        PartitionRole::Swap => ("swap", None, 0),
        PartitionRole::Root | PartitionRole::ReadOnlyRoot => {
            ("/", filesystem.mount_options.as_deref(), 1)
        }
        PartitionRole::Efi => (partition.mountpoint.as_deref()?, rules.efi_options, 0),
        PartitionRole::Boot
        | PartitionRole::BiosBoot
        | PartitionRole::Prep
        | PartitionRole::Custom
        | PartitionRole::Spare => (partition.mountpoint.as_deref()?, None, 0),
    };
    // What is sealed cannot be written, and is not repaired.
    let is_sealed = partition.verity.is_some();
    let mut options = options.unwrap_or("defaults").to_owned();
    if is_sealed {
        options.push_str(",ro");
    }
    let pass = if is_sealed { 0 } else { pass };
    Some(FstabEntry {
        device: device(rules.persistency, rules.table, rules.mbr_id, partition),
        mountpoint: mountpoint.to_owned(),
        filesystem: filesystem.kind.fstab_name().to_owned(),
        options,
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
