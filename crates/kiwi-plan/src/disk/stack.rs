//! How much of a partition is left for its content: what layers, checksums and volumes take.

use kiwi_ondisk::dm_integrity::Geometry;

use super::layout::{formula_mib, minimum_mib};
use super::measure::{MIB, Measured, TreeSize};
use super::volumes;
use crate::plan::disk::PartitionPlan;
use crate::plan::filesystem::FileSystem;
use crate::plan::layers::{LayerPlan, VerityPlan};
use crate::plan::volumes::{VolumeGroupPlan, VolumePlan, VolumeSize};

/// Metadata in front of a physical volume's first extent.
pub const PHYSICAL_VOLUME_START: u64 = MIB;
/// Unit of the sizes of volumes.
pub const EXTENT: u64 = 4 * MIB;
/// Unit of checksums.
pub const BLOCK: u64 = 4096;
/// Bytes of a SHA-256.
const DIGEST: u64 = 32;

/// Where the content of a layer lies in it: first byte and length.
///
/// The content of an integrity layer does not lie in one piece; its offset is 0 and means nothing.
pub fn inside(layer: &LayerPlan, bytes: u64) -> (u64, u64) {
    match layer {
        LayerPlan::Raid(raid) => (
            raid.data_offset,
            bytes.saturating_sub(raid.data_offset) / MIB * MIB,
        ),
        LayerPlan::Luks(luks) => (luks.header_bytes, bytes.saturating_sub(luks.header_bytes)),
        LayerPlan::Integrity(_) => {
            let provided = Geometry::new(bytes).map_or(0, |geometry| geometry.provided_bytes());
            (0, provided / BLOCK * BLOCK)
        }
    }
}

/// Bytes of the content of a partition of `bytes`.
pub fn content_bytes(partition: &PartitionPlan, bytes: u64) -> u64 {
    let content = partition
        .layers
        .iter()
        .fold(bytes, |bytes, layer| inside(layer, bytes).1);
    match &partition.verity {
        Some(verity) => sealed_bytes(verity, content),
        None => content,
    }
}

/// Bytes of the file system in `bytes` that also hold its checksums, whole MiB.
fn sealed_bytes(verity: &VerityPlan, bytes: u64) -> u64 {
    let mut data = bytes / MIB * MIB;
    while data > 0 && data + verity_bytes(verity, data) > bytes {
        data -= MIB;
    }
    data
}

/// Bytes of the checksums over `data` bytes, superblock included.
pub fn verity_bytes(verity: &VerityPlan, data: u64) -> u64 {
    let mut blocks = data.div_ceil(BLOCK);
    if let Some(covered) = verity.blocks {
        blocks = blocks.min(covered);
    }
    let mut total = 1;
    while blocks > 1 {
        blocks = blocks.div_ceil(BLOCK / DIGEST);
        total += blocks;
    }
    total.max(2) * BLOCK
}

/// Smallest partition whose content has `bytes`, in MiB.
pub fn partition_mib(partition: &PartitionPlan, bytes: u64) -> u64 {
    let mut mib = bytes.div_ceil(MIB);
    loop {
        let inner = content_bytes(partition, mib * MIB);
        if inner >= bytes {
            return mib;
        }
        mib += (bytes - inner).div_ceil(MIB).max(1);
    }
}

/// Where one volume lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeLayout {
    /// Its size in bytes.
    pub bytes: u64,
    /// What goes into it.
    pub content: TreeSize,
}

/// A volume too small for what goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeTooSmall {
    /// Its name.
    pub name: String,
    /// Smallest size that would do, in MiB.
    pub needs_mib: u64,
    /// Its size, in MiB.
    pub given_mib: u64,
}

/// Sizes of the volumes of a group in a physical volume of `bytes`, in their order.
pub fn volumes(group: &VolumeGroupPlan, measured: &Measured, bytes: u64) -> Vec<VolumeLayout> {
    let mut left = bytes.saturating_sub(PHYSICAL_VOLUME_START) / EXTENT * EXTENT;
    group
        .volumes
        .iter()
        .map(|volume| {
            let bytes = match volume.size {
                VolumeSize::Rest => left,
                _ => volume_bytes(volume, measured),
            };
            left = left.saturating_sub(bytes);
            VolumeLayout {
                bytes,
                content: content(volume, measured),
            }
        })
        .collect()
}

/// Bytes of the smallest physical volume that holds a group.
pub fn group_bytes(group: &VolumeGroupPlan, measured: &Measured) -> u64 {
    PHYSICAL_VOLUME_START
        + group
            .volumes
            .iter()
            .map(|volume| volume_bytes(volume, measured))
            .sum::<u64>()
}

/// Finds the first volume whose size is written and too small.
pub fn too_small(group: &VolumeGroupPlan, measured: &Measured) -> Option<VolumeTooSmall> {
    group.volumes.iter().find_map(|volume| {
        let VolumeSize::Fixed(given_mib) = volume.size else {
            return None;
        };
        let needs_mib = minimum_mib(volume.filesystem.kind, content(volume, measured));
        (given_mib < needs_mib).then(|| VolumeTooSmall {
            name: volume.name.clone(),
            needs_mib,
            given_mib,
        })
    })
}

/// What the reference adds to the disk for a group, in MiB.
pub fn group_formula_mib(group: &VolumeGroupPlan, measured: &Measured) -> u64 {
    let volumes: u64 = group
        .volumes
        .iter()
        .map(|volume| {
            let kind = volume.filesystem.kind;
            match volume.size {
                VolumeSize::Rest => volumes::minimum_mib(kind),
                VolumeSize::Free(mib) => mib,
                VolumeSize::Fixed(mib) => {
                    mib.saturating_sub(formula_mib(kind, content(volume, measured)))
                }
            }
        })
        .sum();
    80 + volumes
}

/// Bytes of a volume; of the one that takes the rest, the smallest that will do.
fn volume_bytes(volume: &VolumePlan, measured: &Measured) -> u64 {
    let kind = volume.filesystem.kind;
    let content = content(volume, measured);
    let minimum = minimum_mib(kind, content);
    let mib = match volume.size {
        VolumeSize::Fixed(mib) => mib,
        VolumeSize::Free(mib) => formula_mib(kind, content).max(minimum) + mib,
        VolumeSize::Rest if kind == FileSystem::Swap => 1,
        VolumeSize::Rest => formula_mib(kind, content).max(minimum) + volumes::minimum_mib(kind),
    };
    (mib * MIB).next_multiple_of(EXTENT)
}

fn content(volume: &VolumePlan, measured: &Measured) -> TreeSize {
    volume
        .mountpoint
        .as_deref()
        .map_or_else(TreeSize::default, |mountpoint| measured.at(mountpoint))
}
