//! What a disk needs because of the firmware that starts it (spec 04, section 2).

use kiwi_description::model::Type;
use kiwi_description::model::values::{EfiPartitionTable, TargetType};
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
    /// `type@force_mbr`.
    pub force_mbr: bool,
    /// `bootloader@targettype`.
    pub target: Option<TargetType>,
}

impl<'a> FirmwareRequest<'a> {
    /// Reads what a build type says.
    pub fn of(kind: &'a Type) -> Self {
        let disk = &kind.disk;
        Self {
            name: disk.firmware.as_ref().map(|firmware| firmware.as_str()),
            efi_on_msdos: disk
                .efiparttable
                .is_some_and(|it| *it == EfiPartitionTable::Msdos),
            compatibility_module: disk.eficsm.is_none_or(|it| *it),
            force_mbr: disk.force_mbr.is_some_and(|it| *it),
            target: kind
                .bootloader
                .as_ref()
                .and_then(|loader| loader.targettype)
                .map(|target| *target),
        }
    }
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
    /// A partition holds what Open Firmware starts.
    pub prep: bool,
    /// The boot flag of an MBR partition is set.
    pub active_flag: bool,
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
    /// Disks of this kind have no GPT and no MBR.
    #[error(
        "the volume label and partition table of a DASD can be written by `fdasd` only, which works on block devices, and this disk is made in a file"
    )]
    Dasd,
}

/// Works out what a firmware means for the disk.
///
/// # Errors
/// A firmware that the architecture does not have, or a kind of disk that cannot be made here.
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
    let efi = match name {
        "efi" => Some(EfiMode::Plain),
        "uefi" => Some(EfiMode::Secure),
        _ => None,
    };
    let table = match machine {
        "s390" | "s390x" => mainframe_table(request.target)?,
        "ppc64" | "ppc64le" => TableKind::Gpt,
        // The reference makes a GPT and rewrites it; only numbers of partitions differ.
        _ if efi.is_some() && !request.efi_on_msdos && !request.force_mbr => TableKind::Gpt,
        _ => TableKind::Msdos,
    };
    let bios = row.bios
        && match table {
            TableKind::Gpt => request.compatibility_module,
            TableKind::Msdos => true,
        };
    Ok(Firmware {
        name: name.to_owned(),
        table,
        bios,
        efi,
        // The reference makes this partition on MBR disks too, where it has no type and no use.
        bios_boot_partition: bios && table == TableKind::Gpt,
        prep: name == "ofw",
        active_flag: matches!(name, "bios" | "ofw"),
    })
}

/// The kind of disk that the loader of an IBM Z machine is written for says how it is divided.
fn mainframe_table(target: Option<TargetType>) -> Result<TableKind, FirmwareError> {
    match target {
        Some(TargetType::Cdl) => Err(FirmwareError::Dasd),
        Some(TargetType::Gpt) => Ok(TableKind::Gpt),
        Some(TargetType::Fba | TargetType::Scsi) | None => Ok(TableKind::Msdos),
    }
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
            // machine, firmware, efi on msdos, csm -> name, table, bios, efi, boot partition, PReP, active
            ("x86_64", None, false, true, "bios", Msdos, true, None, false, false, true),
            ("x86_64", Some("bios"), false, true, "bios", Msdos, true, None, false, false, true),
            ("x86_64", Some("bios"), false, false, "bios", Msdos, true, None, false, false, true),
            ("x86_64", Some("efi"), false, true, "efi", Gpt, true, Some(Plain), true, false, false),
            ("x86_64", Some("uefi"), false, true, "uefi", Gpt, true, Some(Secure), true, false, false),
            ("x86_64", Some("uefi"), false, false, "uefi", Gpt, false, Some(Secure), false, false, false),
            ("x86_64", Some("uefi"), true, false, "uefi", Msdos, true, Some(Secure), false, false, false),
            ("x86_64", Some("ec2"), false, true, "ec2", Msdos, true, None, false, false, false),
            ("x86_64", Some("custom"), false, true, "custom", Msdos, true, None, false, false, false),
            ("i686", None, false, true, "bios", Msdos, true, None, false, false, true),
            ("aarch64", None, false, true, "efi", Gpt, false, Some(Plain), false, false, false),
            ("aarch64", Some("uefi"), true, true, "uefi", Msdos, false, Some(Secure), false, false, false),
            ("aarch64", Some("custom"), false, true, "custom", Msdos, false, None, false, false, false),
            ("riscv64", None, false, true, "efi", Gpt, false, Some(Plain), false, false, false),
            ("ppc64le", None, false, true, "ofw", Gpt, false, None, false, true, true),
            ("ppc64", Some("opal"), false, true, "opal", Gpt, false, None, false, false, false),
            ("ppc", None, false, true, "ofw", Msdos, false, None, false, true, true),
            ("s390x", None, false, true, "none", Msdos, false, None, false, false, false),
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
            bios_boot_partition,
            prep,
            active_flag,
        ) in cases
        {
            let request = FirmwareRequest {
                name,
                efi_on_msdos,
                compatibility_module,
                ..Default::default()
            };
            let expected = Firmware {
                name: text.to_owned(),
                table,
                bios,
                efi,
                bios_boot_partition,
                prep,
                active_flag,
            };
            assert_eq!(
                firmware(machine, request),
                Ok(expected),
                "{machine} {request:?}"
            );
        }
    }

    #[test]
    fn disks_of_mainframes() {
        for (target, expected) in [
            (None, Ok(Msdos)),
            (Some(TargetType::Fba), Ok(Msdos)),
            (Some(TargetType::Scsi), Ok(Msdos)),
            (Some(TargetType::Gpt), Ok(Gpt)),
            (Some(TargetType::Cdl), Err(FirmwareError::Dasd)),
        ] {
            let request = FirmwareRequest {
                target,
                ..Default::default()
            };
            assert_eq!(firmware("s390x", request).map(|it| it.table), expected);
        }
    }

    #[test]
    fn an_mbr_can_be_forced() {
        let request = FirmwareRequest {
            name: Some("efi"),
            force_mbr: true,
            compatibility_module: true,
            ..Default::default()
        };
        let firmware = firmware("x86_64", request).unwrap();
        assert_eq!(
            (firmware.table, firmware.bios, firmware.bios_boot_partition),
            (Msdos, true, false)
        );
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
                "ppc",
                Some("opal"),
                "firmware `opal` does not exist on `ppc`",
            ),
            (
                "alpha",
                None,
                "nothing is known about how `alpha` machines start",
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
}
