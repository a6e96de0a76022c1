//! Programs that must be there before anything is measured.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Result, bail};
use fs_err as fs;

use super::case::Case;
use super::process::Process;
use super::say;

/// A program and the Debian package that has it.
type Tool = (&'static str, &'static str);

const EVERYWHERE: [Tool; 3] = [
    ("losetup", "mount"),
    ("umount", "mount"),
    ("stat", "coreutils"),
];
/// What the reference calls to build the measured disk, and what it wants to find for any disk.
const REFERENCE: [Tool; 13] = [
    ("python3", "python3-venv"),
    ("blkid", "util-linux"),
    ("lsblk", "util-linux"),
    ("partx", "util-linux"),
    ("rsync", "rsync"),
    ("parted", "parted"),
    ("fdisk", "fdisk"),
    ("sfdisk", "fdisk"),
    ("sgdisk", "gdisk"),
    ("kpartx", "kpartx"),
    ("qemu-img", "qemu-utils"),
    ("mcopy", "mtools"),
    ("mkfs.fat", "dosfstools"),
];
const DEBIAN: [Tool; 2] = [("apt-get", "apt"), ("dpkg-query", "dpkg")];
const MMDEBSTRAP: [Tool; 1] = [("mmdebstrap", "mmdebstrap")];
const EXT4: [Tool; 1] = [("mke2fs", "e2fsprogs")];

/// Looks for everything that `cases` call; with `install`, gets what is not there.
///
/// # Errors
/// When not run by root, which the reference must be, and when something is missing.
pub(super) fn check(cases: &[Case], install: bool) -> Result<()> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        bail!("the reference needs root, so this does: run it with sudo");
    }
    let mut packages: Vec<&str> = cases
        .iter()
        .flat_map(|case| called_by(*case))
        .chain(EVERYWHERE)
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| package)
        .collect();
    packages.sort_unstable();
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let command = format!("apt-get install --yes {}", packages.join(" "));
    if !install {
        bail!("programs are missing: run `{command}`, or this with --install");
    }
    say(&command);
    Process::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .read()?;
    Ok(())
}

fn called_by(case: Case) -> Vec<Tool> {
    match case {
        Case::Disk => [&REFERENCE[..], &DEBIAN, &EXT4].concat(),
        Case::Prepare => [&MMDEBSTRAP[..], &DEBIAN].concat(),
        Case::Ext4 => [&EXT4[..], &DEBIAN].concat(),
        Case::Start | Case::Load => REFERENCE[..1].to_vec(),
    }
}

fn is_there(program: &str) -> bool {
    let in_path = |directory: std::path::PathBuf| directory.join(program).exists();
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(in_path))
        || ["/usr/sbin", "/sbin"]
            .iter()
            .any(|directory| Path::new(directory).join(program).exists())
}
