//! Where everything lies on the disk, computed from the plan and the measured tree (spec 04, sections 4 and 7).
//!
//! The size of a disk follows the reference's formula, so that images stay as large as people know them. Where that formula
//! would give less than the content needs, the disk grows; a size written into the description is never changed, and
//! too small a one is an error before anything is written.

use thiserror::Error;

use super::btrfs;
use super::ext::{self, ExtGeometry};
use super::measure::{MIB, Measured, TreeSize};
use super::partitions::FIRST_LOGICAL;
use super::stack::{self, VolumeLayout};
use super::xfs;
use crate::plan::Origin;
use crate::plan::disk::{DiskPlan, PartitionPlan, PartitionRole, TableKind};
use crate::plan::filesystem::FileSystem;
use crate::plan::image::{FileSystemImagePlan, SizeRule};

/// Everything about the disk that the plan could not know without the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskLayout {
    /// Size of the raw image in bytes, the unpartitioned end included.
    pub disk_bytes: u64,
    /// Size of the part that holds the partition table and the partitions, in bytes.
    pub partitioned_bytes: u64,
    /// Bytes of a logical sector, the unit of all sector numbers below.
    pub sector_size: u32,
    /// Partitions in the order of the plan.
    pub partitions: Vec<PartitionLayout>,
    /// The container of those with numbers from 5 on, on an MBR disk.
    pub extended: Option<ExtendedLayout>,
}

/// Where the extended partition of an MBR lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedLayout {
    /// Number in the table.
    pub number: u32,
    /// First sector.
    pub start_lba: u64,
    /// Length in sectors.
    pub sectors: u64,
}

/// Where one partition lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLayout {
    /// What it is for.
    pub role: PartitionRole,
    /// Its name in the plan.
    pub id: String,
    /// It is a copy of another one.
    pub is_copy: bool,
    /// Number in the table.
    pub number: u32,
    /// First sector.
    pub start_lba: u64,
    /// Length in sectors.
    pub sectors: u64,
    /// Offset in the image, in bytes.
    pub start_bytes: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// Length of its content in bytes, without what layers and checksums take.
    pub content_bytes: u64,
    /// What goes in.
    pub content: TreeSize,
    /// Volumes of the plan's volume group, in its order.
    pub volumes: Vec<VolumeLayout>,
}

impl DiskLayout {
    /// Returns the partition of a role, not a copy of it.
    pub fn partition(&self, role: PartitionRole) -> Option<&PartitionLayout> {
        self.partitions
            .iter()
            .find(|partition| partition.role == role && !partition.is_copy)
    }
}

/// Size of a file system image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSystemLayout {
    /// Size of the image in bytes.
    pub bytes: u64,
    /// Blocks and inodes when it is ext2, ext3 or ext4.
    pub ext: Option<ExtGeometry>,
}

/// Why there is no layout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The size in the description is smaller than what goes in.
    #[error("{what} too small: needs {needs_mib} MiB, `<size>` gives {given_mib} MiB")]
    TooSmall {
        /// `disk` or `file system`.
        what: &'static str,
        /// Smallest size that would do, in MiB.
        needs_mib: u64,
        /// The size as written, in MiB.
        given_mib: u64,
        /// Where it was written.
        origin: Option<Origin>,
    },
    /// A partition of fixed size is smaller than what goes in.
    #[error(
        "the {name} partition is too small: needs {needs_mib} MiB, has {given_mib} MiB ({origin})"
    )]
    PartitionTooSmall {
        /// Which partition.
        name: String,
        /// Smallest size that would do, in MiB.
        needs_mib: u64,
        /// Its size, in MiB.
        given_mib: u64,
        /// Where that size comes from.
        origin: Origin,
    },
    /// A volume of fixed size is smaller than what goes in.
    #[error("the volume `{name}` is too small: needs {needs_mib} MiB, has {given_mib} MiB")]
    VolumeTooSmall {
        /// Which volume.
        name: String,
        /// Smallest size that would do, in MiB.
        needs_mib: u64,
        /// Its size, in MiB.
        given_mib: u64,
    },
    /// An MBR counts sectors with 32 bits, and no disk has 2^63 bytes.
    #[error("a disk of {mib} MiB is too large for its partition table")]
    TooLargeForTable {
        /// Size of the disk in MiB.
        mib: u64,
    },
}

