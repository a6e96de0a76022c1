//! Settings of file systems and boot, for images that have neither: archives and containers.

use kiwi_description::model::Type;
use kiwi_description::model::values::ImageType;

use super::Report;

pub(super) fn settings(kind: &Type, all: &mut Report<'_>) {
    let plain = matches!(
        *kind.image,
        ImageType::Tbz
            | ImageType::Cpio
            | ImageType::Docker
            | ImageType::Oci
            | ImageType::Appx
            | ImageType::Wsl
    );
    if !plain {
        return;
    }
    let general = &kind.general;
    let why = "on an image without a file system of its own";
    all.unused("fscreateoptions", general.fscreateoptions.as_ref(), why);
    all.unused("fsmountoptions", general.fsmountoptions.as_ref(), why);
    let place = general.devicepersistency.as_ref();
    all.unused("devicepersistency", place, why);
    all.at("size", kind.size.as_ref().map(|it| it.span), why);
    let why = "on an image that does not boot";
    all.at("oemconfig", kind.oemconfig.as_ref().map(|it| it.span), why);
    all.at(
        "systemdisk",
        kind.systemdisk.as_ref().map(|it| it.span),
        why,
    );
    all.at(
        "partitions",
        kind.partitions.as_ref().map(|it| it.span),
        why,
    );
    for initrd in &kind.initrds {
        all.at("initrd", Some(initrd.span), why);
    }
}
