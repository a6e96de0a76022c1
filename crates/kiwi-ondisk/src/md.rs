//! Members of MD RAID arrays, with version 1.2 superblocks.
//!
//! Specification: `struct mdp_superblock_1` in the kernel's `include/uapi/linux/raid/md_p.h`, and `md`(4). Judged by
//! `mdadm --examine`, `blkid` and GRUB's own reader.
//!
//! An image is one disk, so an array in it has one member; what makes it an array is that it can become more:
//!
//! - [`Level::Mirroring`] is a RAID 1 of two members, one of which is missing. It runs degraded until somebody adds a disk.
//! - [`Level::Striping`] is a RAID 0 of **one** member. A RAID 0 of two with one missing does not exist: half of its blocks
//!   would be nowhere, the kernel does not start it, and `mdadm --create --level 0 --raid-disks 2 DEVICE missing` ends with
//!   "This level does not support missing devices". A RAID 0 of one is what `mdadm --create --force --raid-disks 1` makes; the
//!   guest starts it, and `mdadm --grow --raid-devices 2 --add DEVICE` adds a member. It takes all of its partition whenever it
//!   is assembled, so there is no `mdadm --grow --size=max` for it.
//!
//! There is no write-intent bitmap: `mdadm` adds one on its own only from 100 GB on, and `mdadm --grow --bitmap=internal` finds
//! room for it behind the superblock.

use std::fs::File;
use std::os::unix::fs::FileExt;

use uuid::Uuid;

use crate::{Error, Result};

/// Where the data of a member begins: as far in as `mdadm` has it at least, which leaves room for the superblock, a bitmap, the
/// bad block log, and for moving two chunks of data when the array is reshaped.
pub const DATA_OFFSET: u64 = 2 << 20;
/// Bytes of a stripe on one member, as `mdadm` has it when it is not told.
pub const CHUNK_BYTES: u64 = 512 << 10;

/// All sizes and places are in units of 512 bytes, whatever the sectors of the disk are.
const SECTOR: u64 = 512;
/// Where version 1.2 has the superblock: 4 KiB behind the beginning, clear of boot code and partition tables.
const SUPERBLOCK_OFFSET: u64 = 4096;
/// `MD_SB_MAGIC`.
const MAGIC: u32 = 0xa92b_4efc;
/// Bytes of `set_name`, which needs no closing zero.
const NAME_BYTES: usize = 32;
/// Members of a mirror; the second is missing.
const MIRRORS: u32 = 2;
/// A mirror has no chunks; whole pages keep file systems of every block size within it.
const MIRROR_UNIT: u64 = 4096;
/// Slots of the role table: as many as fill the sector that the superblock itself begins; more may be added later.
const ROLES: u32 = 128;
/// `MD_DISK_ROLE_SPARE`: nobody has this slot.
const ROLE_SPARE: u16 = 0xffff;
/// `resync_offset` of an array whose members are the same everywhere.
const IN_SYNC: u64 = u64::MAX;
/// Where the bad block log lies, counted from the superblock. The kernel reads it only if a feature bit says that something
/// is in it; the sectors in front of it are left for a bitmap.
const BAD_BLOCK_LOG_SECTOR: u32 = 72;
/// Length of the bad block log.
const BAD_BLOCK_LOG_SECTORS: u16 = 8;
/// The role table begins where the fixed fields end.
const FIXED_BYTES: usize = 256;

/// Places of the fields of `struct mdp_superblock_1` that are not zero here.
mod field {
    pub(super) const MAGIC: usize = 0;
    pub(super) const MAJOR_VERSION: usize = 4;
    pub(super) const SET_UUID: usize = 16;
    pub(super) const SET_NAME: usize = 32;
    pub(super) const CREATION_TIME: usize = 64;
    pub(super) const LEVEL: usize = 72;
    pub(super) const SIZE: usize = 80;
    pub(super) const CHUNK_SIZE: usize = 88;
    pub(super) const RAID_DISKS: usize = 92;
    pub(super) const DATA_OFFSET: usize = 128;
    pub(super) const DATA_SIZE: usize = 136;
    pub(super) const SUPER_OFFSET: usize = 144;
    pub(super) const DEVICE_UUID: usize = 168;
    pub(super) const BAD_BLOCK_LOG_SIZE: usize = 186;
    pub(super) const BAD_BLOCK_LOG_OFFSET: usize = 188;
    pub(super) const UPDATE_TIME: usize = 192;
    pub(super) const RESYNC_OFFSET: usize = 208;
    pub(super) const CHECKSUM: usize = 216;
    pub(super) const MAX_DEV: usize = 220;
}

