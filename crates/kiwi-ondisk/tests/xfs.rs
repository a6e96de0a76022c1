//! XFS file systems, judged by xfs_repair, xfs_db and, where they may be mounted, the kernel.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, symlink};
use std::path::{Path, PathBuf};

use judge::mounted::mounted;
use judge::tree::{TIME, make, picture, set_time};
use judge::{as_root, judge, skipped, verdict};
use kiwi_ondisk::Error;
use kiwi_ondisk::file_tree::FileTree;
use kiwi_ondisk::sparse::copy_range;
use kiwi_ondisk::xfs::{self, Filled};

const MIB: u64 = 1 << 20;
const OFFSET: u64 = MIB;
/// The smallest size that mkfs.xfs makes.
const SIZE: u64 = 300 * MIB;
const UUID: &str = "6b1ffe25-3a4b-4a8f-8d2d-3f4a9f1b2c3d";

/// Makes an empty file system and puts it into a file that is larger on both sides.
fn empty(path: &Path, options: &[&str], bytes: u64) -> Option<File> {
    let made = path.with_extension("made");
    File::create(&made).unwrap().set_len(bytes).unwrap();
    let mut mkfs = judge("mkfs.xfs", "xfsprogs")?;
    mkfs.args(["-q", "-K", "-L", "ROOT", "-m", &format!("uuid={UUID}")]);
    verdict(mkfs.args(options).arg(&made));
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .unwrap();
    file.set_len(bytes + 2 * MIB).unwrap();
    copy_range(&File::open(&made).unwrap(), 0, &file, OFFSET, bytes).unwrap();
    Some(file)
}

/// Cuts the file system out of its image, for programs that know no offset.
fn cut(image: &Path) -> PathBuf {
    let path = image.with_extension("part");
    let part = File::create(&path).unwrap();
    let image = File::open(image).unwrap();
    let bytes = image.metadata().unwrap().len() - 2 * MIB;
    copy_range(&image, OFFSET, &part, 0, bytes).unwrap();
    path
}

/// Lets xfs_repair look for anything that is wrong; it says so by its exit code.
fn check(part: &Path) {
    if let Some(mut repair) = judge("xfs_repair", "xfsprogs") {
        verdict(repair.args(["-n", "-f"]).arg(part));
    }
}

/// Runs xfs_db commands on a file system.
fn debug(part: &Path, commands: &[&str]) -> String {
    let Some(mut debug) = judge("xfs_db", "xfsprogs") else {
        return String::new();
    };
    for command in commands {
        debug.args(["-c", command]);
    }
    verdict(debug.arg("-r").arg("-f").arg(part))
}

fn fill(tree: &Path, file: &File) -> Filled {
    let outside = |path: &Path| path == Path::new("srv");
    let tree = FileTree::new(tree)
        .latest_time(Some(TIME))
        .created(TIME)
        .exclude(&outside);
    xfs::fill(&tree, file, OFFSET).unwrap()
}

