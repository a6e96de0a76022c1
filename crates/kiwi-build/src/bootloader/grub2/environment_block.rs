//! GRUB's environment block: names and values in a file whose length never changes.
//!
//! Specification: GRUB manual, "The GRUB environment block".

use kiwi_host::TreeDir;

use crate::error::BuildError;

/// First line of every block.
const SIGNATURE: &str = "# GRUB Environment Block\n";
/// Bytes of a block; what the values leave over is filled with `#`.
const BYTES: usize = 1024;
/// Directories of the EFI system partition in which distributions keep a block of their own.
const VENDORS: [&str; 7] = [
    "fedora",
    "redhat",
    "centos",
    "almalinux",
    "opensuse",
    "ubuntu",
    "debian",
];

/// Corrects the root device in the blocks of distributions, where it was written when a kernel package was installed.
pub(super) fn set_root_of_vendors(tree: &TreeDir, root: &str) -> Result<(), BuildError> {
    for vendor in VENDORS {
        let path = format!("boot/efi/EFI/{vendor}/grubenv");
        if !tree.exists(&path) {
            continue;
        }
        let before = tree.read_to_string(&path)?;
        let after = with_root(&before, root).ok_or_else(|| {
            BuildError::Unexpected(format!(
                "the root argument does not fit into GRUB's environment block `/{path}`"
            ))
        })?;
        tree.create_file(&path, 0o644, after)?;
    }
    Ok(())
}

/// Replaces the words `root=...` in all values; nothing when the block would become too long.
fn with_root(block: &str, root: &str) -> Option<String> {
    let mut text = SIGNATURE.to_owned();
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let words: Vec<&str> = value
            .split(' ')
            .map(|word| {
                if word.starts_with("root=") {
                    root
                } else {
                    word
                }
            })
            .collect();
        text += &format!("{name}={}\n", words.join(" "));
    }
    let filling = BYTES.checked_sub(text.len())?;
    text.push_str(&"#".repeat(filling));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    fn block(lines: &str) -> String {
        format!(
            "{SIGNATURE}{lines}{}",
            "#".repeat(BYTES - SIGNATURE.len() - lines.len())
        )
    }

    #[test]
    fn the_root_device_is_replaced() {
        let before = block("saved_entry=x\nkernelopts=root=/dev/sda1 ro quiet\n");
        let after = with_root(&before, "root=UUID=1").unwrap();
        assert_eq!(
            after,
            block("saved_entry=x\nkernelopts=root=UUID=1 ro quiet\n")
        );
        assert_eq!(after.len(), BYTES);
        assert_eq!(with_root(&before, &"root=x".repeat(200)), None);
    }

    #[test]
    fn blocks_of_known_distributions() {
        let bench = Bench::new();
        let before = block("kernelopts=root=/dev/sda1\n");
        bench.write("boot/efi/EFI/fedora/grubenv", &before);
        bench.write("boot/efi/EFI/other/grubenv", &before);
        set_root_of_vendors(&bench.tree(), "root=UUID=1").unwrap();
        assert_eq!(
            bench.read("boot/efi/EFI/fedora/grubenv"),
            block("kernelopts=root=UUID=1\n")
        );
        assert_eq!(bench.read("boot/efi/EFI/other/grubenv"), before);
    }
}
