//! Extended attributes ("XFS Algorithms & Data Structures", "Extended Attributes"): names, and the form that fits into an inode.

use super::block::hash;
use crate::{Error, Result};

/// Attributes that only root sees; access control lists are among them.
const ROOT: u8 = 0x02;
/// Attributes of security modules, and capabilities.
const SECURE: u8 = 0x04;

const SHORT_HEADER: usize = 4;
/// Lengths of name and value, and flags.
const SHORT_ENTRY: usize = 3;

const ACL_ACCESS: &[u8] = b"system.posix_acl_access";
const ACL_DEFAULT: &[u8] = b"system.posix_acl_default";

/// An attribute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attribute {
    /// Comes first, because that is what attributes are sorted by.
    pub(super) hash: u32,
    pub(super) flags: u8,
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
}

/// Translates names and values as system calls give them; names that the format has no place for are left out.
pub(super) fn translate(list: &[(Vec<u8>, Vec<u8>)]) -> Result<Vec<Attribute>> {
    let mut attributes = Vec::new();
    for (name, value) in list {
        let (flags, name, value) = match name.as_slice() {
            ACL_ACCESS => (ROOT, &b"SGI_ACL_FILE"[..], acl(value)?),
            ACL_DEFAULT => (ROOT, &b"SGI_ACL_DEFAULT"[..], acl(value)?),
            name => match split_name(name) {
                Some((flags, rest)) => (flags, rest, value.clone()),
                None => continue,
            },
        };
        attributes.push(Attribute {
            hash: hash(name),
            flags,
            name: name.to_vec(),
            value,
        });
    }
    attributes.sort();
    Ok(attributes)
}

fn split_name(name: &[u8]) -> Option<(u8, &[u8])> {
    [
        (0, &b"user."[..]),
        (ROOT, b"trusted."),
        (SECURE, b"security."),
    ]
    .into_iter()
    .find_map(|(flags, prefix)| Some((flags, name.strip_prefix(prefix)?)))
}

/// Turns an access control list of the system call (`linux/posix_acl_xattr.h`) into the one that is stored.
fn acl(value: &[u8]) -> Result<Vec<u8>> {
    const VERSION: [u8; 4] = [2, 0, 0, 0];
    const ENTRY: usize = 8;
    let (version, entries) = value.split_at(value.len().min(VERSION.len()));
    if version != VERSION || entries.len() % ENTRY != 0 {
        return Err(Error::Malformed {
            what: "an access control list",
            reason: "it has an unknown form".into(),
        });
    }
    let mut bytes = ((entries.len() / ENTRY) as u32).to_be_bytes().to_vec();
    for entry in entries.chunks_exact(ENTRY) {
        // Tag, permissions and id, little-endian; stored are tag, id, permissions and two bytes of nothing.
        bytes.extend([0, 0, entry[1], entry[0]]);
        bytes.extend([entry[7], entry[6], entry[5], entry[4]]);
        bytes.extend([entry[3], entry[2], 0, 0]);
    }
    Ok(bytes)
}

/// The form that fits into an inode; `None` when something is too long for it.
pub(super) fn short(attributes: &[Attribute]) -> Option<Vec<u8>> {
    let count = u8::try_from(attributes.len()).ok()?;
    let mut bytes = vec![0, 0, count, 0];
    for attribute in attributes {
        bytes.push(u8::try_from(attribute.name.len()).ok()?);
        bytes.push(u8::try_from(attribute.value.len()).ok()?);
        bytes.push(attribute.flags);
        bytes.extend(&attribute.name);
        bytes.extend(&attribute.value);
    }
    let length = u16::try_from(bytes.len()).ok()?;
    bytes[..2].copy_from_slice(&length.to_be_bytes());
    const { assert!(SHORT_HEADER == 4 && SHORT_ENTRY == 3) };
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(list: &[(&str, &[u8])]) -> Vec<(Vec<u8>, Vec<u8>)> {
        list.iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.to_vec()))
            .collect()
    }

    #[test]
    fn names_and_the_short_form() {
        let attributes = translate(&list(&[
            ("user.a", b"1"),
            ("system.nfs4_acl", b"x"),
            ("trusted.b", b"22"),
            ("security.c", b""),
        ]))
        .unwrap();
        let bytes = short(&attributes).unwrap();
        assert_eq!(bytes, b"\0\x13\x03\0\x01\x01\0a1\x01\x02\x02b22\x01\0\x04c");
        assert!(short(&translate(&list(&[("user.a", &[0; 256])])).unwrap()).is_none());
    }

    #[test]
    fn access_control_lists() {
        let value = [2, 0, 0, 0, 8, 0, 5, 0, 0x39, 0x30, 0, 0];
        let stored = acl(&value).unwrap();
        assert_eq!(
            stored,
            [0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0x30, 0x39, 0, 5, 0, 0]
        );
        assert!(acl(&value[..11]).is_err());
        assert!(acl(&[1, 0, 0, 0]).is_err());
    }
}