/// Computes the layout of a disk.
///
/// Partitions lie in the order of the plan, each at a full MiB. Those without a size of their own share what is left in equal
/// parts; one at the end gets the rest of that. A GPT keeps the last MiB for its second copy, and inside an extended partition
/// each one has a MiB for its record in front of it.
///
/// # Errors
/// A size of the description, or the default size of a partition, that is too small for what goes in.
pub fn layout(plan: &DiskPlan, measured: &Measured) -> Result<DiskLayout, LayoutError> {
    check_possible(plan)?;
    for partition in &plan.partitions {
        check_volumes(partition, measured)?;
        check_fixed_size(plan, partition, measured)?;
    }
    let partitioned_mib = partitioned_mib(plan, measured)?;
    let disk_mib = partitioned_mib + plan.unpartitioned_mib;
    let sector = u64::from(plan.sector_size);
    if plan.table == TableKind::Msdos && disk_mib * MIB / sector > u64::from(u32::MAX) {
        return Err(LayoutError::TooLargeForTable { mib: disk_mib });
    }

    let mut start = plan.start_sector * sector;
    let end = (partitioned_mib - table_end_mib(plan.table)) * MIB;
    // Behind a first partition that does not end at a full MiB, the others do not share what is lost there.
    let share_mib = (partitioned_mib - fixed_mib(plan))
        .checked_div(sharing(plan))
        .unwrap_or(0);
    let mut partitions = Vec::new();
    for partition in &plan.partitions {
        if is_logical(plan, partition) {
            start += MIB;
        }
        let bytes = if partition.takes_rest {
            (end - start) / MIB * MIB
        } else {
            partition.size_mib.unwrap_or(share_mib) * MIB
        };
        let content_bytes = stack::content_bytes(partition, bytes);
        let volumes = partition.volumes.as_ref().map_or_else(Vec::new, |group| {
            stack::volumes(group, measured, content_bytes)
        });
        partitions.push(PartitionLayout {
            role: partition.role,
            id: partition.id.clone(),
            is_copy: partition.copy_of.is_some(),
            number: partition.number,
            start_lba: start / sector,
            sectors: bytes / sector,
            start_bytes: start,
            bytes,
            content_bytes,
            content: content(plan, partition, measured),
            volumes,
        });
        start = (start + bytes).next_multiple_of(MIB);
    }
    Ok(DiskLayout {
        disk_bytes: disk_mib * MIB,
        partitioned_bytes: partitioned_mib * MIB,
        sector_size: plan.sector_size,
        extended: extended(plan, &partitions, end),
        partitions,
    })
}

/// Everything from the record of the first logical partition to the end.
fn extended(plan: &DiskPlan, partitions: &[PartitionLayout], end: u64) -> Option<ExtendedLayout> {
    let first = plan.partitions.iter().position(|it| is_logical(plan, it))?;
    let sector = u64::from(plan.sector_size);
    let start_lba = (partitions.get(first)?.start_bytes - MIB) / sector;
    Some(ExtendedLayout {
        number: FIRST_LOGICAL - 1,
        start_lba,
        sectors: end / sector - start_lba,
    })
}

/// Refuses sizes whose sum no disk can have, so that nothing below can overflow.
fn check_possible(plan: &DiskPlan) -> Result<(), LayoutError> {
    const MOST_MIB: u128 = i64::MAX as u128 / MIB as u128 / 4;
    let written = match plan.size {
        SizeRule::Computed => 0,
        SizeRule::Absolute { mib } | SizeRule::Additive { mib } => mib,
    };
    let start = u128::from(plan.start_sector) * u128::from(plan.sector_size);
    let sum = plan
        .partitions
        .iter()
        .filter_map(|partition| partition.size_mib)
        .chain([written, plan.unpartitioned_mib])
        .map(u128::from)
        .sum::<u128>()
        + start / u128::from(MIB);
    if sum > MOST_MIB {
        let mib = u64::try_from(sum).unwrap_or(u64::MAX);
        return Err(LayoutError::TooLargeForTable { mib });
    }
    Ok(())
}

