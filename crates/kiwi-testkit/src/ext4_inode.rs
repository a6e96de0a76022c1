//! The parts of an ext4 inode that a listing needs.
//!
//! Format: Linux kernel documentation, `filesystems/ext4/`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};

/// Inode flag: the data is found by extents.
const FLAG_EXTENTS: u32 = 0x8_0000;
/// Inode flag: the data is in the inode itself.
const FLAG_INLINE_DATA: u32 = 0x1000_0000;
const EXTENT_MAGIC: u16 = 0xf30a;
const XATTR_MAGIC: u32 = 0xea02_0000;
/// The part of an inode that every revision has.
const CLASSIC_SIZE: usize = 128;
/// Extents longer than this are allocated but not written.
const UNWRITTEN: u16 = 0x8000;

/// Reads a little-endian number; zero beyond the end, where older and smaller
/// structures have nothing.
pub(crate) fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |part| u16::from_le_bytes([part[0], part[1]]))
}

/// As [`le16`], for 32 bits.
pub(crate) fn le32(bytes: &[u8], at: usize) -> u32 {
    u32::from(le16(bytes, at)) | u32::from(le16(bytes, at + 2)) << 16
}

/// Where data lies: `count` blocks from `logical` on are at `physical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) logical: u64,
    pub(crate) physical: u64,
    pub(crate) count: u64,
}

/// An inode as it is on disk.
pub(crate) struct Inode {
    pub(crate) bytes: Vec<u8>,
}

impl Inode {
    pub(crate) fn mode(&self) -> u16 {
        le16(&self.bytes, 0)
    }

    pub(crate) fn uid(&self) -> u32 {
        u32::from(le16(&self.bytes, 0x02)) | u32::from(le16(&self.bytes, 0x78)) << 16
    }

    pub(crate) fn gid(&self) -> u32 {
        u32::from(le16(&self.bytes, 0x18)) | u32::from(le16(&self.bytes, 0x7a)) << 16
    }

    pub(crate) fn size(&self) -> u64 {
        u64::from(le32(&self.bytes, 0x04)) | u64::from(le32(&self.bytes, 0x6c)) << 32
    }

    pub(crate) fn links(&self) -> u16 {
        le16(&self.bytes, 0x1a)
    }

    /// Seconds since 1970, with the two bits that carry it beyond 2038.
    pub(crate) fn mtime(&self) -> i64 {
        let low = i64::from(le32(&self.bytes, 0x10).cast_signed());
        let extra = if self.extra_size() >= 12 {
            le32(&self.bytes, 0x88) & 3
        } else {
            0
        };
        low + (i64::from(extra) << 32)
    }

    /// Device number of a device node, major and minor.
    pub(crate) fn device(&self) -> (u32, u32) {
        let (old, new) = (le32(&self.bytes, 0x28), le32(&self.bytes, 0x2c));
        if old != 0 {
            (old >> 8 & 0xff, old & 0xff)
        } else {
            (new >> 8 & 0xfff, new & 0xff | new >> 12 & 0xf_ff00)
        }
    }

    /// The target of a link that is short enough to be in the inode.
    pub(crate) fn fast_link(&self) -> Option<&[u8]> {
        let length = usize::try_from(self.size())
            .ok()
            .filter(|length| *length < 60)?;
        (self.flags() & FLAG_EXTENTS == 0).then(|| &self.bytes[0x28..0x28 + length])
    }

    /// The block with extended attributes, 0 if there is none.
    pub(crate) fn attribute_block(&self) -> u64 {
        u64::from(le32(&self.bytes, 0x68)) | u64::from(le16(&self.bytes, 0x76)) << 32
    }

    fn flags(&self) -> u32 {
        le32(&self.bytes, 0x20)
    }

    fn extra_size(&self) -> usize {
        usize::from(le16(&self.bytes, 0x80))
    }

    /// Returns where the data lies, in order; `block` reads a block.
    pub(crate) fn runs(
        &self,
        block_size: usize,
        block: &dyn Fn(u64) -> Result<Vec<u8>>,
    ) -> Result<Vec<Run>> {
        ensure!(
            self.flags() & FLAG_INLINE_DATA == 0,
            "inline data is not read here"
        );
        let mut runs = Vec::new();
        let map = &self.bytes[0x28..0x28 + 60];
        if self.flags() & FLAG_EXTENTS != 0 {
            extents(map, block, &mut runs)?;
        } else {
            let mut logical = 0;
            for index in 0..15 {
                let depth = (index as u32).saturating_sub(11);
                let number = u64::from(le32(map, index * 4));
                blocks(number, depth, block_size, block, &mut logical, &mut runs)?;
            }
        }
        Ok(runs)
    }

    /// Adds the attributes that are stored behind the inode.
    pub(crate) fn attributes(&self, found: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
        let start = CLASSIC_SIZE + self.extra_size();
        if self.bytes.len() <= CLASSIC_SIZE || le32(&self.bytes, start) != XATTR_MAGIC {
            return Ok(());
        }
        attribute_entries(&self.bytes[start + 4..], 0, found)
    }
}

/// Adds the attributes of an attribute block.
pub(crate) fn block_attributes(block: &[u8], found: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    ensure!(
        le32(block, 0) == XATTR_MAGIC,
        "no attributes in an attribute block"
    );
    attribute_entries(block, 32, found)
}