/// An array, of which one member is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// What the members are to each other.
    pub level: Level,
    /// Name, at most 32 bytes, usually `<host>:<number>`; `any:0` belongs to every host and is `/dev/md/0` there.
    pub name: String,
    /// Identifies the array.
    pub uuid: Uuid,
    /// Identifies the member.
    pub member_uuid: Uuid,
    /// When the array was made, in seconds since 1970; the field has 40 bits.
    pub creation_time: u64,
}

/// What the members of an array are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// RAID 0 of one member.
    Striping,
    /// RAID 1 of two members, one of them missing.
    Mirroring,
}

impl Level {
    /// Gives the level's number.
    pub const fn number(self) -> u32 {
        match self {
            Self::Striping => 0,
            Self::Mirroring => 1,
        }
    }

    const fn raid_disks(self) -> u32 {
        match self {
            Self::Striping => 1,
            Self::Mirroring => MIRRORS,
        }
    }

    /// The array's length is a multiple of this.
    const fn unit(self) -> u64 {
        match self {
            Self::Striping => CHUNK_BYTES,
            Self::Mirroring => MIRROR_UNIT,
        }
    }
}

impl Array {
    /// Gives the length of the array in a partition of `partition_bytes`; its data begins at [`DATA_OFFSET`] of the partition.
    ///
    /// # Errors
    /// The partition has no room for any data.
    pub fn data_bytes(&self, partition_bytes: u64) -> Result<u64> {
        let unit = self.level.unit();
        match partition_bytes.checked_sub(DATA_OFFSET) {
            Some(available) if available >= unit => Ok(available / unit * unit),
            _ => Err(Error::TooSmall {
                what: "the RAID member",
                needed: DATA_OFFSET + unit,
                available: partition_bytes,
            }),
        }
    }

    /// Writes the superblock of the member that takes `partition_bytes` from `offset` of `file`.
    ///
    /// The first 4 KiB are cleared, because other programs would see there what was in the partition before; the superblock's
    /// own page and the bad block log are written whole. Nothing at or behind [`DATA_OFFSET`] is touched.
    ///
    /// # Errors
    /// The partition is too small, a field cannot hold its value, or the file cannot be written.
    pub fn write(&self, file: &File, offset: u64, partition_bytes: u64) -> Result<()> {
        const PAGE: usize = 4096;
        let superblock = self.superblock(partition_bytes)?;
        let failed = Error::io("writing the RAID superblock");
        let put = |at: u64, bytes: &[u8]| file.write_all_at(bytes, offset + at).map_err(&failed);
        put(0, &[0; SUPERBLOCK_OFFSET as usize])?;
        put(
            SUPERBLOCK_OFFSET + u64::from(BAD_BLOCK_LOG_SECTOR) * SECTOR,
            &[0; BAD_BLOCK_LOG_SECTORS as usize * SECTOR as usize],
        )?;
        let mut page = superblock;
        page.resize(PAGE, 0);
        put(SUPERBLOCK_OFFSET, &page)
    }

    /// Gives the line of `/etc/mdadm.conf` that names the array `device`, as `mdadm --detail --brief` prints it.
    pub fn mdadm_conf_line(&self, device: &str) -> String {
        let digits = self.uuid.simple().to_string();
        let groups = [0, 8, 16, 24].map(|at| &digits[at..at + 8]);
        format!(
            "ARRAY {device} metadata=1.2 name={} UUID={}\n",
            self.name,
            groups.join(":")
        )
    }

