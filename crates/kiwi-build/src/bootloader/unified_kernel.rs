//! The unified kernel image `kiwi.efi`: kernel, initrd and command line in one program.

use kiwi_host::TreeDir;
use kiwi_ondisk::uki::UnifiedKernelImage;
use kiwi_plan::plan::disk::DiskPlan;

use super::boot_files::BootFiles;
use super::efi_programs::{EfiNames, STUB};
use super::signing;
use crate::context::BuildContext;
use crate::error::BuildError;

/// Directory that systemd-boot looks through by itself.
const DIRECTORY: &str = "boot/efi/EFI/Linux";
/// Name of the program, in that directory.
const NAME: &str = "kiwi.efi";
/// Where it lies as EFI programs see it.
pub(super) const EFI_PATH: &str = "/EFI/Linux/kiwi.efi";

/// Writes the program onto the EFI system partition, and signs it where a key is configured.
pub(super) fn install(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    files: &BootFiles,
) -> Result<(), BuildError> {
    let names = EfiNames::of(context, disk)?;
    let stub = names
        .first(tree, STUB)
        .ok_or_else(|| BuildError::TreeLacks {
            what: format!(
                "the root tree has no EFI stub `linux{}.efi.stub`, which a unified kernel image begins with",
                names.suffix
            ),
            mend: "add its package (Debian and SUSE: `systemd-boot-efi` or `systemd-boot`, Fedora: `systemd-boot-unsigned`)"
                .into(),
        })?;
    let initrd = match &files.initrd {
        Some(path) => Some(tree.read(path)?),
        None => None,
    };
    let os_release = ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| tree.read(path).ok())
        .unwrap_or_default();
    let image = UnifiedKernelImage {
        stub: &tree.read(stub)?,
        kernel: &tree.read(&files.kernel.path)?,
        kernel_version: &files.kernel.version,
        initrd: initrd.as_deref(),
        command_line: &disk.boot.command_line,
        os_release: &os_release,
        splash: None,
    };
    tree.create_dir_all(DIRECTORY, 0o755)?;
    let path = format!("{DIRECTORY}/{NAME}");
    tree.create_file(&path, 0o644, image.to_bytes()?)?;
    signing::sign(context, tree, &path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::{disk, efi_program, tree_with_systemd};
    use kiwi_ondisk::uki::section;

    #[test]
    fn everything_is_in_it() {
        let bench = tree_with_systemd();
        for path in [
            "usr/lib/systemd/boot/efi/linuxx64.efi.stub",
            "boot/vmlinuz-6.1",
        ] {
            std::fs::write(bench.root().join(path), efi_program()).unwrap();
        }
        let files = BootFiles::of(&bench.tree(), Some("boot/initrd.img-6.1".into())).unwrap();
        install(&bench.context(), &bench.tree(), &disk(), &files).unwrap();
        let program = std::fs::read(bench.root().join("boot/efi/EFI/Linux/kiwi.efi")).unwrap();
        for (name, expected) in [
            (".cmdline", "quiet root=UUID=1"),
            (".uname", "6.1"),
            (".initrd", "initrd"),
            (".osrel", "ID=debian\n"),
        ] {
            let content = section(&program, name).unwrap().unwrap();
            assert_eq!(content, expected.as_bytes(), "{name}");
        }
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let bench = tree_with_systemd();
        let files = BootFiles::of(&bench.tree(), None).unwrap();
        let error = install(&bench.context(), &bench.tree(), &disk(), &files).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the EFI stub is not usable: it is no PE image"
        );
    }
}
