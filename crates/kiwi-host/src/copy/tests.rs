//! Tests of copying trees.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;

/// A host directory with `overlay` to copy from and `tree` to copy to.
fn places() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let host = tempfile::tempdir().unwrap();
    let (source, tree) = (host.path().join("overlay"), host.path().join("tree"));
    fs::create_dir(&source).unwrap();
    fs::create_dir(&tree).unwrap();
    (host, source, tree)
}

fn copy(source: &Path, tree: &Path) -> Result<Copied, CopyError> {
    let tree = TreeDir::open(tree).unwrap();
    copy_tree(source, &tree, Path::new("/"), CopyOptions::default())
}

#[test]
fn keeps_everything_but_the_owner() {
    let (_host, source, tree) = places();
    fs::create_dir_all(source.join("etc/deep")).unwrap();
    fs::write(source.join("etc/tool"), "text").unwrap();
    fs::set_permissions(source.join("etc/tool"), PermissionsExt::from_mode(0o4750)).unwrap();
    fs::set_permissions(source.join("etc/deep"), PermissionsExt::from_mode(0o1777)).unwrap();
    fs::hard_link(source.join("etc/tool"), source.join("etc/deep/same")).unwrap();
    symlink("/nowhere", source.join("etc/link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        source.join("etc/fifo"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from(0o640),
        0,
    )
    .unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in ["etc/tool", "etc/deep", "etc"] {
        fs::File::open(source.join(path))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(source.join("etc/tool"), Some(1234), Some(1234)).unwrap();
        fs::set_permissions(source.join("etc/tool"), PermissionsExt::from_mode(0o4750)).unwrap();
    }
    for _ in 0..2 {
        let copied = copy(&source, &tree).unwrap();
        assert_eq!(copied, Copied { files: 4, bytes: 4 });
        let tool = tree.join("etc/tool").metadata().unwrap();
        assert_eq!(tool.mode() & 0o7777, 0o4750);
        assert_eq!(tool.uid(), rustix::process::geteuid().as_raw());
        assert_eq!(tool.modified().unwrap(), long_ago);
        assert_eq!(tool.nlink(), 2);
        assert_eq!(
            tool.ino(),
            tree.join("etc/deep/same").metadata().unwrap().ino()
        );
        assert_eq!(
            fs::read_link(tree.join("etc/link")).unwrap(),
            Path::new("/nowhere")
        );
        let fifo = tree.join("etc/fifo").metadata().unwrap();
        assert!(fifo.file_type().is_fifo() && fifo.mode() & 0o7777 == 0o640);
        let deep = tree.join("etc/deep").metadata().unwrap();
        assert_eq!(deep.mode() & 0o7777, 0o1777);
        assert_eq!(
            tree.join("etc").metadata().unwrap().modified().unwrap(),
            long_ago
        );
        assert_eq!(fs::read_dir(tree.join("etc")).unwrap().count(), 4);
    }
}

#[test]
fn lays_itself_over_the_tree() {
    let (host, source, tree) = places();
    fs::create_dir_all(tree.join("usr/lib")).unwrap();
    fs::create_dir(tree.join("etc")).unwrap();
    fs::write(tree.join("etc/kept"), "old").unwrap();
    fs::write(tree.join("etc/replaced"), "old").unwrap();
    fs::write(host.path().join("victim"), "untouched").unwrap();
    symlink("usr/lib", tree.join("lib")).unwrap();
    symlink("/usr/lib", tree.join("lib64")).unwrap();
    symlink("../../../victim", tree.join("etc/hosts")).unwrap();
    symlink("../..", tree.join("out")).unwrap();
    symlink("/missing", tree.join("dangling")).unwrap();
    fs::create_dir(tree.join("empty")).unwrap();
    for directory in ["etc", "lib", "lib64", "out", "dangling"] {
        fs::create_dir(source.join(directory)).unwrap();
        fs::write(source.join(directory).join("new"), directory).unwrap();
    }
    fs::write(source.join("etc/replaced"), "new").unwrap();
    fs::write(source.join("etc/hosts"), "new").unwrap();
    fs::write(source.join("empty"), "file").unwrap();
    fs::set_permissions(&tree, PermissionsExt::from_mode(0o711)).unwrap();
    copy(&source, &tree).unwrap();
    let read = |path: &str| fs::read_to_string(tree.join(path)).unwrap();
    assert_eq!(read("etc/kept"), "old");
    assert_eq!(read("etc/replaced"), "new");
    assert_eq!(read("etc/hosts"), "new");
    assert!(!tree.join("etc/hosts").is_symlink());
    assert_eq!(read("usr/lib/new"), "lib64");
    assert!(tree.join("lib").is_symlink() && tree.join("lib64").is_symlink());
    assert_eq!(
        read("new"),
        "out",
        "a link out of the tree ends at its root"
    );
    assert_eq!(read("dangling/new"), "dangling");
    assert_eq!(read("empty"), "file");
    assert_eq!(
        fs::read_to_string(host.path().join("victim")).unwrap(),
        "untouched"
    );
    assert_eq!(tree.metadata().unwrap().mode() & 0o7777, 0o711);
    assert_eq!(fs::read_dir(host.path()).unwrap().count(), 3);
}

#[test]
fn a_directory_with_content_stays() {
    let (_host, source, tree) = places();
    fs::create_dir_all(tree.join("etc/full")).unwrap();
    fs::write(source.join("etc"), "file").unwrap();
    let error = copy(&source, &tree).unwrap_err();
    assert_eq!(error.path, Path::new("/etc"));
    assert_eq!(error.source.kind(), io::ErrorKind::DirectoryNotEmpty);
    assert!(tree.join("etc/full").is_dir());
    assert_eq!(
        fs::read_dir(&tree).unwrap().count(),
        1,
        "no temporary file stays"
    );
}

#[test]
fn attributes_come_along() {
    let (_host, source, tree) = places();
    let file = source.join("file");
    fs::write(&file, "").unwrap();
    let set = |name: &str, value: &[u8]| {
        rustix::fs::setxattr(&file, name, value, rustix::fs::XattrFlags::empty())
    };
    if set("user.note", b"kept").is_err() {
        say_skipped("no extended attributes in the temporary directory");
        return;
    }
    // `user::rw-, user:1000:r--, group::r--, mask::r--, other::---` in the kernel's format (linux/posix_acl_xattr.h).
    let acl: Vec<u8> = [
        (0x01u16, 6u16, u32::MAX),
        (0x02, 4, 1000),
        (0x04, 4, u32::MAX),
        (0x10, 4, u32::MAX),
        (0x20, 0, u32::MAX),
    ]
    .iter()
    .fold(
        2u32.to_le_bytes().to_vec(),
        |mut bytes, (tag, rights, id)| {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(rights.to_le_bytes());
            bytes.extend(id.to_le_bytes());
            bytes
        },
    );
    let has_acl = set("system.posix_acl_access", &acl).is_ok();
    copy(&source, &tree).unwrap();
    let get = |name: &str| {
        let mut buffer = vec![0; 256];
        let length = rustix::fs::getxattr(tree.join("file"), name, &mut buffer)?;
        buffer.truncate(length);
        Ok::<_, rustix::io::Errno>(buffer)
    };
    assert_eq!(get("user.note").unwrap(), b"kept");
    if has_acl {
        assert_eq!(get("system.posix_acl_access").unwrap(), acl);
    } else {
        say_skipped("no ACLs in the temporary directory");
    }
}

#[test]
fn goes_to_a_directory_of_the_tree() {
    let (_host, source, tree) = places();
    fs::write(source.join("config.sh"), "").unwrap();
    let handle = TreeDir::open(&tree).unwrap();
    copy_tree(
        &source,
        &handle,
        Path::new("/image"),
        CopyOptions::default(),
    )
    .unwrap();
    assert!(tree.join("image/config.sh").exists());
    let missing = copy_tree(
        &source.join("none"),
        &handle,
        Path::new("/"),
        CopyOptions::default(),
    );
    assert!(missing.is_err());
}

/// Past the harness, which captures what macros print.
fn say_skipped(reason: &str) {
    use std::io::Write;
    std::io::stderr()
        .write_all(format!("SKIPPED: {reason}\n").as_bytes())
        .unwrap();
}
