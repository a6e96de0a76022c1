//! The smallest size that a plan gives a btrfs file system is enough for its content, whatever that is.

#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::path::Path;

use kiwi_ondisk::btrfs::{self, Options};
use kiwi_ondisk::file_tree::FileTree;
use kiwi_plan::disk::btrfs::minimum_mib;
use kiwi_plan::disk::measure::TreeSize;

/// Weighs a tree as the build does.
fn measured(directory: &Path) -> TreeSize {
    let mut size = TreeSize::of_entry(4096);
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            size += measured(&entry.path());
        } else {
            size += TreeSize::of_entry(metadata.len());
        }
    }
    size
}

#[test]
fn the_smallest_size_is_enough() {
    let directory = tempfile::tempdir().unwrap();
    // Nothing; files that are in the trees; such as are just too large for that; long names; large files.
    for (name, files, bytes, name_length) in [
        ("empty", 0, 0, 1),
        ("inline", 20_000, 2048, 20),
        ("small", 20_000, 2049, 20),
        ("names", 20_000, 0, 200),
        ("large", 3, 40_000_000, 10),
    ] {
        let tree = directory.path().join(name);
        fs::create_dir(&tree).unwrap();
        for number in 0..files {
            let path = tree.join(format!("{number:0>name_length$}"));
            fs::write(path, vec![7; bytes]).unwrap();
        }
        let mib = minimum_mib(measured(&tree));
        let image = File::create(directory.path().join("image")).unwrap();
        let options = Options::new("6b1ffe25-3a4b-4a8f-8d2d-3f4a9f1b2c3d".parse().unwrap(), "");
        let filled = btrfs::write(&FileTree::new(&tree), &image, 0, mib << 20, &options)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // The kernel has to have something left to work with.
        assert!(filled.unallocated_bytes >= 16 << 20, "{name}: {filled:?}");
        fs::remove_dir_all(&tree).unwrap();
    }
}
