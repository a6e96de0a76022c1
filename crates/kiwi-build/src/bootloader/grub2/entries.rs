//! Boot entries that kernel packages of the image wrote, before there was a disk.
//!
//! Specification: UAPI group, "Boot Loader Specification", type 1.

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::DiskPlan;

use crate::bootloader::boot_files::file_name;
use crate::error::BuildError;

const DIRECTORY: &str = "boot/loader/entries";

/// Gives every entry the plan's command line, and paths as GRUB sees them. Returns whether there is one.
pub(super) fn repair(tree: &TreeDir, disk: &DiskPlan) -> Result<bool, BuildError> {
    let mut found = false;
    for name in tree.read_dir(DIRECTORY).unwrap_or_default() {
        let name = name.to_string_lossy();
        if !name.ends_with(".conf") {
            continue;
        }
        let path = format!("{DIRECTORY}/{name}");
        let text = tree.read_to_string(&path)?;
        tree.create_file(&path, 0o644, repaired(&text, disk))?;
        found = true;
    }
    Ok(found)
}

fn repaired(text: &str, disk: &DiskPlan) -> String {
    let boot = disk.boot.boot_path.trim_end_matches('/');
    let mut lines = Vec::new();
    let mut has_options = false;
    for line in text.lines() {
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match key {
            "options" => {
                if !has_options {
                    lines.push(format!("options {}", disk.boot.command_line));
                }
                has_options = true;
            }
            "linux" | "initrd" => {
                let paths: Vec<String> = value
                    .split_whitespace()
                    .map(|path| match path.strip_prefix('/') {
                        Some(path) => format!("{boot}/{}", file_name(path)),
                        // Variables of GRUB, such as `$tuned_initrd`.
                        None => path.to_owned(),
                    })
                    .collect();
                lines.push(format!("{key} {}", paths.join(" ")));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    if !has_options {
        lines.push(format!("options {}", disk.boot.command_line));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;

    #[test]
    fn paths_and_options() {
        let text = "title Fedora\nversion 6.1\nlinux /boot/vmlinuz-6.1\ninitrd /boot/initramfs-6.1.img $tuned_initrd\n\
                    options $kernelopts\nid x\n";
        let mut disk = disk();
        for (boot_path, prefix) in [("/", ""), ("/boot", "/boot")] {
            disk.boot.boot_path = boot_path.to_owned();
            assert_eq!(
                repaired(text, &disk),
                format!(
                    "title Fedora\nversion 6.1\nlinux {prefix}/vmlinuz-6.1\n\
                     initrd {prefix}/initramfs-6.1.img $tuned_initrd\noptions quiet root=UUID=1\nid x\n"
                )
            );
        }
        let without = "linux /deep/down/vmlinuz\n";
        assert_eq!(
            repaired(without, &disk),
            "linux /boot/vmlinuz\noptions quiet root=UUID=1\n"
        );
    }

    #[test]
    fn only_entries_are_touched() {
        let bench = Bench::new();
        assert!(!repair(&bench.tree(), &disk()).unwrap());
        bench.write("boot/loader/entries/README", "options x\n");
        assert!(!repair(&bench.tree(), &disk()).unwrap());
        bench.write("boot/loader/entries/a.conf", "options x\n");
        assert!(repair(&bench.tree(), &disk()).unwrap());
        assert_eq!(bench.read("boot/loader/entries/README"), "options x\n");
        assert_eq!(
            bench.read("boot/loader/entries/a.conf"),
            "options quiet root=UUID=1\n"
        );
    }
}
