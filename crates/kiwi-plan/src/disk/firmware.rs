//! What a disk needs because of the firmware that starts it (spec 04, section 2).

use kiwi_description::model::values::TargetType;
use thiserror::Error;

use crate::architecture::{architecture, known_machines};
use crate::plan::boot::EfiMode;
use crate::plan::disk::TableKind;

/// What was written about the firmware.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FirmwareRequest<'a> {
    /// `type@firmware`.
    pub name: Option<&'a str>,
    /// `type@efiparttable` is `msdos`.
    pub efi_on_msdos: bool,
    /// `type@eficsm`, true when not written.
    pub compatibility_module: bool,
    /// `bootloader@targettype`, for machines whose disks differ by it.
    pub target: Option<TargetType>,
}

/// The consequences of a firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// Name as written or by default.
    pub name: String,
    /// Partition table.
    pub table: TableKind,
    /// A BIOS can start the disk: GRUB's boot code goes into it.
    pub bios: bool,
    /// How EFI starts the disk.
    pub efi: Option<EfiMode>,
    /// A small partition holds GRUB's core image, because GPT leaves no gap for it.
    pub bios_boot_partition: bool,
    /// The boot flag of an MBR partition is set.
    pub active_flag: bool,
    /// A small partition holds GRUB's core image for Open Firmware.
    pub prep_partition: bool,
}

/// Why a firmware cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FirmwareError {
    /// The architecture is in no table.
    #[error("nothing is known about how `{machine}` machines start")]
    UnknownArchitecture {
        /// The machine name.
        machine: String,
        /// The nearest names of the table.
        known: Vec<&'static str>,
    },
    /// The architecture does not have this firmware.
    #[error("firmware `{name}` does not exist on `{machine}`")]
    NotForArchitecture {
        /// What was written.
        name: String,
        /// The machine name.
        machine: String,
        /// What could be written.
        allowed: &'static [&'static str],
    },
    /// The architecture starts in a way this version does not build.
    #[error(
        "disks that start with `{name}` firmware on `{machine}` are not built by this version yet"
    )]
    NotYet {
        /// Name as written or by default; `none` for machines without firmware.
        name: String,
        /// The machine name.
        machine: String,
    },
}

