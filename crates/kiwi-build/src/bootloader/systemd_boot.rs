//! systemd-boot: its program, its configuration and its entries, on the EFI system partition.
//!
//! Specification: UAPI group, "Boot Loader Specification"; systemd-boot(7), loader.conf(5). Files are copied from the image's
//! own systemd; `bootctl` is not called, because it wants the mounted disk.

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::EfiMode;
use kiwi_plan::plan::disk::DiskPlan;

use super::boot_files::{BootFiles, entry_token, file_name};
use super::efi_programs::{BOOT_LOADER, EfiNames, FALLBACK, place};
use super::{copy, signing, unified_kernel};
use crate::context::BuildContext;
use crate::error::BuildError;

/// Where `bootctl` keeps the program, and finds it for updates.
const PROGRAMS: &str = "boot/efi/EFI/systemd";
/// Directory of kernels and initrds on the EFI system partition.
const KERNELS: &str = "boot/efi/os";
/// Directory of the configuration.
const LOADER: &str = "boot/efi/loader";

/// Lays everything out below `/boot/efi`.
pub fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    files: &BootFiles,
) -> Result<(), BuildError> {
    install_programs(context, tree, disk)?;
    write_configuration(tree, disk)?;
    if disk.boot.unified_kernel {
        unified_kernel::install(context, tree, disk, files)?;
        // The program has its own copy, and nothing else would start this one.
        if let Some(initrd) = &files.initrd {
            tree.remove_file(initrd)?;
        }
        return Ok(());
    }
    copy_kernel(context, tree, files)?;
    write_entry(tree, disk, files)
}

fn install_programs(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
) -> Result<(), BuildError> {
    let names = EfiNames::of(context, disk)?;
    let program = names
        .first(tree, BOOT_LOADER)
        .ok_or_else(|| BuildError::TreeLacks {
            what: "the root tree has no systemd-boot".into(),
            mend: "add its package (Debian: `systemd-boot-efi`, Fedora: `systemd-boot-unsigned`, SUSE: `systemd-boot`)".into(),
        })?;
    let signed_by_distribution = program.ends_with(".signed");
    if disk.boot.efi == Some(EfiMode::Secure)
        && !signed_by_distribution
        && !signing::is_configured(context)
    {
        tracing::warn!(
            "the root tree's systemd-boot is not signed and no key is configured, so the image does not start with \
             secure boot (runtime configuration: `credentials.secure_boot_signing_key_file`)"
        );
    }
    for (directory, name) in [
        (PROGRAMS, format!("systemd-boot{}.efi", names.suffix)),
        (FALLBACK, names.fallback.clone()),
    ] {
        tree.create_dir_all(directory, 0o755)?;
        let to = place(tree, directory, &name);
        copy(tree, Path::new(&program), Path::new(&to))?;
        if !signed_by_distribution {
            signing::sign(context, tree, &to)?;
        }
    }
    Ok(())
}

/// Settings of the menu, and what the tools of the installed system need to write further entries.
fn write_configuration(tree: &TreeDir, disk: &DiskPlan) -> Result<(), BuildError> {
    tree.create_dir_all(format!("{LOADER}/entries"), 0o755)?;
    tree.create_dir_all("boot/efi/EFI/Linux", 0o755)?;
    tree.create_file(format!("{LOADER}/loader.conf"), 0o644, configuration(disk))?;
    tree.create_file(format!("{LOADER}/entries.srel"), 0o644, "type1\n")?;
    tree.create_dir_all("etc/kernel", 0o755)?;
    for (name, text) in [
        ("cmdline", &disk.boot.command_line),
        ("entry-token", &entry_token(tree)),
    ] {
        tree.create_file(format!("etc/kernel/{name}"), 0o644, format!("{text}\n"))?;
    }
    Ok(())
}

fn configuration(disk: &DiskPlan) -> String {
    let timeout = disk.boot.timeout_seconds;
    format!("console-mode max\neditor no\ntimeout {timeout}\n")
}

fn copy_kernel(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    files: &BootFiles,
) -> Result<(), BuildError> {
    tree.create_dir_all(KERNELS, 0o755)?;
    for path in std::iter::once(&files.kernel.path).chain(&files.initrd) {
        let to = format!("{KERNELS}/{}", kernel_name(files, path));
        copy(tree, Path::new(path), Path::new(&to))?;
    }
    let kernel = format!("{KERNELS}/{}", kernel_name(files, &files.kernel.path));
    signing::sign(context, tree, &kernel)
}

