//! LVM2 volume groups of one physical volume.
//!
//! Written from the manual of LVM2 (`pvck`(8), `vgcreate`(8), `lvm`(8)) and from what `pvck --dump` shows of groups that LVM made;
//! judged by `pvck`, `pvs`, `vgs`, `lvs`, `vgcfgbackup`, `blkid` and GRUB's own reader. Device mapper is not needed: every logical
//! volume is one contiguous range of its physical volume, so its file system is made straight there
//! ([`VolumeGroup::layout`]), and a guest kernel maps the same range when it activates the group.
//!
//! | room | what it knows |
//! |---|---|
//! | `layout` | which bytes of the physical volume are whose |
//! | `name` | which names and tags LVM takes |
//! | `metadata` | the text that describes the group |
//! | `header` | the binary structures in front of it, and the checksum |

mod header;
mod layout;
mod metadata;
mod name;

use std::fs::File;
use std::os::unix::fs::FileExt;

use uuid::Uuid;

pub use layout::{Placed, PlacedVolume};

use crate::{Error, Result};

/// Extent size that `vgcreate` takes when it is not told any.
pub const DEFAULT_EXTENT_SIZE: u64 = 4 << 20;
/// Where the first extent begins: as `pvcreate` has it, aligned to 1 MiB, behind the metadata.
pub const DATA_OFFSET: u64 = 1 << 20;
/// Sizes of LVM are in units of 512 bytes, whatever the sectors of the disk are.
const SECTOR: u64 = 512;

/// A volume group that lies on one physical volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeGroup {
    /// Name of the group; its volumes are `/dev/<group>/<volume>`.
    pub name: String,
    /// Identifies the group.
    pub uuid: Uuid,
    /// Identifies the physical volume (`UUID=` of the partition for `blkid`).
    pub physical_volume_uuid: Uuid,
    /// Bytes of one extent, the unit of allocation: a power of two or a multiple of 128 KiB.
    pub extent_size: u64,
    /// When the group and its volumes were made, in seconds since 1970.
    pub creation_time: u64,
    /// Name of the host that they were made on; only ever shown.
    pub creation_host: String,
    /// The logical volumes, in the order in which they follow each other on the disk.
    pub volumes: Vec<LogicalVolume>,
}

/// One logical volume to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogicalVolume {
    /// Name within the group.
    pub name: String,
    /// Identifies the volume.
    pub uuid: Uuid,
    /// How long it is.
    pub size: VolumeSize,
    /// Tags, by which commands and `lvm.conf` can select volumes.
    pub tags: Vec<String>,
}

/// How long a logical volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VolumeSize {
    /// As many extents as these bytes take.
    Bytes(u64),
    /// All extents that no other volume takes, at least one.
    Rest,
}

impl VolumeGroup {
    /// Gives the length that the physical volume needs so that all volumes fit, one extent for the one that takes the rest.
    ///
    /// What no disk can hold comes out as `u64::MAX`.
    pub fn minimum_bytes(&self) -> u64 {
        layout::minimum_bytes(self.extent_size, &self.volumes)
    }

    /// Places every volume on a physical volume of `physical_volume_bytes`.
    ///
    /// # Errors
    /// The volumes do not fit ([`Error::TooSmall`]), or a name, tag or number cannot be expressed in LVM ([`Error::Value`]).
    pub fn layout(&self, physical_volume_bytes: u64) -> Result<Placed> {
        self.check()?;
        layout::place(self.extent_size, &self.volumes, physical_volume_bytes)
    }

    /// Writes label, headers and metadata of the physical volume that takes `physical_volume_bytes` from `offset` of `file`.
    ///
    /// The first 4 KiB and the metadata are written, nothing at or behind [`DATA_OFFSET`] is touched. No volume is marked as
    /// belonging to a host (no system id), so every guest activates them.
    ///
    /// # Errors
    /// As [`VolumeGroup::layout`], and when the file cannot be written.
    pub fn write(&self, file: &File, offset: u64, physical_volume_bytes: u64) -> Result<()> {
        let placed = self.layout(physical_volume_bytes)?;
        let mut text = metadata::text(self, &placed, physical_volume_bytes).into_bytes();
        text.push(0);
        if text.len() as u64 > header::LONGEST_TEXT {
            return Err(Error::TooSmall {
                what: "the metadata of the volume group",
                needed: text.len() as u64,
                available: header::LONGEST_TEXT,
            });
        }

        let failed = Error::io("writing the volume group");
        let put = |at: u64, bytes: &[u8]| file.write_all_at(bytes, offset + at).map_err(&failed);
        // The label comes last: whoever is interrupted in between leaves no physical volume with half of its metadata.
        put(header::TEXT_OFFSET, &text)?;
        put(header::AREA_OFFSET, &header::metadata_area(&text))?;
        put(
            0,
            &header::label(self.physical_volume_uuid, physical_volume_bytes),
        )
    }

