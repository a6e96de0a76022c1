//! What EFI firmware starts, laid out below `/boot/efi`.

use std::path::Path;

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::plan::boot::{EfiMode, Xen};
use kiwi_plan::plan::disk::DiskPlan;

use super::bios::grub_module;
use super::early;
use super::places::{self, Places};
use crate::bootloader::efi_programs::{EfiNames, FALLBACK, place};
use crate::bootloader::{copy, signing};
use crate::context::BuildContext;
use crate::distribution::Distribution;
use crate::error::{BuildError, For};

/// Name inside the tree while a program is made.
const CONFIGURATION: &str = "/.kiwi-grub-early.cfg";
/// Modules of a program of our own making. Those that one GRUB lacks are left out.
const MODULES: [&str; 44] = [
    "all_video",
    "boot",
    "btrfs",
    "chain",
    "configfile",
    "crypto",
    "cryptodisk",
    "echo",
    "efi_gop",
    "ext2",
    "fat",
    "font",
    "gcry_rijndael",
    "gcry_sha256",
    "gcry_sha512",
    "gettext",
    "gfxmenu",
    "gfxterm",
    "gzio",
    "iso9660",
    "linux",
    "linuxefi",
    "loadenv",
    "ls",
    "luks",
    "luks2",
    "lvm",
    "minicmd",
    "normal",
    "part_gpt",
    "part_msdos",
    "pbkdf2",
    "png",
    "search",
    "search_fs_file",
    "search_fs_uuid",
    "search_label",
    "serial",
    "squash4",
    "terminal",
    "test",
    "true",
    "xfs",
    "zstd",
];
/// Modules of a program for the hypervisor's sake.
const XEN_MODULES: [&str; 2] = ["multiboot", "multiboot2"];

/// Fills the EFI system partition.
pub(super) fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<(), BuildError> {
    let names = EfiNames::of(context, disk)?;
    tree.create_dir_all(FALLBACK, 0o755)?;
    install_for(context, tree, disk, places, &names)?;
    // Some 64 bit PCs have 32 bit firmware.
    if let Some(smaller) = names.of_smaller_firmware()
        && places::find_data(tree, &smaller.target).is_some()
    {
        install_for(context, tree, disk, places, &smaller)?;
    }
    places.copy_font_to_efi(tree)
}

fn install_for(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    names: &EfiNames,
) -> Result<(), BuildError> {
    let has_modules = places::find_data(tree, &names.target).is_some();
    if has_modules {
        places.copy_modules(tree, &names.target)?;
    }
    if disk.boot.efi == Some(EfiMode::Secure) && install_signed(tree, disk, places, names)? {
        return Ok(());
    }
    if !has_modules && install_plain(context, tree, disk, places, names)? {
        return Ok(());
    }
    make(context, tree, disk, places, names)
}

/// Copies the distribution's signed programs; `false` when the tree has none.
fn install_signed(
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    names: &EfiNames,
) -> Result<bool, BuildError> {
    let Some(grub) = names.find(tree, |it| it.signed_grub) else {
        tracing::warn!(
            "the root tree has no signed GRUB, so the image does not start with secure boot \
             (Debian: package `grub-efi-amd64-signed`)"
        );
        return Ok(false);
    };
    let Some(shim) = names.find(tree, |it| it.shim) else {
        tracing::warn!(
            "the root tree has no signed shim, so the image does not start with secure boot \
             (Debian: package `shim-signed`)"
        );
        copy_to_fallback(tree, &grub, &names.fallback)?;
        write_configurations(tree, disk, places, &grub)?;
        return Ok(true);
    };
    copy_to_fallback(tree, &shim, &names.fallback)?;
    let name = if grub.ends_with("/grub.efi") {
        "grub.efi".to_owned()
    } else {
        format!("grub{}.efi", names.suffix)
    };
    copy_to_fallback(tree, &grub, &name)?;
    if let Some(manager) = names.find(tree, |it| it.key_manager) {
        let name = if manager.ends_with("MokManager.efi") {
            "MokManager.efi".to_owned()
        } else {
            format!("mm{}.efi", names.suffix)
        };
        copy_to_fallback(tree, &manager, &name)?;
    }
    write_configurations(tree, disk, places, &grub)?;
    Ok(true)
}

