//! What the finished tree weighs, for the sizes of disks and file systems (spec 04, section 7).

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::disk::measure::{Measured, TreeSize};

use crate::error::{Because, BuildError};
use crate::excludes::Excludes;

/// Directories whose contents belong to the running kernel and never to an image.
const KERNEL_DIRECTORIES: [&str; 3] = ["proc", "sys", "dev"];

/// Longest target of a symbolic link that ext file systems keep in the inode.
const SHORT_LINK: u64 = 59;

/// Bytes of a directory block that names can use, its checksum not counted.
const DIRECTORY_BLOCK: u64 = 4084;

/// Measures a tree.
///
/// What `excludes` leaves out counts for the formula that says how large an image becomes (the reference measures the whole
/// tree), but not for what must fit in it. Directories count by the names in them and not by what the file system
/// of the build host needs for them, so that the same tree gives the same size everywhere. What lies below a mount point counts
/// there, too.
pub fn measure(
    tree: &TreeDir,
    excludes: &Excludes,
    mountpoints: &[&str],
) -> Result<Measured, BuildError> {
    let mut walk = Walk {
        root: tree.path(),
        excludes,
        seen: BTreeSet::new(),
        mountpoints,
        measured: Measured::default(),
    };
    walk.directory(Path::new(""), true)?;
    Ok(walk.measured)
}

struct Walk<'a> {
    root: &'a Path,
    excludes: &'a Excludes,
    /// Files with several names that were counted already.
    seen: BTreeSet<(u64, u64)>,
    /// Absolute paths of directories with a file system of their own.
    mountpoints: &'a [&'a str],
    measured: Measured,
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path, included: bool) -> Result<(), BuildError> {
        let full = self.root.join(path);
        let mut names = Vec::new();
        for entry in fs_err::read_dir(&full).at("read", &full)? {
            names.push(entry.at("read", &full)?.file_name());
        }
        let of_kernel = KERNEL_DIRECTORIES.iter().any(|it| Path::new(it) == path);
        if of_kernel {
            names.clear();
        }
        let bytes: u64 = names.iter().map(|name| directory_entry(name.len())).sum();
        let blocks = (bytes + 24).div_ceil(DIRECTORY_BLOCK);
        self.count(path, TreeSize::of_entry(blocks * 4096), included);
        for name in names {
            let path = path.join(name);
            let included = included && !self.excludes.matches(&path);
            self.entry(&path, included)?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, included: bool) -> Result<(), BuildError> {
        let full = self.root.join(path);
        let metadata = match fs_err::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            // Gone since the directory was read: some daemon of a script ended late.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).at("read", &full),
        };
        if metadata.is_dir() {
            return self.directory(path, included);
        }
        if metadata.nlink() > 1 && !self.seen.insert((metadata.dev(), metadata.ino())) {
            return Ok(());
        }
        self.count(path, size(&metadata), included);
        Ok(())
    }

    fn count(&mut self, path: &Path, size: TreeSize, included: bool) {
        let mut size = size;
        if !included {
            size.block_bytes = 0;
        }
        self.measured.root_tree += size;
        let longest = self
            .mountpoints
            .iter()
            .filter(|mountpoint| path.starts_with(mountpoint.trim_start_matches('/')))
            .max_by_key(|mountpoint| mountpoint.len())
            .filter(|mountpoint| **mountpoint != "/");
        if let Some(mountpoint) = longest {
            *self
                .measured
                .parts
                .entry((*mountpoint).to_owned())
                .or_default() += size;
        }
    }
}

/// What a name takes in a directory of an ext file system.
fn directory_entry(name: usize) -> u64 {
    8 + (name as u64).next_multiple_of(4)
}

fn size(metadata: &Metadata) -> TreeSize {
    if metadata.is_symlink() && metadata.len() <= SHORT_LINK {
        return TreeSize::of_entry(0);
    }
    if metadata.is_file() || metadata.is_symlink() {
        return TreeSize::of_entry(metadata.len());
    }
    TreeSize::of_entry(0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn counts_like_an_image_would() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for path in ["boot/efi/EFI", "proc/1", "usr", "run/lock"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        fs::write(root.join("usr/a"), vec![1; 5000]).unwrap();
        fs::hard_link(root.join("usr/a"), root.join("usr/b")).unwrap();
        std::os::unix::fs::symlink("usr/a", root.join("c")).unwrap();
        fs::write(root.join("boot/vmlinuz"), vec![1; 10_000]).unwrap();
        fs::write(root.join("boot/efi/EFI/grub.efi"), "x").unwrap();
        fs::write(root.join("proc/1/mem"), vec![1; 100_000]).unwrap();
        fs::write(root.join("run/lock/x"), vec![1; 100_000]).unwrap();
        let tree = TreeDir::open(root).unwrap();
        let measured = measure(
            &tree,
            &Excludes::new(["run/*"]),
            &["/", "/boot", "/boot/efi"],
        )
        .unwrap();
        // /, boot, boot/efi, boot/efi/EFI, proc, usr, run, run/lock are directories.
        assert_eq!(
            measured.root_tree,
            TreeSize {
                apparent_bytes: 8 * 4096 + 5000 + 10_000 + 1 + 100_000,
                block_bytes: 7 * 4096 + 8192 + 12_288 + 4096,
                entries: 13,
            }
        );
        assert_eq!(measured.at("/boot").block_bytes, 4096 + 12_288);
        assert_eq!(measured.at("/boot/efi").block_bytes, 2 * 4096 + 4096);
        assert_eq!(measured.at("/boot/efi").entries, 3);
    }
}