    fn check(&self) -> Result<()> {
        name::check_group(&self.name)?;
        name::check_host(&self.creation_host)?;
        check_extent_size(self.extent_size)?;
        let mut rest = None;
        for (index, volume) in self.volumes.iter().enumerate() {
            name::check_volume(&self.name, &volume.name)?;
            for tag in &volume.tags {
                name::check_tag(tag)?;
            }
            for other in &self.volumes[..index] {
                if other.name == volume.name {
                    let reason = "the group has two of that name";
                    return Err(Error::value("logical volume", &volume.name, reason));
                }
                if other.uuid == volume.uuid {
                    let reason = format!("has the same UUID as `{}`", other.name);
                    return Err(Error::value("logical volume", &volume.name, reason));
                }
            }
            if volume.size == VolumeSize::Bytes(0) {
                return Err(Error::value("logical volume", &volume.name, "is empty"));
            }
            if volume.size == VolumeSize::Rest
                && let Some(other) = rest.replace(&volume.name)
            {
                let reason = format!("only one can take the rest, and `{other}` does");
                return Err(Error::value("logical volume", &volume.name, reason));
            }
        }
        Ok(())
    }
}

/// Checks what `vgcreate`(8) says about `--physicalextentsize`.
fn check_extent_size(bytes: u64) -> Result<()> {
    const STEP: u64 = 128 << 10;
    let whole =
        bytes.is_power_of_two() && bytes >= SECTOR || bytes > 0 && bytes.is_multiple_of(STEP);
    if whole && u32::try_from(bytes / SECTOR).is_ok() {
        return Ok(());
    }
    let reason = "must be a power of two from 512, or a multiple of 128 KiB, and below 2 TiB";
    Err(Error::value("extent size", bytes.to_string(), reason))
}

/// Gives the LVM identifier that stands for a UUID: the same 32 hexadecimal digits, grouped as LVM groups them.
///
/// LVM identifiers have 32 characters of an alphabet of digits and letters, so every UUID has one of its own, and can be read
/// back from it by eye.
pub fn identifier(uuid: Uuid) -> String {
    const GROUPS: [usize; 7] = [6, 4, 4, 4, 4, 4, 6];
    let digits = uuid.simple().to_string();
    let mut rest = digits.as_str();
    let groups = GROUPS.map(|length| {
        let (group, behind) = rest.split_at(length);
        rest = behind;
        group
    });
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::uuid;

    fn group(volumes: &[(&str, u128, VolumeSize)]) -> VolumeGroup {
        VolumeGroup {
            name: "systemVG".into(),
            uuid: Uuid::from_u128(1),
            physical_volume_uuid: Uuid::from_u128(2),
            extent_size: DEFAULT_EXTENT_SIZE,
            creation_time: 0,
            creation_host: "builder".into(),
            volumes: volumes
                .iter()
                .map(|(name, uuid, size)| LogicalVolume {
                    name: (*name).into(),
                    uuid: Uuid::from_u128(*uuid),
                    size: *size,
                    tags: Vec::new(),
                })
                .collect(),
        }
    }

    #[test]
    fn identifiers_keep_the_digits_of_the_uuid() {
        assert_eq!(
            identifier(uuid!("01234567-89ab-cdef-fedc-ba9876543210")),
            "012345-6789-abcd-effe-dcba-9876-543210"
        );
    }

    #[test]
    fn impossible_groups_are_refused() {
        use VolumeSize::{Bytes, Rest};
        let extents = |extent_size| VolumeGroup {
            extent_size,
            ..group(&[])
        };
        let cases = [
            (
                group(&[("a", 1, Rest), ("b", 2, Rest)]),
                "`b`: only one can take the rest, and `a` does",
            ),
            (group(&[("a", 1, Bytes(1)), ("a", 2, Rest)]), "two of that"),
            (
                group(&[("a", 1, Bytes(1)), ("b", 1, Rest)]),
                "`b`: has the same UUID as `a`",
            ),
            (group(&[("a", 1, Bytes(0))]), "`a`: is empty"),
            (extents(0), "extent size `0`"),
            (extents(256), "extent size `256`"),
            (extents(3 << 16), "extent size `196608`"),
            (extents(1 << 41), "extent size `2199023255552`"),
            (
                group(&[("a", 1, Bytes(60 << 20)), ("b", 2, Rest)]),
                "the volume group needs 68157440 bytes, but only 67108864 are there",
            ),
            (
                group(&[("a", 1, Bytes(u64::MAX)), ("b", 2, Bytes(u64::MAX))]),
                "needs 18446744073709551615 bytes",
            ),
        ];
        for (group, expected) in cases {
            let error = group.layout(64 << 20).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn metadata_must_leave_room_for_its_next_version() {
        let names: Vec<String> = (0..2000).map(|number| format!("volume{number}")).collect();
        let volumes: Vec<_> = (0_u128..)
            .zip(&names)
            .map(|(number, name)| (name.as_str(), number, VolumeSize::Bytes(1)))
            .collect();
        let file = tempfile::tempfile().unwrap();
        let error = group(&volumes).write(&file, 0, 1 << 40).unwrap_err();
        assert!(matches!(
            error,
            Error::TooSmall {
                available: 521_984,
                ..
            }
        ));
        assert_eq!(file.metadata().unwrap().len(), 0);
    }
}
