//! GRUB 2.
//!
//! Everything comes from the image's own packages and runs inside the tree: `grub-mkimage` for what
//! the firmware starts, `grub-mkconfig` for the menu. Three things are done by ourselves, because the originals want the
//! real disk: looking at devices ([`probe`] answers from the plan), placing the BIOS
//! images ([`kiwi_ondisk::grub_bios`]) and filling the EFI system partition ([`efi`]).

mod bios;
mod defaults;
mod early;
mod efi;
mod entries;
mod environment_block;
mod menu;
mod open_firmware;
mod places;
mod probe;
mod sysconfig;

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::Xen;
use kiwi_plan::plan::disk::DiskPlan;
use kiwi_plan::plan::filesystem::FileSystem;

pub use bios::CoreImage;
pub use open_firmware::write_core as write_open_firmware_core;

use self::places::Places;
use super::{BootFiles, unified_kernel};
use crate::context::BuildContext;
use crate::error::BuildError;

/// GRUB's name of the platform of Xen guests.
const XEN_TARGET: &str = "x86_64-xen";

/// Writes GRUB's files into `tree`: modules, fonts, EFI programs, settings; and the menu.
///
/// Returns what has to be placed on the disk itself when the image starts from a BIOS.
pub fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    files: Option<&BootFiles>,
) -> Result<Option<CoreImage>, BuildError> {
    let places = Places::of(tree)?;
    places.copy_font_and_theme(tree, disk)?;
    defaults::write(context, tree, disk, &places)?;
    sysconfig::write(tree, disk, &places)?;
    if disk.boot.xen == Some(Xen::Guest) {
        copy_xen_modules(tree, &places)?;
    }
    let mut core = None;
    if disk.boot.bios && !starts_from_hypervisor_only(tree, disk) {
        core = Some(bios::make(context, tree, disk, &places)?);
    }
    if disk.boot.efi.is_some() {
        efi::install(context, tree, disk, &places)?;
    }
    menu::write_environment(context, tree, disk, &places)?;
    menu::write(context, tree, disk, &places)?;
    if let Some(files) = files.filter(|_| disk.boot.unified_kernel) {
        unified_kernel::install(context, tree, disk, files)?;
    }
    link_boot_to_itself(tree, disk);
    Ok(core)
}

/// Makes what Open Firmware starts, for [`write_open_firmware_core`].
pub fn open_firmware_core(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
) -> Result<Vec<u8>, BuildError> {
    open_firmware::make(context, tree, disk, &Places::of(tree)?)
}

/// Guests that the hypervisor starts without a BIOS need them; those in a full virtual machine do not.
fn copy_xen_modules(tree: &TreeDir, places: &Places) -> Result<(), BuildError> {
    let has = |target| places::find_data(tree, target).is_some();
    if !has(XEN_TARGET) && has(bios::TARGET) {
        tracing::warn!(
            "the root tree has no GRUB modules for `{XEN_TARGET}`, so the image starts in full virtual machines only"
        );
        return Ok(());
    }
    places.copy_modules(tree, XEN_TARGET)
}

/// A Xen guest may have no GRUB for a BIOS: the hypervisor brings its own and reads only the menu.
fn starts_from_hypervisor_only(tree: &TreeDir, disk: &DiskPlan) -> bool {
    disk.boot.xen == Some(Xen::Guest) && places::find_data(tree, bios::TARGET).is_none()
}

