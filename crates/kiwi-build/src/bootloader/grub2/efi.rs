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
const MODULES: [&str; 46] = [
    "all_video",
    "boot",
    "btrfs",
    "chain",
    "configfile",
    "crypto",
    "cryptodisk",
    "diskfilter",
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
    "mdraid1x",
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
    places::copy_font_to_efi(tree)
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
    let text = early::configuration(tree, disk, places.name);
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
        early::configuration(tree, disk, places.name),
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
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;
    use kiwi_host::command::Recorder;

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

    /// A tree with these files, each with its own path as content, and what was laid out for a disk there.
    fn installed(mode: EfiMode, id: &str, files: &[&str]) -> Bench {
        let mut bench = Bench::new();
        bench.write("etc/os-release", &format!("ID={id}\n"));
        for file in files
            .iter()
            .chain(&["usr/sbin/grub-mkconfig", "usr/bin/grub-mkimage"])
        {
            bench.write(file, file);
        }
        bench.runner = Recorder::new();
        let mut disk = disk();
        disk.boot.efi = Some(mode);
        let places = Places::of(&bench.tree()).unwrap();
        install(&bench.context(), &bench.tree(), &disk, &places).unwrap();
        bench
    }

    const DEBIAN: [&str; 4] = [
        "usr/lib/shim/shimx64.efi.signed",
        "usr/lib/shim/mmx64.efi.signed",
        "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
        "usr/lib/grub/x86_64-efi/ext2.mod",
    ];
    const SUSE: [&str; 3] = [
        "usr/share/efi/x86_64/shim.efi",
        "usr/share/efi/x86_64/MokManager.efi",
        "usr/share/efi/x86_64/grub.efi",
    ];
    const FEDORA: [&str; 4] = [
        "boot/efi/EFI/fedora/shimx64.efi",
        "boot/efi/EFI/fedora/mmx64.efi",
        "boot/efi/EFI/fedora/grubx64.efi",
        "boot/efi/EFI/BOOT/BOOTX64.EFI",
    ];

    #[test]
    fn signed_programs_of_each_family() {
        for (id, files, first, second, manager, menu) in [
            (
                "debian",
                &DEBIAN[..],
                "bootx64.efi",
                "grubx64.efi",
                "mmx64.efi",
                "EFI/debian",
            ),
            (
                "opensuse",
                &SUSE,
                "bootx64.efi",
                "grub.efi",
                "MokManager.efi",
                "EFI/opensuse",
            ),
            (
                "fedora",
                &FEDORA,
                "BOOTX64.EFI",
                "grubx64.efi",
                "mmx64.efi",
                "EFI/fedora",
            ),
        ] {
            let bench = installed(EfiMode::Secure, id, files);
            let read = |name: &str| bench.read(&format!("{FALLBACK}/{name}"));
            assert_eq!(read(first), files[0], "{id}");
            assert_eq!(read(manager), files[1], "{id}");
            assert_eq!(read(second), files[2], "{id}");
            for directory in ["EFI/BOOT", menu] {
                let text = bench.read(&format!("boot/efi/{directory}/grub.cfg"));
                assert!(text.ends_with("configfile $prefix/grub.cfg\n"), "{id}");
            }
            assert!(bench.lines().is_empty(), "{id}: {:?}", bench.lines());
            let names = bench.tree().read_dir(FALLBACK).unwrap();
            assert_eq!(names.len(), 4, "{id}: {names:?}");
        }
    }

    #[test]
    fn programs_of_our_own_making() {
        let files = [
            "usr/lib/grub/x86_64-efi/ext2.mod",
            "usr/lib/grub/x86_64-efi/fat.mod",
        ];
        for mode in [EfiMode::Plain, EfiMode::Secure] {
            let bench = installed(mode, "debian", &files);
            assert_eq!(
                bench.lines(),
                [
                    "chroot TREE /usr/bin/grub-mkimage --format x86_64-efi --config /.kiwi-grub-early.cfg \
                  --output /boot/efi/EFI/BOOT/bootx64.efi --directory /usr/lib/grub/x86_64-efi --prefix /boot/grub ext2 fat"
                ]
            );
            assert_eq!(bench.read("boot/grub/x86_64-efi/fat.mod"), files[1]);
        }
    }

    #[test]
    fn small_firmware_of_large_machines() {
        let files = [
            "usr/lib/grub/x86_64-efi/ext2.mod",
            "usr/lib/grub/i386-efi/ext2.mod",
        ];
        let bench = installed(EfiMode::Plain, "debian", &files);
        let lines = bench.lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].contains("--format i386-efi"), "{lines:?}");
        assert!(
            lines[1].contains("/boot/efi/EFI/BOOT/bootia32.efi"),
            "{lines:?}"
        );
    }

    #[test]
    fn complete_programs_where_there_are_no_modules() {
        let bench = installed(
            EfiMode::Plain,
            "fedora",
            &["boot/efi/EFI/fedora/grubx64.efi"],
        );
        assert!(bench.lines().is_empty());
        assert_eq!(
            bench.read("boot/efi/EFI/BOOT/bootx64.efi"),
            "boot/efi/EFI/fedora/grubx64.efi"
        );
    }
}
