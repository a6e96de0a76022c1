//! The chain from the firmware to the root file system.

use super::table::Table;
use crate::plan::boot::{BootLoader, BootPlan, EfiMode};
use crate::plan::disk::{DiskPlan, TableKind};

/// Returns how the disk starts.
pub(super) fn lines(disk: &DiskPlan) -> Vec<String> {
    let boot = &disk.boot;
    let mut table = Table::new();
    if boot.loader == BootLoader::Custom {
        table.row([
            "loader",
            "none of ours; scripts of the description install one",
        ]);
    } else {
        if boot.bios {
            let place = match disk.table {
                TableKind::Gpt => "its own partition",
                TableKind::Msdos => "the gap before the first partition",
            };
            table.row([
                "BIOS",
                &format!("boot sector, GRUB's core image in {place}"),
            ]);
        }
        if let Some(mode) = boot.efi {
            table.row(["EFI", &efi(boot, mode)]);
        }
        if let Some(target) = boot.zipl_target {
            table.row(["zipl", &format!("boot record of a {} disk", target.name())]);
        }
        if boot.unified_kernel {
            table.row(["unified kernel", "EFI/Linux/kiwi.efi"]);
        }
        let wait = match &boot.timeout_style {
            Some(style) => format!("{} s, {style}", boot.timeout_seconds),
            None => format!("{} s", boot.timeout_seconds),
        };
        table.row(["menu", &format!("\"{}\", {wait}", boot.title)]);
    }
    table.row(["kernel", &boot.command_line]);
    match &disk.initrd {
        None => table.row(["initrd", "none"]),
        Some(initrd) => {
            let mut words = vec!["dracut".to_owned()];
            words.extend(initrd.add_modules.iter().map(|name| format!("+{name}")));
            words.extend(initrd.omit_modules.iter().map(|name| format!("-{name}")));
            words.extend(initrd.add_drivers.iter().map(|name| format!("+{name}")));
            words.extend(initrd.omit_drivers.iter().map(|name| format!("-{name}")));
            table.row(["initrd", &words.join(" ")]);
        }
    }
    let grows = disk
        .initrd
        .as_ref()
        .is_some_and(|initrd| initrd.resize_root);
    let root = if grows {
        "grows to the disk at first boot"
    } else {
        "keeps its size"
    };
    table.row(["root", root]);
    table.lines()
}

fn efi(boot: &BootPlan, mode: EfiMode) -> String {
    let name = boot.efi_fallback_name.as_deref().unwrap_or("boot*.efi");
    if boot.loader == BootLoader::SystemdBoot {
        return format!("EFI/BOOT/{name} is systemd-boot");
    }
    match mode {
        EfiMode::Plain => format!("EFI/BOOT/{name} is GRUB"),
        EfiMode::Secure => {
            format!("EFI/BOOT/{name} is the distribution's shim, which starts its signed GRUB")
        }
    }
}
