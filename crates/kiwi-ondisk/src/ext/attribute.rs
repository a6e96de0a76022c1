//! Extended attributes (kernel.org, `filesystems/ext4/attributes`).

use super::bytes::{get16, get32, high32, low32, put16, put32};
use super::checksum::crc32c;
use crate::{Error, Result};

const MAGIC: u32 = 0xea02_0000;
/// Bytes of an entry in front of its name.
const ENTRY: usize = 16;
/// Header of a block of attributes.
const BLOCK_HEADER: usize = 32;
/// Header of attributes within an inode.
const INODE_HEADER: usize = 4;
/// Four zero bytes end the list of entries.
const END: usize = 4;

const ACL_ACCESS: &str = "system.posix_acl_access";
const ACL_DEFAULT: &str = "system.posix_acl_default";

/// An attribute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute {
    /// Number that stands for the beginning of the name.
    prefix: u8,
    /// Comes before the name, because that is how entries are sorted.
    name_length: usize,
    name: Vec<u8>,
    value: Vec<u8>,
}

/// The attributes of one file, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes(Vec<Attribute>);

/// Where attributes are stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// In the inode; empty when there are none.
    Inode(Vec<u8>),
    /// In a block of their own, whose checksum is still missing.
    Block(Vec<u8>),
}

impl Attributes {
    /// Translates names and values as system calls give them; names that the format has no number for are left out.
    pub(super) fn new(list: &[(Vec<u8>, Vec<u8>)]) -> Result<Self> {
        let mut attributes = Vec::new();
        for (name, value) in list {
            let Some((prefix, rest)) = split_name(name) else {
                continue;
            };
            let is_acl = [ACL_ACCESS, ACL_DEFAULT]
                .iter()
                .any(|acl| acl.as_bytes() == name.as_slice());
            attributes.push(Attribute {
                prefix,
                name_length: rest.len(),
                name: rest.to_vec(),
                value: if is_acl { acl(value)? } else { value.clone() },
            });
        }
        attributes.sort();
        Ok(Self(attributes))
    }

    /// Puts them into the `room` of an inode when they fit, else into a block.
    pub(super) fn place(&self, room: usize, block_size: usize) -> Result<Placed> {
        if self.0.is_empty() {
            return Ok(Placed::Inode(Vec::new()));
        }
        let entries: usize = self.0.iter().map(Attribute::entry_length).sum();
        let values: usize = self.0.iter().map(Attribute::value_length).sum();
        let needed = entries + END + values;
        if INODE_HEADER + needed <= room {
            let mut bytes = vec![0; room];
            put32(&mut bytes, 0, MAGIC);
            // Within an inode values are found from the first entry on and entries have no hash.
            self.write(&mut bytes[INODE_HEADER..], 0, 0);
            return Ok(Placed::Inode(bytes));
        }
        if BLOCK_HEADER + needed <= block_size {
            let mut bytes = vec![0; block_size];
            put32(&mut bytes, 0, MAGIC);
            put32(&mut bytes, 4, 1);
            put32(&mut bytes, 8, 1);
            let hash = self.write(&mut bytes, BLOCK_HEADER, BLOCK_HEADER);
            put32(&mut bytes, 12, hash);
            return Ok(Placed::Block(bytes));
        }
        Err(Error::TooSmall {
            what: "the extended attributes of one file",
            needed: needed as u64,
            available: (block_size - BLOCK_HEADER) as u64,
        })
    }

    /// Writes entries from `first` on and values from the end backwards; gives the hash over all.
    fn write(&self, area: &mut [u8], first: usize, header: usize) -> u32 {
        let (mut entry, mut end) = (first, area.len());
        let mut hash = 0_u32;
        for attribute in &self.0 {
            let length = attribute.value.len();
            end -= attribute.value_length();
            area[end..end + length].copy_from_slice(&attribute.value);
            area[entry] = attribute.name.len() as u8;
            area[entry + 1] = attribute.prefix;
            let at = if length == 0 { 0 } else { end };
            put16(area, entry + 2, at as u16);
            put32(area, entry + 8, length as u32);
            let name = entry + ENTRY;
            area[name..name + attribute.name.len()].copy_from_slice(&attribute.name);
            if header > 0 {
                let own = attribute.hash();
                put32(area, entry + 12, own);
                hash = hash.rotate_left(16) ^ own;
            }
            entry += attribute.entry_length();
        }
        hash
    }
}

