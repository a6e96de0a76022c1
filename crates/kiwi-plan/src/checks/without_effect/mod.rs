//! Settings that the schema allows and nothing in this build depends on. Most often something else was forgotten.
//!
//! Mend: remove the setting, or set what it depends on.

mod first_boot;
mod formats;
mod kiwi_initrd;
mod no_boot;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::ImageType;
use kiwi_description::model::{Spanned, Type};
use kiwi_description::span::Span;

use crate::disk::firmware::{FirmwareRequest, firmware};
use crate::disk::partitions::has_boot_partition;
use crate::plan::disk::TableKind;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let mut all = Report { diagnostics };
    match *kind.image {
        ImageType::Oem => {
            disk(facts, &mut all);
            layers(kind, &mut all);
            formats::settings(kind, &mut all);
        }
        ImageType::Iso | ImageType::Pxe => live(kind, &mut all),
        image if is_filesystem(image) => filesystem(kind, &mut all),
        _ => no_boot::settings(kind, &mut all),
    }
    encryption(kind, &mut all);
    first_boot::settings(facts, &mut all);
    kiwi_initrd::settings(facts, &mut all);
    loader(facts, &mut all);
}

struct Report<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Report<'_> {
    /// Warns about a setting that is there.
    fn unused<T>(&mut self, name: &str, setting: Option<&Spanned<T>>, why: &str) {
        self.at(name, setting.map(|setting| setting.span), why);
    }

    fn at(&mut self, name: &str, place: Option<Span>, why: &str) {
        if let Some(span) = place {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::checks::WITHOUT_EFFECT,
                    format!("`{name}` has no effect {why}"),
                )
                .at(span)
                .help("remove it, or set what it depends on"),
            );
        }
    }
}

fn is(setting: Option<Spanned<bool>>) -> bool {
    setting.is_some_and(|setting| *setting)
}

fn is_filesystem(image: ImageType) -> bool {
    matches!(
        image,
        ImageType::Btrfs
            | ImageType::Ext2
            | ImageType::Ext3
            | ImageType::Ext4
            | ImageType::Squashfs
            | ImageType::Erofs
            | ImageType::Xfs
    )
}

fn disk(facts: &Facts<'_>, all: &mut Report<'_>) {
    let kind = facts.kind();
    let disk = &kind.disk;
    let efi = disk.firmware.as_ref().map_or_else(
        || {
            let row = crate::architecture::architecture(&facts.choice.machine);
            row.and_then(|row| row.firmware.first())
                .is_some_and(|name| *name == "efi")
        },
        |firmware| matches!(firmware.as_str(), "efi" | "uefi"),
    );
    if !efi {
        let why = "without EFI firmware";
        all.unused("efiparttable", disk.efiparttable.as_ref(), why);
        all.unused("eficsm", disk.eficsm.as_ref(), why);
        all.unused("efipartsize", disk.efipartsize.as_ref(), why);
        all.unused("efipart_id", disk.efipart_id.as_ref(), why);
        all.unused("eficsmpart_id", disk.eficsmpart_id.as_ref(), why);
        all.unused("efimountoptions", disk.efimountoptions.as_ref(), why);
        all.unused("target_removable", disk.target_removable.as_ref(), why);
        all.unused("force_mbr", disk.force_mbr.as_ref(), why);
        all.unused("gpt_hybrid_mbr", disk.gpt_hybrid_mbr.as_ref(), why);
    }
    table(facts, all);
    if !has_boot_partition(facts) {
        let why = "without a boot partition; set `bootpartition=\"true\"`";
        all.unused("bootpartsize", disk.bootpartsize.as_ref(), why);
        all.unused("bootfilesystem", disk.bootfilesystem.as_ref(), why);
        all.unused("bootpart_id", disk.bootpart_id.as_ref(), why);
        all.unused("boot_clone", disk.boot_clone.as_ref(), why);
    }
    let media = &kind.install;
    if !(is(media.installiso) || is(media.installstick) || is(media.installpxe)) {
        let why = "without installation media";
        all.unused("installboot", media.installboot.as_ref(), why);
        all.unused(
            "installprovidefailsafe",
            media.installprovidefailsafe.as_ref(),
            why,
        );
        all.unused(
            "install_continue_on_timeout",
            media.install_continue_on_timeout.as_ref(),
            why,
        );
        all.unused("efifatimagesize", disk.efifatimagesize.as_ref(), why);
        all.at(
            "installmedia",
            kind.installmedia.as_ref().map(|it| it.span),
            why,
        );
    }
    if let Some(config) = &kind.oemconfig
        && !is(config.oem_swap)
    {
        let why = "without `oem-swap`";
        all.unused("oem-swapsize", config.oem_swapsize.as_ref(), why);
    }
}

fn encryption(kind: &Type, all: &mut Report<'_>) {
    if kind.luks.luks.is_none() {
        let why = "without `luks`";
        all.unused("luksOS", kind.luks.luks_os.as_ref(), why);
        all.unused("luks_pbkdf", kind.luks.luks_pbkdf.as_ref(), why);
        all.unused("luks_randomize", kind.luks.luks_randomize.as_ref(), why);
        all.unused("luks_version", kind.luks.luks_version.as_ref(), why);
    } else if kind.luks.luks_randomize.is_some_and(|it| !*it) {
        all.unused(
            "luks_randomize",
            kind.luks.luks_randomize.as_ref(),
            "when it is `false`: every block is encrypted, so that nobody sees which are in use",
        );
    }
}

