//! What starts GRUB without EFI: images that lie on the disk outside of all file systems.

use std::fs::File;

use kiwi_host::TreeDir;
use kiwi_ondisk::grub_bios::{self, CoreLocation};
use kiwi_plan::disk::layout::DiskLayout;
use kiwi_plan::plan::boot::BootLoader;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole, TableKind};

use crate::bootloader::{self, CoreImage, grub2};
use crate::context::BuildContext;
use crate::error::BuildError;

/// Boot code of one disk.
pub(super) struct BootCode {
    /// For a BIOS.
    bios: Option<CoreImage>,
    /// For Open Firmware.
    open_firmware: Option<Vec<u8>>,
}

impl BootCode {
    /// Lays the boot loader out in the tree, and makes what has to be placed beside it.
    pub(super) fn make(
        context: &BuildContext<'_>,
        tree: &TreeDir,
        plan: &DiskPlan,
        initrd: Option<String>,
    ) -> Result<Self, BuildError> {
        let bios = bootloader::install(context, tree, plan, initrd)?;
        let has_prep = plan.partition(PartitionRole::Prep).is_some();
        let open_firmware = if has_prep && plan.boot.loader == BootLoader::Grub2 {
            Some(grub2::open_firmware_core(context, tree, plan)?)
        } else {
            None
        };
        Ok(Self {
            bios,
            open_firmware,
        })
    }

    /// Places it on the disk.
    pub(super) fn place(
        &self,
        plan: &DiskPlan,
        layout: &DiskLayout,
        image: &mut File,
    ) -> Result<(), BuildError> {
        if let (Some(core), Some(place)) =
            (&self.open_firmware, layout.partition(PartitionRole::Prep))
        {
            grub2::write_open_firmware_core(image, core, place.start_bytes, place.bytes)?;
        }
        match &self.bios {
            Some(core) => place_bios(plan, layout, core, image),
            None => Ok(()),
        }
    }
}

/// Puts GRUB's BIOS images where the table leaves room for them.
fn place_bios(
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
