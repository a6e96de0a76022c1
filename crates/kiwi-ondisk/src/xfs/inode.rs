//! Inodes ("XFS Algorithms & Data Structures", "Inodes"), in the form of version 3.

use super::bytes::{put_checksum, put16, put32, put64};
use super::fork::{Fork, Format};
use super::superblock::Geometry;
use crate::file_tree::Time;

/// Length of the part in front of data and attributes.
pub(super) const CORE: usize = 176;

const MAGIC: u16 = 0x494e;
const VERSION: u8 = 3;
/// Ends lists of inodes.
const NONE: u32 = u32::MAX;

mod field {
    pub(super) const MODE: usize = 2;
    pub(super) const VERSION: usize = 4;
    pub(super) const FORMAT: usize = 5;
    pub(super) const UID: usize = 8;
    pub(super) const GID: usize = 12;
    pub(super) const LINKS: usize = 16;
    /// Number of extents where they are counted with many bits.
    pub(super) const LARGE_EXTENTS: usize = 24;
    pub(super) const ATIME: usize = 32;
    pub(super) const MTIME: usize = 40;
    pub(super) const CTIME: usize = 48;
    pub(super) const SIZE: usize = 56;
    pub(super) const BLOCKS: usize = 64;
    /// Number of extents, or that of attributes where they are counted with many bits.
    pub(super) const EXTENTS: usize = 76;
    pub(super) const ATTRIBUTE_EXTENTS: usize = 80;
    pub(super) const FORK_OFFSET: usize = 82;
    pub(super) const ATTRIBUTE_FORMAT: usize = 83;
    pub(super) const GENERATION: usize = 92;
    pub(super) const NEXT_UNLINKED: usize = 96;
    pub(super) const CHECKSUM: usize = 100;
    pub(super) const CHANGES: usize = 104;
    pub(super) const FLAGS2: usize = 120;
    pub(super) const CRTIME: usize = 144;
    pub(super) const NUMBER: usize = 152;
    pub(super) const UUID: usize = 160;
}

const FLAG2_BIG_TIME: u64 = 0x8;
const FLAG2_LARGE_EXTENT_COUNTS: u64 = 0x10;

/// What an inode says.
#[derive(Debug)]
pub(super) struct Inode {
    pub(super) number: u64,
    /// Kind and permissions.
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) links: u32,
    pub(super) size: u64,
    /// Time of the last change of content; used for all times but the creation's.
    pub(super) modified: Time,
    pub(super) created: Time,
    pub(super) data: Fork,
    pub(super) attributes: Option<AttributeFork>,
}

/// The second fork of an inode.
#[derive(Debug)]
pub(super) struct AttributeFork {
    pub(super) fork: Fork,
    /// Where it begins behind the core, in bytes.
    pub(super) offset: usize,
}

impl Inode {
    /// The inode as it is stored.
    pub(super) fn to_bytes(&self, geometry: &Geometry) -> Vec<u8> {
        let mut bytes = unused(geometry, self.number);
        put16(&mut bytes, field::MODE, self.mode as u16);
        bytes[field::FORMAT] = self.data.format as u8;
        put32(&mut bytes, field::UID, self.uid);
        put32(&mut bytes, field::GID, self.gid);
        put32(&mut bytes, field::LINKS, self.links);
        for at in [field::ATIME, field::MTIME, field::CTIME] {
            put64(&mut bytes, at, time(geometry, self.modified));
        }
        put64(&mut bytes, field::CRTIME, time(geometry, self.created));
        put64(&mut bytes, field::SIZE, self.size);
        put64(&mut bytes, field::CHANGES, 1);
        let (mut blocks, mut attribute_extents) = (self.data.blocks, 0);
        bytes[field::ATTRIBUTE_FORMAT] = Format::Extents as u8;
        bytes[CORE..CORE + self.data.bytes.len()].copy_from_slice(&self.data.bytes);
        if let Some(AttributeFork { fork, offset }) = &self.attributes {
            bytes[field::FORK_OFFSET] = (offset / 8) as u8;
            bytes[field::ATTRIBUTE_FORMAT] = fork.format as u8;
            let at = CORE + offset;
            bytes[at..at + fork.bytes.len()].copy_from_slice(&fork.bytes);
            blocks += fork.blocks;
            attribute_extents = fork.extents;
        }
        put64(&mut bytes, field::BLOCKS, blocks);
        let mut flags = 0;
        if geometry.big_time {
            flags |= FLAG2_BIG_TIME;
        }
        if geometry.large_extent_counts {
            flags |= FLAG2_LARGE_EXTENT_COUNTS;
            put64(&mut bytes, field::LARGE_EXTENTS, self.data.extents);
            put32(&mut bytes, field::EXTENTS, attribute_extents as u32);
        } else {
            put32(&mut bytes, field::EXTENTS, self.data.extents as u32);
            put16(
                &mut bytes,
                field::ATTRIBUTE_EXTENTS,
                attribute_extents as u16,
            );
        }
        put64(&mut bytes, field::FLAGS2, flags);
        put_checksum(&mut bytes, field::CHECKSUM);
        bytes
    }
}