/// Adds the checksum of a block of attributes that will be stored as block number `number`.
pub(super) fn add_block_checksum(bytes: &mut [u8], number: u64, seed: u32) {
    put32(bytes, 16, 0);
    let mut place = [0; 8];
    put32(&mut place, 0, low32(number));
    put32(&mut place, 4, high32(number));
    let checksum = crc32c(crc32c(seed, &place), bytes);
    put32(bytes, 16, checksum);
}

impl Attribute {
    fn entry_length(&self) -> usize {
        ENTRY + self.name.len().next_multiple_of(4)
    }

    fn value_length(&self) -> usize {
        self.value.len().next_multiple_of(4)
    }

    fn hash(&self) -> u32 {
        let name = self
            .name
            .iter()
            .fold(0_u32, |hash, byte| hash.rotate_left(5) ^ u32::from(*byte));
        let mut padded = self.value.clone();
        padded.resize(self.value_length(), 0);
        padded
            .chunks_exact(4)
            .fold(name, |hash, word| hash.rotate_left(16) ^ get32(word, 0))
    }
}

/// Splits a name into the number of its beginning and its rest.
fn split_name(name: &[u8]) -> Option<(u8, &[u8])> {
    const PREFIXES: [(&str, u8); 5] = [
        (ACL_ACCESS, 2),
        (ACL_DEFAULT, 3),
        ("user.", 1),
        ("trusted.", 4),
        ("security.", 6),
    ];
    PREFIXES.iter().find_map(|(prefix, number)| {
        let rest = name.strip_prefix(prefix.as_bytes())?;
        let whole = *number == 2 || *number == 3;
        (whole == rest.is_empty()).then_some((*number, rest))
    })
}

/// Translates an access control list from the form of system calls (version 2) into that of the disk (version 1), where
/// only named users and groups have an id.
fn acl(value: &[u8]) -> Result<Vec<u8>> {
    const USER: u16 = 0x02;
    const GROUP: u16 = 0x08;
    let malformed = || Error::Malformed {
        what: "an access control list",
        reason: "it is not of version 2".into(),
    };
    if value.len() < 4 || get32(value, 0) != 2 || !(value.len() - 4).is_multiple_of(8) {
        return Err(malformed());
    }
    let mut bytes = 1_u32.to_le_bytes().to_vec();
    for entry in value[4..].chunks_exact(8) {
        bytes.extend_from_slice(&entry[..4]);
        if matches!(get16(entry, 0), USER | GROUP) {
            bytes.extend_from_slice(&entry[4..]);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(list: &[(&str, usize)]) -> Attributes {
        let list: Vec<_> = list
            .iter()
            .map(|(name, length)| (name.as_bytes().to_vec(), vec![b'v'; *length]))
            .collect();
        Attributes::new(&list).unwrap()
    }

    #[test]
    fn names_are_numbered_and_sorted() {
        let known = attributes(&[
            ("user.bb", 1),
            ("user.a", 1),
            ("security.capability", 20),
            ("btrfs.compression", 1),
            ("user.", 1),
        ]);
        let order: Vec<_> = known
            .0
            .iter()
            .map(|it| (it.prefix, it.name.len()))
            .collect();
        assert_eq!(order, [(1, 1), (1, 2), (6, 10)]);
    }

    #[test]
    fn small_ones_live_in_the_inode() {
        let place = |list: &[(&str, usize)]| attributes(list).place(96, 4096);
        assert_eq!(place(&[]).unwrap(), Placed::Inode(Vec::new()));
        assert!(
            matches!(place(&[("security.capability", 20)]), Ok(Placed::Inode(bytes)) if bytes.len() == 96)
        );
        assert!(
            matches!(place(&[("user.x", 100)]), Ok(Placed::Block(bytes)) if bytes.len() == 4096)
        );
        assert!(place(&[("user.x", 5000)]).is_err());
        assert!(matches!(
            attributes(&[("user.x", 1)]).place(0, 4096),
            Ok(Placed::Block(_))
        ));
    }

    #[test]
    fn lists_lose_ids_that_say_nothing() {
        let mut list = 2_u32.to_le_bytes().to_vec();
        for (tag, id) in [
            (1_u16, u32::MAX),
            (2, 1000),
            (4, u32::MAX),
            (0x10, u32::MAX),
        ] {
            list.extend(tag.to_le_bytes());
            list.extend(6_u16.to_le_bytes());
            list.extend(id.to_le_bytes());
        }
        assert_eq!(acl(&list).unwrap().len(), 4 + 4 + 8 + 4 + 4);
        assert!(acl(&list[..7]).is_err());
    }
}
