//! GRUB's first configuration: finds the file system with the real one.

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::EncryptedBoot;
use kiwi_plan::plan::btrfs::BtrfsPlan;
use kiwi_plan::plan::disk::{DiskPlan, PartitionRole};
use kiwi_plan::plan::filesystem::FileSystemPlan;
use kiwi_plan::plan::layers::Passphrase;

use crate::bootloader::unified_kernel::EFI_PATH;

/// What members of an array ask for.
const RAID_MODULES: [&str; 2] = ["diskfilter", "mdraid1x"];

/// What LUKS headers of both versions ask for.
const CRYPTO_MODULES: [&str; 9] = [
    "cryptodisk",
    "luks",
    "luks2",
    "crypto",
    "pbkdf2",
    "gcry_rijndael",
    "gcry_sha1",
    "gcry_sha256",
    "gcry_sha512",
];

/// File system that holds `/boot`.
pub(super) fn boot_filesystem(disk: &DiskPlan) -> Option<&FileSystemPlan> {
    match disk.partition(PartitionRole::Boot) {
        Some(boot) => boot.filesystem.as_ref(),
        None => disk.root_filesystem(),
    }
}

/// `boot_path` followed by GRUB's directory, as GRUB sees it.
pub(super) fn prefix(disk: &DiskPlan, grub: &str) -> String {
    format!("{}/{grub}", disk.boot.boot_path.trim_end_matches('/'))
}

/// Whether paths are those of the default subvolume: snapper changes it, and the GRUB of some distributions follows.
pub(super) fn follows_default_subvolume(tree: &TreeDir, disk: &DiskPlan) -> bool {
    const WORD: &[u8] = b"btrfs_relative_path";
    if !btrfs(disk).is_some_and(|btrfs| btrfs.snapper) {
        return false;
    }
    [
        "usr/share/grub2",
        "usr/lib/grub2",
        "usr/share/grub",
        "usr/lib/grub",
    ]
    .iter()
    .flat_map(|data| {
        let targets = tree.read_dir(data).unwrap_or_default();
        targets
            .into_iter()
            .map(move |target| Path::new(data).join(target).join("btrfs.mod"))
    })
    .any(|module| {
        tree.read(module)
            .is_ok_and(|bytes| bytes.windows(WORD.len()).any(|it| it == WORD))
    })
}

/// Subvolumes of the file system that holds `/boot`.
fn btrfs(disk: &DiskPlan) -> Option<&BtrfsPlan> {
    boot_filesystem(disk)?.btrfs.as_deref()
}

/// Commands that set `root` and `prefix`.
pub(super) fn search(tree: &TreeDir, disk: &DiskPlan, grub: &str) -> String {
    if follows_default_subvolume(tree, disk) {
        let prefix = prefix(disk, grub);
        let root = btrfs(disk).map_or("", |btrfs| btrfs.root.as_str());
        let inside = prefix
            .strip_prefix(&format!("/{root}"))
            .unwrap_or(&prefix)
            .to_owned();
        return format!("btrfs_relative_path=\"yes\"\n{}", commands(disk, &inside));
    }
    commands(disk, &prefix(disk, grub))
}

fn commands(disk: &DiskPlan, prefix: &str) -> String {
    let uuid = boot_filesystem(disk)
        .and_then(|filesystem| filesystem.uuid.clone())
        .unwrap_or_default();
    let mut text = String::new();
    if let Some(encrypted) = &disk.boot.encrypted_boot {
        text.push_str(&decrypt(encrypted, passphrase(disk).as_deref()));
    }
    text +=
        &format!("search --no-floppy --fs-uuid --set=root {uuid}\nset prefix=($root){prefix}\n");
    text
}

/// Modules that it takes to reach `/boot` through RAID, encryption and volumes, as far as `directory` has them.
pub(super) fn device_modules(
    tree: &TreeDir,
    disk: &DiskPlan,
    directory: &str,
) -> Vec<&'static str> {
    let mut modules = Vec::new();
    if disk.partition(PartitionRole::Boot).is_none() {
        if disk.raid().is_some() {
            modules.extend(RAID_MODULES);
        }
        if disk.boot.encrypted_boot.is_some() {
            modules.extend(CRYPTO_MODULES);
        }
        if disk.volume_group().is_some() {
            modules.push("lvm");
        }
    }
    modules.retain(|name| tree.exists(format!("{directory}/{name}.mod")));
    modules
}

