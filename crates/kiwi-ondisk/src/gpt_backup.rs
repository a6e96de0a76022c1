//! Moves the backup of a GUID partition table to the end of a disk that grew.
//!
//! Specification: UEFI 2.10 §5.2.3 and §5.3. Entries, identifiers and boot code stay as they are, whatever wrote them; only what
//! says where the disk ends is changed.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::{Error, Result, SectorSize};

const SIGNATURE: &[u8; 8] = b"EFI PART";
/// Bytes of a header of revision 1.0, and the most that a checksum may cover.
const HEADER_BYTES: usize = 92;
/// Fields of the header.
const CHECKSUM: usize = 16;
const OWN_LBA: usize = 24;
const OTHER_LBA: usize = 32;
const LAST_USABLE: usize = 48;
const ENTRIES_LBA: usize = 72;
const ENTRY_COUNT: usize = 80;
const ENTRY_BYTES: usize = 84;
const ENTRIES_CHECKSUM: usize = 88;
/// No table is larger; a number beyond is a broken one.
const LARGEST_TABLE: u64 = 1 << 20;
/// Where the four records of the MBR begin, and their length.
const MBR_RECORDS: usize = 446;
const MBR_RECORD_BYTES: usize = 16;
/// Type of the record that protects a GUID partition table.
const PROTECTIVE: u8 = 0xee;

/// Moves the backup to the end of a disk that has `disk_bytes` now.
///
/// Returns the size of the disk's sectors, which is found by where the table is; `None` when there is no GUID partition table,
/// which needs nothing.
///
/// # Errors
/// The table is damaged, or the disk ends before the last partition does.
pub fn relocate<D: Read + Write + Seek + ?Sized>(
    disk: &mut D,
    disk_bytes: u64,
) -> Result<Option<SectorSize>> {
    for sector_size in [SectorSize::Bytes512, SectorSize::Bytes4096] {
        if let Some(header) = read_header(disk, sector_size)? {
            move_backup(disk, header, sector_size, disk_bytes)?;
            return Ok(Some(sector_size));
        }
    }
    Ok(None)
}

