//! MBR ("msdos") partition tables: the four primary entries.
//!
//! Specification: UEFI 2.10 §5.2.1 table 5-1 (legacy MBR). The 32-bit disk id at offset 440 is what Linux makes the
//! `PARTUUID` of MBR partitions from.
//!
//! Written by our own hands: the crate `mbrman` leaves the CHS fields empty unless it is given a geometry, computes the place
//! of extended boot records in 32 bits (wrong from 4 GiB on) and rests on an unmaintained serialiser.

use std::io::{Seek, SeekFrom, Write};

use crate::{Error, Result, SectorSize};

/// Where the 32-bit disk id is; the partition entries follow it.
const DISK_ID_OFFSET: u64 = 440;
/// Heads and sectors per track that everyone assumes when there is no real geometry.
const HEADS: u64 = 255;
const SECTORS_PER_TRACK: u64 = 63;

/// An MBR partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The unit of all LBA values.
    pub sector_size: SectorSize,
    /// Length of the disk; partitions must end within it.
    pub disk_bytes: u64,
    /// The 32-bit disk id; 0 for none.
    pub disk_id: u32,
    /// Primary partitions, in any order.
    pub partitions: Vec<Partition>,
}

/// One primary partition of an MBR partition table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// Place in the table, 1 to 4.
    pub number: u32,
    /// First sector.
    pub start_lba: u64,
    /// Length in sectors.
    pub sectors: u64,
    /// Type byte, see [`crate::guid::PartitionKind::mbr_type`].
    pub kind: u8,
    /// Whether classic boot code starts from here; at most one partition may be active.
    pub active: bool,
}

impl Table {
    /// Number of whole sectors on the disk.
    pub const fn disk_sectors(&self) -> u64 {
        self.disk_bytes / self.sector_size.bytes()
    }

    /// Checks all that the format demands of the partitions.
    pub fn check(&self) -> Result<()> {
        let mut by_start: Vec<&Partition> = self.partitions.iter().collect();
        by_start.sort_by_key(|partition| partition.start_lba);
        for (index, partition) in by_start.iter().enumerate() {
            self.check_partition(partition)?;
            for other in &by_start[..index] {
                if other.number == partition.number {
                    return Err(Error::partition(
                        partition.number,
                        "the number is used twice",
                    ));
                }
                if other.active && partition.active {
                    let reason = format!("is active, but so is partition {}", other.number);
                    return Err(Error::partition(partition.number, reason));
                }
            }
            if let Some(before) = index.checked_sub(1).map(|before| by_start[before])
                && before.start_lba + before.sectors > partition.start_lba
            {
                let reason = format!("overlaps partition {}", before.number);
                return Err(Error::partition(partition.number, reason));
            }
        }
        Ok(())
    }

    fn check_partition(&self, partition: &Partition) -> Result<()> {
        let complain = |reason: String| Err(Error::partition(partition.number, reason));
        let Partition {
            number,
            start_lba,
            sectors,
            kind,
            ..
        } = *partition;
        if !(1..=4).contains(&number) {
            return complain("the number must be 1 to 4".into());
        }
        if sectors == 0 {
            return complain("is empty".into());
        }
        if kind == 0 {
            return complain("the type is 0, which marks unused entries".into());
        }
        let end = start_lba.checked_add(sectors);
        if start_lba == 0 || end.is_none_or(|end| end > self.disk_sectors()) {
            return complain(format!(
                "{sectors} sectors from sector {start_lba} are not within the disk"
            ));
        }
        if u32::try_from(start_lba).is_err() || u32::try_from(sectors).is_err() {
            return complain(
                "an MBR cannot address sectors beyond 2^32, use a GUID partition table".into(),
            );
        }
        Ok(())
    }

    /// Writes disk id, entries and signature into the first sector of `disk`; boot code in the first 440 bytes is left alone.
    pub fn write<W: Write + Seek + ?Sized>(&self, disk: &mut W) -> Result<()> {
        self.check()?;
        let mut entries = [Entry::default(); 4];
        for partition in &self.partitions {
            entries[partition.number as usize - 1] = Entry {
                active: partition.active,
                kind: partition.kind,
                start: partition.start_lba as u32,
                sectors: partition.sectors as u32,
                first_chs: chs(partition.start_lba),
                last_chs: chs(partition.start_lba + partition.sectors - 1),
            };
        }
        write_entries(disk, self.disk_id, &entries)
    }
}

/// One 16-byte record as it stands on disk; all zero when unused.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entry {
    pub(crate) active: bool,
    pub(crate) kind: u8,
    pub(crate) start: u32,
    pub(crate) sectors: u32,
    pub(crate) first_chs: [u8; 3],
    pub(crate) last_chs: [u8; 3],
}