/// Commands that open the encrypted file system with `/boot`.
fn decrypt(encrypted: &EncryptedBoot, passphrase: Option<&str>) -> String {
    let uuid = encrypted.luks_uuid.replace('-', "");
    let passphrase = match passphrase {
        Some(passphrase) => format!("-p {} ", quoted(passphrase)),
        None => String::new(),
    };
    format!(
        "insmod cryptodisk\ninsmod luks\ncryptomount {passphrase}-u {uuid}\nset root='cryptouuid/{uuid}'\n"
    )
}

/// The passphrase of the disk, where the description wants it in the first configuration.
fn passphrase(disk: &DiskPlan) -> Option<String> {
    disk.boot
        .encrypted_boot
        .as_ref()
        .filter(|it| it.with_passphrase)?;
    match &disk.luks()?.passphrase {
        Passphrase::Text(text) => Some(text.clone()),
        Passphrase::File(path) => fs_err::read_to_string(path).ok(),
        Passphrase::Empty | Passphrase::Random => None,
    }
}

/// A word as GRUB's script language takes it literally.
fn quoted(text: &str) -> String {
    let mut word = String::with_capacity(text.len() + 2);
    word.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$') {
            word.push('\\');
        }
        word.push(letter);
    }
    word.push('"');
    word
}

/// The whole configuration for a GRUB that loads its menu from there, or starts the unified kernel image.
pub(super) fn configuration(tree: &TreeDir, disk: &DiskPlan, grub: &str) -> String {
    if disk.boot.unified_kernel {
        return chainload(disk);
    }
    let mut text = search(tree, disk, grub);
    text.push_str("configfile $prefix/grub.cfg\n");
    text
}

/// Commands that start the unified kernel image.
fn chainload(disk: &DiskPlan) -> String {
    let uuid = disk
        .partitions
        .iter()
        .find(|partition| partition.role == PartitionRole::Efi)
        .and_then(|partition| partition.filesystem.as_ref()?.uuid.clone())
        .unwrap_or_default();
    format!("search --no-floppy --fs-uuid --set=root {uuid}\nchainloader ($root){EFI_PATH}\nboot\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;

    const ROOT: &str = "00000000-0000-4000-8000-000000000004";

    #[test]
    fn plain_disks() {
        assert_eq!(
            configuration(&Bench::new().tree(), &disk(), "grub2"),
            format!(
                "search --no-floppy --fs-uuid --set=root {ROOT}\nset prefix=($root)/boot/grub2\n\
                 configfile $prefix/grub.cfg\n"
            )
        );
    }

    #[test]
    fn encrypted_boot() {
        let mut disk = disk();
        disk.boot.encrypted_boot = Some(EncryptedBoot {
            luks_uuid: "0a-0b-0c".into(),
            with_passphrase: false,
        });
        let open = |options: &str| {
            format!(
                "insmod cryptodisk\ninsmod luks\ncryptomount {options}-u 0a0b0c\n\
                 set root='cryptouuid/0a0b0c'\nsearch --no-floppy --fs-uuid --set=root {ROOT}\n\
                 set prefix=($root)/boot/grub\n"
            )
        };
        assert_eq!(search(&Bench::new().tree(), &disk, "grub"), open(""));
        let encrypted = disk.boot.encrypted_boot.unwrap();
        let text = decrypt(&encrypted, Some("a \"$b"));
        assert!(
            text.contains(r#"cryptomount -p "a \"\$b" -u 0a0b0c"#),
            "{text}"
        );
    }

    #[test]
    fn modules_for_encrypted_boot() {
        let bench = Bench::new();
        bench.write("g/luks.mod", "");
        bench.write("g/gcry_sha1.mod", "");
        let mut disk = disk();
        assert!(device_modules(&bench.tree(), &disk, "g").is_empty());
        disk.boot.encrypted_boot = Some(EncryptedBoot {
            luks_uuid: "1".into(),
            with_passphrase: false,
        });
        assert_eq!(
            device_modules(&bench.tree(), &disk, "g"),
            ["luks", "gcry_sha1"]
        );
    }

    #[test]
    fn unified_kernels() {
        let mut disk = disk();
        disk.boot.unified_kernel = true;
        assert_eq!(
            configuration(&Bench::new().tree(), &disk, "grub"),
            "search --no-floppy --fs-uuid --set=root 1234-ABCD\nchainloader ($root)/EFI/Linux/kiwi.efi\nboot\n"
        );
    }
}