/// Name on the EFI system partition: kernels from their module directories do not have the version in their own.
fn kernel_name(files: &BootFiles, path: &str) -> String {
    let name = file_name(path);
    if name.contains(&files.kernel.version) {
        name.to_owned()
    } else {
        format!("{name}-{}", files.kernel.version)
    }
}

fn write_entry(tree: &TreeDir, disk: &DiskPlan, files: &BootFiles) -> Result<(), BuildError> {
    let version = &files.kernel.version;
    let mut text = format!(
        "title {}\nversion {version}\noptions {}\nlinux /os/{}\n",
        disk.boot.title,
        disk.boot.command_line,
        kernel_name(files, &files.kernel.path)
    );
    if let Some(initrd) = &files.initrd {
        text += &format!("initrd /os/{}\n", kernel_name(files, initrd));
    }
    let path = format!("{LOADER}/entries/{}-{version}.conf", entry_token(tree));
    tree.create_file(path, 0o644, text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::{disk, tree_with_systemd};
    use kiwi_plan::plan::SecureBootKey;
    use kiwi_plan::plan::boot::BootLoader;

    fn systemd_disk() -> DiskPlan {
        let mut disk = disk();
        disk.boot.loader = BootLoader::SystemdBoot;
        disk
    }

    #[test]
    fn everything_an_entry_needs() {
        let bench = tree_with_systemd();
        let files = BootFiles::of(&bench.tree(), Some("boot/initrd.img-6.1".into())).unwrap();
        install(&bench.context(), &bench.tree(), &systemd_disk(), &files).unwrap();
        assert_eq!(
            bench.read("boot/efi/EFI/systemd/systemd-bootx64.efi"),
            "sd-boot"
        );
        assert_eq!(bench.read("boot/efi/EFI/BOOT/bootx64.efi"), "sd-boot");
        assert_eq!(
            bench.read("boot/efi/loader/loader.conf"),
            "console-mode max\neditor no\ntimeout 3\n"
        );
        assert_eq!(
            bench.read("boot/efi/loader/entries/debian-6.1.conf"),
            "title The Title\nversion 6.1\noptions quiet root=UUID=1\nlinux /os/vmlinuz-6.1\n\
             initrd /os/initrd.img-6.1\n"
        );
        assert_eq!(bench.read("boot/efi/os/vmlinuz-6.1"), "kernel");
        assert_eq!(bench.read("boot/efi/os/initrd.img-6.1"), "initrd");
        assert_eq!(bench.read("etc/kernel/cmdline"), "quiet root=UUID=1\n");
        assert_eq!(bench.read("etc/kernel/entry-token"), "debian\n");
        assert!(bench.lines().is_empty());
    }

    #[test]
    fn own_signatures() {
        let mut bench = tree_with_systemd();
        bench.plan.settings.secure_boot = Some(SecureBootKey {
            key: "/k".into(),
            certificate: "/c".into(),
        });
        let files = BootFiles::of(&bench.tree(), None).unwrap();
        install(&bench.context(), &bench.tree(), &systemd_disk(), &files).unwrap();
        let signed: Vec<_> = bench
            .lines()
            .iter()
            .filter_map(|line| line.rsplit('/').next().map(str::to_owned))
            .collect();
        assert_eq!(
            signed,
            ["systemd-bootx64.efi", "bootx64.efi", "vmlinuz-6.1"]
        );
    }

    #[test]
    fn what_the_distribution_signed_stays() {
        let mut bench = tree_with_systemd();
        bench.write(
            "usr/lib/systemd/boot/efi/systemd-bootx64.efi.signed",
            "signed",
        );
        bench.plan.settings.secure_boot = Some(SecureBootKey {
            key: "/k".into(),
            certificate: "/c".into(),
        });
        let files = BootFiles::of(&bench.tree(), None).unwrap();
        install(&bench.context(), &bench.tree(), &systemd_disk(), &files).unwrap();
        assert_eq!(bench.read("boot/efi/EFI/BOOT/bootx64.efi"), "signed");
        assert_eq!(bench.lines().len(), 1);
    }

    #[test]
    fn kernels_without_version_in_their_name() {
        let files = BootFiles {
            kernel: crate::kernel::Kernel {
                path: "usr/lib/modules/6.9/vmlinuz".into(),
                version: "6.9".into(),
            },
            initrd: None,
        };
        assert_eq!(kernel_name(&files, &files.kernel.path), "vmlinuz-6.9");
    }

    #[test]
    fn absent_programs_are_named() {
        let bench = crate::root::testing::Bench::new();
        let error = install_programs(&bench.context(), &bench.tree(), &systemd_disk()).unwrap_err();
        assert_eq!(error.to_string(), "the root tree has no systemd-boot");
    }
}