/// Computes the size of a file system image; `None` for kinds that are as large as their content.
///
/// # Errors
/// A size in the description that is too small for the tree.
pub fn filesystem_layout(
    plan: &FileSystemImagePlan,
    tree: TreeSize,
) -> Result<Option<FileSystemLayout>, LayoutError> {
    let kind = plan.filesystem.kind;
    let minimum = match kind {
        FileSystem::Xfs => xfs::minimum_mib(tree),
        FileSystem::Btrfs => btrfs::minimum_mib(tree),
        kind if kind.is_ext() => ext::minimum_mib(kind, tree),
        _ => return Ok(None),
    };
    let formula = formula_mib(kind, tree);
    let mib = match plan.size {
        SizeRule::Computed => formula.max(minimum),
        SizeRule::Additive { mib } => formula.max(minimum) + mib,
        SizeRule::Absolute { mib } if mib < minimum => {
            return Err(LayoutError::TooSmall {
                what: "file system",
                needs_mib: minimum,
                given_mib: mib,
                origin: plan.size_origin.clone(),
            });
        }
        SizeRule::Absolute { mib } => mib,
    };
    let bytes = mib * MIB;
    Ok(Some(FileSystemLayout {
        bytes,
        ext: kind.is_ext().then(|| ext::geometry(bytes, tree)),
    }))
}

/// Size of a file system by the reference's formula: what the files weigh, and room to live in.
pub fn formula_mib(kind: FileSystem, tree: TreeSize) -> u64 {
    let data = tree.apparent_mib();
    match kind {
        FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => {
            // Twice the inodes there are, 256 bytes each; one division, because the reference truncates once.
            (data * 3 * MIB / 2 + 2 * tree.entries * 256) / MIB
        }
        FileSystem::Btrfs | FileSystem::Xfs => data * 3 / 2,
        FileSystem::Squashfs
        | FileSystem::Erofs
        | FileSystem::Fat16
        | FileSystem::Fat32
        | FileSystem::Swap => data,
    }
}

/// Smallest size the disk can have whatever the tree weighs, in MiB, the rest of the partitions included.
pub fn fixed_mib(plan: &DiskPlan) -> u64 {
    let records = plan.partitions.iter().filter(|it| is_logical(plan, it));
    start_mib(plan)
        + records.count() as u64
        + plan
            .partitions
            .iter()
            .filter_map(|p| p.size_mib)
            .sum::<u64>()
        + table_end_mib(plan.table)
}

/// The size that the reference's formula gives, in MiB: the whole tree as one file system, and all other partitions without
/// what is in them already.
///
/// Partitions of the description count even when they are not mounted, and their content once even when there are copies; in
/// the reference both take their room from the root file system.
fn formula_size_mib(plan: &DiskPlan, measured: &Measured) -> u64 {
    let root = plan
        .root_filesystem()
        .map_or(FileSystem::Ext4, |filesystem| filesystem.kind);
    // Below a writable layer, the copies are those of the read-only one.
    let role = plan.root().map_or(PartitionRole::Root, |root| root.role);
    let roots = plan
        .partitions
        .iter()
        .filter(|partition| partition.role == role)
        .count()
        .max(1) as u64;
    let mut mib = i128::from(formula_mib(root, measured.root_tree)) * i128::from(roots);
    for partition in &plan.partitions {
        // The reference has the read-only root file system in what the tree takes.
        if matches!(
            partition.role,
            PartitionRole::Root | PartitionRole::ReadOnlyRoot
        ) {
            continue;
        }
        mib += i128::from(partition.size_mib.unwrap_or(0));
        if partition.role == PartitionRole::Custom && partition.copy_of.is_none() {
            mib -= i128::from(stored_elsewhere_mib(plan, partition, measured));
        }
    }
    if let Some(group) = plan.volume_group() {
        mib += i128::from(stack::group_formula_mib(group, measured));
    }
    u64::try_from(mib.max(0)).unwrap_or(u64::MAX)
}

/// What a partition of the description holds of the tree, by the formula. What is packed is not taken off.
fn stored_elsewhere_mib(plan: &DiskPlan, partition: &PartitionPlan, measured: &Measured) -> u64 {
    match &partition.filesystem {
        Some(filesystem) if filesystem.kind != FileSystem::Squashfs => {
            formula_mib(filesystem.kind, content(plan, partition, measured))
        }
        _ => 0,
    }
}

/// Number of partitions that share what is left.
pub(crate) fn sharing(plan: &DiskPlan) -> u64 {
    let sharing = plan.partitions.iter().filter(|it| shares(it));
    sharing.count() as u64
}

fn shares(partition: &PartitionPlan) -> bool {
    partition.size_mib.is_none() && !partition.takes_rest
}

/// Whether a partition lies inside the extended one of an MBR.
pub fn is_logical(plan: &DiskPlan, partition: &PartitionPlan) -> bool {
    plan.table == TableKind::Msdos && partition.number >= FIRST_LOGICAL
}

