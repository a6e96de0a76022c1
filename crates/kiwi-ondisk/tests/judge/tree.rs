//! A tree with one of everything, and a picture of a tree to compare with.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use super::skipped;
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat, utimensat};
use rustix::io::Errno;

/// Time stamp of everything in the tree, but for one file.
pub const TIME: i64 = 1_600_000_000;
/// Time stamp of `etc/late`.
pub const LATE: i64 = 1_700_000_000;

/// `cap_net_raw+ep` (`struct vfs_cap_data` in the kernel's `linux/capability.h`).
const CAP_NET_RAW: [u8; 20] = [
    1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// An access control list that lets one user (tag 2) or group (tag 8) more in (`linux/posix_acl_xattr.h`).
fn acl(tag: u8, id: u32, permissions: u8) -> Vec<u8> {
    const NOBODY: u32 = u32::MAX;
    let named = (tag, permissions, id);
    let mut entries = vec![
        (0x01, 6, NOBODY),
        named,
        (0x04, 4, NOBODY),
        (0x10, 6, NOBODY),
        (0x20, 0, NOBODY),
    ];
    entries.sort_by_key(|entry| entry.0);
    let mut bytes = vec![2, 0, 0, 0];
    for (tag, permissions, id) in entries {
        bytes.extend([tag, 0, permissions, 0]);
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

/// Makes a tree with everything that a distribution's root can hold. Needs root.
pub fn make(root: &Path) {
    let long = format!(
        "usr/share/{}/{}",
        "directory-with-a-long-name-".repeat(4),
        "file-with-a-long-name-".repeat(8)
    );
    let odd = Path::new(OsStr::from_bytes(b"srv/not-utf8-\xff\xfe"));
    // Numbers that need more than the octal digits of tar exist in the first namespace only.
    let far = if first_namespace() { 3_000_000 } else { 60_000 };
    let files: [(&Path, &[u8], u32, u32, u32); 10] = [
        (
            Path::new("etc/passwd"),
            b"root:x:0:0::/root:/bin/sh\n",
            0o644,
            0,
            0,
        ),
        (Path::new("etc/shadow"), b"root:*:1::::::\n", 0o640, 0, 42),
        (Path::new("etc/late"), b"", 0o600, 0, 0),
        (Path::new("usr/bin/su"), &vec![7; 70_000], 0o4755, 0, 0),
        (Path::new("usr/bin/ping"), &[8; 512], 0o755, 0, 0),
        (Path::new("home/user/notes"), b"mine", 0o600, 1000, 1000),
        (
            Path::new("home/user/far"),
            b"perhaps beyond octal",
            0o644,
            far,
            far + 1,
        ),
        (Path::new("var/big"), &vec![9; 1_000_001], 0o644, 33, 33),
        (Path::new(&long), b"deep", 0o644, 0, 0),
        (odd, b"odd", 0o644, 0, 0),
    ];
    for (path, bytes, mode, uid, gid) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        chown(&path, Some(uid), Some(gid)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    for (path, mode) in [("tmp", 0o1777), ("var/mail", 0o2775), ("root", 0o700)] {
        fs::create_dir_all(root.join(path)).unwrap();
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::hard_link(root.join("usr/bin/su"), root.join("usr/bin/also-su")).unwrap();
    symlink("usr/bin", root.join("bin")).unwrap();
    symlink("/target".repeat(20), root.join("etc/long-link")).unwrap();
    chown_link(&root.join("bin"), 5, 6);
    fs::create_dir(root.join("dev")).unwrap();
    let node = |path: &str, kind, mode, device| match mknodat(
        CWD,
        root.join(path),
        kind,
        Mode::from_raw_mode(mode),
        device,
    ) {
        Err(Errno::PERM) => skipped("user namespaces cannot make devices"),
        made => made.unwrap(),
    };
    node("dev/null", FileType::CharacterDevice, 0o666, makedev(1, 3));
    node("dev/sda", FileType::BlockDevice, 0o660, makedev(8, 0));
    node("dev/pipe", FileType::Fifo, 0o600, 0);
    xattr::set(
        root.join("home/user/notes"),
        "user.mime_type",
        b"text/plain\0binary",
    )
    .unwrap();
    xattr::set(
        root.join("usr/bin/ping"),
        "security.capability",
        &CAP_NET_RAW,
    )
    .unwrap();
    xattr::set(
        root.join("etc/shadow"),
        "system.posix_acl_access",
        &acl(0x02, 1000, 6),
    )
    .unwrap();
    xattr::set(
        root.join("var/mail"),
        "system.posix_acl_default",
        &acl(0x08, 50, 5),
    )
    .unwrap();
    for path in walk(root) {
        let seconds = if path.ends_with("etc/late") {
            LATE
        } else {
            TIME
        };
        set_time(&root.join(path), seconds);
    }
}

fn first_namespace() -> bool {
    fs::read_to_string("/proc/self/uid_map")
        .unwrap()
        .contains("4294967295")
}

fn chown_link(path: &Path, uid: u32, gid: u32) {
    std::os::unix::fs::lchown(path, Some(uid), Some(gid)).unwrap();
}

/// Sets access and modification time without following links.
pub fn set_time(path: &Path, seconds: i64) {
    let time = rustix::fs::Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let times = rustix::fs::Timestamps {
        last_access: time,
        last_modification: time,
    };
    utimensat(CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

/// Lists all below `root`, relative to it, children before their directory.
fn walk(root: &Path) -> Vec<PathBuf> {
    fn visit(root: &Path, directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let path = directory.join(entry.unwrap().file_name());
            if fs::symlink_metadata(root.join(&path)).unwrap().is_dir() {
                visit(root, &path, found);
            }
            found.push(path);
        }
    }
    let mut found = Vec::new();
    visit(root, Path::new(""), &mut found);
    found
}

/// Describes everything below `root` so that two trees can be compared; `latest` clamps times.
pub fn picture(root: &Path, latest: i64) -> BTreeMap<PathBuf, String> {
    let mut first_names = BTreeMap::new();
    let mut paths = walk(root);
    paths.sort();
    let describe = |path: &PathBuf| {
        let full = root.join(path);
        let metadata = fs::symlink_metadata(&full).unwrap();
        let xattrs: BTreeMap<_, _> = xattr::list(&full)
            .unwrap()
            // XFS shows access control lists twice.
            .filter(|name| !name.as_bytes().starts_with(b"trusted.SGI_ACL_"))
            .map(|name| (name.clone(), xattr::get(&full, &name).unwrap().unwrap()))
            .collect();
        let content = if metadata.is_file() {
            format!("{:08x}", crc32fast::hash(&fs::read(&full).unwrap()))
        } else if metadata.is_symlink() {
            format!("{}", fs::read_link(&full).unwrap().display())
        } else if metadata.is_dir() {
            String::new()
        } else {
            format!("{:x}", metadata.rdev())
        };
        let first = first_names
            .entry(metadata.ino())
            .or_insert_with(|| path.clone());
        let (mode, uid, gid) = (metadata.mode(), metadata.uid(), metadata.gid());
        let time = metadata.mtime().min(latest);
        (
            path.clone(),
            format!(
                "{mode:o} {uid}:{gid} {time} {content} {} {xattrs:?}",
                first.display()
            ),
        )
    };
    paths.iter().map(describe).collect()
}
