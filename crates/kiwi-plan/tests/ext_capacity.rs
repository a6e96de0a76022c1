//! `mke2fs` judges the sizes we plan: a tree of the measured size must go into the smallest file system we allow for it.

#![allow(
    clippy::disallowed_types,
    reason = "the foreign program that judges us is started directly"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use kiwi_plan::disk::TreeSize;
use kiwi_plan::disk::ext::{geometry, minimum_mib};
use kiwi_plan::disk::measure::MIB;
use kiwi_plan::plan::filesystem::FileSystem;
use kiwi_testkit::judges::require_judge;

/// A directory that is measured while it is filled.
struct Tree {
    directory: tempfile::TempDir,
    size: TreeSize,
}

impl Tree {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a scratch directory"),
            size: TreeSize::of_entry(4096),
        }
    }

    fn directory(&mut self, name: &str) {
        fs::create_dir(self.directory.path().join(name)).expect("a new directory");
        self.size += TreeSize::of_entry(4096);
    }

    fn file(&mut self, name: &str, bytes: usize) {
        // Blocks of zeros would become holes.
        let content = vec![b'x'; bytes];
        fs::write(self.directory.path().join(name), content).expect("a new file");
        self.size += TreeSize::of_entry(bytes as u64);
    }
}

fn many_small_files() -> Tree {
    let mut tree = Tree::new();
    for directory in 0..40 {
        tree.directory(&format!("directory-{directory}"));
        for file in 0..75 {
            let name = format!("directory-{directory}/some-file-name-{file}");
            tree.file(&name, (directory * 131 + file * 97) % 9000);
        }
    }
    tree
}

fn few_large_files() -> Tree {
    let mut tree = Tree::new();
    for file in 0..5 {
        tree.file(&format!("large-{file}"), 9_000_000 + file * 12_345);
    }
    tree
}

fn crowd_of_empty_files() -> Tree {
    let mut tree = Tree::new();
    for directory in 0..100 {
        tree.directory(&format!("d{directory}"));
        for file in 0..60 {
            tree.file(&format!("d{directory}/f{file}"), 0);
        }
    }
    tree
}

fn nothing() -> Tree {
    Tree::new()
}

fn make(judge: &Path, kind: FileSystem, tree: &Tree, mib: u64) -> Result<(), String> {
    let numbers = geometry(mib * MIB, tree.size);
    let image = tempfile::NamedTempFile::new().expect("a scratch file");
    let output = Command::new(judge)
        .args(["-q", "-F", "-t", kind.fstab_name()])
        .args(["-b", &numbers.block_size.to_string()])
        .args(["-N", &numbers.inodes.to_string()])
        .arg("-d")
        .arg(tree.directory.path())
        .arg(image.path())
        .arg(format!("{mib}M"))
        .output()
        .expect("the judge starts");
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn trees_fit_into_the_smallest_file_system_for_them() {
    let Some(judge) = require_judge("mke2fs") else {
        return;
    };
    for (name, tree) in [
        ("many small files", many_small_files()),
        ("few large files", few_large_files()),
        ("crowd of empty files", crowd_of_empty_files()),
        ("nothing", nothing()),
    ] {
        for kind in [FileSystem::Ext2, FileSystem::Ext3, FileSystem::Ext4] {
            let mib = minimum_mib(kind, tree.size);
            if let Err(message) = make(&judge, kind, &tree, mib) {
                panic!("{name} in {mib} MiB of {kind:?}: {message}");
            }
            let line = format!("{name}: {:?} fits into {mib} MiB of {kind:?}\n", tree.size);
            let _ = std::io::stdout().write_all(line.as_bytes());
            // An estimate that is far too large would refuse sizes that work.
            if mib > 20 {
                let half = mib / 2;
                assert!(
                    make(&judge, kind, &tree, half).is_err(),
                    "{name} fits into {half} MiB of {kind:?}"
                );
            }
        }
    }
}