/// Settings of one partition table in a disk that has the other one.
fn table(facts: &Facts<'_>, all: &mut Report<'_>) {
    let disk = &facts.kind().disk;
    let request = FirmwareRequest::of(facts.kind());
    match firmware(&facts.choice.machine, request).map(|firmware| firmware.table) {
        Ok(TableKind::Gpt) => all.unused(
            "dosparttable_extended_layout",
            disk.dosparttable_extended_layout.as_ref(),
            "with a GPT",
        ),
        Ok(TableKind::Msdos) => {
            let why = "without a GPT";
            all.unused("apply_dps_codes", disk.apply_dps_codes.as_ref(), why);
            if is(disk.force_mbr) {
                all.unused("gpt_hybrid_mbr", disk.gpt_hybrid_mbr.as_ref(), why);
            }
        }
        Err(_) => {}
    }
}

/// What lies between the partitions and the root file system.
fn layers(kind: &Type, all: &mut Report<'_>) {
    let overlay = &kind.overlay;
    let squashed = is(overlay.overlayroot);
    if !squashed {
        let why = "without `overlayroot`";
        all.unused(
            "overlayroot_readonly_createoptions",
            overlay.overlayroot_readonly_createoptions.as_ref(),
            why,
        );
        all.unused(
            "overlayroot_readonly_filesystem",
            overlay.overlayroot_readonly_filesystem.as_ref(),
            why,
        );
        all.unused(
            "overlayroot_readonly_partsize",
            overlay.overlayroot_readonly_partsize.as_ref(),
            why,
        );
        all.unused(
            "overlayroot_write_partition",
            overlay.overlayroot_write_partition.as_ref(),
            why,
        );
        let root = kind
            .general
            .filesystem
            .map(|it| it.to_string())
            .unwrap_or_default();
        if root != "squashfs" {
            all.unused(
                "squashfscompression",
                kind.general.squashfscompression.as_ref(),
                "without squashfs",
            );
        }
        if root != "erofs" {
            all.unused(
                "erofscompression",
                kind.general.erofscompression.as_ref(),
                "without erofs",
            );
        }
    }
    let spare = &kind.spare;
    if spare.spare_part.is_none() {
        let why = "without `spare_part`";
        all.unused("spare_part_fs", spare.spare_part_fs.as_ref(), why);
        all.unused(
            "spare_part_fs_attributes",
            spare.spare_part_fs_attributes.as_ref(),
            why,
        );
        all.unused("spare_part_is_last", spare.spare_part_is_last.as_ref(), why);
        all.unused(
            "spare_part_mountpoint",
            spare.spare_part_mountpoint.as_ref(),
            why,
        );
    }
    if kind.systemdisk.is_none() {
        let why = "without `systemdisk`";
        let btrfs = &kind.btrfs;
        all.unused("btrfs_quota_groups", btrfs.btrfs_quota_groups.as_ref(), why);
        all.unused(
            "btrfs_root_is_subvolume",
            btrfs.btrfs_root_is_subvolume.as_ref(),
            why,
        );
        all.unused(
            "btrfs_root_is_snapper_snapshot",
            btrfs.btrfs_root_is_snapper_snapshot.as_ref(),
            why,
        );
        all.unused(
            "btrfs_root_is_readonly_snapshot",
            btrfs.btrfs_root_is_readonly_snapshot.as_ref(),
            why,
        );
        all.unused(
            "btrfs_set_default_volume",
            btrfs.btrfs_set_default_volume.as_ref(),
            why,
        );
    }
    let integrity = &kind.integrity;
    if !is(integrity.standalone_integrity) {
        let why = "without `standalone_integrity`";
        all.unused(
            "integrity_keyfile",
            integrity.integrity_keyfile.as_ref(),
            why,
        );
        all.unused(
            "integrity_legacy_hmac",
            integrity.integrity_legacy_hmac.as_ref(),
            why,
        );
    }
}

fn live(kind: &Type, all: &mut Report<'_>) {
    if !is(kind.live.hybridpersistent) {
        all.unused(
            "hybridpersistent_filesystem",
            kind.live.hybridpersistent_filesystem.as_ref(),
            "without `hybridpersistent`",
        );
    }
}

fn filesystem(kind: &Type, all: &mut Report<'_>) {
    if let Some(size) = &kind.size {
        all.unused(
            "unpartitioned",
            size.unpartitioned.as_ref(),
            "on an image without partitions",
        );
        let grows_with_content = matches!(*kind.image, ImageType::Squashfs | ImageType::Erofs);
        if grows_with_content {
            all.at(
                "size",
                Some(size.span),
                "on an image that is as large as its content",
            );
        }
    }
}

fn loader(facts: &Facts<'_>, all: &mut Report<'_>) {
    let kind = facts.kind();
    let Some(loader) = &kind.bootloader else {
        return;
    };
    let serial = [&loader.output_console, &loader.input_console]
        .into_iter()
        .flatten()
        .any(|list| list.iter().any(|console| console == "serial"));
    if !serial {
        all.unused(
            "serial_line",
            loader.serial_line.as_ref(),
            "without `serial` among the consoles",
        );
    }
    if *kind.image == ImageType::Oem {
        all.unused("grub_template", loader.grub_template.as_ref(), "on a disk");
        if kind.luks.luks.is_none() {
            all.unused(
                "use_disk_password",
                loader.use_disk_password.as_ref(),
                "without `luks`",
            );
        }
    }
    if !facts.choice.machine.starts_with("s390") {
        all.unused("targettype", loader.targettype.as_ref(), "but on s390");
    }
}
