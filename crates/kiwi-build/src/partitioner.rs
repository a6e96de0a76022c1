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
            first_sector: first_sector(disk),
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
            extended: layout.extended.map(|extended| mbr::Extended {
                number: extended.number,
                start_lba: extended.start_lba,
                sectors: extended.sectors,
            }),
        }
        .write(image)?,
    }
    Ok(())
}

/// What programs that know no GPT find in the first sector.
fn first_sector(disk: &DiskPlan) -> gpt::FirstSector {
    if disk.hybrid_mbr.is_empty() {
        return gpt::FirstSector::Protective;
    }
    let mut shown = disk
        .partitions
        .iter()
        .filter(|partition| disk.hybrid_mbr.contains(&partition.number))
        .map(|partition| gpt::HybridEntry {
            number: partition.number,
            kind: partition.mbr_type,
        });
    gpt::FirstSector::Hybrid([shown.next(), shown.next(), shown.next()])
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

#[cfg(test)]
mod tests {
    use kiwi_ondisk::guid;
    use kiwi_plan::disk::type_codes::{Content, type_codes};
    use kiwi_plan::plan::disk::PartitionRole;

    /// The plan and the writers know the same types.
    #[test]
    fn discoverable_types() {
        let machines = [
            "x86_64",
            "i686",
            "aarch64",
            "armv7l",
            "riscv64",
            "loongarch64",
        ];
        for machine in machines.into_iter().chain(["ppc64le", "ppc64", "s390x"]) {
            for name in [
                "root", "usr", "home", "srv", "var", "tmp", "swap", "esp", "xbootldr",
            ] {
                let ours = type_codes(PartitionRole::Custom, Content::Named(name), true, machine);
                let theirs = guid::discoverable(name, machine).map(|guid| guid.to_string());
                assert_eq!(Some(ours.gpt), theirs.as_deref(), "{name} {machine}");
            }
        }
    }
}
