//! What `mke2fs` puts into a file system is what the reader gets out of it.

#![allow(clippy::disallowed_types, clippy::unwrap_used)] // A test with a foreign program.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use kiwi_testkit::ext4::Ext4;
use kiwi_testkit::judges::require_judge;
use kiwi_testkit::tree_compare::{Comparison, Listing};

/// Offset of the file system in the image, not a multiple of its size.
const OFFSET: u64 = 3 << 20;

fn run(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} {arguments:?}: {errors}",
        program.display()
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a tree that has one of everything.
fn make_tree(tree: &Path) {
    let path = |name: &str| tree.join(name);
    fs_err::create_dir_all(path("deep/er/est")).unwrap();
    fs_err::create_dir(path("empty directory")).unwrap();
    fs_err::write(path("file"), "content\n").unwrap();
    fs_err::write(path("nothing"), "").unwrap();
    fs_err::write(path("deep/ümlaut"), "x").unwrap();
    fs_err::hard_link(path("file"), path("deep/other name")).unwrap();
    symlink("file", path("short link")).unwrap();
    symlink("x".repeat(59), path("longest link in the inode")).unwrap();
    symlink("x".repeat(60), path("shortest link in a block")).unwrap();
    symlink("x/".repeat(400), path("long link")).unwrap();
    fs_err::set_permissions(path("file"), PermissionsExt::from_mode(0o4751)).unwrap();
    fs_err::set_permissions(path("deep"), PermissionsExt::from_mode(0o1777)).unwrap();
    let many = path("many");
    fs_err::create_dir(&many).unwrap();
    for number in 0..600 {
        fs_err::write(
            many.join(format!("a file with quite a long name {number}")),
            "",
        )
        .unwrap();
    }
    let large: Vec<u8> = (0..3_000_000u32).flat_map(u32::to_le_bytes).collect();
    fs_err::write(path("large"), large).unwrap();
    let sparse = fs_err::File::create(path("sparse")).unwrap();
    for block in (0..2000u64).step_by(4) {
        std::os::unix::fs::FileExt::write_at(sparse.file(), b"data", block * 4096).unwrap();
    }
    sparse.set_len(9_000_001).unwrap();

    if let Some(setfacl) = require_judge("setfacl") {
        run(
            &setfacl,
            &["-m", "u:7:rw,g:8:r", path("file").to_str().unwrap()],
        );
        run(
            &setfacl,
            &["-d", "-m", "u:7:rwx", path("deep").to_str().unwrap()],
        );
    }
    xattr::set(path("nothing"), "user.small", b"value").unwrap();
    xattr::set(path("nothing"), "user.large", &[7; 700]).unwrap();
    // Device nodes and capabilities need root, in a namespace at least for the
    // latter; without it these cases are not in the tree.
    let is_root = run(Path::new("id"), &["-u"]).trim() == "0";
    if is_root {
        if let Some(setcap) = require_judge("setcap") {
            run(
                &setcap,
                &["cap_net_raw=ep", path("large").to_str().unwrap()],
            );
        }
        for (name, arguments) in [("null", ["c", "1", "3"]), ("high", ["b", "300", "70000"])] {
            let device = path(name);
            run(
                Path::new("mknod"),
                &[&[device.to_str().unwrap()], &arguments[..]].concat(),
            );
        }
        std::os::unix::fs::lchown(path("short link"), Some(70_001), Some(70_002)).unwrap();
    }
    run(Path::new("mkfifo"), &[path("pipe").to_str().unwrap()]);
}

fn make_image(directory: &Path, tree: &Path, arguments: &[&str]) -> Option<PathBuf> {
    let mke2fs = require_judge("mke2fs")?;
    let image = directory.join(format!("image{}", arguments.concat()));
    let file = fs_err::File::create(&image).unwrap();
    file.set_len(OFFSET + (48 << 20)).unwrap();
    let offset = format!("offset={OFFSET}");
    let mut all = vec!["-q", "-F", "-d", tree.to_str().unwrap(), "-E", &offset];
    all.extend(arguments);
    all.extend([image.to_str().unwrap(), "48m"]);
    run(&mke2fs, &all);
    Some(image)
}

#[test]
fn reads_what_mke2fs_writes() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs_err::create_dir(&tree).unwrap();
    make_tree(&tree);
    let expected = Listing::of_directory(&tree).unwrap();
    assert_eq!(
        expected
            .entries
            .values()
            .filter(|entry| entry.hard_link_to.is_some())
            .count(),
        1
    );
    for arguments in [
        &["-t", "ext4"][..],
        &["-t", "ext4", "-b", "1024"],
        &["-t", "ext4", "-O", "^64bit,^metadata_csum,^flex_bg"],
        &["-t", "ext3"],
        &["-t", "ext2", "-b", "1024", "-I", "128"],
    ] {
        let Some(image) = make_image(directory.path(), &tree, arguments) else {
            return;
        };
        let actual = Listing::of_ext4(&image, OFFSET).unwrap();
        // The root directory is made by mke2fs; its time is now.
        let differences = Comparison::new()
            .with_times()
            .ignore(&["/lost+found"])
            .differences(&expected, &actual)
            .into_iter()
            .filter(|line| !line.starts_with("/: "))
            .collect::<Vec<_>>();
        assert_eq!(differences, Vec::<String>::new(), "{arguments:?}");
    }
}

#[test]
fn refuses_what_it_cannot_read() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs_err::create_dir(&tree).unwrap();
    let Some(image) = make_image(directory.path(), &tree, &["-t", "ext4"]) else {
        return;
    };
    let error = |offset| Ext4::open(&image, offset).err().unwrap().to_string();
    assert!(error(0).starts_with("no ext file system at byte 0"));
    assert!(error(1 << 40).starts_with("no ext file system"));
    // Sets the flag of a journal that has to be replayed.
    let file = fs_err::OpenOptions::new()
        .write(true)
        .read(true)
        .open(&image)
        .unwrap();
    let place = OFFSET + 1024 + 0x60;
    let mut features = [0];
    std::os::unix::fs::FileExt::read_exact_at(file.file(), &mut features, place).unwrap();
    std::os::unix::fs::FileExt::write_all_at(file.file(), &[features[0] | 4], place).unwrap();
    assert!(error(OFFSET).contains("run e2fsck"), "{}", error(OFFSET));
}
