//! Types of partitions in GPT and MBR tables (spec 04, section 3).

use crate::architecture::architecture;
use crate::plan::disk::{PartitionPlan, PartitionRole};
use crate::plan::layers::LayerPlan;

/// EFI system partition; UEFI specification, section 5.3.3.
const EFI_SYSTEM: &str = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
/// BIOS boot partition; GRUB manual, "BIOS installation". Its bytes spell `Hah!IdontNeedEFI`.
const BIOS_BOOT: &str = "21686148-6449-6e6f-744e-656564454649";
/// Linux data.
const LINUX: &str = "0fc63daf-8483-4772-8e79-3d69d8477de4";
/// Linux swap; the same in the Discoverable Partitions Specification.
const SWAP: &str = "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f";
/// `PReP` boot partition of POWER machines.
const PREP: &str = "9e1a2d38-c612-4316-aa26-8b49521e5a8b";
/// Physical volume of LVM.
const LVM: &str = "e6d6d379-f507-44c2-a23c-238f2a3df928";
/// Member of a RAID.
const RAID: &str = "a19d880f-05fc-4d3b-a006-743f0f84911e";
/// Extended boot loader partition of the Discoverable Partitions Specification.
const EXTENDED_BOOT: &str = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

/// Returns the GPT type of a partition, a uuid.
///
/// With `discoverable`, boot and root get the types of the Discoverable Partitions Specification, so that a machine can find
/// them without any configuration.
pub fn gpt_type(role: PartitionRole, discoverable: bool, machine: &str) -> &'static str {
    match role {
        PartitionRole::BiosBoot => BIOS_BOOT,
        PartitionRole::Efi => EFI_SYSTEM,
        PartitionRole::Boot if discoverable => EXTENDED_BOOT,
        PartitionRole::Swap => SWAP,
        PartitionRole::Prep => PREP,
        PartitionRole::Root | PartitionRole::ReadOnlyRoot if discoverable => architecture(machine)
            .and_then(|row| row.root_type)
            .unwrap_or(LINUX),
        PartitionRole::Boot
        | PartitionRole::Custom
        | PartitionRole::Spare
        | PartitionRole::ReadOnlyRoot
        | PartitionRole::Root => LINUX,
    }
}

/// Returns GPT and MBR type of a partition that is a member of an array or a volume group.
pub fn of_members(partition: &PartitionPlan) -> Option<(&'static str, u8)> {
    let raid = partition
        .layers
        .iter()
        .any(|layer| matches!(layer, LayerPlan::Raid(_)));
    if partition.volumes.is_some() {
        Some((LVM, 0x8e))
    } else if raid {
        Some((RAID, 0xfd))
    } else {
        None
    }
}

/// Returns the MBR type of a partition.
///
/// The reference leaves an EFI system partition at 0x83, which firmware does not look for; ours says what it is.
pub fn mbr_type(role: PartitionRole) -> u8 {
    match role {
        PartitionRole::Efi => 0xef,
        PartitionRole::Swap => 0x82,
        PartitionRole::Prep => 0x41,
        PartitionRole::BiosBoot
        | PartitionRole::Boot
        | PartitionRole::Custom
        | PartitionRole::Spare
        | PartitionRole::ReadOnlyRoot
        | PartitionRole::Root => 0x83,
    }
}