/// Works out what a firmware means for the disk.
///
/// # Errors
/// A firmware that the architecture does not have, or one that comes with a later version.
pub fn firmware(machine: &str, request: FirmwareRequest<'_>) -> Result<Firmware, FirmwareError> {
    let row = architecture(machine).ok_or_else(|| FirmwareError::UnknownArchitecture {
        machine: machine.to_owned(),
        known: known_machines().collect(),
    })?;
    let name = request
        .name
        .or(row.firmware.first().copied())
        .unwrap_or("none");
    if name != "custom" && name != "none" && !row.firmware.contains(&name) {
        return Err(FirmwareError::NotForArchitecture {
            name: name.to_owned(),
            machine: machine.to_owned(),
            allowed: row.firmware,
        });
    }
    let power = machine.starts_with("ppc64");
    let dasd = name == "none" && request.target == Some(TargetType::Cdl);
    // These two need a partition and a partition table that come with a later version.
    if name == "ofw" || dasd {
        return Err(FirmwareError::NotYet {
            name: name.to_owned(),
            machine: machine.to_owned(),
        });
    }
    let efi = match name {
        "efi" => Some(EfiMode::Plain),
        "uefi" => Some(EfiMode::Secure),
        _ => None,
    };
    let gpt = match name {
        "efi" | "uefi" => !request.efi_on_msdos,
        "none" => request.target == Some(TargetType::Gpt),
        _ => power,
    };
    let table = if gpt {
        TableKind::Gpt
    } else {
        TableKind::Msdos
    };
    let bios = row.bios
        && match table {
            TableKind::Gpt => efi.is_some() && request.compatibility_module,
            TableKind::Msdos => true,
        };
    Ok(Firmware {
        name: name.to_owned(),
        table,
        bios,
        efi,
        // The reference makes this partition on MBR disks too, where it has no type and no use.
        bios_boot_partition: bios && table == TableKind::Gpt,
        active_flag: matches!(name, "bios" | "ofw"),
        prep_partition: name == "ofw",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use EfiMode::{Plain, Secure};
    use TableKind::{Gpt, Msdos};

    #[test]
    fn consequences() {
        #[rustfmt::skip]
        let cases = [
            // machine, firmware, efi on msdos, csm -> name, table, bios, efi, boot partition, active
            ("x86_64", None, false, true, "bios", Msdos, true, None, false, true),
            ("x86_64", Some("bios"), false, true, "bios", Msdos, true, None, false, true),
            ("x86_64", Some("bios"), false, false, "bios", Msdos, true, None, false, true),
            ("x86_64", Some("efi"), false, true, "efi", Gpt, true, Some(Plain), true, false),
            ("x86_64", Some("uefi"), false, true, "uefi", Gpt, true, Some(Secure), true, false),
            ("x86_64", Some("uefi"), false, false, "uefi", Gpt, false, Some(Secure), false, false),
            ("x86_64", Some("uefi"), true, false, "uefi", Msdos, true, Some(Secure), false, false),
            ("i686", None, false, true, "bios", Msdos, true, None, false, true),
            ("aarch64", None, false, true, "efi", Gpt, false, Some(Plain), false, false),
            ("aarch64", Some("uefi"), true, true, "uefi", Msdos, false, Some(Secure), false, false),
            ("riscv64", None, false, true, "efi", Gpt, false, Some(Plain), false, false),
            ("x86_64", Some("ec2"), false, true, "ec2", Msdos, true, None, false, false),
            ("x86_64", Some("custom"), false, true, "custom", Msdos, true, None, false, false),
            ("aarch64", Some("custom"), false, true, "custom", Msdos, false, None, false, false),
            ("ppc64le", Some("opal"), false, true, "opal", Gpt, false, None, false, false),
            ("s390x", None, false, true, "none", Msdos, false, None, false, false),
        ];
        for (
            machine,
            name,
            efi_on_msdos,
            compatibility_module,
            text,
            table,
            bios,
            efi,
            partition,
            active,
        ) in cases
        {
            let request = FirmwareRequest {
                name,
                efi_on_msdos,
                compatibility_module,
                target: None,
            };
            let expected = Firmware {
                name: text.to_owned(),
                table,
                bios,
                efi,
                bios_boot_partition: partition,
                active_flag: active,
                prep_partition: false,
            };
            assert_eq!(
                firmware(machine, request),
                Ok(expected),
                "{machine} {request:?}"
            );
        }
    }

    #[test]
    fn refusals() {
        for (machine, name, message) in [
            (
                "i586",
                Some("uefi"),
                "firmware `uefi` does not exist on `i586`",
            ),
            (
                "aarch64",
                Some("bios"),
                "firmware `bios` does not exist on `aarch64`",
            ),
            (
                "x86_64",
                Some("opal"),
                "firmware `opal` does not exist on `x86_64`",
            ),
            (
                "alpha",
                None,
                "nothing is known about how `alpha` machines start",
            ),
            (
                "ppc64le",
                None,
                "disks that start with `ofw` firmware on `ppc64le` are not built by this version yet",
            ),
        ] {
            let request = FirmwareRequest {
                name,
                compatibility_module: true,
                ..Default::default()
            };
            assert_eq!(firmware(machine, request).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn tables_of_mainframes() {
        for (target, expected) in [
            (Some(TargetType::Gpt), Ok(Gpt)),
            (Some(TargetType::Fba), Ok(Msdos)),
            (Some(TargetType::Scsi), Ok(Msdos)),
            (Some(TargetType::Cdl), Err(())),
        ] {
            let request = FirmwareRequest {
                target,
                ..Default::default()
            };
            let table = firmware("s390x", request)
                .map(|it| it.table)
                .map_err(|_| ());
            assert_eq!(table, expected, "{target:?}");
        }
    }
}
