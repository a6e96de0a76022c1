//! Partition type identifiers: the description's names, their GPT GUIDs and their MBR type bytes.
//!
//! Specifications: UEFI 2.10 table 5-7 (ESP), the GRUB manual (BIOS boot partition), the UAPI group's Discoverable
//! Partitions Specification (Linux types per architecture), IEEE 1275 PowerPC binding (PReP).

use uuid::{Uuid, uuid};

/// BIOS boot partition: holds GRUB's core image on GPT disks. Its bytes read `Hah!IdontNeedEFI`.
pub const BIOS_BOOT: Uuid = uuid!("21686148-6449-6e6f-744e-656564454649");
/// EFI system partition.
pub const EFI_SYSTEM: Uuid = uuid!("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
/// PowerPC PReP boot partition.
pub const PREP: Uuid = uuid!("9e1a2d38-c612-4316-aa26-8b49521e5a8b");
/// Linux file system data, of no particular use.
pub const LINUX_DATA: Uuid = uuid!("0fc63daf-8483-4772-8e79-3d69d8477de4");
/// Linux swap.
pub const LINUX_SWAP: Uuid = uuid!("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f");
/// Linux LVM physical volume.
pub const LINUX_LVM: Uuid = uuid!("e6d6d379-f507-44c2-a23c-238f2a3df928");
/// Linux software RAID member.
pub const LINUX_RAID: Uuid = uuid!("a19d880f-05fc-4d3b-a006-743f0f84911e");
/// Extended boot loader partition (`/boot` of the Discoverable Partitions Specification).
pub const XBOOTLDR: Uuid = uuid!("bc13c2ff-59e6-4262-a352-b275fd6f7172");

/// What a partition is for, in the words of the description (`t.linux` and so on).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartitionKind {
    /// `t.csm`: room for GRUB's core image.
    BiosBoot,
    /// `t.efi`: EFI system partition.
    Efi,
    /// `t.prep`: PowerPC boot partition.
    Prep,
    /// `t.linux`: Linux file system.
    Linux,
    /// `t.swap`: Linux swap.
    Swap,
    /// `t.lvm`: LVM physical volume.
    Lvm,
    /// `t.raid`: software RAID member.
    Raid,
    /// `t.extended`: container of logical partitions, MBR only.
    Extended,
}

impl PartitionKind {
    /// Every kind, with its name in descriptions, its GPT type and its MBR type byte.
    ///
    /// An EFI system partition has the MBR type 0xef here, as UEFI 2.10 §13.3.1 wants it; the reference leaves 0x83, with
    /// which firmware does not find it.
    const TABLE: [(Self, &'static str, Option<Uuid>, Option<u8>); 8] = [
        (Self::BiosBoot, "t.csm", Some(BIOS_BOOT), None),
        (Self::Efi, "t.efi", Some(EFI_SYSTEM), Some(0xef)),
        (Self::Prep, "t.prep", Some(PREP), Some(0x41)),
        (Self::Linux, "t.linux", Some(LINUX_DATA), Some(0x83)),
        (Self::Swap, "t.swap", Some(LINUX_SWAP), Some(0x82)),
        (Self::Lvm, "t.lvm", Some(LINUX_LVM), Some(0x8e)),
        (Self::Raid, "t.raid", Some(LINUX_RAID), Some(0xfd)),
        (Self::Extended, "t.extended", None, Some(0x05)),
    ];

    fn row(self) -> &'static (Self, &'static str, Option<Uuid>, Option<u8>) {
        Self::TABLE
            .iter()
            .find(|row| row.0 == self)
            .expect("the table names every kind")
    }

    /// Finds the kind that a description calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::TABLE
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
    }

    /// Gives the name in descriptions.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Gives the GPT partition type, if the kind exists there.
    pub fn gpt_type(self) -> Option<Uuid> {
        self.row().2
    }

    /// Gives the MBR partition type, if the kind exists there.
    pub fn mbr_type(self) -> Option<u8> {
        self.row().3
    }
}

/// Finds the Discoverable Partitions Specification type for a short name such as `root`, `usr`, `home` or `esp`.
///
/// `arch` is what `uname -m` says and matters for `root`, `usr` and their verity data only. The short names and values are
/// those of `systemd-id128 show`, so that a partition can be named after the directory it holds.
pub fn discoverable(name: &str, arch: &str) -> Option<Uuid> {
    Some(match name {
        "esp" => EFI_SYSTEM,
        "xbootldr" => XBOOTLDR,
        "swap" => LINUX_SWAP,
        "home" => uuid!("933ac7e1-2eb4-4f13-b844-0e14e2aef915"),
        "srv" => uuid!("3b8f8425-20e0-4f3b-907f-1a25a76f98e8"),
        "var" => uuid!("4d21b016-b534-45c2-a9fb-5c16e091fd2d"),
        "tmp" => uuid!("7ec6f557-3bc5-4aca-b293-16ef5df639d1"),
        "user-home" => uuid!("773f91ef-66d4-49b5-bd83-d683bf40ad16"),
        "linux-generic" => LINUX_DATA,
        _ => {
            let row = PER_ARCHITECTURE
                .iter()
                .find(|row| row.arches.contains(&arch))?;
            match name {
                "root" => row.root,
                "usr" => row.usr,
                "root-verity" => row.root_verity,
                "usr-verity" => row.usr_verity,
                _ => return None,
            }
        }
    })
}

struct Architecture {
    /// Names that `uname -m` and distributions use.
    arches: &'static [&'static str],
    root: Uuid,
    usr: Uuid,
    root_verity: Uuid,
    usr_verity: Uuid,
}