fn extents(node: &[u8], block: &dyn Fn(u64) -> Result<Vec<u8>>, runs: &mut Vec<Run>) -> Result<()> {
    ensure!(
        le16(node, 0) == EXTENT_MAGIC,
        "no extents where extents should be"
    );
    let (entries, depth) = (usize::from(le16(node, 2)), le16(node, 6));
    ensure!(
        12 + 12 * entries <= node.len() && depth <= 5,
        "impossible extent header"
    );
    for entry in node[12..].chunks_exact(12).take(entries) {
        if depth > 0 {
            let child = u64::from(le32(entry, 4)) | u64::from(le16(entry, 8)) << 32;
            let child = block(child)?;
            ensure!(le16(&child, 6) < depth, "extents do not come to an end");
            extents(&child, block, runs)?;
        } else if le16(entry, 4) <= UNWRITTEN {
            runs.push(Run {
                logical: u64::from(le32(entry, 0)),
                physical: u64::from(le32(entry, 8)) | u64::from(le16(entry, 6)) << 32,
                count: u64::from(le16(entry, 4)),
            });
        }
    }
    Ok(())
}

/// Walks a block map of ext2 and ext3: data at depth 0, else a block of numbers.
fn blocks(
    number: u64,
    depth: u32,
    block_size: usize,
    block: &dyn Fn(u64) -> Result<Vec<u8>>,
    logical: &mut u64,
    runs: &mut Vec<Run>,
) -> Result<()> {
    if number == 0 {
        *logical += (block_size as u64 / 4).pow(depth);
    } else if depth == 0 {
        runs.push(Run {
            logical: *logical,
            physical: number,
            count: 1,
        });
        *logical += 1;
    } else {
        for entry in block(number)?.chunks_exact(4) {
            blocks(
                u64::from(le32(entry, 0)),
                depth - 1,
                block_size,
                block,
                logical,
                runs,
            )?;
        }
    }
    Ok(())
}

/// Reads attribute entries that begin at `at`; values are counted from the
/// beginning of `area`.
fn attribute_entries(
    area: &[u8],
    mut at: usize,
    found: &mut BTreeMap<String, Vec<u8>>,
) -> Result<()> {
    while at + 16 <= area.len() && le32(area, at) != 0 {
        let (length, index) = (usize::from(area[at]), area[at + 1]);
        let (offset, size) = (usize::from(le16(area, at + 2)), le32(area, at + 8) as usize);
        ensure!(
            le32(area, at + 4) == 0,
            "attributes in inodes of their own are not read here"
        );
        let name = area
            .get(at + 16..at + 16 + length)
            .context("attribute name beyond the end")?;
        let value = area
            .get(offset..offset + size)
            .context("attribute value beyond the end")?;
        let prefix = match index {
            1 => "user.",
            2 => "system.posix_acl_access",
            3 => "system.posix_acl_default",
            4 => "trusted.",
            6 => "security.",
            7 => "system.",
            other => bail!("unknown attribute name space {other}"),
        };
        let value = if matches!(index, 2 | 3) {
            access_list(value)?
        } else {
            value.to_vec()
        };
        found.insert(format!("{prefix}{}", String::from_utf8_lossy(name)), value);
        at += (16 + length).next_multiple_of(4);
    }
    Ok(())
}

/// Turns an access control list as ext4 stores it into what the kernel shows.
///
/// On disk an entry has an id only if it is about a named user or group.
fn access_list(disk: &[u8]) -> Result<Vec<u8>> {
    const USER: u16 = 0x02;
    const GROUP: u16 = 0x08;
    ensure!(
        le32(disk, 0) == 1,
        "unknown version of an access control list"
    );
    let mut shown = 2u32.to_le_bytes().to_vec();
    let mut at = 4;
    while at + 4 <= disk.len() {
        shown.extend(&disk[at..at + 4]);
        if matches!(le16(disk, at), USER | GROUP) {
            shown.extend(le32(disk, at + 4).to_le_bytes());
            at += 8;
        } else {
            shown.extend(u32::MAX.to_le_bytes());
            at += 4;
        }
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_numbers_old_and_new() {
        let mut inode = Inode {
            bytes: vec![0; 256],
        };
        inode.bytes[0x28..0x2a].copy_from_slice(&[3, 1]);
        assert_eq!(inode.device(), (1, 3));
        inode.bytes[0x28..0x2a].copy_from_slice(&[0, 0]);
        inode.bytes[0x2c..0x30].copy_from_slice(&0x0010_3045u32.to_le_bytes());
        assert_eq!(inode.device(), (0x30, 0x145));
    }

    #[test]
    fn lists_get_the_ids_that_the_kernel_shows() {
        let mut disk = 1u32.to_le_bytes().to_vec();
        disk.extend([1, 0, 6, 0]);
        disk.extend([8, 0, 4, 0, 4, 0, 0, 0]);
        disk.extend([0x20, 0, 4, 0]);
        let mut shown = 2u32.to_le_bytes().to_vec();
        shown.extend([1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff]);
        shown.extend([8, 0, 4, 0, 4, 0, 0, 0]);
        shown.extend([0x20, 0, 4, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(access_list(&disk).unwrap(), shown);
    }

    #[test]
    fn block_maps_have_holes() {
        let mut inode = Inode {
            bytes: vec![0; 128],
        };
        inode.bytes[0x28 + 4] = 7; // the second direct block
        inode.bytes[0x28 + 48] = 9; // single indirect
        let block = |number: u64| {
            assert_eq!(number, 9);
            let mut numbers = vec![0; 1024];
            numbers[8] = 11;
            Ok(numbers)
        };
        let runs = inode.runs(1024, &block).unwrap();
        let expected = [
            Run {
                logical: 1,
                physical: 7,
                count: 1,
            },
            Run {
                logical: 14,
                physical: 11,
                count: 1,
            },
        ];
        assert_eq!(runs, expected);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(extents(&[0; 60], &|_| Ok(Vec::new()), &mut Vec::new()).is_err());
        assert!(block_attributes(&[0; 64], &mut BTreeMap::new()).is_err());
        assert!(access_list(&[9, 9]).is_err());
    }
}
