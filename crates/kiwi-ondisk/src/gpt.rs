//! GUID partition tables.
//!
//! Specification: UEFI 2.10 §5.2.3 (protective MBR) and §5.3 (headers and entries).
//!
//! Written by our own hands and not through a crate: `gptman` takes the disk's size from the length of the open file and
//! writes a fixed protective MBR, while we need a table for a disk that is longer than the file so far, the 32-bit disk id
//! that descriptions put at offset 440, boot code that stays where it is, and later hybrid tables.

use std::io::{Seek, SeekFrom, Write};

use uuid::Uuid;

use crate::mbr;
use crate::{Error, Result, SectorSize};

/// How many entries the table has room for; the smallest number that UEFI allows and the one that every tool uses.
pub const ENTRY_COUNT: u32 = 128;
/// Bytes of one entry, likewise the smallest allowed.
const ENTRY_BYTES: u32 = 128;
/// Bytes of the header that its checksum covers (revision 1.0).
const HEADER_BYTES: u32 = 92;
/// UTF-16 code units of a partition name.
const NAME_UNITS: usize = 36;

/// Attribute bit: the platform needs this partition, tools must not delete it.
pub const ATTRIBUTE_REQUIRED: u64 = 1 << 0;
/// Attribute bit: legacy BIOS boot code may start from here.
pub const ATTRIBUTE_LEGACY_BOOT: u64 = 1 << 2;
/// Attribute bit of the Discoverable Partitions Specification: grow the file system to the partition.
pub const ATTRIBUTE_GROW: u64 = 1 << 59;
/// Attribute bit of the Discoverable Partitions Specification: mount read-only.
pub const ATTRIBUTE_READ_ONLY: u64 = 1 << 60;
/// Attribute bit of the Discoverable Partitions Specification: do not mount on its own.
pub const ATTRIBUTE_NO_AUTO: u64 = 1 << 63;

/// A whole GUID partition table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The unit of all LBA values.
    pub sector_size: SectorSize,
    /// Length of the disk; the backup table ends there. What is beyond the last whole sector stays unused.
    pub disk_bytes: u64,
    /// Identifies the disk.
    pub disk_guid: Uuid,
    /// 32-bit id at offset 440, as on MBR disks; 0 for none.
    pub disk_id: u32,
    /// What the MBR in front of the table shows.
    pub first_sector: FirstSector,
    /// The partitions, in any order.
    pub partitions: Vec<Partition>,
}

/// What the MBR in front of a GUID partition table shows to programs that know no GPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FirstSector {
    /// One partition of type 0xee over the whole disk, not active.
    #[default]
    Protective,
    /// The same, marked active: some BIOSes boot only from disks that have an active partition.
    ProtectiveActive,
    /// Up to three partitions of the GPT, for firmware that reads nothing but an MBR, behind one of type 0xee that covers what
    /// is in front of them. No specification knows such a table; it looks as gdisk makes it.
    Hybrid([Option<HybridEntry>; 3]),
}

/// A partition that a hybrid MBR shows, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HybridEntry {
    /// Its number in the GPT.
    pub number: u32,
    /// Type byte in the MBR.
    pub kind: u8,
}

/// One entry of a GUID partition table (UEFI 2.10 table 5-6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Place in the table, from 1; Linux names the device after it.
    pub number: u32,
    /// First sector.
    pub start_lba: u64,
    /// Length in sectors.
    pub sectors: u64,
    /// What the partition is for, see [`crate::guid`].
    pub type_guid: Uuid,
    /// Identifies the partition (`PARTUUID=`).
    pub unique_guid: Uuid,
    /// Name, at most 36 UTF-16 code units (`PARTLABEL=`).
    pub name: String,
    /// Attribute bits, see the constants of this module.
    pub attributes: u64,
}

impl Table {
    /// Number of whole sectors on the disk.
    pub const fn disk_sectors(&self) -> u64 {
        self.disk_bytes / self.sector_size.bytes()
    }

    /// First and last sector that partitions may use; `None` when the disk has no room for the table itself.
    pub fn usable_lbas(&self) -> Option<(u64, u64)> {
        usable_lbas(self.sector_size, self.disk_bytes)
    }

