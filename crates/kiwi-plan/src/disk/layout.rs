//! Where everything lies on the disk, computed from the plan and the measured tree (spec 04, sections 4 and 7).
//!
//! The size of a disk follows the reference's formula, so that images stay as large as people know them. Where that formula
//! would give less than the content needs, the disk grows; a size written into the description is never changed, and
//! too small a one is an error before anything is written.

use thiserror::Error;

use super::btrfs;
use super::ext::{self, ExtGeometry};
use super::measure::{MIB, Measured, TreeSize};
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
}

/// Where one partition lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLayout {
    /// What it is for.
    pub role: PartitionRole,
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
    /// Blocks and inodes when it holds ext2, ext3 or ext4; options of the description win over it.
    pub ext: Option<ExtGeometry>,
}

impl DiskLayout {
    /// Returns the partition of a role.
    pub fn partition(&self, role: PartitionRole) -> Option<&PartitionLayout> {
        self.partitions
            .iter()
            .find(|partition| partition.role == role)
    }
}

/// Size of a file system image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSystemLayout {
    /// Size of the image in bytes.
    pub bytes: u64,
    /// Blocks and inodes of ext2, ext3 or ext4.
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
        "the {role} partition is too small: needs {needs_mib} MiB, has {given_mib} MiB ({origin})"
    )]
    PartitionTooSmall {
        /// Which partition.
        role: &'static str,
        /// Smallest size that would do, in MiB.
        needs_mib: u64,
        /// Its size, in MiB.
        given_mib: u64,
        /// Where that size comes from.
        origin: Origin,
    },
    /// An MBR counts sectors with 32 bits.
    #[error("a disk of {mib} MiB is too large for an MBR partition table")]
    TooLargeForTable {
        /// Size of the disk in MiB.
        mib: u64,
    },
}

/// Computes the layout of a disk.
///
/// Partitions lie in the order of the plan, each at a full MiB. The one without a size of its own, if any, gets what is
/// left. A GPT keeps the last MiB for its second copy.
///
/// # Errors
/// A size of the description, or the default size of a partition, that is too small for what goes in.
pub fn layout(plan: &DiskPlan, measured: &Measured) -> Result<DiskLayout, LayoutError> {
    for partition in &plan.partitions {
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
    let mut behind = plan
        .partitions
        .iter()
        .filter_map(|p| p.size_mib)
        .sum::<u64>()
        * MIB;
    let mut partitions = Vec::new();
    for partition in &plan.partitions {
        let bytes = if let Some(mib) = partition.size_mib {
            behind -= mib * MIB;
            mib * MIB
        } else {
            (end - behind - start) / MIB * MIB
        };
        partitions.push(PartitionLayout {
            role: partition.role,
            number: partition.number,
            start_lba: start / sector,
            sectors: bytes / sector,
            start_bytes: start,
            bytes,
            ext: holds_ext(partition)
                .then(|| ext::geometry(bytes, content(plan, partition.role, measured))),
        });
        start = (start + bytes).next_multiple_of(MIB);
    }
    Ok(DiskLayout {
        disk_bytes: disk_mib * MIB,
        partitioned_bytes: partitioned_mib * MIB,
        sector_size: plan.sector_size,
        partitions,
    })
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
    let formula = formula_mib(kind, tree);
    let minimum = match kind {
        FileSystem::Btrfs => btrfs::minimum_mib(tree),
        kind if kind.is_ext() => ext::minimum_mib(kind, tree),
        _ => return Ok(None),
    };
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
    start_mib(plan)
        + plan
            .partitions
            .iter()
            .filter_map(|p| p.size_mib)
            .sum::<u64>()
        + table_end_mib(plan.table)
}

fn partitioned_mib(plan: &DiskPlan, measured: &Measured) -> Result<u64, LayoutError> {
    let root_kind = plan
        .partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Root)
        .and_then(|partition| partition.filesystem.as_ref())
        .map_or(FileSystem::Ext4, |filesystem| filesystem.kind);
    let others: u64 = plan
        .partitions
        .iter()
        .filter(|partition| partition.role != PartitionRole::Root)
        .filter_map(|partition| partition.size_mib)
        .sum();
    let formula = formula_mib(root_kind, measured.root_tree) + others;
    let rest: u64 = plan
        .partitions
        .iter()
        .filter(|partition| partition.size_mib.is_none())
        .map(|partition| needed_mib(plan, partition, measured))
        .sum();
    let minimum = fixed_mib(plan) + rest;
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
            role: partition.role.name(),
            needs_mib,
            given_mib,
            origin: partition.size_origin.clone(),
        });
    }
    Ok(())
}

/// Smallest size for the content of a partition.
fn needed_mib(plan: &DiskPlan, partition: &PartitionPlan, measured: &Measured) -> u64 {
    let content = content(plan, partition.role, measured);
    match partition
        .filesystem
        .as_ref()
        .map(|filesystem| filesystem.kind)
    {
        Some(kind) if kind.is_ext() => ext::minimum_mib(kind, content),
        Some(FileSystem::Btrfs) => btrfs::minimum_mib(content),
        Some(FileSystem::Fat16 | FileSystem::Fat32) if content.entries > 0 => {
            // Allocation tables take less than a hundredth.
            (content.block_bytes + content.block_bytes / 100).div_ceil(MIB) + 1
        }
        Some(FileSystem::Squashfs | FileSystem::Erofs) => 1,
        _ => 0,
    }
}

/// What goes into a partition.
fn content(plan: &DiskPlan, role: PartitionRole, measured: &Measured) -> TreeSize {
    let has = |role| {
        plan.partitions
            .iter()
            .any(|partition| partition.role == role)
    };
    match role {
        PartitionRole::BiosBoot | PartitionRole::Swap => TreeSize::default(),
        PartitionRole::Efi => measured.efi,
        PartitionRole::Boot => measured.boot,
        PartitionRole::Root => {
            let mut root = measured.root_tree;
            if has(PartitionRole::Boot) {
                root = root.without(measured.boot);
            }
            if has(PartitionRole::Efi) {
                root = root.without(measured.efi);
            }
            root
        }
    }
}

fn holds_ext(partition: &PartitionPlan) -> bool {
    partition
        .filesystem
        .as_ref()
        .is_some_and(|filesystem| filesystem.kind.is_ext())
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