/// Adds what needs trees: scattered files, large directories, long attributes and links.
fn make_large(tree: &Path) {
    let holes = File::create(tree.join("var/holes")).unwrap();
    for part in 0..1500_u64 {
        holes
            .write_all_at(&[(part % 250) as u8 + 1; 5000], part * 3 * 65536 + 100)
            .unwrap();
    }
    holes.set_len(300 * MIB).unwrap();
    let whole: Vec<u8> = (0..9_000_000_u32)
        .map(|number| (number >> 9) as u8)
        .collect();
    fs::write(tree.join("var/whole"), whole).unwrap();
    for (directory, names, length) in [
        ("one", 1, 200),
        ("some", 9, 20),
        ("block", 70, 30),
        ("leaf", 400, 40),
        ("node", 4000, 60),
    ] {
        let directory = tree.join("usr").join(directory);
        fs::create_dir(&directory).unwrap();
        for number in 0..names {
            let name = format!("{number:0>length$}");
            fs::write(directory.join(name), vec![1; number % 700]).unwrap();
        }
    }
    for number in 0..300 {
        fs::create_dir(tree.join(format!("usr/leaf/directory-{number}"))).unwrap();
    }
    let attributes = |path: &str, name: &str, lengths: &[usize]| {
        for (index, length) in lengths.iter().enumerate() {
            let name = format!("{name}{index}");
            set(&tree.join(path), &name, &vec![index as u8 + 1; *length]);
        }
    };
    fs::create_dir(tree.join("opt")).unwrap();
    for (file, lengths) in [
        ("short", &[0, 1, 100][..]),
        ("full", &[200, 60]),
        ("leaf", &[250, 300]),
        ("remote", &[1500]),
        ("many", &[1; 40]),
    ] {
        fs::write(tree.join("opt").join(file), file).unwrap();
        attributes(&format!("opt/{file}"), "trusted.attribute", lengths);
        attributes(&format!("opt/{file}"), "user.attribute", lengths);
    }
    attributes("usr/node", "user.of-directory", &[400]);
    for length in [1, 335, 336, 337, 1023] {
        let name = tree.join(format!("opt/link-{length}"));
        symlink("x".repeat(length), &name).unwrap();
        let labelled = tree.join(format!("opt/labelled-link-{length}"));
        symlink("y".repeat(length), &labelled).unwrap();
        set(&labelled, "trusted.label", &[3; 40]);
    }
    for (name, kind) in [
        ("fifo", rustix::fs::FileType::Fifo),
        ("socket", rustix::fs::FileType::Socket),
    ] {
        let path = tree.join("opt").join(name);
        let mode = rustix::fs::Mode::from_raw_mode(0o640);
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        attributes(&format!("opt/{name}"), "trusted.a", &[100]);
    }
    for (index, name) in [&b"with space"[..], b"\xff\x01\n", b"-f", b"\\"]
        .iter()
        .enumerate()
    {
        let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(name);
        fs::write(tree.join("opt").join(name), [index as u8]).unwrap();
    }
    fs::create_dir(tree.join("lost+found")).unwrap();
}

/// Sets an attribute; those that only root has are left out in a user namespace, where there are none.
fn set(path: &Path, name: &str, value: &[u8]) {
    match xattr::set(path, name, value) {
        Err(error)
            if error.kind() == std::io::ErrorKind::PermissionDenied
                && name.starts_with("trusted.") =>
        {
            skipped("user namespaces cannot set trusted attributes");
        }
        set => set.unwrap(),
    }
}

/// Makes everything look as old as the rest.
fn age(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            age(&path);
        } else if !path.ends_with("late") {
            set_time(&path, TIME - 5);
        }
    }
    set_time(directory, TIME);
}

/// What the tree looks like without what is left out of it.
fn expected(tree: &Path) -> std::collections::BTreeMap<PathBuf, String> {
    let mut expected = picture(tree, TIME);
    expected.retain(|path, _| !path.starts_with("srv") && !path.starts_with("lost+found"));
    expected
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
    let expected = expected(&tree);
    for options in [
        &[][..],
        &["-m", "bigtime=0,inobtcount=0"],
        &["-m", "reflink=0,finobt=0", "-i", "sparse=0"],
        &["-i", "nrext64=1,size=1024", "-s", "size=4096"],
        &["-b", "size=1024", "-n", "size=4096"],
        &["-b", "size=1024", "-i", "size=512", "-d", "agcount=3"],
        &["-b", "size=2048", "-n", "size=16384", "-i", "size=1024"],
        &["-n", "size=65536", "-i", "maxpct=80,size=2048"],
    ] {
        let image = directory.path().join("image");
        let Some(file) = empty(&image, options, SIZE) else {
            return;
        };
        println!("{options:?}");
        let filled = fill(&tree, &file);
        // The root comes in.
        assert_eq!(filled.inodes as usize, inodes(&expected) + 1, "{options:?}");
        let part = cut(&image);
        check(&part);
        mounted(&part, "ro,nouuid", |path| {
            let found = picture(path, TIME);
            assert_eq!(found.len(), expected.len(), "{options:?}");
            for (path, description) in &expected {
                assert_eq!(found.get(path), Some(description), "{options:?} {path:?}");
            }
            assert!(path.metadata().unwrap().created().is_ok());
        });
        let changed = mounted(&part, "nouuid", change);
        if changed.is_some() {
            check(&part);
            mounted(&part, "ro,nouuid", |path| {
                assert_eq!(fs::read(path.join("new/200")).unwrap(), vec![200; 20_000]);
            });
        }
        // Once more, from a tree that was read meanwhile.
        let again = directory.path().join("again");
        let file = empty(&again, options, SIZE).unwrap();
        fill(&tree, &file);
        assert!(
            fs::read(&image).unwrap() == fs::read(&again).unwrap(),
            "{options:?} gives different bytes"
        );
    }
}

