//! GRUB's BIOS images on the finished disk.

use std::fs::File;

use kiwi_ondisk::grub_bios::{self, CoreLocation};
use kiwi_plan::disk::layout::DiskLayout;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole, TableKind};

use crate::bootloader::grub2::CoreImage;
use crate::error::BuildError;

/// Puts GRUB's BIOS images where the table leaves room for them.
pub(super) fn place(
    plan: &DiskPlan,
    layout: &DiskLayout,
    core: &CoreImage,
    image: &mut File,
) -> Result<(), BuildError> {
    let location = match (plan.table, layout.partition(PartitionRole::BiosBoot)) {
        (TableKind::Gpt, Some(place)) => CoreLocation::BiosBootPartition {
            start_lba: place.start_lba,
            sectors: place.sectors,
        },
        (TableKind::Gpt, None) => {
            return Err(BuildError::Unexpected(
                "the plan has no BIOS boot partition for GRUB".into(),
            ));
        }
        (TableKind::Msdos, _) => CoreLocation::MbrGap {
            first_partition_lba: layout
                .partitions
                .iter()
                .map(|place| place.start_lba)
                .min()
                .unwrap_or(plan.start_sector),
        },
    };
    grub_bios::install(image, &core.boot, &core.core, location)?;
    Ok(())
}