/// An inode that nothing uses.
pub(super) fn unused(geometry: &Geometry, number: u64) -> Vec<u8> {
    let mut bytes = vec![0; geometry.inode_size];
    put16(&mut bytes, 0, MAGIC);
    bytes[field::VERSION] = VERSION;
    put32(&mut bytes, field::NEXT_UNLINKED, NONE);
    put64(&mut bytes, field::NUMBER, number);
    bytes[field::UUID..field::UUID + 16].copy_from_slice(&geometry.uuid);
    put_checksum(&mut bytes, field::CHECKSUM);
    bytes
}

/// Takes what differs from run to run out of an inode that mkfs.xfs made: its generation and its times.
pub(super) fn settle(bytes: &mut [u8], geometry: &Geometry, created: Time) {
    put32(bytes, field::GENERATION, 0);
    for at in [field::ATIME, field::MTIME, field::CTIME, field::CRTIME] {
        put64(bytes, at, time(geometry, created));
    }
    put_checksum(bytes, field::CHECKSUM);
}

/// A time as it is stored, with `bigtime` as nanoseconds since 1901, without as seconds and nanoseconds since 1970.
///
/// What is out of reach becomes the nearest time that is not.
fn time(geometry: &Geometry, time: Time) -> u64 {
    const BILLION: i64 = 1_000_000_000;
    /// The last second before the nanoseconds overflow, rounded down to a multiple of four.
    const LAST: i64 = (u64::MAX / 1_000_000_000).cast_signed() & !3;
    const EPOCH: i64 = -(i32::MIN as i64);
    if geometry.big_time {
        let seconds = (time.seconds.saturating_add(EPOCH)).clamp(0, LAST);
        seconds as u64 * BILLION as u64 + u64::from(time.nanoseconds)
    } else {
        let seconds = time.seconds.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        u64::from(seconds.cast_unsigned()) << 32 | u64::from(time.nanoseconds)
    }
}

/// A device number as an inode holds it; `None` when it has too many bits.
pub(super) fn device(major: u32, minor: u32) -> Option<Vec<u8>> {
    const MINOR_BITS: u32 = 18;
    let fits = major < 1 << (32 - MINOR_BITS) && minor < 1 << MINOR_BITS;
    fits.then(|| (major << MINOR_BITS | minor).to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::testing::geometry;
    use super::*;

    #[test]
    fn times() {
        let big = geometry();
        let small = Geometry {
            big_time: false,
            ..big
        };
        let at = |geometry, seconds| {
            time(
                geometry,
                Time {
                    seconds,
                    nanoseconds: 7,
                },
            )
        };
        for (seconds, wide, narrow) in [
            (0, 2_147_483_648_000_000_007, 7),
            (1, 2_147_483_649_000_000_007, 0x1_0000_0007),
            (-1, 2_147_483_647_000_000_007, 0xffff_ffff_0000_0007),
            (i64::MIN, 7, 0x8000_0000_0000_0007),
            (i64::MAX, 18_446_744_072_000_000_007, 0x7fff_ffff_0000_0007),
        ] {
            assert_eq!(at(&big, seconds), wide, "{seconds}");
            assert_eq!(at(&small, seconds), narrow, "{seconds}");
        }
    }

    #[test]
    fn device_numbers() {
        assert_eq!(device(8, 1), Some(vec![0, 0x20, 0, 1]));
        assert_eq!(device(1 << 14, 0), None);
        assert_eq!(device(0, 1 << 18), None);
    }
}
