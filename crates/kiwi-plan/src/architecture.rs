//! What differs between architectures: firmware, EFI names, type codes, names other formats use.

/// One row of the table; names are those that `uname -m` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Architecture {
    /// Machine names this row stands for.
    pub machines: &'static [&'static str],
    /// Allowed values of `type@firmware`, the default first; empty: the attribute has no meaning.
    pub firmware: &'static [&'static str],
    /// Whether a PC BIOS can start it.
    pub bios: bool,
    /// Directory of GRUB's EFI modules, also its `-O` target.
    pub efi_target: Option<&'static str>,
    /// Suffix of EFI binaries: `x64` in `bootx64.efi`, `grubx64.efi`, `shimx64.efi`.
    pub efi_suffix: Option<&'static str>,
    /// Name in OCI image configurations, and the variant if there are several.
    pub oci: (&'static str, Option<&'static str>),
    /// Type of a root partition in the Discoverable Partitions Specification.
    pub root_type: Option<&'static str>,
    /// Type of a partition for `/usr` there.
    pub usr_type: Option<&'static str>,
}

/// The table. Intel's 32 bit machines are one row: descriptions call all of them `ix86`.
const TABLE: &[Architecture] = &[
    Architecture {
        machines: &["x86_64"],
        firmware: &["bios", "efi", "uefi", "ec2"],
        bios: true,
        efi_target: Some("x86_64-efi"),
        efi_suffix: Some("x64"),
        oci: ("amd64", None),
        root_type: Some("4f68bce3-e8cd-4db1-96e7-fbcaf984b709"),
        usr_type: Some("8484680c-9521-48c6-9c11-b0720656f69e"),
    },
    Architecture {
        machines: &["ix86", "i386", "i486", "i586", "i686"],
        firmware: &["bios"],
        bios: true,
        efi_target: Some("i386-efi"),
        efi_suffix: Some("ia32"),
        oci: ("386", None),
        root_type: Some("44479540-f297-41b2-9af7-d131d5f0458a"),
        usr_type: Some("75250d76-8cc6-458e-bd66-bd47cc81a812"),
    },
    Architecture {
        machines: &["aarch64", "arm64"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("arm64-efi"),
        efi_suffix: Some("aa64"),
        oci: ("arm64", None),
        root_type: Some("b921b045-1df0-41c3-af44-4c6f280d3fae"),
        usr_type: Some("b0e01050-ee5f-4390-949a-9101b17104e9"),
    },
    Architecture {
        machines: &["armv5el", "armv5tel"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("arm-efi"),
        efi_suffix: Some("arm"),
        oci: ("arm", Some("v5")),
        root_type: Some("69dad710-2ce4-4e3c-b16c-21a1d49abed3"),
        usr_type: Some("7d0359a3-02b3-4f0a-865c-654403e70625"),
    },
    Architecture {
        machines: &["armv6l", "armv6hl"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("arm-efi"),
        efi_suffix: Some("arm"),
        oci: ("arm", Some("v6")),
        root_type: Some("69dad710-2ce4-4e3c-b16c-21a1d49abed3"),
        usr_type: Some("7d0359a3-02b3-4f0a-865c-654403e70625"),
    },
    Architecture {
        machines: &["armv7l", "armv7hl", "armv8l"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("arm-efi"),
        efi_suffix: Some("arm"),
        oci: ("arm", Some("v7")),
        root_type: Some("69dad710-2ce4-4e3c-b16c-21a1d49abed3"),
        usr_type: Some("7d0359a3-02b3-4f0a-865c-654403e70625"),
    },
    Architecture {
        machines: &["riscv64"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("riscv64-efi"),
        efi_suffix: Some("riscv64"),
        oci: ("riscv64", None),
        root_type: Some("72ec70a6-cf74-40e6-bd49-4bda08e8f224"),
        usr_type: Some("beaec34b-8442-439b-a40b-984381ed097d"),
    },
    Architecture {
        machines: &["loongarch64"],
        firmware: &["efi", "uefi"],
        bios: false,
        efi_target: Some("loongarch64-efi"),
        efi_suffix: Some("loongarch64"),
        oci: ("loong64", None),
        root_type: Some("77055800-792c-4f94-b39a-98c91b762bb6"),
        usr_type: Some("e611c702-575c-4cbe-9a46-434fa0bf7e3f"),
    },
    Architecture {
        machines: &["ppc"],
        firmware: &["ofw"],
        bios: false,
        efi_target: None,
        efi_suffix: None,
        oci: ("ppc", None),
        root_type: Some("1de3f1ef-fa98-47b5-8dcd-4a860a654d78"),
        usr_type: Some("7d14fec5-cc71-415d-9d6c-06bf0b3c3eaf"),
    },
    Architecture {
        machines: &["ppc64"],
        firmware: &["ofw", "opal"],
        bios: false,
        efi_target: None,
        efi_suffix: None,
        oci: ("ppc64", None),
        root_type: Some("912ade1d-a839-4913-8964-a10eee08fbd2"),
        usr_type: Some("2c9739e2-f068-46b3-9fd0-01c5a9afbcca"),
    },
    Architecture {
        machines: &["ppc64le"],
        firmware: &["ofw", "opal"],
        bios: false,
        efi_target: None,
        efi_suffix: None,
        oci: ("ppc64le", None),
        root_type: Some("c31c45e6-3f39-412e-80fb-4809c4980599"),
        usr_type: Some("15bb03af-77e7-4d4a-b12b-c0d084f7491c"),
    },
    Architecture {
        machines: &["s390"],
        firmware: &[],
        bios: false,
        efi_target: None,
        efi_suffix: None,
        oci: ("s390", None),
        root_type: Some("08a7acea-624c-4a20-91e8-6e0fa67d23f9"),
        usr_type: Some("cd0f869b-d0fb-4ca0-b141-9ea87cc78d66"),
    },
    Architecture {
        machines: &["s390x"],
        firmware: &[],
        bios: false,
        efi_target: None,
        efi_suffix: None,
        oci: ("s390x", None),
        root_type: Some("5eead9a9-fe09-4a1e-a1d7-520d00531306"),
        usr_type: Some("8a4f5770-50aa-4ed3-874a-99b710db6fea"),
    },
];

/// Returns the row of a machine name.
pub fn architecture(machine: &str) -> Option<&'static Architecture> {
    TABLE.iter().find(|row| row.machines.contains(&machine))
}

/// Returns all machine names of the table.
pub fn known_machines() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|row| row.machines.iter().copied())
}

/// Returns the name of an architecture in file names: `ix86` for i586 and i686, else the machine name itself.
pub fn file_name_architecture(machine: &str) -> &str {
    match machine {
        "i586" | "i686" => "ix86",
        other => other,
    }
}

/// Returns the name of an architecture in OCI image configurations; unknown ones are passed on as they are.
pub fn oci_architecture(machine: &str) -> &str {
    architecture(machine).map_or(machine, |row| row.oci.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (machine, file_name, oci, firmware, fallback) in [
            ("x86_64", "x86_64", "amd64", Some("bios"), Some("x64")),
            ("i586", "ix86", "386", Some("bios"), Some("ia32")),
            ("i686", "ix86", "386", Some("bios"), Some("ia32")),
            ("i386", "i386", "386", Some("bios"), Some("ia32")),
            ("aarch64", "aarch64", "arm64", Some("efi"), Some("aa64")),
            ("armv7l", "armv7l", "arm", Some("efi"), Some("arm")),
            (
                "riscv64",
                "riscv64",
                "riscv64",
                Some("efi"),
                Some("riscv64"),
            ),
            ("ppc64le", "ppc64le", "ppc64le", Some("ofw"), None),
            ("s390x", "s390x", "s390x", None, None),
            ("alpha", "alpha", "alpha", None, None),
        ] {
            let row = architecture(machine);
            assert_eq!(file_name_architecture(machine), file_name, "{machine}");
            assert_eq!(oci_architecture(machine), oci, "{machine}");
            assert_eq!(
                row.and_then(|row| row.firmware.first().copied()),
                firmware,
                "{machine}"
            );
            assert_eq!(row.and_then(|row| row.efi_suffix), fallback, "{machine}");
        }
    }

    #[test]
    fn every_machine_is_in_one_row() {
        let mut machines: Vec<_> = known_machines().collect();
        let count = machines.len();
        machines.sort_unstable();
        machines.dedup();
        assert_eq!(machines.len(), count);
    }
}
