//! `mkfs.xfs` and our own writer judge the sizes we plan: a tree of the measured size must go into the smallest file system we
//! allow for it.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use kiwi_ondisk::file_tree::FileTree;
use kiwi_ondisk::xfs;
use kiwi_plan::disk::TreeSize;
use kiwi_plan::disk::measure::MIB;
use kiwi_plan::disk::xfs::minimum_mib;
use kiwi_testkit::judges::require_judge;

/// A directory that is measured while it is filled.
struct Tree {
    directory: tempfile::TempDir,
    size: TreeSize,
}

impl Tree {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            size: TreeSize::of_entry(4096),
        }
    }

    fn directory(&mut self, name: &str) {
        fs::create_dir(self.directory.path().join(name)).unwrap();
        self.size += TreeSize::of_entry(4096);
    }

    fn file(&mut self, name: &str, bytes: u64) {
        let file = File::create(self.directory.path().join(name)).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &vec![b'x'; bytes as usize], 0).unwrap();
        self.size += TreeSize::of_entry(bytes);
    }
}

fn few_large_files() -> Tree {
    let mut tree = Tree::new();
    for file in 0..7 {
        tree.file(&format!("large-{file}"), 45_000_000 + file * 12_345);
    }
    tree
}

fn crowd_of_small_files() -> Tree {
    let mut tree = Tree::new();
    for directory in 0..300 {
        tree.directory(&format!("directory-{directory}"));
        for file in 0..200 {
            let name = format!("directory-{directory}/a-file-with-a-name-{file}");
            tree.file(&name, 1 + (directory * 131 + file * 97) % 6000);
        }
    }
    tree
}

fn fits(mkfs: &Path, tree: &Tree, mib: u64) -> Result<(), kiwi_ondisk::Error> {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(mib * MIB).unwrap();
    let made = Command::new(mkfs)
        .args(["-q", "-K"])
        .arg(image.path())
        .status();
    assert!(made.unwrap().success());
    let tree = FileTree::new(tree.directory.path());
    xfs::fill(&tree, image.as_file(), 0).map(|_| ())
}

#[test]
fn trees_fit_into_the_smallest_file_system_for_them() {
    let Some(mkfs) = require_judge("mkfs.xfs") else {
        return;
    };
    for (name, tree, more_than_smallest) in [
        ("nothing", Tree::new(), false),
        ("few large files", few_large_files(), true),
        ("crowd of small files", crowd_of_small_files(), true),
    ] {
        let mib = minimum_mib(tree.size);
        assert_eq!(mib > 300, more_than_smallest, "{name}: {mib} MiB");
        fits(&mkfs, &tree, mib).unwrap_or_else(|error| panic!("{name} in {mib} MiB: {error}"));
        // An estimate that is far too large would refuse sizes that work.
        if more_than_smallest {
            let less = mib - mib / 10;
            assert!(
                fits(&mkfs, &tree, less.max(300)).is_err(),
                "{name} fits into {less} MiB"
            );
        }
    }
}
