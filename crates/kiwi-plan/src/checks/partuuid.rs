//! Partitions of an MBR disk have no unique ids of their own, only one made of disk id and number that changes when either
//! does. Naming devices by it needs a GPT.
//!
//! Mend: `devicepersistency="by-uuid"`, or firmware `efi` or `uefi`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{DevicePersistency, ImageType};

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
    let msdos = firmware(&facts.choice.machine, FirmwareRequest::of(kind))
        .is_ok_and(|it| it.table == TableKind::Msdos);
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
