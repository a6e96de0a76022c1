//! Types of partitions in GPT and MBR tables (spec 04, section 3).

use crate::architecture::{architecture, known_machines};
use crate::plan::disk::PartitionRole;

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
/// Extended boot loader partition of the Discoverable Partitions Specification.
const EXTENDED_BOOT: &str = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

/// GPT and MBR type of a part of a software RAID.
pub const RAID: TypeCodes = TypeCodes {
    gpt: "a19d880f-05fc-4d3b-a006-743f0f84911e",
    mbr: 0xfd,
};
/// GPT and MBR type of an LVM physical volume.
pub const LVM: TypeCodes = TypeCodes {
    gpt: "e6d6d379-f507-44c2-a23c-238f2a3df928",
    mbr: 0x8e,
};

/// Partitions that machines find by their types, whatever the architecture.
const DISCOVERABLE: [(&str, &str); 9] = [
    ("esp", EFI_SYSTEM),
    ("xbootldr", EXTENDED_BOOT),
    ("swap", SWAP),
    ("home", "933ac7e1-2eb4-4f13-b844-0e14e2aef915"),
    ("srv", "3b8f8425-20e0-4f3b-907f-1a25a76f98e8"),
    ("var", "4d21b016-b534-45c2-a9fb-5c16e091fd2d"),
    ("tmp", "7ec6f557-3bc5-4aca-b293-16ef5df639d1"),
    ("user-home", "773f91ef-66d4-49b5-bd83-d683bf40ad16"),
    ("linux-generic", LINUX),
];

/// The types of a partition in both tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeCodes {
    /// GPT type, a uuid.
    pub gpt: &'static str,
    /// MBR type.
    pub mbr: u8,
}

/// What is in a partition, beyond what its role says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Nothing special.
    Linux,
    /// Part of a software RAID.
    Raid,
    /// A physical volume of LVM.
    Lvm,
    /// Something of the description; the name in the partition table says what.
    Named(&'a str),
    /// The same as in another partition.
    Copy,
}

/// Returns the types of a partition.
///
/// With `discoverable`, boot, root and partitions with the right names get the types of the Discoverable Partitions
/// Specification, so that a machine can find them without any configuration.
///
/// The reference leaves an EFI system partition of an MBR at 0x83, which firmware does not look for; ours says what it is.
pub fn type_codes(
    role: PartitionRole,
    content: Content<'_>,
    discoverable: bool,
    machine: &str,
) -> TypeCodes {
    match content {
        Content::Raid => return RAID,
        Content::Lvm => return LVM,
        Content::Linux | Content::Named(_) | Content::Copy => {}
    }
    let (gpt, mbr) = match role {
        // Shown in an MBR beside a GPT only: no file system.
        PartitionRole::BiosBoot => (BIOS_BOOT, 0xda),
        PartitionRole::Efi => (EFI_SYSTEM, 0xef),
        PartitionRole::Swap => (SWAP, 0x82),
        PartitionRole::Prep => (PREP, 0x41),
        PartitionRole::Boot
        | PartitionRole::Custom
        | PartitionRole::Spare
        | PartitionRole::ReadOnlyRoot
        | PartitionRole::Root => (LINUX, 0x83),
    };
    let found = if discoverable && content != Content::Copy {
        discoverable_type(role, content, machine)
    } else {
        None
    };
    TypeCodes {
        gpt: found.unwrap_or(gpt),
        mbr,
    }
}

fn discoverable_type(
    role: PartitionRole,
    content: Content<'_>,
    machine: &str,
) -> Option<&'static str> {
    let row = architecture(machine);
    match role {
        PartitionRole::Boot => Some(EXTENDED_BOOT),
        PartitionRole::Root | PartitionRole::ReadOnlyRoot => row?.root_type,
        PartitionRole::Custom => match content {
            Content::Named("root") => row?.root_type,
            Content::Named("usr") => row?.usr_type,
            Content::Named(name) => DISCOVERABLE
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, uuid)| *uuid),
            _ => None,
        },
        _ => None,
    }
}

/// Returns what a GPT type means, for people; `None` when it is none that is given here.
pub fn type_name(gpt: &str) -> Option<&'static str> {
    let fixed = [
        (EFI_SYSTEM, "EFI system"),
        (BIOS_BOOT, "BIOS boot"),
        (LINUX, "Linux"),
        (PREP, "PReP"),
        (RAID.gpt, "RAID"),
        (LVM.gpt, "LVM"),
    ];
    let names = DISCOVERABLE.map(|(name, uuid)| (uuid, name));
    let found = fixed.iter().chain(&names).find(|(uuid, _)| *uuid == gpt);
    if let Some((_, name)) = found {
        return Some(name);
    }
    known_machines()
        .filter_map(architecture)
        .find_map(|row| match Some(gpt) {
            it if it == row.root_type => Some("root"),
            it if it == row.usr_type => Some("usr"),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        use PartitionRole::{Boot, Custom, Efi, Root};
        let root = architecture("x86_64")
            .and_then(|row| row.root_type)
            .unwrap();
        let usr = architecture("aarch64")
            .and_then(|row| row.usr_type)
            .unwrap();
        for (role, content, discoverable, machine, expected) in [
            (Root, Content::Linux, true, "x86_64", root),
            (Root, Content::Linux, false, "x86_64", LINUX),
            (Root, Content::Copy, true, "x86_64", LINUX),
            (Root, Content::Linux, true, "alpha", LINUX),
            (Boot, Content::Linux, true, "x86_64", EXTENDED_BOOT),
            (Efi, Content::Linux, true, "x86_64", EFI_SYSTEM),
            (Custom, Content::Named("usr"), true, "aarch64", usr),
            (Custom, Content::Named("swap"), true, "x86_64", SWAP),
            (Custom, Content::Named("var"), false, "x86_64", LINUX),
            (Custom, Content::Named("data"), true, "x86_64", LINUX),
            (Custom, Content::Raid, true, "x86_64", RAID.gpt),
        ] {
            let codes = type_codes(role, content, discoverable, machine);
            assert_eq!(codes.gpt, expected, "{role:?} {content:?} {machine}");
            assert!(type_name(codes.gpt).is_some(), "{role:?} {content:?}");
        }
        assert_eq!(type_codes(Custom, Content::Raid, false, "x86_64").mbr, 0xfd);
        assert_eq!(type_name(root), Some("root"));
        assert_eq!(type_name(usr), Some("usr"));
        assert_eq!(type_name(EXTENDED_BOOT), Some("xbootldr"));
        assert_eq!(type_name(""), None);
    }
}
