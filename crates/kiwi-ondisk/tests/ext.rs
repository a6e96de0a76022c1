//! ext file systems, judged by e2fsck, debugfs and, where it may be mounted, the kernel.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use judge::mounted::mounted;
use judge::tree::{LATE, TIME, make, picture, set_time};
use judge::{as_root, judge, verdict};
use kiwi_ondisk::Error;
use kiwi_ondisk::ext::{self, Filled};
use kiwi_ondisk::file_tree::FileTree;

const MIB: u64 = 1 << 20;
const OFFSET: u64 = MIB;
const UUID: &str = "6b1ffe25-3a4b-4a8f-8d2d-3f4a9f1b2c3d";

/// Makes an empty file system in a file that is larger on both sides.
fn empty(path: &Path, options: &[&str], mib: u64) -> Option<File> {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.set_len((mib + 2) * MIB).unwrap();
    let extended =
        format!("offset={OFFSET},hash_seed={UUID},lazy_itable_init=0,lazy_journal_init=0");
    let mut mke2fs = judge("mke2fs", "e2fsprogs")?;
    mke2fs.env("E2FSPROGS_FAKE_TIME", TIME.to_string());
    mke2fs.args(["-q", "-F", "-U", UUID, "-L", "ROOT", "-E", &extended]);
    verdict(
        mke2fs
            .args(options)
            .arg(path)
            .arg(format!("{}k", mib * 1024)),
    );
    Some(file)
}

/// Cuts the file system out of its image, for programs that know no offset.
fn cut(image: &Path, mib: u64) -> PathBuf {
    let path = image.with_extension("part");
    let part = File::create(&path).unwrap();
    kiwi_ondisk::sparse::copy_range(&File::open(image).unwrap(), OFFSET, &part, 0, mib * MIB)
        .unwrap();
    path
}

fn check(part: &Path) {
    if let Some(mut e2fsck) = judge("e2fsck", "e2fsprogs") {
        verdict(e2fsck.arg("-fn").arg(part));
    }
}

/// Runs debugfs commands on a file system.
fn debugfs(part: &Path, command: &str) -> String {
    judge("debugfs", "e2fsprogs")
        .map(|mut debugfs| verdict(debugfs.args(["-R", command]).arg(part)))
        .unwrap_or_default()
}

fn fill(tree: &Path, file: &File) -> Filled {
    let outside = |path: &Path| path == Path::new("srv");
    let tree = FileTree::new(tree)
        .latest_time(Some(TIME))
        .created(TIME)
        .exclude(&outside);
    ext::fill(&tree, file, OFFSET).unwrap()
}

/// Adds what is about block maps: large, sparse and scattered files, and a large directory.
fn make_large(tree: &Path) {
    let holes = File::create(tree.join("var/holes")).unwrap();
    for part in 0..700_u64 {
        holes
            .write_all_at(&[(part % 250) as u8 + 1; 5000], part * 3 * 65536 + 100)
            .unwrap();
    }
    holes.set_len(150 * MIB).unwrap();
    let whole: Vec<u8> = (0..9_000_000_u32)
        .map(|number| (number >> 9) as u8)
        .collect();
    fs::write(tree.join("var/whole"), whole).unwrap();
    fs::create_dir(tree.join("usr/many")).unwrap();
    for number in 0..700 {
        fs::write(
            tree.join(format!("usr/many/{number:0>60}")),
            vec![1; number],
        )
        .unwrap();
    }
    xattr::set(tree.join("etc/passwd"), "user.long", &[5; 900]).unwrap();
    fs::create_dir(tree.join("lost+found")).unwrap();
}

/// Makes everything look as old as the rest.
fn age(tree: &Path) {
    for directory in ["var", "usr/many", "usr", "etc", "srv", "lost+found", ""] {
        for entry in fs::read_dir(tree.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if fs::symlink_metadata(&path).unwrap().is_file() && !path.ends_with("late") {
                set_time(&path, TIME - 5);
            }
        }
        set_time(&tree.join(directory), TIME);
    }
}

#[test]
fn every_kind_holds_the_tree() {
    if !as_root("every_kind_holds_the_tree") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    make(&tree);
    make_large(&tree);
    age(&tree);
    let mut expected = picture(&tree, TIME);
    expected.retain(|path, _| !path.starts_with("srv") && !path.starts_with("lost+found"));
    for options in [
        &["-t", "ext4"][..],
        &["-t", "ext4", "-b", "1024", "-N", "4000"],
        &["-t", "ext4", "-O", "^64bit,^metadata_csum,uninit_bg"],
        &[
            "-t",
            "ext4",
            "-O",
            "^has_journal,^flex_bg,^resize_inode,sparse_super2",
        ],
        &[
            "-t",
            "ext4",
            "-O",
            "metadata_csum_seed,orphan_file,ea_inode",
        ],
        &["-t", "ext4", "-g", "2048", "-N", "2000"],
        &["-t", "ext3"],
        &["-t", "ext3", "-b", "1024", "-I", "128"],
        &["-t", "ext2"],
        &[
            "-t",
            "ext2",
            "-O",
            "^sparse_super,^filetype,^dir_index,^resize_inode",
            "-b",
            "2048",
        ],
    ] {
        let image = directory.path().join("image");
        let Some(file) = empty(&image, options, 64) else {
            return;
        };
        let filled = fill(&tree, &file);
        assert_eq!(filled.inodes as usize, count_inodes(&tree), "{options:?}");
        let part = cut(&image, 64);
        println!("{options:?}");
        check(&part);
        let small = options.contains(&"128");
        mounted(&part, "ro", |path| {
            let mut found = picture(path, TIME);
            assert!(found.remove(Path::new("lost+found")).is_some());
            assert_eq!(found.len(), expected.len(), "{options:?}");
            for (path, description) in &expected {
                assert_eq!(found.get(path), Some(description), "{options:?} {path:?}");
            }
            assert!(small || path.metadata().unwrap().created().is_ok());
        });
        // Once more, from a tree that was read meanwhile.
        let again = directory.path().join("again");
        let file = empty(&again, options, 64).unwrap();
        fill(&tree, &file);
        assert!(
            fs::read(&image).unwrap() == fs::read(&again).unwrap(),
            "{options:?} gives different bytes"
        );
    }
}

