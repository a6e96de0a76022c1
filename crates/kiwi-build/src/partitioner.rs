//! Partition tables, from the plan and the layout that was computed for the tree.

use std::fs::File;

use kiwi_ondisk::{SectorSize, gpt, mbr};
use kiwi_plan::disk::layout::DiskLayout;
use kiwi_plan::plan::disk::{DiskPlan, PartitionPlan, TableKind};
use uuid::Uuid;

use crate::error::BuildError;

/// Writes the partition table of `disk` into the image.
pub fn write(disk: &DiskPlan, layout: &DiskLayout, image: &mut File) -> Result<(), BuildError> {
    let sector_size = sector_size(disk)?;
    match disk.table {
        TableKind::Gpt => gpt::Table {
            sector_size,
            disk_bytes: layout.disk_bytes,
            disk_guid: uuid(&disk.disk_guid)?,
            disk_id: disk.mbr_id,
            first_sector: gpt::FirstSector::Protective,
            partitions: with_places(disk, layout, |plan, start_lba, sectors| {
                Ok(gpt::Partition {
                    number: plan.number,
                    start_lba,
                    sectors,
                    type_guid: uuid(&plan.type_guid)?,
                    unique_guid: uuid(&plan.guid)?,
                    name: plan.name.clone(),
                    attributes: 0,
                })
            })?,
        }
        .write(image)?,
        TableKind::Msdos => mbr::Table {
            sector_size,
            disk_bytes: layout.disk_bytes,
            disk_id: disk.mbr_id,
            partitions: with_places(disk, layout, |plan, start_lba, sectors| {
                Ok(mbr::Partition {
                    number: plan.number,
                    start_lba,
                    sectors,
                    kind: plan.mbr_type,
                    active: plan.active,
                })
            })?,
        }
        .write(image)?,
    }
    Ok(())
}

/// The sector size as the writers know it.
pub fn sector_size(disk: &DiskPlan) -> Result<SectorSize, BuildError> {
    SectorSize::from_bytes(u64::from(disk.sector_size)).ok_or_else(|| {
        BuildError::Unexpected(format!(
            "sectors of {} bytes are not known",
            disk.sector_size
        ))
    })
}

/// Pairs each planned partition with its place.
fn with_places<T>(
    disk: &DiskPlan,
    layout: &DiskLayout,
    make: impl Fn(&PartitionPlan, u64, u64) -> Result<T, BuildError>,
) -> Result<Vec<T>, BuildError> {
    disk.partitions
        .iter()
        .zip(&layout.partitions)
        .map(|(plan, place)| make(plan, place.start_lba, place.sectors))
        .collect()
}

/// Reads a uuid of the plan.
pub fn uuid(text: &str) -> Result<Uuid, BuildError> {
    Uuid::parse_str(text).map_err(|error| {
        BuildError::Unexpected(format!("the plan's id `{text}` is no uuid: {error}"))
    })
}