    fn superblock(&self, partition_bytes: u64) -> Result<Vec<u8>> {
        self.check()?;
        let size = match self.level {
            Level::Mirroring => self.data_bytes(partition_bytes)? / SECTOR,
            // Members of a RAID 0 may differ in size: each is used as far as it goes, and this stays 0.
            Level::Striping => self.data_bytes(partition_bytes).map(|_| 0)?,
        };
        let chunk = match self.level {
            Level::Mirroring => 0,
            Level::Striping => (CHUNK_BYTES / SECTOR) as u32,
        };

        let mut bytes = vec![0; FIXED_BYTES];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(field::MAGIC, &MAGIC.to_le_bytes());
        put(field::MAJOR_VERSION, &1_u32.to_le_bytes());
        put(field::SET_UUID, self.uuid.as_bytes());
        put(field::SET_NAME, self.name.as_bytes());
        put(field::CREATION_TIME, &self.creation_time.to_le_bytes());
        put(field::LEVEL, &self.level.number().to_le_bytes());
        put(field::SIZE, &size.to_le_bytes());
        put(field::CHUNK_SIZE, &chunk.to_le_bytes());
        put(field::RAID_DISKS, &self.level.raid_disks().to_le_bytes());
        put(field::DATA_OFFSET, &(DATA_OFFSET / SECTOR).to_le_bytes());
        let data_size = (partition_bytes - DATA_OFFSET) / SECTOR;
        put(field::DATA_SIZE, &data_size.to_le_bytes());
        put(
            field::SUPER_OFFSET,
            &(SUPERBLOCK_OFFSET / SECTOR).to_le_bytes(),
        );
        put(field::DEVICE_UUID, self.member_uuid.as_bytes());
        put(
            field::BAD_BLOCK_LOG_SIZE,
            &BAD_BLOCK_LOG_SECTORS.to_le_bytes(),
        );
        put(
            field::BAD_BLOCK_LOG_OFFSET,
            &BAD_BLOCK_LOG_SECTOR.to_le_bytes(),
        );
        put(field::UPDATE_TIME, &self.creation_time.to_le_bytes());
        put(field::RESYNC_OFFSET, &IN_SYNC.to_le_bytes());
        put(field::MAX_DEV, &ROLES.to_le_bytes());
        // The member in slot 0 has role 0.
        bytes.extend(0_u16.to_le_bytes());
        for _ in 1..ROLES {
            bytes.extend(ROLE_SPARE.to_le_bytes());
        }
        let sum = checksum(&bytes);
        bytes[field::CHECKSUM..field::CHECKSUM + 4].copy_from_slice(&sum.to_le_bytes());
        Ok(bytes)
    }

    fn check(&self) -> Result<()> {
        // The name is a word of mdadm.conf, where quotes and comments have meanings.
        let allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"'#=".contains(&byte);
        let reason = if self.name.is_empty() {
            "is empty"
        } else if self.name.len() > NAME_BYTES {
            "is longer than 32 bytes"
        } else if !self.name.bytes().all(allowed) {
            "has spaces, quotes, `#`, `=` or characters that are not ASCII"
        } else if self.creation_time >= 1 << 40 {
            let value = self.creation_time.to_string();
            let reason = "has more than 40 bits";
            return Err(Error::value("creation time", value, reason));
        } else {
            return Ok(());
        };
        Err(Error::value("array name", &self.name, reason))
    }
}