fn count_inodes(tree: &Path) -> usize {
    // usr/bin/su has two names; srv and lost+found stay out, the root comes in.
    picture(tree, TIME)
        .keys()
        .filter(|path| !path.starts_with("srv") && !path.starts_with("lost+found"))
        .count()
}

#[test]
fn debugfs_finds_owners_attributes_and_times() {
    if !as_root("debugfs_finds_owners_attributes_and_times") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    make(&tree);
    let image = directory.path().join("image");
    let Some(file) = empty(&image, &["-t", "ext4"], 32) else {
        return;
    };
    let tree = FileTree::new(&tree)
        .latest_time(Some(TIME + 7))
        .created(TIME);
    ext::fill(&tree, &file, OFFSET).unwrap();
    let part = cut(&image, 32);
    check(&part);
    assert!(debugfs(&part, "ea_list /usr/bin/ping").contains("security.capability (20)"));
    assert!(debugfs(&part, "ea_list /home/user/notes").contains("user.mime_type (17)"));
    let shadow = debugfs(&part, "stat /etc/shadow");
    assert!(shadow.contains("Group:    42"), "{shadow}");
    let late = debugfs(&part, "stat /etc/late");
    for name in ["ctime", "atime", "mtime"] {
        assert!(
            late.contains(&format!("{name}: {:#x}:00000000", TIME + 7)),
            "{late}"
        );
    }
    assert!(
        late.contains(&format!("crtime: {TIME:#x}:00000000")),
        "{late}"
    );
    const { assert!(LATE > TIME + 7) };
}

#[test]
fn what_does_not_fit_is_said_in_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let image = directory.path().join("image");
    let Some(file) = empty(&image, &["-t", "ext4", "-N", "64"], 8) else {
        return;
    };
    fs::write(tree.join("large"), vec![1; 9_000_000]).unwrap();
    let error = ext::fill(&FileTree::new(&tree), &file, OFFSET).unwrap_err();
    assert!(
        matches!(error, Error::TooSmall { needed, available, .. } if needed > 9_000_000 && available < 8_000_000),
        "{error}"
    );
    fs::remove_file(tree.join("large")).unwrap();
    for number in 0..100 {
        fs::write(tree.join(number.to_string()), "").unwrap();
    }
    let error = ext::fill(&FileTree::new(&tree), &file, OFFSET)
        .unwrap_err()
        .to_string();
    assert!(error.contains("inode table"), "{error}");
    // Nothing was written by either.
    check(&cut(&image, 8));

    let Some(file) = empty(&image, &["-t", "ext4", "-O", "quota"], 8) else {
        return;
    };
    let error = ext::fill(&FileTree::new(&tree), &file, OFFSET)
        .unwrap_err()
        .to_string();
    assert!(error.contains("`quota`"), "{error}");
    let error = ext::fill(&FileTree::new(&tree), &file, 0)
        .unwrap_err()
        .to_string();
    assert!(error.contains("no ext super block"), "{error}");
}

#[test]
fn it_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), vec![1; 100_000]).unwrap();
    let target = tempfile::tempdir().unwrap();
    let Some(file) = empty(&target.path().join("image"), &["-t", "ext4"], 8) else {
        return;
    };
    let tree = FileTree::new(directory.path()).progress(&|_, _| false);
    let stopped = ext::fill(&tree, &file, OFFSET);
    assert!(matches!(stopped, Err(Error::Stopped)));
}

#[test]
fn all_files_can_be_synchronous() {
    for options in [
        &["-t", "ext4"][..],
        &["-t", "ext4", "-O", "^metadata_csum"],
        &["-t", "ext2", "-I", "128"],
    ] {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("tree");
        fs::create_dir_all(source.join("a/b")).unwrap();
        fs::write(source.join("a/b/file"), "content").unwrap();
        std::os::unix::fs::symlink("a", source.join("link")).unwrap();
        let image = directory.path().join("image");
        let Some(file) = empty(&image, options, 64) else {
            return;
        };
        let tree = FileTree::new(&source);
        ext::fill(&tree, &file, OFFSET).unwrap();
        ext::set_synchronous(&file, OFFSET).unwrap();
        drop(file);
        let part = cut(&image, 64);
        check(&part);
        for (path, is_set) in [
            ("/", true),
            ("/a/b", true),
            ("/a/b/file", true),
            ("/link", false),
        ] {
            let said = debugfs(&part, &format!("stat {path}"));
            let Some((_, flags)) = said.split_once("Flags: 0x") else {
                continue;
            };
            let digits: String = flags.chars().take_while(char::is_ascii_hexdigit).collect();
            let flags = u32::from_str_radix(&digits, 16).unwrap();
            assert_eq!(flags & 8 != 0, is_set, "{options:?} {path}: {said}");
        }
    }
}