/// Number of inodes of a picture: `usr/bin/su` has two names.
fn inodes(picture: &std::collections::BTreeMap<PathBuf, String>) -> usize {
    picture.len() - 1
}

/// Lets the kernel add to and take from everything that was written.
fn change(path: &Path) {
    fs::create_dir(path.join("new")).unwrap();
    for number in 0..300_u32 {
        let bytes = vec![number as u8; 20_000];
        fs::write(path.join("new").join(number.to_string()), bytes).unwrap();
    }
    for directory in ["one", "some", "block", "leaf", "node"] {
        let directory = path.join("usr").join(directory);
        for number in 0..200 {
            fs::write(directory.join(format!("new-{number}")), "new").unwrap();
        }
        for (index, entry) in fs::read_dir(&directory).unwrap().enumerate() {
            let entry = entry.unwrap();
            if index % 3 == 0 && entry.metadata().unwrap().is_file() {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    change_attributes(&path.join("opt"));
    let holes = File::options()
        .write(true)
        .open(path.join("var/holes"))
        .unwrap();
    for part in 0..700_u64 {
        holes
            .write_all_at(&[9; 100], part * 3 * 65536 + 100_000)
            .unwrap();
    }
    fs::write(path.join("var/whole"), "short now").unwrap();
}

/// Lets the kernel add to and take from the attributes of all files of a directory.
fn change_attributes(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        for number in 0..30 {
            xattr::set(&path, format!("trusted.new-{number}"), &[1; 50]).unwrap();
        }
        let old: Vec<_> = xattr::list(&path).unwrap().collect();
        for name in old.iter().step_by(3) {
            xattr::remove(&path, name).unwrap();
        }
    }
}

#[test]
fn owners_attributes_and_times_are_found() {
    if !as_root("owners_attributes_and_times_are_found") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    make(&tree);
    let image = directory.path().join("image");
    let Some(file) = empty(&image, &[], SIZE) else {
        return;
    };
    let tree = FileTree::new(&tree)
        .latest_time(Some(TIME + 7))
        .created(TIME);
    xfs::fill(&tree, &file, OFFSET).unwrap();
    let part = cut(&image);
    check(&part);
    let shadow = debug(&part, &["path /etc/shadow", "print"]);
    for line in ["core.gid = 42", "core.mode = 0100660", "SGI_ACL_FILE"] {
        assert!(shadow.contains(line), "{shadow}");
    }
    let ping = debug(&part, &["path /usr/bin/ping", "print"]);
    assert!(ping.contains("capability"), "{ping}");
    let late = debug(&part, &["path /etc/late", "print"]);
    assert!(
        late.contains("v3.crtime.sec = Sun Sep 13 12:26:40 2020"),
        "{late}"
    );
    for name in ["mtime", "ctime", "atime"] {
        let line = format!("core.{name}.sec = Sun Sep 13 12:26:47 2020");
        assert!(late.contains(&line), "{late}");
    }
    let info = debug(&part, &["info"]);
    assert!(info.contains("isize=512    agcount=4"), "{info}");
}

#[test]
fn long_attributes_are_kept() {
    if !as_root("long_attributes_are_kept") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let source = directory.path().join("source");
    if empty(&source, &[], SIZE).is_none() {
        return;
    }
    // Other file systems may not hold that much.
    mounted(&cut(&source), "nouuid", |tree| {
        for (file, lengths) in [
            ("longest", vec![60 << 10, 3, 64 << 10]),
            ("many", vec![40; 3000]),
            ("several", vec![3000; 40]),
        ] {
            fs::write(tree.join(file), file).unwrap();
            for (index, length) in lengths.iter().enumerate() {
                let name = format!("user.{index}");
                xattr::set(tree.join(file), name, &vec![index as u8; *length]).unwrap();
            }
        }
        age(tree);
        let expected = expected(tree);
        for options in [&[][..], &["-b", "size=1024"]] {
            let image = directory.path().join("image");
            let file = empty(&image, options, SIZE).unwrap();
            fill(tree, &file);
            let part = cut(&image);
            check(&part);
            mounted(&part, "nouuid", |path| {
                assert!(picture(path, TIME) == expected, "{options:?}");
                change_attributes(path);
            });
            check(&part);
        }
    });
}

#[test]
fn what_does_not_fit_is_said_in_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let image = directory.path().join("image");
    let Some(file) = empty(&image, &[], SIZE) else {
        return;
    };
    fs::write(tree.join("large"), vec![1; 250 << 20]).unwrap();
    let error = xfs::fill(&FileTree::new(&tree), &file, OFFSET).unwrap_err();
    assert!(
        matches!(error, Error::TooSmall { needed, available, .. } if needed > 250 * MIB && available < 240 * MIB),
        "{error}"
    );
    // Nothing was written.
    check(&cut(&image));
    fs::write(tree.join("large"), vec![1; 1 << 20]).unwrap();
    xfs::fill(&FileTree::new(&tree), &file, OFFSET).unwrap();
    let twice = xfs::fill(&FileTree::new(&tree), &file, OFFSET).unwrap_err();
    assert!(twice.to_string().contains("not empty"), "{twice}");

    for (options, name) in [
        (["-m", "rmapbt=1"], "rmapbt"),
        (["-m", "crc=0"], "crc=0"),
        (["-n", "version=ci"], "version=ci"),
    ] {
        let file = empty(&image, &options, SIZE).unwrap();
        let error = xfs::fill(&FileTree::new(&tree), &file, OFFSET).unwrap_err();
        assert!(
            matches!(&error, Error::Value { value, .. } if value == name),
            "{error}"
        );
    }
    let error = xfs::fill(&FileTree::new(&tree), &file, 0).unwrap_err();
    assert!(error.to_string().contains("no XFS super block"), "{error}");
}

#[test]
fn file_systems_may_become_full() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let image = directory.path().join("image");
    let Some(file) = empty(&image, &[], SIZE) else {
        return;
    };
    // Files and a file that is longer than what is left of any group.
    for number in 0..3000 {
        fs::write(tree.join(format!("file-{number}")), vec![7; 30_000]).unwrap();
    }
    fs::write(tree.join("large"), vec![8; 140 << 20]).unwrap();
    let filled = xfs::fill(&FileTree::new(&tree), &file, OFFSET).unwrap();
    assert!(filled.free_bytes < MIB, "{filled:?}");
    let part = cut(&image);
    check(&part);
    mounted(&part, "nouuid", |path| {
        assert!(fs::read(path.join("large")).unwrap() == vec![8; 140 << 20]);
        fs::remove_file(path.join("large")).unwrap();
        fs::write(path.join("other"), vec![9; 100 << 20]).unwrap();
    });
    check(&part);
}