/// The checksum of a superblock whose checksum field is zero: the sum of its 32-bit words, the carry added once.
fn checksum(bytes: &[u8]) -> u32 {
    let sum: u64 = bytes
        .chunks_exact(4)
        .map(|word| u64::from(u32::from_le_bytes([word[0], word[1], word[2], word[3]])))
        .sum();
    ((sum & 0xffff_ffff) + (sum >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::uuid;

    const MIB: u64 = 1 << 20;

    fn array(level: Level, name: &str) -> Array {
        Array {
            level,
            name: name.into(),
            uuid: uuid!("93436591-340d-603e-5d8e-5bbbb4c9ec9e"),
            member_uuid: Uuid::from_u128(2),
            creation_time: 0x6b06_46f1,
        }
    }

    #[test]
    fn the_line_is_that_of_mdadm() {
        let line = array(Level::Mirroring, "none:0").mdadm_conf_line("/dev/md0");
        assert_eq!(
            line,
            "ARRAY /dev/md0 metadata=1.2 name=none:0 UUID=93436591:340d603e:5d8e5bbb:b4c9ec9e\n"
        );
    }

    #[test]
    fn the_checksum_is_that_of_a_member_made_by_mdadm() {
        // What mdadm 4.2 and Linux 6.1 left of a mirror with one member missing: place and bytes, the rest is zero.
        let words: [(usize, u32); 24] = [
            (0, 0xa92b_4efc),
            (4, 1),
            (16, 0x9165_4393),
            (20, 0x3e60_0d34),
            (24, 0xbb5b_8e5d),
            (28, 0x9eec_c9b4),
            (32, u32::from_le_bytes(*b"none")),
            (36, u32::from_le_bytes(*b":0\0\0")),
            (64, 0x6b06_46f1),
            (72, 1),
            (80, 0x001f_f000),
            (92, 2),
            (128, 4096),
            (136, 0x001f_f000),
            (144, 8),
            (168, 0x0c88_46cf),
            (172, 0x48e3_65dc),
            (176, 0xd67f_0adb),
            (180, 0x7224_1d57),
            (184, 0x0008_0000),
            (188, 16),
            (192, 0x6b06_46f1),
            (220, 128),
            (256, 0xffff_0000),
        ];
        let mut bytes = vec![0; 256];
        bytes.resize(512, 0xff);
        for (at, word) in words {
            bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        assert_eq!(checksum(&bytes), 0xad09_eadd);
    }

    #[test]
    fn impossible_arrays_are_refused() {
        let late = Array {
            creation_time: 1 << 40,
            ..array(Level::Mirroring, "any:0")
        };
        let cases = [
            (array(Level::Mirroring, ""), 64 * MIB, "array name ``"),
            (
                array(Level::Mirroring, &"n".repeat(33)),
                64 * MIB,
                "longer than 32 bytes",
            ),
            (array(Level::Mirroring, "a b"), 64 * MIB, "has spaces"),
            (array(Level::Mirroring, "a#"), 64 * MIB, "has spaces"),
            (late, 64 * MIB, "more than 40 bits"),
            (
                array(Level::Mirroring, "any:0"),
                2 * MIB + 4095,
                "needs 2101248 bytes, but only 2101247 are there",
            ),
            (
                array(Level::Striping, "any:0"),
                2 * MIB + CHUNK_BYTES - 1,
                "needs 2621440 bytes, but only 2621439 are there",
            ),
            (array(Level::Striping, "any:0"), 0, "but only 0 are there"),
        ];
        let file = tempfile::tempfile().unwrap();
        for (array, bytes, expected) in cases {
            let error = array.write(&file, 0, bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(file.metadata().unwrap().len(), 0);
    }

    #[test]
    fn data_ends_with_a_whole_chunk_or_page() {
        let cases = [
            (Level::Striping, 64 * MIB, 62 * MIB),
            (Level::Striping, 64 * MIB - 1, 62 * MIB - CHUNK_BYTES),
            (Level::Mirroring, 64 * MIB, 62 * MIB),
            (Level::Mirroring, 64 * MIB - 1, 62 * MIB - 4096),
        ];
        for (level, bytes, expected) in cases {
            assert_eq!(array(level, "any:0").data_bytes(bytes).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn data_stays_within_the_partition(bytes in prop_oneof![0..8 * MIB, any::<u64>()], mirror: bool) {
            let level = if mirror { Level::Mirroring } else { Level::Striping };
            match array(level, "any:0").data_bytes(bytes) {
                Ok(data) => {
                    prop_assert!(data > 0 && data % level.unit() == 0);
                    prop_assert!(DATA_OFFSET + data <= bytes);
                    prop_assert!(bytes - DATA_OFFSET - data < level.unit());
                }
                Err(_) => prop_assert!(bytes < DATA_OFFSET + level.unit()),
            }
        }
    }
}