/// Copies a complete GRUB of the distribution, for trees that have no modules to make one of; `false` when there is none.
fn install_plain(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    names: &EfiNames,
) -> Result<bool, BuildError> {
    let Some(grub) = names.find(tree, |it| it.plain_grub) else {
        return Ok(false);
    };
    let to = copy_to_fallback(tree, &grub, &names.fallback)?;
    signing::sign(context, tree, &to)?;
    write_configurations(tree, disk, places, &grub)?;
    Ok(true)
}

/// A signed GRUB looks for its configuration beside itself or in the directory it was built for.
fn write_configurations(
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    grub: &str,
) -> Result<(), BuildError> {
    let text = early::configuration(disk, places.name);
    let built_for = directory_in(&tree.read(grub)?)
        .unwrap_or_else(|| format!("EFI/{}", Distribution::of(tree).id));
    let mut directories = vec![FALLBACK.to_owned(), format!("boot/efi/{built_for}")];
    directories.extend(directories_with_shim(tree));
    directories.sort();
    directories.dedup();
    for directory in directories {
        tree.create_dir_all(&directory, 0o755)?;
        tree.create_file(place(tree, &directory, "grub.cfg"), 0o600, &text)?;
    }
    Ok(())
}

/// Directories of the EFI system partition to which the distribution installed its shim.
fn directories_with_shim(tree: &TreeDir) -> Vec<String> {
    const VENDORS: &str = "boot/efi/EFI";
    let is_shim = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        name.starts_with("shim") && name.ends_with(".efi")
    };
    tree.read_dir(VENDORS)
        .unwrap_or_default()
        .iter()
        .map(|name| format!("{VENDORS}/{}", name.to_string_lossy()))
        .filter(|directory| {
            tree.read_dir(directory)
                .is_ok_and(|names| names.iter().any(is_shim))
        })
        .collect()
}

/// The directory a GRUB was built to look into, `EFI/NAME`, read from the program itself.
fn directory_in(program: &[u8]) -> Option<String> {
    const START: &[u8] = b"/EFI/";
    program
        .windows(START.len())
        .enumerate()
        .filter(|(_, window)| *window == START)
        .find_map(|(position, _)| {
            let name: String = program[position + START.len()..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
                .map(|&byte| byte as char)
                .collect();
            (!name.is_empty() && !name.eq_ignore_ascii_case("boot")).then(|| format!("EFI/{name}"))
        })
}

/// Makes an unsigned program inside the tree.
fn make(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    names: &EfiNames,
) -> Result<(), BuildError> {
    let directory = places::modules(tree, &names.target)?;
    tree.create_file(
        CONFIGURATION,
        0o600,
        early::configuration(disk, places.name),
    )?;
    let filesystem = early::boot_filesystem(disk).map(|plan| grub_module(plan.kind));
    let mut modules: Vec<&str> = MODULES.into_iter().chain(filesystem).collect();
    if disk.boot.xen == Some(Xen::Guest) {
        modules.extend(XEN_MODULES);
    }
    modules.retain(|name| tree.exists(format!("{directory}/{name}.mod")));
    modules.sort_unstable();
    modules.dedup();
    let output = place(tree, FALLBACK, &names.fallback);
    let command = Cmd::new(places.program(tree, "mkimage")?)
        .in_tree(&context.sandbox_of(tree.path()))
        .args(["--format", &names.target, "--config", CONFIGURATION])
        .args(["--output", &format!("/{output}")])
        .args(["--directory", &format!("/{directory}")])
        .args(["--prefix", &early::prefix(disk, places.name)])
        .args(modules);
    context
        .runner
        .run(&command)
        .purpose("making GRUB's EFI program")?;
    tree.remove_file(CONFIGURATION)?;
    signing::sign(context, tree, &output)
}

/// Returns where the copy is.
fn copy_to_fallback(tree: &TreeDir, from: &str, name: &str) -> Result<String, BuildError> {
    let to = place(tree, FALLBACK, name);
    copy(tree, Path::new(from), Path::new(&to))?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_a_grub_was_built_for() {
        for (program, expected) in [
            (&b"x\0/EFI/debian\0y"[..], Some("EFI/debian")),
            (b"/EFI/BOOT\0/EFI/ubuntu\0", Some("EFI/ubuntu")),
            (b"/EFI/", None),
            (b"nothing", None),
        ] {
            assert_eq!(directory_in(program).as_deref(), expected);
        }
    }
}
