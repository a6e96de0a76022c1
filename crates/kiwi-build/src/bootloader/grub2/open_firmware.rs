//! What Open Firmware of POWER machines starts: a core image in the PReP partition.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use kiwi_host::{Cmd, TreeDir};
use kiwi_plan::plan::disk::{DiskPlan, TableKind};
use kiwi_plan::plan::filesystem::FileSystem;

use super::bios::grub_module;
use super::early;
use super::places::{self, Places};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// GRUB's name of the platform.
const TARGET: &str = "powerpc-ieee1275";
/// Names inside the tree while the image is made.
const CONFIGURATION: &str = "/.kiwi-grub-early.cfg";
const OUTPUT: &str = "/.kiwi-grub-core.elf";
/// First bytes of an ELF program, which is what the firmware loads.
const ELF: &[u8] = b"\x7fELF";

/// Makes the core image inside the tree, and copies the modules it will load.
pub(super) fn make(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    disk: &DiskPlan,
    places: &Places,
) -> Result<Vec<u8>, BuildError> {
    let modules = places::modules(tree, TARGET)?;
    places.copy_modules(tree, TARGET)?;
    tree.create_file(CONFIGURATION, 0o600, early::search(tree, disk, places.name))?;
    let filesystem = early::boot_filesystem(disk).map_or(FileSystem::Ext4, |plan| plan.kind);
    let command = Cmd::new(places.program(tree, "mkimage")?)
        .in_tree(&context.sandbox_of(tree.path()))
        .args(["--format", TARGET, "--output", OUTPUT])
        .args(["--config", CONFIGURATION])
        .args(["--directory", &format!("/{modules}")])
        .args(["--prefix", &early::prefix(disk, places.name)])
        // Disks are read by the kernel image itself; there is no module for them.
        .args(["search", "search_fs_uuid", "normal", "configfile"])
        .arg(match disk.table {
            TableKind::Gpt => "part_gpt",
            TableKind::Msdos => "part_msdos",
        })
        .arg(grub_module(filesystem))
        .args(early::device_modules(tree, disk, &modules));
    context
        .runner
        .run(&command)
        .purpose("making GRUB's core image")?;
    let core = tree.read(OUTPUT)?;
    tree.remove_file(OUTPUT)?;
    tree.remove_file(CONFIGURATION)?;
    Ok(core)
}

/// Writes a core image into the PReP partition, which takes `bytes` from `offset` of `image`.
///
/// The firmware loads the whole partition, so that nothing of an older core may be left behind it.
pub fn write_core(image: &File, core: &[u8], offset: u64, bytes: u64) -> Result<(), BuildError> {
    if !core.starts_with(ELF) {
        return Err(BuildError::Unexpected(
            "what grub-mkimage made for Open Firmware is no ELF program".into(),
        ));
    }
    let length = core.len() as u64;
    if length > bytes {
        return Err(BuildError::TooSmall {
            what: format!(
                "the PReP partition is too small: GRUB's core image has {length} bytes, it has {bytes}"
            ),
            mend: "enlarge it".into(),
            origin: None,
        });
    }
    let wrong = "the PReP partition";
    image.write_all_at(core, offset).at("write", wrong)?;
    let zeros = [0; 4096];
    let mut position = length;
    while position < bytes {
        let part = zeros
            .len()
            .min(usize::try_from(bytes - position).unwrap_or(usize::MAX));
        image
            .write_all_at(&zeros[..part], offset + position)
            .at("write", wrong)?;
        position += part as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;
    use kiwi_host::command::{Recorder, Reply};

    #[test]
    fn the_image_is_made_in_the_tree() {
        let mut bench = Bench::new();
        for path in [
            "usr/sbin/grub2-mkconfig",
            "usr/bin/grub2-mkimage",
            "usr/share/grub2/powerpc-ieee1275/ext2.mod",
        ] {
            bench.write(path, "x");
        }
        bench.write(".kiwi-grub-core.elf", "\x7fELF core");
        bench.runner = Recorder::new().reply("grub2-mkimage", Reply::stdout(""));
        let places = Places::of(&bench.tree()).unwrap();
        let core = make(&bench.context(), &bench.tree(), &disk(), &places).unwrap();
        assert_eq!(core, b"\x7fELF core");
        assert_eq!(
            bench.lines(),
            [
                "chroot TREE /usr/bin/grub2-mkimage --format powerpc-ieee1275 --output /.kiwi-grub-core.elf \
              --config /.kiwi-grub-early.cfg --directory /usr/share/grub2/powerpc-ieee1275 --prefix /boot/grub2 \
              search search_fs_uuid normal configfile part_gpt ext2"
            ]
        );
        assert_eq!(bench.read("boot/grub2/powerpc-ieee1275/ext2.mod"), "x");
        assert!(!bench.root().join(".kiwi-grub-core.elf").exists());
    }

    #[test]
    fn cores_fill_their_partition() {
        let image = tempfile::tempfile().unwrap();
        image.write_all_at(&[0xff; 16384], 0).unwrap();
        write_core(&image, b"\x7fELF core", 4096, 8192).unwrap();
        let mut bytes = vec![0; 16384];
        image.read_exact_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes[4096..4105], b"\x7fELF core");
        assert!(bytes[..4096].iter().all(|byte| *byte == 0xff));
        assert!(bytes[4105..12288].iter().all(|byte| *byte == 0));
        assert!(bytes[12288..].iter().all(|byte| *byte == 0xff));
        assert!(write_core(&image, b"\x7fELF core", 0, 8).is_err());
        assert!(write_core(&image, b"MZ", 0, 8192).is_err());
    }
}