fn read_header<D: Read + Seek + ?Sized>(
    disk: &mut D,
    sector_size: SectorSize,
) -> Result<Option<Vec<u8>>> {
    let mut header = vec![0; sector_size.bytes() as usize];
    match read(disk, sector_size.bytes(), &mut header) {
        Ok(()) => Ok(Some(header).filter(|header| header.starts_with(SIGNATURE))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(Error::io("reading the GUID partition table")(error)),
    }
}

fn move_backup<D: Read + Write + Seek + ?Sized>(
    disk: &mut D,
    mut header: Vec<u8>,
    sector_size: SectorSize,
    disk_bytes: u64,
) -> Result<()> {
    let reading = Error::io("reading the GUID partition table");
    let sector = sector_size.bytes();
    if number(&header, CHECKSUM, 4) != u64::from(checksum(&header)) {
        return Err(damaged("the checksum of its header is wrong"));
    }
    let table_bytes = number(&header, ENTRY_COUNT, 4) * number(&header, ENTRY_BYTES, 4);
    if !(1..=LARGEST_TABLE).contains(&table_bytes) {
        return Err(damaged("the number of its entries makes no sense"));
    }
    let mut entries = vec![0; table_bytes as usize];
    read(
        disk,
        number(&header, ENTRIES_LBA, 8).saturating_mul(sector),
        &mut entries,
    )
    .map_err(&reading)?;
    if number(&header, ENTRIES_CHECKSUM, 4) != u64::from(crc32fast::hash(&entries)) {
        return Err(damaged("the checksum of its entries is wrong"));
    }
    let entry_bytes = number(&header, ENTRY_BYTES, 4) as usize;
    let last_used = entries
        .chunks_exact(entry_bytes)
        .filter(|entry| entry.len() >= 48 && entry[..16].iter().any(|byte| *byte != 0))
        .map(|entry| number(entry, 40, 8))
        .max()
        .unwrap_or(0);
    let table_sectors = table_bytes.div_ceil(sector);
    let last = (disk_bytes / sector)
        .checked_sub(table_sectors + 2)
        .filter(|last_usable| *last_usable >= last_used)
        .ok_or(Error::TooSmall {
            what: "the partition table",
            needed: (last_used + table_sectors + 2) * sector,
            available: disk_bytes,
        })?
        + table_sectors
        + 1;

    let old_last = number(&header, OTHER_LBA, 8);
    set(&mut header, OTHER_LBA, last);
    set(&mut header, LAST_USABLE, last - table_sectors - 1);
    let mut backup = header.clone();
    set(&mut backup, OWN_LBA, last);
    set(&mut backup, OTHER_LBA, 1);
    set(&mut backup, ENTRIES_LBA, last - table_sectors);
    let mut mbr = vec![0; 512];
    read(disk, 0, &mut mbr).map_err(&reading)?;
    protect(&mut mbr, old_last, last);
    entries.resize((table_sectors * sector) as usize, 0);

    let mut put = |lba: u64, bytes: &[u8]| {
        disk.seek(SeekFrom::Start(lba * sector))
            .and_then(|_| disk.write_all(bytes))
            .map_err(Error::io("writing the GUID partition table"))
    };
    // As when the table is made, the backup goes first.
    put(last - table_sectors, &entries)?;
    put(last, &with_checksum(backup))?;
    put(1, &with_checksum(header))?;
    put(0, &mbr)?;
    // An old backup in the middle of the disk might be found one day.
    if old_last > last_used && old_last < last - table_sectors {
        put(old_last, &vec![0; sector as usize])?;
    }
    Ok(())
}

/// Makes the record that protects the table as long as the disk; those of hybrid tables end where they did.
fn protect(mbr: &mut [u8], old_last: u64, last: u64) {
    let shown = |sectors: u64| u32::try_from(sectors).unwrap_or(u32::MAX);
    for record in mbr[MBR_RECORDS..][..4 * MBR_RECORD_BYTES].chunks_exact_mut(MBR_RECORD_BYTES) {
        let whole_disk =
            number(record, 8, 4) == 1 && number(record, 12, 4) == u64::from(shown(old_last));
        if record[4] == PROTECTIVE && whole_disk {
            record[12..16].copy_from_slice(&shown(last).to_le_bytes());
        }
    }
}

fn read<D: Read + Seek + ?Sized>(disk: &mut D, place: u64, bytes: &mut [u8]) -> io::Result<()> {
    disk.seek(SeekFrom::Start(place))?;
    disk.read_exact(bytes)
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let mut number = [0; 8];
    number[..length].copy_from_slice(&bytes[at..at + length]);
    u64::from_le_bytes(number)
}

fn set(header: &mut [u8], at: usize, value: u64) {
    header[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

fn checksum(header: &[u8]) -> u32 {
    let mut copy = header[..HEADER_BYTES].to_vec();
    copy[CHECKSUM..CHECKSUM + 4].fill(0);
    crc32fast::hash(&copy)
}

fn with_checksum(mut header: Vec<u8>) -> Vec<u8> {
    let checksum = checksum(&header);
    header[CHECKSUM..CHECKSUM + 4].copy_from_slice(&checksum.to_le_bytes());
    header
}

fn damaged(reason: &str) -> Error {
    Error::Malformed {
        what: "the GUID partition table",
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpt::{FirstSector, Partition, Table};
    use crate::guid;
    use proptest::prelude::*;
    use std::io::Cursor;
    use uuid::Uuid;

    const MIB: u64 = 1 << 20;

    fn table(sector_size: SectorSize, disk_bytes: u64) -> Table {
        let partition = |number, start_lba, sectors| Partition {
            number,
            start_lba,
            sectors,
            type_guid: guid::LINUX_DATA,
            unique_guid: Uuid::from_u128(u128::from(number)),
            name: "data".into(),
            attributes: 0,
        };
        Table {
            sector_size,
            disk_bytes,
            disk_guid: Uuid::from_u128(7),
            disk_id: 0x0102_0304,
            first_sector: FirstSector::ProtectiveActive,
            partitions: vec![partition(1, 256, 64), partition(3, 512, 100)],
        }
    }

    fn written(sector_size: SectorSize, disk_bytes: u64) -> Cursor<Vec<u8>> {
        let mut disk = Cursor::new(vec![0; disk_bytes as usize]);
        table(sector_size, disk_bytes).write(&mut disk).unwrap();
        disk
    }

    #[test]
    fn a_grown_disk_has_the_table_of_a_new_one() {
        for sector_size in [SectorSize::Bytes512, SectorSize::Bytes4096] {
            let mut disk = written(sector_size, 8 * MIB);
            disk.get_mut().resize(13 * MIB as usize + 512, 0);
            let bytes = disk.get_ref().len() as u64;
            assert_eq!(relocate(&mut disk, bytes).unwrap(), Some(sector_size));
            let expected = written(sector_size, bytes);
            let old_entries = 8 * MIB as usize - 16384 - sector_size.bytes() as usize;
            let mut found = disk.into_inner();
            found[old_entries..8 * MIB as usize].fill(0);
            assert!(found == expected.into_inner(), "{sector_size:?}");
        }
    }

    #[test]
    fn what_has_no_table_stays() {
        let mut disk = Cursor::new(vec![5; 3 * MIB as usize]);
        assert_eq!(relocate(&mut disk, 4 * MIB).unwrap(), None);
        assert!(disk.into_inner().iter().all(|byte| *byte == 5));
        assert_eq!(relocate(&mut Cursor::new(vec![1]), 1).unwrap(), None);
    }

    #[test]
    fn partitions_must_stay_within_the_disk() {
        let mut disk = written(SectorSize::Bytes512, 8 * MIB);
        let error = relocate(&mut disk, 612 * 512).unwrap_err().to_string();
        assert!(error.contains("needs"), "{error}");
        assert!(relocate(&mut disk, (611 + 1 + 33) * 512).is_ok());
    }

    proptest! {
        /// Whatever is damaged is noticed, or is outside of what the table says.
        #[test]
        fn damage_does_not_spread(place in 512_usize..17408, change in 1_u8..) {
            let mut disk = written(SectorSize::Bytes512, 8 * MIB);
            disk.get_mut()[place] ^= change;
            disk.get_mut().resize(9 * MIB as usize, 0);
            let outcome = relocate(&mut disk, 9 * MIB);
            let harmless = (512 + HEADER_BYTES..1024).contains(&place);
            let no_table = (512..520).contains(&place);
            if no_table {
                prop_assert_eq!(outcome.unwrap(), None);
            } else {
                prop_assert_eq!(outcome.is_ok(), harmless);
            }
        }
    }
}
