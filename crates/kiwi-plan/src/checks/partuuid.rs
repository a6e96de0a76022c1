//! Partitions of an MBR disk have no unique ids of their own, only one made of disk id and number that changes when either
//! does. Naming devices by it needs a GPT.
//!
//! Mend: `devicepersistency="by-uuid"`, or firmware `efi` or `uefi`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{DevicePersistency, EfiPartitionTable, ImageType};

use crate::disk::firmware::{FirmwareRequest, firmware};
use crate::plan::disk::TableKind;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let Some(written) = kind.general.devicepersistency else {
        return;
    };
    if *written != DevicePersistency::ByPartuuid || *kind.image != ImageType::Oem {
        return;
    }
    let request = FirmwareRequest {
        name: kind.disk.firmware.as_ref().map(|it| it.as_str()),
        efi_on_msdos: kind
            .disk
            .efiparttable
            .is_some_and(|it| *it == EfiPartitionTable::Msdos),
        compatibility_module: true,
        target: kind
            .bootloader
            .as_ref()
            .and_then(|loader| loader.targettype)
            .map(|target| *target),
    };
    let msdos =
        firmware(&facts.choice.machine, request).is_ok_and(|it| it.table == TableKind::Msdos);
    if msdos {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::PARTUUID_NEEDS_GPT,
                "`by-partuuid` needs a GPT, and this disk gets an MBR table",
            )
            .at(written.span)
            .help("use `by-uuid`, or firmware `efi` or `uefi`, which brings a GPT"),
        );
    }
}
