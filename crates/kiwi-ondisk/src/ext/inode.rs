//! Inodes (kernel.org, `filesystems/ext4/inodes`).

use super::bytes::{high32, low32, put16, put32};
use super::checksum::crc32c;
use super::mapping::ROOT_LENGTH;
use super::superblock::{SuperBlock, ro_compat};
use crate::file_tree::Time;

/// The data is found through an extent tree.
pub(super) const EXTENTS_FLAG: u32 = 0x8_0000;

/// Length of the part that every inode has.
const GOOD_OLD: usize = 128;

pub(super) mod field {
    pub(in crate::ext) const MODE: usize = 0x00;
    pub(in crate::ext) const UID: usize = 0x02;
    pub(in crate::ext) const SIZE: usize = 0x04;
    pub(in crate::ext) const ATIME: usize = 0x08;
    pub(in crate::ext) const CTIME: usize = 0x0c;
    pub(in crate::ext) const MTIME: usize = 0x10;
    pub(in crate::ext) const GID: usize = 0x18;
    pub(in crate::ext) const LINKS: usize = 0x1a;
    pub(in crate::ext) const SECTORS: usize = 0x1c;
    pub(in crate::ext) const FLAGS: usize = 0x20;
    pub(in crate::ext) const BLOCK: usize = 0x28;
    pub(in crate::ext) const GENERATION: usize = 0x64;
    pub(in crate::ext) const FILE_ACL: usize = 0x68;
    pub(in crate::ext) const SIZE_HIGH: usize = 0x6c;
    pub(in crate::ext) const SECTORS_HIGH: usize = 0x74;
    pub(in crate::ext) const FILE_ACL_HIGH: usize = 0x76;
    pub(in crate::ext) const UID_HIGH: usize = 0x78;
    pub(in crate::ext) const GID_HIGH: usize = 0x7a;
    pub(in crate::ext) const CHECKSUM: usize = 0x7c;
    pub(in crate::ext) const EXTRA_SIZE: usize = 0x80;
    pub(in crate::ext) const CHECKSUM_HIGH: usize = 0x82;
    pub(in crate::ext) const CTIME_EXTRA: usize = 0x84;
    pub(in crate::ext) const MTIME_EXTRA: usize = 0x88;
    pub(in crate::ext) const ATIME_EXTRA: usize = 0x8c;
    pub(in crate::ext) const CRTIME: usize = 0x90;
    pub(in crate::ext) const CRTIME_EXTRA: usize = 0x94;
}

/// What an inode says.
#[derive(Debug)]
pub(super) struct Inode {
    pub(super) number: u32,
    /// Kind and permissions.
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) size: u64,
    pub(super) links: u32,
    /// Time of the last change of content; used for all times but the creation's.
    pub(super) modified: Time,
    pub(super) created: Time,
    pub(super) flags: u32,
    /// Blocks it takes, all kinds together.
    pub(super) blocks: u64,
    /// Map of the data, target of a short link, or device number.
    pub(super) block: [u8; ROOT_LENGTH],
    /// Block of extended attributes; 0 for none.
    pub(super) attribute_block: u64,
    /// Extended attributes within the inode, with their magic number.
    pub(super) attributes: Vec<u8>,
}

/// Bytes of an inode that attributes can use, their magic number included.
pub(super) fn attribute_room(super_block: &SuperBlock) -> usize {
    (super_block.inode_size() as usize).saturating_sub(GOOD_OLD + super_block.extra_inode_size())
        * usize::from(super_block.extra_inode_size() > 0)
}

/// The seed of checksums of everything that belongs to one inode, whose generation is 0 here.
pub(super) fn checksum_seed(super_block: &SuperBlock, inode: u32) -> Option<u32> {
    let seed = super_block.checksum_seed()?;
    Some(crc32c(crc32c(seed, &inode.to_le_bytes()), &[0; 4]))
}

