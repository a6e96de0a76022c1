//! Device nodes of an initrd.
//!
//! Nobody but root of the host can make device nodes, so dracut leaves them out when an ordinary user builds. An archive
//! holds them as plain bytes, which everybody can write: here each initrd gets the same ones, whoever builds.

use std::collections::HashMap;

use kiwi_ondisk::cpio::{self, Header, TRAILER};

/// Directory of the nodes.
const DIRECTORY: &[u8] = b"dev";

/// The nodes a system needs before devtmpfs is mounted: name, permissions, major and minor number (kernel documentation,
/// `admin-guide/devices.txt`).
const NODES: [(&[u8], u32, (u32, u32)); 5] = [
    (b"dev/console", 0o600, (5, 1)),
    (b"dev/kmsg", 0o600, (1, 11)),
    (b"dev/null", 0o666, (1, 3)),
    (b"dev/random", 0o666, (1, 8)),
    (b"dev/urandom", 0o666, (1, 9)),
];

/// `S_IFCHR` of `st_mode`.
const CHARACTER_DEVICE: u32 = 0o020_000;

/// Writes an archive again, with the nodes behind their directory and none of its own of these names.
///
/// Inode numbers are counted anew, as what is left out would show in them. Nothing when `archive` is no cpio archive.
pub(super) fn complete(archive: &[u8]) -> Option<Vec<u8>> {
    let mut complete = Vec::with_capacity(archive.len() + cpio::BLOCK * 2);
    let mut inodes = HashMap::new();
    let mut next_inode = 0;
    let mut position = 0;
    loop {
        let member = cpio::member(archive, position)?;
        position = member.next;
        if member.name == TRAILER {
            cpio::finish(&mut complete);
            return Some(complete);
        }
        if NODES.iter().any(|(name, ..)| *name == member.name) {
            continue;
        }
        let inode = *inodes
            .entry(member.header.inode)
            .or_insert_with(|| counted(&mut next_inode));
        let header = Header {
            inode,
            ..member.header
        };
        cpio::append(&mut complete, &header, member.name, member.data);
        if member.name != DIRECTORY {
            continue;
        }
        for (name, permissions, special) in NODES {
            let node = Header {
                inode: counted(&mut next_inode),
                mode: CHARACTER_DEVICE | permissions,
                links: 1,
                special,
                ..header
            };
            cpio::append(&mut complete, &node, name, b"");
        }
    }
}

fn counted(next: &mut u32) -> u32 {
    *next += 1;
    *next - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of these names and inode numbers.
    fn archive(members: &[(&str, u32)]) -> Vec<u8> {
        let mut archive = Vec::new();
        for (name, inode) in members {
            let header = Header {
                inode: *inode,
                mode: 0o040_755,
                links: 2,
                mtime: 1_700_000_000,
                ..Header::default()
            };
            cpio::append(&mut archive, &header, name.as_bytes(), b"");
        }
        cpio::finish(&mut archive);
        archive
    }

    #[test]
    fn roots_and_users_initrds_become_the_same() {
        let root = archive(&[
            ("bin", 0),
            ("dev", 1),
            ("dev/console", 2),
            ("dev/null", 3),
            ("etc", 4),
            ("etc/a", 5),
            ("etc/b", 5),
        ]);
        let user = archive(&[
            ("bin", 0),
            ("dev", 1),
            ("etc", 2),
            ("etc/a", 3),
            ("etc/b", 3),
        ]);
        let complete = complete(&user).unwrap();
        assert_eq!(super::complete(&root).unwrap(), complete);
        assert_eq!(super::complete(&complete).unwrap(), complete);
        let mut position = 0;
        let mut found = Vec::new();
        while let Some(member) = cpio::member(&complete, position) {
            position = member.next;
            let name = String::from_utf8_lossy(member.name).into_owned();
            found.push((
                name,
                member.header.inode,
                member.header.mode,
                member.header.special,
            ));
        }
        let names: Vec<_> = found.iter().map(|it| (it.0.as_str(), it.1)).collect();
        assert_eq!(
            names,
            [
                ("bin", 0),
                ("dev", 1),
                ("dev/console", 2),
                ("dev/kmsg", 3),
                ("dev/null", 4),
                ("dev/random", 5),
                ("dev/urandom", 6),
                ("etc", 7),
                ("etc/a", 8),
                ("etc/b", 8),
                ("TRAILER!!!", 0),
            ]
        );
        assert_eq!((found[2].2, found[2].3), (0o020_600, (5, 1)));
    }

    #[test]
    fn what_is_no_archive_is_not_touched() {
        assert_eq!(complete(b"\x1f\x8b compressed"), None);
        assert_eq!(complete(&archive(&[("dev", 0)])[..200]), None);
    }
}
