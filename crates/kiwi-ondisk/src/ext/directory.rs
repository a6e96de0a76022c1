//! Directories as lists of names (kernel.org, `filesystems/ext4/directory`).

use super::bytes::{put16, put32};
use super::checksum::crc32c;
use crate::file_tree::Kind;
use crate::{Error, Result};

/// Bytes in front of a name.
const HEADER: usize = 8;
/// Entry without name at the end of a block that holds its checksum.
const TAIL: usize = 12;
const TAIL_KIND: u8 = 0xde;
const MAX_NAME: usize = 255;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) name: Vec<u8>,
    pub(super) inode: u32,
    pub(super) kind: Kind,
}

/// How the blocks of a directory look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) block_size: usize,
    /// Kinds are stored beside the names.
    pub(super) kinds: bool,
    /// Seed of the inode's checksums.
    pub(super) checksum: Option<u32>,
}

impl Format {
    /// Bytes of a block that names can use.
    fn room(self) -> usize {
        self.block_size - if self.checksum.is_some() { TAIL } else { 0 }
    }

    /// Number of blocks that names of these lengths take, in this order.
    pub(super) fn blocks(self, names: impl Iterator<Item = usize>) -> u64 {
        let mut blocks = 1;
        let mut used = 0;
        for name in names {
            let entry = entry_length(name);
            if used + entry > self.room() {
                blocks += 1;
                used = 0;
            }
            used += entry;
        }
        blocks
    }

    /// The blocks of a directory that lists `names`, which begin with `.` and `..`.
    pub(super) fn write(self, names: &[Name]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut block = vec![0; self.block_size];
        let (mut used, mut last) = (0, 0);
        for name in names {
            if name.name.len() > MAX_NAME {
                let text = String::from_utf8_lossy(&name.name).into_owned();
                return Err(Error::value("file name", text, "is longer than 255 bytes"));
            }
            let entry = entry_length(name.name.len());
            if used + entry > self.room() {
                self.finish(&mut block, last);
                bytes.append(&mut block);
                block = vec![0; self.block_size];
                used = 0;
            }
            last = used;
            put32(&mut block, used, name.inode);
            put16(&mut block, used + 4, entry as u16);
            block[used + 6] = name.name.len() as u8;
            if self.kinds {
                block[used + 7] = name.kind as u8;
            }
            block[used + HEADER..used + HEADER + name.name.len()].copy_from_slice(&name.name);
            used += entry;
        }
        self.finish(&mut block, last);
        bytes.append(&mut block);
        Ok(bytes)
    }

    /// Lets the last entry of a block reach to its end, and adds the checksum.
    fn finish(self, block: &mut [u8], last: usize) {
        put16(block, last + 4, (self.room() - last) as u16);
        if let Some(seed) = self.checksum {
            let tail = self.room();
            put16(block, tail + 4, TAIL as u16);
            block[tail + 7] = TAIL_KIND;
            let checksum = crc32c(seed, &block[..tail]);
            put32(block, tail + HEADER, checksum);
        }
    }
}

fn entry_length(name: usize) -> usize {
    HEADER + name.next_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_entries_reach_to_the_end() {
        let format = Format {
            block_size: 64,
            kinds: true,
            checksum: Some(7),
        };
        let names: Vec<Name> = ["abc", "defghijkl", "m", "nopqrstuvwxyz"]
            .iter()
            .enumerate()
            .map(|(index, name)| Name {
                name: name.as_bytes().to_vec(),
                inode: 12 + index as u32,
                kind: Kind::File,
            })
            .collect();
        let bytes = format.write(&names).unwrap();
        assert_eq!(bytes.len(), 128);
        assert_eq!(
            bytes.len() as u64 / 64,
            format.blocks(names.iter().map(|name| name.name.len()))
        );
        // 12 + 20 + 12 bytes are used of 52, so the third entry has 20.
        assert_eq!(bytes[32 + 4], 20);
        assert_eq!((bytes[52 + 4], bytes[52 + 7]), (12, TAIL_KIND));
        assert_eq!(bytes[64 + 4], 52);
        let long = Name {
            name: vec![b'x'; 256],
            ..names[0].clone()
        };
        assert!(format.write(&[long]).is_err());
    }
}