/// Lets paths that begin with `/boot` be found on a boot partition too, where its file system has symbolic links.
fn link_boot_to_itself(tree: &TreeDir, disk: &DiskPlan) {
    let links = early::boot_filesystem(disk)
        .is_some_and(|plan| !matches!(plan.kind, FileSystem::Fat16 | FileSystem::Fat32));
    if disk.boot.boot_path == "/" && links && !tree.exists("boot/boot") {
        // Nothing needs it, so that it does not matter when it cannot be made.
        let _ = tree.symlink(".", "boot/boot");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::{disk, efi_program, tree_with_systemd};
    use crate::root::testing::Bench;

    const MENU: &str = "menuentry x {\n\tlinux /boot/vmlinuz root=/dev/sda1\n}\n";

    /// A tree with GRUB for these platforms, and the menu that its `grub-mkconfig` wrote.
    fn tree(targets: &[&str], menu: &str) -> Bench {
        let bench = tree_with_systemd();
        for name in ["mkconfig", "mkimage", "editenv", "probe", "mkrelpath"] {
            bench.program(&format!("usr/sbin/grub-{name}"));
        }
        for target in targets {
            bench.write(&format!("usr/lib/grub/{target}/ext2.mod"), "module");
        }
        bench.write("boot/grub/grub.cfg", menu);
        bench
    }

    fn bios() -> DiskPlan {
        let mut disk = disk();
        disk.boot.efi = None;
        disk
    }

    fn run(bench: &Bench, disk: &DiskPlan) -> Result<Option<CoreImage>, BuildError> {
        install(&bench.context(), &bench.tree(), disk, None)
    }

    #[test]
    fn xen_guests() {
        let mut disk = bios();
        disk.boot.bios = true;
        disk.boot.xen = Some(Xen::Guest);
        let bench = tree(&["x86_64-xen"], MENU);
        assert_eq!(run(&bench, &disk).unwrap(), None);
        assert_eq!(bench.read("boot/grub/x86_64-xen/ext2.mod"), "module");
        let error = run(&tree(&[], MENU), &disk).unwrap_err().to_string();
        assert_eq!(error, "the root tree has no GRUB modules for `x86_64-xen`");
        let bench = tree(&["i386-pc"], MENU);
        copy_xen_modules(&bench.tree(), &Places::of(&bench.tree()).unwrap()).unwrap();
    }

    #[test]
    fn xen_hosts() {
        let mut disk = bios();
        disk.boot.xen = Some(Xen::Host);
        let error = run(&tree(&[], MENU), &disk).unwrap_err().to_string();
        assert_eq!(error, "the boot menu has no entry for the Xen hypervisor");
        let menu = "\tmultiboot2 /boot/xen.gz\n\tmodule2 /boot/vmlinuz root=/dev/sda1 quiet\n";
        let bench = tree(&[], menu);
        run(&bench, &disk).unwrap();
        assert_eq!(
            bench.read("boot/grub/grub.cfg"),
            "\tmultiboot2 /boot/xen.gz\n\tmodule2 /boot/vmlinuz root=UUID=1 quiet\n"
        );
    }

    #[test]
    fn menus_of_entries() {
        let bench = tree(&[], "insmod blscfg\nblscfg\n");
        let error = run(&bench, &bios()).unwrap_err().to_string();
        assert_eq!(error, "the boot menu has no entry for a kernel");
        bench.write("boot/loader/entries/a.conf", "linux /boot/vmlinuz-6.1\n");
        run(&bench, &bios()).unwrap();
        assert_eq!(
            bench.read("boot/loader/entries/a.conf"),
            "linux /boot/vmlinuz-6.1\noptions quiet root=UUID=1\n"
        );
    }

    #[test]
    fn boot_partitions_lead_to_themselves() {
        let mut disk = bios();
        let bench = tree(&[], MENU);
        run(&bench, &disk).unwrap();
        assert!(!bench.tree().exists("boot/boot"));
        disk.boot.boot_path = "/".into();
        run(&bench, &disk).unwrap();
        let link = bench.tree().read_link("boot/boot").unwrap();
        assert_eq!(link, std::path::Path::new("."));
    }

    #[test]
    fn unified_kernels_are_chained() {
        let mut disk = disk();
        disk.boot.unified_kernel = true;
        let bench = tree(&["x86_64-efi"], MENU);
        for path in [
            "usr/lib/systemd/boot/efi/linuxx64.efi.stub",
            "boot/vmlinuz-6.1",
        ] {
            std::fs::write(bench.root().join(path), efi_program()).unwrap();
        }
        crate::bootloader::install(
            &bench.context(),
            &bench.tree(),
            &disk,
            Some("boot/initrd.img-6.1".into()),
        )
        .unwrap();
        assert!(bench.tree().exists("boot/efi/EFI/Linux/kiwi.efi"));
        assert!(bench.tree().exists("boot/initrd.img-6.1"));
    }

    #[test]
    fn custom_loaders_are_left_alone() {
        let mut disk = disk();
        disk.boot.loader = kiwi_plan::plan::boot::BootLoader::Custom;
        let bench = Bench::new();
        let code = crate::bootloader::install(&bench.context(), &bench.tree(), &disk, None);
        assert_eq!(code.unwrap(), None);
        assert!(bench.lines().is_empty());
        assert!(bench.tree().read_dir(".").unwrap().is_empty());
    }
}
