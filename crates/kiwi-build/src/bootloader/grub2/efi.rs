//! What EFI firmware starts, laid out below `/boot/efi`.

use std::path::Path;

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::plan::boot::EfiMode;
use kiwi_plan::plan::disk::DiskPlan;

use super::bios::grub_module;
use super::early;
use super::places::{self, Places, copy};
use crate::context::BuildContext;
use crate::distribution::Distribution;
use crate::error::{BuildError, For};

/// Directory of programs that firmware finds by itself.
const FALLBACK: &str = "boot/efi/EFI/BOOT";
/// Name inside the tree while a program is made.
const CONFIGURATION: &str = "/.kiwi-grub-early.cfg";
/// Modules of a program of our own making. Those that one GRUB lacks are left out.
const MODULES: [&str; 34] = [
    "all_video",
    "boot",
    "chain",
    "configfile",
    "cryptodisk",
    "echo",
    "efi_gop",
    "font",
    "fat",
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
    "lvm",
    "minicmd",
    "normal",
    "part_gpt",
    "part_msdos",
    "png",
    "search",
    "search_fs_file",
    "search_fs_uuid",
    "search_label",
    "serial",
    "terminal",
    "test",
    "true",
    "zstd",
];
/// Signed GRUBs, first hit wins.
const SIGNED_GRUB: [&str; 6] = [
    "usr/lib/grub/{target}-signed/grub{suffix}.efi.signed",
    "usr/share/efi/{machine}/grub.efi",
    "usr/lib64/efi/grub.efi",
    "boot/efi/EFI/*/grub{suffix}.efi",
    "usr/share/grub2/{target}/grub.efi",
    "usr/lib/grub2/{target}/grub.efi",
];
/// Signed shims, first hit wins.
const SHIM: [&str; 6] = [
    "usr/lib/shim/shim{suffix}.efi.signed.latest",
    "usr/lib/shim/shim{suffix}.efi.signed",
    "usr/share/efi/{machine}/shim.efi",
    "usr/lib64/efi/shim.efi",
    "boot/efi/EFI/*/shim{suffix}.efi",
    "usr/lib/shim/shim{suffix}.efi",
];
/// Key managers that shim starts, first hit wins.
const KEY_MANAGER: [&str; 5] = [
    "usr/lib/shim/mm{suffix}.efi.signed",
    "usr/share/efi/{machine}/MokManager.efi",
    "usr/lib64/efi/MokManager.efi",
    "boot/efi/EFI/*/mm{suffix}.efi",
    "usr/lib/shim/mm{suffix}.efi",
];

/// Fills the EFI system partition.
pub(super) fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<(), BuildError> {
    let names = Names::of(context, disk)?;
    tree.create_dir_all(FALLBACK, 0o755)?;
    places.copy_modules(tree, &names.target)?;
    if disk.boot.efi == Some(EfiMode::Secure) && install_signed(tree, disk, places, &names)? {
        return Ok(());
    }
    make(context, tree, disk, places, &names)
}

/// Names that depend on the architecture.
struct Names {
    /// GRUB's platform: `x86_64-efi`.
    target: String,
    /// What firmware starts: `bootx64.efi`.
    fallback: String,
    /// `x64`.
    suffix: String,
    /// `x86_64`.
    machine: String,
}

impl Names {
    fn of(context: &BuildContext<'_>, disk: &DiskPlan) -> Result<Self, BuildError> {
        let machine = context.plan.identity.architecture.clone();
        let (Some(target), Some(fallback)) = (
            disk.boot.efi_target.clone(),
            disk.boot.efi_fallback_name.clone(),
        ) else {
            return Err(BuildError::Unexpected(format!(
                "GRUB starts from no EFI firmware on `{machine}`"
            )));
        };
        let suffix = fallback
            .trim_start_matches("boot")
            .trim_end_matches(".efi")
            .to_owned();
        Ok(Self {
            target,
            fallback,
            suffix,
            machine,
        })
    }

    /// First file that one of the patterns names.
    fn find(&self, tree: &TreeDir, patterns: &[&str]) -> Option<String> {
        patterns.iter().find_map(|pattern| {
            let path = pattern
                .replace("{target}", &self.target)
                .replace("{suffix}", &self.suffix)
                .replace("{machine}", &self.machine);
            match path.split_once("/*/") {
                None => tree.exists(&path).then_some(path),
                Some((before, after)) => tree
                    .read_dir(before)
                    .ok()?
                    .iter()
                    .map(|name| format!("{before}/{}/{after}", name.to_string_lossy()))
                    .find(|candidate| !candidate.starts_with(FALLBACK) && tree.exists(candidate)),
            }
        })
    }
}

/// Copies the distribution's signed programs; `false` when the tree has none.
fn install_signed(
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    names: &Names,
) -> Result<bool, BuildError> {
    let Some(grub) = names.find(tree, &SIGNED_GRUB) else {
        tracing::warn!(
            "the root tree has no signed GRUB, so the image does not start with secure boot \
             (Debian: package `grub-efi-amd64-signed`)"
        );
        return Ok(false);
    };
    let Some(shim) = names.find(tree, &SHIM) else {
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
    if let Some(manager) = names.find(tree, &KEY_MANAGER) {
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

/// A signed GRUB looks for its configuration beside itself or in the directory it was built for.
fn write_configurations(
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
    grub: &str,
) -> Result<(), BuildError> {
    let text = early::configuration(tree, disk, places.name);
    tree.create_file(format!("{FALLBACK}/grub.cfg"), 0o644, &text)?;
    let built_for = directory_in(&tree.read(grub)?)
        .unwrap_or_else(|| format!("EFI/{}", Distribution::of(tree).id));
    let directory = format!("boot/efi/{built_for}");
    if directory != FALLBACK {
        tree.create_dir_all(&directory, 0o755)?;
        tree.create_file(format!("{directory}/grub.cfg"), 0o644, &text)?;
    }
    Ok(())
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
    names: &Names,
) -> Result<(), BuildError> {
    let directory = places::modules(tree, &names.target)?;
    tree.create_file(
        CONFIGURATION,
        0o600,
        early::configuration(tree, disk, places.name),
    )?;
    let filesystem = early::boot_filesystem(disk).map(|plan| grub_module(plan.kind));
    let mut modules: Vec<&str> = MODULES.into_iter().chain(filesystem).collect();
    modules.retain(|name| tree.exists(format!("{directory}/{name}.mod")));
    modules.sort_unstable();
    modules.dedup();
    let command = Cmd::new(places.program(tree, "mkimage")?)
        .in_tree(&context.sandbox_of(tree.path()))
        .args(["--format", &names.target, "--config", CONFIGURATION])
        .args(["--output", &format!("/{FALLBACK}/{}", names.fallback)])
        .args(["--directory", &format!("/{directory}")])
        .args(["--prefix", &early::prefix(disk, places.name)])
        .args(modules);
    context
        .runner
        .run(&command)
        .purpose("making GRUB's EFI program")?;
    tree.remove_file(CONFIGURATION)?;
    Ok(())
}

fn copy_to_fallback(tree: &TreeDir, from: &str, name: &str) -> Result<(), BuildError> {
    copy(
        tree,
        Path::new(from),
        Path::new(&format!("{FALLBACK}/{name}")),
    )
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