    /// Checks all that the format demands of the partitions.
    pub fn check(&self) -> Result<()> {
        let Some((first, last)) = self.usable_lbas() else {
            return Err(Error::TooSmall {
                what: "the partition table",
                needed: (4 + 2 * entry_sectors(self.sector_size)) * self.sector_size.bytes(),
                available: self.disk_bytes,
            });
        };
        let mut by_start: Vec<&Partition> = self.partitions.iter().collect();
        by_start.sort_by_key(|partition| partition.start_lba);
        for (index, partition) in by_start.iter().enumerate() {
            partition.check(first, last)?;
            for other in &by_start[..index] {
                if other.number == partition.number {
                    return Err(Error::partition(
                        partition.number,
                        "the number is used twice",
                    ));
                }
                if other.unique_guid == partition.unique_guid {
                    let reason = format!("has the same unique GUID as partition {}", other.number);
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
        self.first_sector_entries().map(|_| ())
    }

    /// Writes protective MBR, primary table and backup table into `disk`.
    ///
    /// Boot code in the first 440 bytes is left alone. The disk should be as long as `disk_bytes` already or it grows to it
    /// (a sparse file costs nothing).
    pub fn write<W: Write + Seek + ?Sized>(&self, disk: &mut W) -> Result<()> {
        self.check()?;
        let failed = Error::io("writing the GUID partition table");
        let sector = self.sector_size.bytes();
        let last_lba = self.disk_sectors() - 1;
        let entries = self.encode_entries();
        let entries_crc = crc32fast::hash(&entries);
        let backup_entries_lba = last_lba - entry_sectors(self.sector_size);

        let mut put = |lba: u64, bytes: &[u8]| -> Result<()> {
            disk.seek(SeekFrom::Start(lba * sector)).map_err(&failed)?;
            disk.write_all(bytes).map_err(&failed)
        };
        // The backup goes first: whoever is interrupted in between has an old or no table, never a primary without backup.
        put(backup_entries_lba, &entries)?;
        put(
            last_lba,
            &self.encode_header(last_lba, 1, backup_entries_lba, entries_crc),
        )?;
        put(1, &self.encode_header(1, last_lba, 2, entries_crc))?;
        put(2, &entries)?;
        mbr::write_entries(disk, self.disk_id, &self.first_sector_entries()?)
    }

    fn first_sector_entries(&self) -> Result<[mbr::Entry; 4]> {
        let mut entries = [mbr::Entry::default(); 4];
        entries[0] = mbr::Entry {
            active: self.first_sector == FirstSector::ProtectiveActive,
            kind: 0xee,
            start: 1,
            // A disk of more than 2^32 sectors is shown as long as the field can say.
            sectors: u32::try_from(self.disk_sectors() - 1).unwrap_or(u32::MAX),
            first_chs: [0x00, 0x02, 0x00],
            last_chs: [0xff, 0xff, 0xff],
        };
        let FirstSector::Hybrid(shown) = self.first_sector else {
            return Ok(entries);
        };
        let mut protected = u64::MAX;
        for (slot, shown) in entries[1..].iter_mut().zip(shown.into_iter().flatten()) {
            let partition = self.shown(shown)?;
            *slot = mbr::Entry::absolute(shown.kind, partition.start_lba, partition.sectors);
            protected = protected.min(partition.start_lba - 1);
        }
        if protected < u64::MAX {
            entries[0] = mbr::Entry::absolute(0xee, 1, protected);
        }
        Ok(entries)
    }

    /// Finds a partition of the hybrid MBR.
    fn shown(&self, shown: HybridEntry) -> Result<&Partition> {
        let complain = |reason: &str| Error::partition(shown.number, reason);
        let partition = self
            .partitions
            .iter()
            .find(|partition| partition.number == shown.number)
            .ok_or_else(|| complain("the hybrid MBR shows it, and it does not exist"))?;
        if shown.kind == 0 {
            return Err(complain("the type is 0, which marks unused entries"));
        }
        if partition.start_lba + partition.sectors > u64::from(u32::MAX) {
            return Err(complain("a hybrid MBR cannot show sectors beyond 2^32"));
        }
        Ok(partition)
    }

    fn encode_header(
        &self,
        own_lba: u64,
        other_lba: u64,
        entries_lba: u64,
        entries_crc: u32,
    ) -> Vec<u8> {
        let (first, last) = self
            .usable_lbas()
            .expect("checked before anything is encoded");
        let mut header = Vec::with_capacity(self.sector_size.bytes() as usize);
        header.extend(b"EFI PART");
        header.extend(0x0001_0000_u32.to_le_bytes());
        header.extend(HEADER_BYTES.to_le_bytes());
        header.extend([0; 8]); // checksum (filled in below) and a reserved field
        for lba in [own_lba, other_lba, first, last] {
            header.extend(lba.to_le_bytes());
        }
        header.extend(self.disk_guid.to_bytes_le());
        header.extend(entries_lba.to_le_bytes());
        header.extend(ENTRY_COUNT.to_le_bytes());
        header.extend(ENTRY_BYTES.to_le_bytes());
        header.extend(entries_crc.to_le_bytes());
        let checksum = crc32fast::hash(&header);
        header[16..20].copy_from_slice(&checksum.to_le_bytes());
        header.resize(self.sector_size.bytes() as usize, 0);
        header
    }

    fn encode_entries(&self) -> Vec<u8> {
        let mut entries = vec![0; (ENTRY_COUNT * ENTRY_BYTES) as usize];
        for partition in &self.partitions {
            let at = ((partition.number - 1) * ENTRY_BYTES) as usize;
            entries[at..at + ENTRY_BYTES as usize].copy_from_slice(&partition.encode());
        }
        entries
    }
}

impl Partition {
    fn check(&self, first_usable: u64, last_usable: u64) -> Result<()> {
        let complain = |reason: String| Err(Error::partition(self.number, reason));
        if self.number == 0 || self.number > ENTRY_COUNT {
            return complain(format!("the number must be 1 to {ENTRY_COUNT}"));
        }
        if self.sectors == 0 {
            return complain("is empty".into());
        }
        let end = self.start_lba.checked_add(self.sectors - 1);
        if self.start_lba < first_usable || end.is_none_or(|end| end > last_usable) {
            return complain(format!(
                "{} sectors from sector {} are not within the usable sectors {first_usable} to {last_usable}",
                self.sectors, self.start_lba
            ));
        }
        if self.name.encode_utf16().count() > NAME_UNITS {
            return complain(format!(
                "the name `{}` is longer than {NAME_UNITS} characters",
                self.name
            ));
        }
        if self.type_guid.is_nil() {
            return complain("the type is the nil GUID, which marks unused entries".into());
        }
        Ok(())
    }

    fn encode(&self) -> [u8; ENTRY_BYTES as usize] {
        let mut entry = [0; ENTRY_BYTES as usize];
        entry[..16].copy_from_slice(&self.type_guid.to_bytes_le());
        entry[16..32].copy_from_slice(&self.unique_guid.to_bytes_le());
        entry[32..40].copy_from_slice(&self.start_lba.to_le_bytes());
        entry[40..48].copy_from_slice(&(self.start_lba + self.sectors - 1).to_le_bytes());
        entry[48..56].copy_from_slice(&self.attributes.to_le_bytes());
        for (slot, unit) in entry[56..]
            .chunks_exact_mut(2)
            .zip(self.name.encode_utf16())
        {
            slot.copy_from_slice(&unit.to_le_bytes());
        }
        entry
    }
}

/// Sectors that the entries of one copy of the table take.
const fn entry_sectors(sector_size: SectorSize) -> u64 {
    (ENTRY_COUNT as u64 * ENTRY_BYTES as u64).div_ceil(sector_size.bytes())
}

/// Gives the first and last sector that partitions may use on a disk of `disk_bytes`.
///
/// `None` when there is no room for both copies of the table and one sector between them.
pub const fn usable_lbas(sector_size: SectorSize, disk_bytes: u64) -> Option<(u64, u64)> {
    let entries = entry_sectors(sector_size);
    let first = 2 + entries;
    let Some(after_last) = (disk_bytes / sector_size.bytes()).checked_sub(1 + entries) else {
        return None;
    };
    if after_last > first {
        Some((first, after_last - 1))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guid;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn table(partitions: Vec<Partition>) -> Table {
        Table {
            sector_size: SectorSize::Bytes512,
            disk_bytes: 8 << 20,
            disk_guid: Uuid::from_u128(1),
            disk_id: 0x1122_3344,
            first_sector: FirstSector::Protective,
            partitions,
        }
    }

    fn partition(number: u32, start_lba: u64, sectors: u64) -> Partition {
        Partition {
            number,
            start_lba,
            sectors,
            type_guid: guid::LINUX_DATA,
            unique_guid: Uuid::from_u128(u128::from(number) + 100),
            name: format!("p{number}"),
            attributes: 0,
        }
    }

    #[test]
    fn usable_sectors_leave_room_for_both_copies() {
        let cases = [
            (SectorSize::Bytes512, 1 << 20, Some((34, 2014))),
            (SectorSize::Bytes4096, 1 << 20, Some((6, 250))),
            (SectorSize::Bytes512, 68 * 512, Some((34, 34))),
            (SectorSize::Bytes512, 67 * 512, None),
            (SectorSize::Bytes512, 0, None),
        ];
        for (sector_size, bytes, expected) in cases {
            assert_eq!(
                usable_lbas(sector_size, bytes),
                expected,
                "{sector_size:?} {bytes}"
            );
        }
    }

    #[test]
    fn impossible_tables_are_refused() {
        let long = Partition {
            name: "n".repeat(37),
            ..partition(1, 2048, 1)
        };
        let nil = Partition {
            type_guid: Uuid::nil(),
            ..partition(1, 2048, 1)
        };
        let twin = Partition {
            unique_guid: partition(1, 0, 0).unique_guid,
            ..partition(2, 4096, 1)
        };
        let cases = [
            (
                vec![partition(0, 2048, 1)],
                "partition 0: the number must be",
            ),
            (
                vec![partition(129, 2048, 1)],
                "partition 129: the number must be",
            ),
            (vec![partition(1, 2048, 0)], "partition 1: is empty"),
            (vec![partition(1, 33, 1)], "not within the usable"),
            (vec![partition(1, 16384 - 33, 1)], "not within the usable"),
            (vec![partition(1, 2048, u64::MAX)], "not within the usable"),
            (vec![partition(1, u64::MAX, 2)], "not within the usable"),
            (
                vec![partition(1, 2048, 10), partition(2, 2057, 1)],
                "partition 2: overlaps partition 1",
            ),
            (
                vec![partition(1, 2048, 1), partition(1, 4096, 1)],
                "used twice",
            ),
            (vec![partition(1, 2048, 1), twin], "same unique GUID"),
            (vec![long], "is longer than 36"),
            (vec![nil], "nil GUID"),
        ];
        for (partitions, expected) in cases {
            let error = table(partitions).check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn boot_code_stays() {
        let mut disk = Cursor::new(vec![0xaa; 8 << 20]);
        table(vec![]).write(&mut disk).unwrap();
        let disk = disk.into_inner();
        assert!(disk[..440].iter().all(|byte| *byte == 0xaa));
        assert_eq!(disk[440..444], [0x44, 0x33, 0x22, 0x11]);
        assert_eq!(disk[446..454], [0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff]);
        assert_eq!(disk[510..512], [0x55, 0xaa]);
    }

    #[test]
    fn hybrid_tables_show_up_to_three_partitions() {
        let shown = |number, kind| Some(HybridEntry { number, kind });
        let mut hybrid = Table {
            first_sector: FirstSector::Hybrid([shown(2, 0xef), shown(1, 0x83), None]),
            ..table(vec![partition(1, 2048, 100), partition(2, 4096, 200)])
        };
        let mut disk = Cursor::new(vec![0; 8 << 20]);
        hybrid.write(&mut disk).unwrap();
        let disk = disk.into_inner();
        let entry = |index: usize| {
            let at = 446 + 16 * index;
            let number = |at: usize| u32::from_le_bytes(disk[at..at + 4].try_into().unwrap());
            (disk[at + 4], number(at + 8), number(at + 12))
        };
        assert_eq!(entry(0), (0xee, 1, 2047));
        assert_eq!(entry(1), (0xef, 4096, 200));
        assert_eq!(entry(2), (0x83, 2048, 100));
        assert_eq!(entry(3), (0, 0, 0));
        for (entry, expected) in [
            (shown(7, 0x83), "partition 7: the hybrid MBR shows it"),
            (shown(1, 0), "partition 1: the type is 0"),
        ] {
            hybrid.first_sector = FirstSector::Hybrid([entry, None, None]);
            let error = hybrid.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    proptest! {
        /// Whatever is asked for is written or refused, and both copies agree with what was asked.
        #[test]
        fn both_copies_say_the_same(
            numbers in proptest::collection::btree_set(1_u32..=128, 0..8),
            big in any::<bool>(),
            attributes in any::<u64>(),
            name in "\\PC{0,20}",
        ) {
            let mut table = table(vec![]);
            table.sector_size = if big { SectorSize::Bytes4096 } else { SectorSize::Bytes512 };
            let sector = table.sector_size.bytes() as usize;
            table.partitions = numbers.iter().enumerate().map(|(index, number)| Partition {
                attributes,
                name: name.chars().take(18).collect(),
                ..partition(*number, 64 + index as u64 * 100, 100)
            }).collect();
            let mut disk = Cursor::new(vec![0; table.disk_bytes as usize]);
            table.write(&mut disk).unwrap();
            let disk = disk.into_inner();
            let last = disk.len() - sector;
            let entries = &disk[2 * sector..2 * sector + 16384];
            prop_assert_eq!(entries, &disk[last - 16384..last]);
            for header in [&disk[sector..sector + 92], &disk[last..last + 92]] {
                let mut copy = header.to_vec();
                copy[16..20].fill(0);
                prop_assert_eq!(crc32fast::hash(&copy).to_le_bytes(), &header[16..20]);
                prop_assert_eq!(crc32fast::hash(entries).to_le_bytes(), &header[88..92]);
            }
            for partition in &table.partitions {
                let at = (partition.number as usize - 1) * 128;
                prop_assert_eq!(&entries[at..at + 16], partition.type_guid.to_bytes_le());
                prop_assert_eq!(&entries[at + 32..at + 40], partition.start_lba.to_le_bytes());
                prop_assert_eq!(&entries[at + 48..at + 56], attributes.to_le_bytes());
            }
        }
    }
}