impl Inode {
    /// The inode as it is stored.
    pub(super) fn to_bytes(&self, super_block: &SuperBlock) -> Vec<u8> {
        let mut bytes = vec![0; super_block.inode_size() as usize];
        let sectors = self.blocks * super_block.block_size() / 512;
        put16(&mut bytes, field::MODE, self.mode as u16);
        put16(&mut bytes, field::UID, self.uid as u16);
        put16(&mut bytes, field::UID_HIGH, (self.uid >> 16) as u16);
        put16(&mut bytes, field::GID, self.gid as u16);
        put16(&mut bytes, field::GID_HIGH, (self.gid >> 16) as u16);
        put32(&mut bytes, field::SIZE, low32(self.size));
        put32(&mut bytes, field::SIZE_HIGH, high32(self.size));
        put16(&mut bytes, field::LINKS, self.links as u16);
        put32(&mut bytes, field::SECTORS, low32(sectors));
        if super_block.has_ro_compat(ro_compat::HUGE_FILE) {
            put16(&mut bytes, field::SECTORS_HIGH, high32(sectors) as u16);
        }
        put32(&mut bytes, field::FLAGS, self.flags);
        bytes[field::BLOCK..field::BLOCK + ROOT_LENGTH].copy_from_slice(&self.block);
        put32(&mut bytes, field::FILE_ACL, low32(self.attribute_block));
        put16(
            &mut bytes,
            field::FILE_ACL_HIGH,
            high32(self.attribute_block) as u16,
        );
        for at in [field::ATIME, field::CTIME, field::MTIME] {
            put32(&mut bytes, at, low32(self.modified.seconds as u64));
        }
        let extra = super_block.extra_inode_size();
        if extra > 0 {
            put16(&mut bytes, field::EXTRA_SIZE, extra as u16);
            for at in [field::ATIME_EXTRA, field::CTIME_EXTRA, field::MTIME_EXTRA] {
                put32(&mut bytes, at, extra_time(self.modified));
            }
            put32(
                &mut bytes,
                field::CRTIME,
                low32(self.created.seconds as u64),
            );
            put32(&mut bytes, field::CRTIME_EXTRA, extra_time(self.created));
            let at = GOOD_OLD + extra;
            bytes[at..at + self.attributes.len()].copy_from_slice(&self.attributes);
        }
        if let Some(seed) = checksum_seed(super_block, self.number) {
            let checksum = crc32c(seed, &bytes);
            put16(&mut bytes, field::CHECKSUM, checksum as u16);
            if extra > 0 {
                put16(&mut bytes, field::CHECKSUM_HIGH, (checksum >> 16) as u16);
            }
        }
        bytes
    }
}

/// Nanoseconds, and the two bits by which seconds exceed 32.
fn extra_time(time: Time) -> u32 {
    let epoch = (time.seconds - i64::from(time.seconds as i32)) >> 32;
    time.nanoseconds << 2 | (epoch & 3) as u32
}

/// Device numbers as an inode stores them: the old form when they fit, else the new one.
pub(super) fn device_block(major: u32, minor: u32) -> [u8; ROOT_LENGTH] {
    let mut block = [0; ROOT_LENGTH];
    if major < 256 && minor < 256 {
        put32(&mut block, 0, major << 8 | minor);
    } else {
        put32(
            &mut block,
            4,
            minor & 0xff | major << 8 | (minor & !0xff) << 12,
        );
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_2038() {
        for (seconds, extra) in [
            (0, 0),
            (0x7fff_ffff, 0),
            (0x8000_0000, 1),
            (0x1_0000_0000, 1),
            (-1, 0),
            (0x1_8000_0000, 2),
        ] {
            let time = Time {
                seconds,
                nanoseconds: 0,
            };
            assert_eq!(extra_time(time), extra, "{seconds:#x}");
        }
        let time = Time {
            seconds: 0,
            nanoseconds: 999_999_999,
        };
        assert_eq!(extra_time(time) >> 2, 999_999_999);
    }

    #[test]
    fn device_numbers() {
        assert_eq!(device_block(8, 1)[..4], [1, 8, 0, 0]);
        assert_eq!(device_block(259, 300)[4..8], [44, 3, 0x11, 0]);
    }
}
