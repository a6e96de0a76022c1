//! Which bytes of the physical volume belong to which logical volume.

use std::ops::Range;

use super::{DATA_OFFSET, LogicalVolume, SECTOR, VolumeSize};
use crate::{Error, Result};

/// Where everything is on a physical volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Extents of the physical volume.
    pub extents: u32,
    /// Extents behind the last volume, which belong to none.
    pub free_extents: u32,
    /// The volumes, in the order in which they were given.
    pub volumes: Vec<PlacedVolume>,
}

/// Where one logical volume is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedVolume {
    /// Name within the group.
    pub name: String,
    /// First extent, counted from the first of the physical volume.
    pub first_extent: u32,
    /// Number of extents.
    pub extents: u32,
    /// Its bytes, counted from the beginning of the physical volume.
    pub bytes: Range<u64>,
}

impl Placed {
    /// Gives the bytes of the volume called `name`, counted from the beginning of the physical volume.
    pub fn bytes_of(&self, name: &str) -> Option<Range<u64>> {
        let volume = self.volumes.iter().find(|volume| volume.name == name)?;
        Some(volume.bytes.clone())
    }
}

/// Gives the length of the shortest physical volume that holds all `volumes`.
pub(super) fn minimum_bytes(extent_size: u64, volumes: &[LogicalVolume]) -> u64 {
    volumes
        .iter()
        .map(|volume| minimum_extents(extent_size, volume))
        .fold(0_u64, u64::saturating_add)
        // A group needs an extent even if nobody has it.
        .max(1)
        .saturating_mul(extent_size)
        .saturating_add(DATA_OFFSET)
}

/// Places `volumes` one behind the other on a physical volume of so many bytes.
pub(super) fn place(
    extent_size: u64,
    volumes: &[LogicalVolume],
    physical_volume_bytes: u64,
) -> Result<Placed> {
    let needed = minimum_bytes(extent_size, volumes);
    let usable = physical_volume_bytes / SECTOR * SECTOR;
    if usable < needed {
        return Err(Error::TooSmall {
            what: "the volume group",
            needed,
            available: physical_volume_bytes,
        });
    }
    let extents = (usable - DATA_OFFSET) / extent_size;
    let extents = u32::try_from(extents).map_err(|_| {
        let reason = format!("{extents} extents are more than LVM can count");
        Error::value("extent size", extent_size.to_string(), reason)
    })?;
    // All numbers below are at most `extents`, because the minimum fits.
    let spare = extents - ((needed - DATA_OFFSET) / extent_size) as u32;
    let mut free_extents = extents;
    let placed = volumes
        .iter()
        .map(|volume| {
            let first_extent = extents - free_extents;
            let mut length = minimum_extents(extent_size, volume) as u32;
            if volume.size == VolumeSize::Rest {
                length += spare;
            }
            free_extents -= length;
            let start = DATA_OFFSET + u64::from(first_extent) * extent_size;
            PlacedVolume {
                name: volume.name.clone(),
                first_extent,
                extents: length,
                bytes: start..start + u64::from(length) * extent_size,
            }
        })
        .collect();
    Ok(Placed {
        extents,
        free_extents,
        volumes: placed,
    })
}

fn minimum_extents(extent_size: u64, volume: &LogicalVolume) -> u64 {
    match volume.size {
        VolumeSize::Bytes(bytes) => bytes.div_ceil(extent_size),
        VolumeSize::Rest => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn volumes(sizes: &[VolumeSize]) -> Vec<LogicalVolume> {
        let volume = |(index, size): (usize, &VolumeSize)| LogicalVolume {
            name: format!("volume{index}"),
            uuid: Uuid::from_u128(index as u128),
            size: *size,
            tags: Vec::new(),
        };
        sizes.iter().enumerate().map(volume).collect()
    }

    #[test]
    fn the_rest_may_be_taken_by_any_volume() {
        const MIB: u64 = 1 << 20;
        let sizes = [
            VolumeSize::Bytes(5 * MIB),
            VolumeSize::Rest,
            VolumeSize::Bytes(4 * MIB),
        ];
        let placed = place(4 * MIB, &volumes(&sizes), 64 * MIB + 511).unwrap();
        assert_eq!(placed.extents, 15);
        assert_eq!(placed.free_extents, 0);
        assert_eq!(placed.bytes_of("volume0"), Some(MIB..9 * MIB));
        assert_eq!(placed.bytes_of("volume1"), Some(9 * MIB..57 * MIB));
        assert_eq!(placed.bytes_of("volume2"), Some(57 * MIB..61 * MIB));
        assert_eq!(placed.bytes_of("volume3"), None);
    }

    #[test]
    fn extents_that_cannot_be_counted_are_refused() {
        let error = place(512, &[], 1 << 42).unwrap_err().to_string();
        assert!(error.contains("8589932544 extents are more"), "{error}");
    }

    #[test]
    fn a_group_without_volumes_is_all_free() {
        let placed = place(1 << 20, &[], 2 << 20).unwrap();
        assert_eq!((placed.extents, placed.free_extents), (1, 1));
        assert!(place(1 << 20, &[], (2 << 20) - 1).is_err());
        assert!(place(1 << 20, &[], 0).is_err());
    }

    proptest! {
        #[test]
        fn volumes_never_overlap_and_stay_within_the_physical_volume(
            shift in 9_u32..24,
            bytes in prop_oneof![0_u64..1 << 26, any::<u64>()],
            mut sizes in prop::collection::vec(
                prop_oneof![8 => 1_u64..1 << 22, 1 => any::<u64>()].prop_map(VolumeSize::Bytes),
                0..12,
            ),
            rest in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let extent_size = 1_u64 << shift;
            if let Some(rest) = rest {
                sizes.insert(rest.index(sizes.len() + 1), VolumeSize::Rest);
            }
            let volumes = volumes(&sizes);
            let needed = minimum_bytes(extent_size, &volumes);
            let placed = match place(extent_size, &volumes, bytes) {
                Ok(placed) => placed,
                Err(Error::TooSmall { needed: said, available, .. }) => {
                    prop_assert_eq!((said, available), (needed, bytes));
                    prop_assert!(bytes / SECTOR * SECTOR < needed);
                    return Ok(());
                }
                Err(_) => {
                    prop_assert!((bytes - DATA_OFFSET) / extent_size > u64::from(u32::MAX));
                    return Ok(());
                }
            };
            let mut end = DATA_OFFSET;
            for (volume, placed) in volumes.iter().zip(&placed.volumes) {
                prop_assert_eq!(placed.bytes.start, end);
                prop_assert_eq!(placed.bytes.start, DATA_OFFSET + u64::from(placed.first_extent) * extent_size);
                prop_assert!(placed.extents > 0);
                end = placed.bytes.end;
                let length = end - placed.bytes.start;
                prop_assert_eq!(length, u64::from(placed.extents) * extent_size);
                if let VolumeSize::Bytes(wanted) = volume.size {
                    prop_assert!(length >= wanted && length - wanted < extent_size);
                }
            }
            let free = u64::from(placed.free_extents) * extent_size;
            prop_assert!(end + free <= bytes && bytes - end - free < extent_size + SECTOR);
            prop_assert_eq!(placed.volumes.len(), volumes.len());
            if rest.is_some() {
                prop_assert_eq!(free, 0);
            }
        }
    }
}
