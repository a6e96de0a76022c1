//! LVM: metadata, and the places of volumes.

use std::ops::Range;

use kiwi_ondisk::lvm::{LogicalVolume, VolumeGroup, VolumeSize};
use kiwi_plan::disk::stack::{EXTENT, VolumeLayout};
use kiwi_plan::plan::volumes::VolumeGroupPlan;

use super::stack::Place;
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::partitioner;

/// Who made the group, for whoever reads its metadata; not the build host, which has no part in the image.
const CREATOR: &str = "kiwi";

/// Writes the metadata of a group and returns where each of its volumes lies in the file, in their order.
pub(super) fn write(
    context: &BuildContext<'_>,
    plan: &VolumeGroupPlan,
    sizes: &[VolumeLayout],
    place: Place<'_>,
) -> Result<Vec<Range<u64>>, BuildError> {
    let mut volumes = Vec::new();
    for (volume, size) in plan.volumes.iter().zip(sizes) {
        volumes.push(LogicalVolume {
            name: volume.name.clone(),
            uuid: partitioner::uuid(&volume.uuid)?,
            size: VolumeSize::Bytes(size.bytes),
            tags: Vec::new(),
        });
    }
    let group = VolumeGroup {
        name: plan.name.clone(),
        uuid: partitioner::uuid(&plan.uuid)?,
        physical_volume_uuid: partitioner::uuid(&plan.physical_uuid)?,
        extent_size: EXTENT,
        creation_time: context.plan.reproducibility.timestamp,
        creation_host: CREATOR.to_owned(),
        volumes,
    };
    group.write(place.file, place.offset, place.bytes)?;
    let placed = group.layout(place.bytes)?;
    Ok(placed
        .volumes
        .iter()
        .map(|volume| place.offset + volume.bytes.start..place.offset + volume.bytes.end)
        .collect())
}
