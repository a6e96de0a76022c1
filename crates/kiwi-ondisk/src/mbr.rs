//! MBR ("msdos") partition tables: the four primary entries, and the chain of logical ones inside an extended one.
//!
//! Specification: UEFI 2.10 §5.2.1 table 5-1 (legacy MBR). The 32-bit disk id at offset 440 is what Linux makes the
//! `PARTUUID` of MBR partitions from. Extended boot records have no specification of their own; they are what every system
//! reads: a first sector with the logical partition, counted from this sector, and the next record, counted from the start of
//! the extended partition.
//!
//! Written by our own hands: the crate `mbrman` leaves the CHS fields empty unless it is given a geometry, computes the place
//! of extended boot records in 32 bits (wrong from 4 GiB on) and rests on an unmaintained serialiser.

use std::io::{Seek, SeekFrom, Write};

use crate::{Error, Result, SectorSize};

/// Where the 32-bit disk id is; the partition entries follow it.
const DISK_ID_OFFSET: u64 = 440;
/// Where the first of the four records is, in an MBR as in an extended boot record.
const ENTRIES_OFFSET: usize = 446;
/// Number of primary entries.
const PRIMARY: u32 = 4;
/// Type of an extended partition.
const EXTENDED: u8 = 0x05;
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
    /// Primary and logical partitions, in any order.
    pub partitions: Vec<Partition>,
    /// The container of the logical partitions, when there are any.
    pub extended: Option<Extended>,
}

/// The primary entry that contains logical partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    /// Place in the table, 1 to 4.
    pub number: u32,
    /// First sector; the first extended boot record lies there.
    pub start_lba: u64,
    /// Length in sectors.
    pub sectors: u64,
}