#[test]
fn large_file_systems_have_long_inode_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    for number in 0..50 {
        fs::create_dir_all(tree.join(format!("directory-{number}"))).unwrap();
        for file in 0..number {
            let path = format!("directory-{number}/file-{file}");
            fs::write(tree.join(path), vec![9; number * 100]).unwrap();
        }
    }
    age(&tree);
    let image = directory.path().join("image");
    // The log would be of 2 GiB, and may be written.
    let Some(file) = empty(&image, &["-l", "size=64m"], 6 << 40) else {
        return;
    };
    fill(&tree, &file);
    let part = cut(&image);
    check(&part);
    mounted(&part, "nouuid", |path| {
        assert!(picture(path, TIME) == expected(&tree));
        let last = fs::metadata(path.join("directory-9/file-8")).unwrap();
        assert!(std::os::unix::fs::MetadataExt::ino(&last) > u32::MAX.into());
        fs::write(path.join("directory-9/new"), "new").unwrap();
    });
    check(&part);
}

#[test]
fn it_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), vec![1; 100_000]).unwrap();
    let target = tempfile::tempdir().unwrap();
    let Some(file) = empty(&target.path().join("image"), &[], SIZE) else {
        return;
    };
    let tree = FileTree::new(directory.path()).progress(&|_, _| false);
    let stopped = xfs::fill(&tree, &file, OFFSET);
    assert!(matches!(stopped, Err(Error::Stopped)));
}