const PER_ARCHITECTURE: &[Architecture] = &[
    Architecture {
        arches: &["x86_64", "amd64"],
        root: uuid!("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
        usr: uuid!("8484680c-9521-48c6-9c11-b0720656f69e"),
        root_verity: uuid!("2c7357ed-ebd2-46d9-aec1-23d437ec2bf5"),
        usr_verity: uuid!("77ff5f63-e7b6-4633-acf4-1565b864c0e6"),
    },
    Architecture {
        arches: &["i386", "i486", "i586", "i686", "ix86", "x86"],
        root: uuid!("44479540-f297-41b2-9af7-d131d5f0458a"),
        usr: uuid!("75250d76-8cc6-458e-bd66-bd47cc81a812"),
        root_verity: uuid!("d13c5d3b-b5d1-422a-b29f-9454fdc89d76"),
        usr_verity: uuid!("8f461b0d-14ee-4e81-9aa9-049b6fb97abd"),
    },
    Architecture {
        arches: &["aarch64", "arm64"],
        root: uuid!("b921b045-1df0-41c3-af44-4c6f280d3fae"),
        usr: uuid!("b0e01050-ee5f-4390-949a-9101b17104e9"),
        root_verity: uuid!("df3300ce-d69f-4c92-978c-9bfb0f38d820"),
        usr_verity: uuid!("6e11a4e7-fbca-4ded-b9e9-e1a512bb664e"),
    },
    Architecture {
        arches: &[
            "arm", "armv5el", "armv5tel", "armv6l", "armv7l", "armv8l", "armhf",
        ],
        root: uuid!("69dad710-2ce4-4e3c-b16c-21a1d49abed3"),
        usr: uuid!("7d0359a3-02b3-4f0a-865c-654403e70625"),
        root_verity: uuid!("7386cdf2-203c-47a9-a498-f2ecce45a2d6"),
        usr_verity: uuid!("c215d751-7bcd-4649-be90-6627490a4c05"),
    },
    Architecture {
        arches: &["riscv64"],
        root: uuid!("72ec70a6-cf74-40e6-bd49-4bda08e8f224"),
        usr: uuid!("beaec34b-8442-439b-a40b-984381ed097d"),
        root_verity: uuid!("b6ed5582-440b-4209-b8da-5ff7c419ea3d"),
        usr_verity: uuid!("8f1056be-9b05-47c4-81d6-be53128e5b54"),
    },
    Architecture {
        arches: &["loongarch64"],
        root: uuid!("77055800-792c-4f94-b39a-98c91b762bb6"),
        usr: uuid!("e611c702-575c-4cbe-9a46-434fa0bf7e3f"),
        root_verity: uuid!("f3393b22-e9af-4613-a948-9d3bfbd0c535"),
        usr_verity: uuid!("f46b2c26-59ae-48f0-9106-c50ed47f673d"),
    },
    Architecture {
        arches: &["ppc64le"],
        root: uuid!("c31c45e6-3f39-412e-80fb-4809c4980599"),
        usr: uuid!("15bb03af-77e7-4d4a-b12b-c0d084f7491c"),
        root_verity: uuid!("906bd944-4589-4aae-a4e4-dd983917446a"),
        usr_verity: uuid!("ee2b9983-21e8-4153-86d9-b6901a54d1ce"),
    },
    Architecture {
        arches: &["ppc64"],
        root: uuid!("912ade1d-a839-4913-8964-a10eee08fbd2"),
        usr: uuid!("2c9739e2-f068-46b3-9fd0-01c5a9afbcca"),
        root_verity: uuid!("9225a9a3-3c19-4d89-b4f6-eeff88f17631"),
        usr_verity: uuid!("bdb528a5-a259-475f-a87d-da53fa736a07"),
    },
    Architecture {
        arches: &["s390x"],
        root: uuid!("5eead9a9-fe09-4a1e-a1d7-520d00531306"),
        usr: uuid!("8a4f5770-50aa-4ed3-874a-99b710db6fea"),
        root_verity: uuid!("b325bfbe-c7be-4ab8-8357-139e652d2f6b"),
        usr_verity: uuid!("31741cc4-1a2a-4111-a581-e00b447d2d06"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_name() {
        for (name, gpt, mbr) in [
            ("t.csm", true, None),
            ("t.efi", true, Some(0xef)),
            ("t.linux", true, Some(0x83)),
            ("t.extended", false, Some(0x05)),
        ] {
            let kind = PartitionKind::from_name(name).unwrap();
            assert_eq!(
                (kind.name(), kind.gpt_type().is_some(), kind.mbr_type()),
                (name, gpt, mbr)
            );
        }
        assert_eq!(PartitionKind::from_name("t.other"), None);
    }

    #[test]
    fn bios_boot_spells_its_joke() {
        assert_eq!(&BIOS_BOOT.to_bytes_le(), b"Hah!IdontNeedEFI");
    }

    #[test]
    fn discoverable_root_depends_on_the_architecture() {
        let cases = [
            (
                "root",
                "x86_64",
                Some("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
            ),
            ("root", "i686", Some("44479540-f297-41b2-9af7-d131d5f0458a")),
            ("root", "pdp11", None),
            (
                "home",
                "pdp11",
                Some("933ac7e1-2eb4-4f13-b844-0e14e2aef915"),
            ),
            (
                "esp",
                "x86_64",
                Some("c12a7328-f81f-11d2-ba4b-00a0c93ec93b"),
            ),
            ("lost", "x86_64", None),
        ];
        for (name, arch, expected) in cases {
            let found = discoverable(name, arch).map(|guid| guid.to_string());
            assert_eq!(found.as_deref(), expected, "{name} on {arch}");
        }
    }
}