/// One partition of an MBR partition table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// Place in the table: 1 to 4, or from 5 on inside the extended partition, where numbers follow the places on the disk.
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
        self.check_extended()
    }

    fn check_partition(&self, partition: &Partition) -> Result<()> {
        let number = partition.number;
        let (lowest, rule) = match self.extended {
            None => (1..=PRIMARY, "the number must be 1 to 4"),
            Some(_) => (1..=u32::MAX, "the number must not be 0"),
        };
        if !lowest.contains(&number) {
            return Err(Error::partition(number, rule));
        }
        if partition.kind == 0 {
            return Err(Error::partition(
                number,
                "the type is 0, which marks unused entries",
            ));
        }
        self.check_place(number, partition.start_lba, partition.sectors)
    }

    fn check_place(&self, number: u32, start_lba: u64, sectors: u64) -> Result<()> {
        let complain = |reason: String| Err(Error::partition(number, reason));
        if sectors == 0 {
            return complain("is empty".into());
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

    /// Checks that the extended partition contains the logical ones and no primary one, and has room for the chain.
    fn check_extended(&self) -> Result<()> {
        let Some(extended) = self.extended else {
            return Ok(());
        };
        let complain =
            |number, reason: &str| -> Result<()> { Err(Error::partition(number, reason)) };
        if !(1..=PRIMARY).contains(&extended.number) {
            return complain(
                extended.number,
                "the number of the extended partition must be 1 to 4",
            );
        }
        self.check_place(extended.number, extended.start_lba, extended.sectors)?;
        let end = extended.start_lba + extended.sectors;
        for partition in self.partitions.iter().filter(|it| it.number <= PRIMARY) {
            if partition.number == extended.number {
                return complain(
                    partition.number,
                    "the number is that of the extended partition",
                );
            }
            if partition.start_lba < end
                && extended.start_lba < partition.start_lba + partition.sectors
            {
                return complain(partition.number, "overlaps the extended partition");
            }
        }
        for (index, logical) in self.logical().iter().enumerate() {
            let partition = logical.partition;
            if usize::try_from(partition.number).ok() != Some(PRIMARY as usize + 1 + index) {
                return complain(
                    partition.number,
                    "logical partitions are numbered from 5 on, as they lie on the disk",
                );
            }
            if partition.start_lba < extended.start_lba
                || partition.start_lba + partition.sectors > end
            {
                return complain(partition.number, "is not within the extended partition");
            }
            if logical.record_lba >= partition.start_lba {
                return complain(
                    partition.number,
                    "leaves no sector free for the record in front of it",
                );
            }
        }
        Ok(())
    }

    /// The logical partitions as they lie on the disk, with the places of their records: right behind what is in front.
    fn logical(&self) -> Vec<Logical> {
        let Some(extended) = self.extended else {
            return Vec::new();
        };
        let mut partitions: Vec<Partition> = self
            .partitions
            .iter()
            .filter(|partition| partition.number > PRIMARY)
            .copied()
            .collect();
        partitions.sort_by_key(|partition| partition.start_lba);
        let mut record_lba = extended.start_lba;
        partitions
            .into_iter()
            .map(|partition| {
                let logical = Logical {
                    record_lba,
                    partition,
                };
                record_lba = partition.start_lba + partition.sectors;
                logical
            })
            .collect()
    }

    /// Writes disk id, entries and signature into the first sector of `disk`, and the records of logical partitions.
    ///
    /// Boot code in the first 440 bytes is left alone.
    pub fn write<W: Write + Seek + ?Sized>(&self, disk: &mut W) -> Result<()> {
        self.check()?;
        let mut entries = [Entry::default(); 4];
        for partition in self.partitions.iter().filter(|it| it.number <= PRIMARY) {
            entries[partition.number as usize - 1] = Entry {
                active: partition.active,
                ..Entry::absolute(partition.kind, partition.start_lba, partition.sectors)
            };
        }
        if let Some(extended) = self.extended {
            entries[extended.number as usize - 1] =
                Entry::absolute(EXTENDED, extended.start_lba, extended.sectors);
            self.write_records(disk, extended)?;
        }
        write_entries(disk, self.disk_id, &entries)
    }

    /// Writes the chain of extended boot records. One is there even when there are no logical partitions: it is empty then.
    fn write_records<W: Write + Seek + ?Sized>(
        &self,
        disk: &mut W,
        extended: Extended,
    ) -> Result<()> {
        let logical = self.logical();
        let mut put = |record_lba: u64, entries: [Entry; 4]| -> Result<()> {
            let mut record = vec![0; ENTRIES_OFFSET];
            encode_entries(&entries, &mut record);
            // The rest of a large sector stays as it is: zero, in a new image.
            disk.seek(SeekFrom::Start(record_lba * self.sector_size.bytes()))
                .and_then(|_| disk.write_all(&record))
                .map_err(Error::io("writing an extended boot record"))
        };
        if logical.is_empty() {
            put(extended.start_lba, [Entry::default(); 4])?;
        }
        for (index, this) in logical.iter().enumerate() {
            let Partition {
                start_lba, sectors, ..
            } = this.partition;
            let mut entries = [Entry::default(); 4];
            entries[0] = Entry {
                active: this.partition.active,
                start: (start_lba - this.record_lba) as u32,
                ..Entry::absolute(this.partition.kind, start_lba, sectors)
            };
            if let Some(next) = logical.get(index + 1) {
                let end = next.partition.start_lba + next.partition.sectors;
                entries[1] = Entry {
                    start: (next.record_lba - extended.start_lba) as u32,
                    ..Entry::absolute(EXTENDED, next.record_lba, end - next.record_lba)
                };
            }
            put(this.record_lba, entries)?;
        }
        Ok(())
    }
}

/// A logical partition and where the record in front of it lies.
struct Logical {
    record_lba: u64,
    partition: Partition,
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

impl Entry {
    /// The record of a partition that starts at a sector of the disk; the caller knows that both numbers fit.
    pub(crate) fn absolute(kind: u8, start_lba: u64, sectors: u64) -> Self {
        Self {
            active: false,
            kind,
            start: start_lba as u32,
            sectors: sectors as u32,
            first_chs: chs(start_lba),
            last_chs: chs(start_lba + sectors - 1),
        }
    }
}

/// Appends four records and the signature.
fn encode_entries(entries: &[Entry; 4], bytes: &mut Vec<u8>) {
    for entry in entries {
        bytes.push(if entry.active { 0x80 } else { 0 });
        bytes.extend(entry.first_chs);
        bytes.push(entry.kind);
        bytes.extend(entry.last_chs);
        bytes.extend(entry.start.to_le_bytes());
        bytes.extend(entry.sectors.to_le_bytes());
    }
    bytes.extend([0x55, 0xaa]);
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
    encode_entries(entries, &mut bytes);
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
mod tests;