fn partitioned_mib(plan: &DiskPlan, measured: &Measured) -> Result<u64, LayoutError> {
    let formula = formula_size_mib(plan, measured);
    let largest = plan
        .partitions
        .iter()
        .filter(|partition| shares(partition))
        .map(|partition| needed_mib(plan, partition, measured))
        .max()
        .unwrap_or(0);
    let minimum = fixed_mib(plan) + largest * sharing(plan);
    match plan.size {
        SizeRule::Computed => Ok(formula.max(minimum)),
        SizeRule::Additive { mib } => Ok((formula.max(minimum) + mib)
            .saturating_sub(plan.unpartitioned_mib)
            .max(minimum)),
        SizeRule::Absolute { mib } => {
            let partitioned = mib.saturating_sub(plan.unpartitioned_mib);
            if partitioned < minimum {
                return Err(LayoutError::TooSmall {
                    what: "disk",
                    needs_mib: minimum + plan.unpartitioned_mib,
                    given_mib: mib,
                    origin: plan.size_origin.clone(),
                });
            }
            Ok(partitioned)
        }
    }
}

fn check_volumes(partition: &PartitionPlan, measured: &Measured) -> Result<(), LayoutError> {
    let group = partition.volumes.as_ref();
    match group.and_then(|group| stack::too_small(group, measured)) {
        Some(volume) => Err(LayoutError::VolumeTooSmall {
            name: volume.name,
            needs_mib: volume.needs_mib,
            given_mib: volume.given_mib,
        }),
        None => Ok(()),
    }
}

fn check_fixed_size(
    plan: &DiskPlan,
    partition: &PartitionPlan,
    measured: &Measured,
) -> Result<(), LayoutError> {
    let Some(given_mib) = partition.size_mib else {
        return Ok(());
    };
    let needs_mib = needed_mib(plan, partition, measured);
    if given_mib < needs_mib {
        return Err(LayoutError::PartitionTooSmall {
            name: name(partition),
            needs_mib,
            given_mib,
            origin: partition.size_origin.clone(),
        });
    }
    Ok(())
}

/// Its role, and for those of the description its name.
fn name(partition: &PartitionPlan) -> String {
    match partition.role {
        PartitionRole::Custom => format!("`{}`", partition.id),
        role => role.name().to_owned(),
    }
}

/// Smallest partition for its content.
fn needed_mib(plan: &DiskPlan, partition: &PartitionPlan, measured: &Measured) -> u64 {
    let bytes = match (&partition.volumes, &partition.filesystem) {
        (Some(group), _) => stack::group_bytes(group, measured),
        (None, Some(filesystem)) => {
            minimum_mib(filesystem.kind, content(plan, partition, measured)) * MIB
        }
        (None, None) => 0,
    };
    if bytes == 0 {
        return 0;
    }
    stack::partition_mib(partition, bytes)
}

/// Smallest file system of a kind for its content, in MiB.
pub fn minimum_mib(kind: FileSystem, content: TreeSize) -> u64 {
    match kind {
        kind if kind.is_ext() => ext::minimum_mib(kind, content),
        FileSystem::Xfs => xfs::minimum_mib(content),
        FileSystem::Btrfs => btrfs::minimum_mib(content),
        FileSystem::Fat16 | FileSystem::Fat32 if content.entries > 0 => {
            // Allocation tables take less than a hundredth.
            (content.block_bytes + content.block_bytes / 100).div_ceil(MIB) + 1
        }
        FileSystem::Squashfs | FileSystem::Erofs => 1,
        _ => 0,
    }
}

/// What goes into a partition.
fn content(plan: &DiskPlan, partition: &PartitionPlan, measured: &Measured) -> TreeSize {
    match &plan.original(partition).mountpoint {
        Some(mountpoint) => measured.at(mountpoint),
        None => TreeSize::default(),
    }
}

/// Space before the first partition, rounded up to what the second one starts at.
fn start_mib(plan: &DiskPlan) -> u64 {
    (plan.start_sector * u64::from(plan.sector_size)).div_ceil(MIB)
}

/// Space behind the last partition that belongs to the table.
fn table_end_mib(table: TableKind) -> u64 {
    match table {
        TableKind::Gpt => 1,
        TableKind::Msdos => 0,
    }
}

#[cfg(test)]
mod tests;