/// Writes the second part of an MBR: disk id, four records, signature (bytes 440 to 512).
pub(crate) fn write_entries<W: Write + Seek + ?Sized>(
    disk: &mut W,
    disk_id: u32,
    entries: &[Entry; 4],
) -> Result<()> {
    let failed = Error::io("writing the MBR");
    let mut bytes = Vec::with_capacity(72);
    bytes.extend(disk_id.to_le_bytes());
    bytes.extend([0; 2]); // not copy protected
    for entry in entries {
        bytes.push(if entry.active { 0x80 } else { 0 });
        bytes.extend(entry.first_chs);
        bytes.push(entry.kind);
        bytes.extend(entry.last_chs);
        bytes.extend(entry.start.to_le_bytes());
        bytes.extend(entry.sectors.to_le_bytes());
    }
    bytes.extend([0x55, 0xaa]);
    disk.seek(SeekFrom::Start(DISK_ID_OFFSET))
        .map_err(&failed)?;
    disk.write_all(&bytes).map_err(&failed)
}

/// Packs a sector's address as head, sector and cylinder; what lies beyond the reach of that scheme gets its highest value.
fn chs(lba: u64) -> [u8; 3] {
    let cylinder = lba / (HEADS * SECTORS_PER_TRACK);
    if cylinder > 1023 {
        return [0xfe, 0xff, 0xff];
    }
    let head = lba / SECTORS_PER_TRACK % HEADS;
    let sector = lba % SECTORS_PER_TRACK + 1;
    [
        head as u8,
        sector as u8 | ((cylinder >> 2) & 0xc0) as u8,
        cylinder as u8,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn partition(number: u32, start_lba: u64, sectors: u64) -> Partition {
        Partition {
            number,
            start_lba,
            sectors,
            kind: 0x83,
            active: false,
        }
    }

    fn table(disk_bytes: u64, partitions: Vec<Partition>) -> Table {
        Table {
            sector_size: SectorSize::Bytes512,
            disk_bytes,
            disk_id: 0xdead_beef,
            partitions,
        }
    }

    #[test]
    fn addresses_are_packed_like_everyone_does() {
        let cases = [
            (0, [0, 1, 0]),
            (62, [0, 63, 0]),
            (63, [1, 1, 0]),
            (2048, [32, 33, 0]),
            (255 * 63 * 1023, [0, 0xc1, 0xff]),
            (255 * 63 * 1024, [0xfe, 0xff, 0xff]),
        ];
        for (lba, expected) in cases {
            assert_eq!(chs(lba), expected, "{lba}");
        }
    }

    #[test]
    fn impossible_tables_are_refused() {
        let huge = 4 << 40;
        let active = |partition| Partition {
            active: true,
            ..partition
        };
        let cases = [
            (
                1 << 30,
                vec![partition(5, 2048, 1)],
                "partition 5: the number must be 1 to 4",
            ),
            (
                1 << 30,
                vec![partition(0, 2048, 1)],
                "partition 0: the number",
            ),
            (1 << 30, vec![partition(1, 0, 1)], "not within the disk"),
            (1 << 20, vec![partition(1, 2047, 2)], "not within the disk"),
            (
                1 << 20,
                vec![partition(1, u64::MAX, 2)],
                "not within the disk",
            ),
            (1 << 20, vec![partition(1, 1, 0)], "is empty"),
            (huge, vec![partition(1, 1 << 32, 1)], "beyond 2^32"),
            (huge, vec![partition(1, 1, 1 << 32)], "beyond 2^32"),
            (
                1 << 30,
                vec![partition(1, 1, 9), partition(2, 9, 1)],
                "partition 2: overlaps partition 1",
            ),
            (
                1 << 30,
                vec![partition(1, 1, 1), partition(1, 9, 1)],
                "used twice",
            ),
            (
                1 << 30,
                vec![active(partition(1, 1, 1)), active(partition(2, 9, 1))],
                "is active, but so",
            ),
            (
                1 << 30,
                vec![Partition {
                    kind: 0,
                    ..partition(1, 1, 1)
                }],
                "the type is 0",
            ),
        ];
        for (bytes, partitions, expected) in cases {
            let error = table(bytes, partitions).check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        #[test]
        fn entries_say_what_was_asked(start in 1_u64..1 << 32, sectors in 1_u64..1 << 32, kind in 1_u8.., active in any::<bool>()) {
            let mut disk = Cursor::new(vec![0xaa; 512]);
            let partition = Partition { kind, active, ..partition(3, start, sectors) };
            table(1 << 42, vec![partition]).write(&mut disk).unwrap();
            let disk = disk.into_inner();
            prop_assert!(disk[..440].iter().all(|byte| *byte == 0xaa));
            prop_assert_eq!(&disk[440..444], 0xdead_beef_u32.to_le_bytes());
            prop_assert!(disk[444..478].iter().all(|byte| *byte == 0));
            prop_assert_eq!((disk[478], disk[482]), (if active { 0x80 } else { 0 }, kind));
            prop_assert_eq!(&disk[486..490], (start as u32).to_le_bytes());
            prop_assert_eq!(&disk[490..494], (sectors as u32).to_le_bytes());
        }
    }
}
