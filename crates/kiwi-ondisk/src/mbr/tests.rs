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
        extended: None,
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

fn extended(partitions: Vec<Partition>, extended: Extended) -> Table {
    Table {
        extended: Some(extended),
        ..table(1 << 30, partitions)
    }
}

const CONTAINER: Extended = Extended {
    number: 4,
    start_lba: 10_000,
    sectors: 90_000,
};

#[test]
fn impossible_chains_are_refused() {
    for (partitions, container, expected) in [
        (
            vec![partition(4, 2048, 1)],
            CONTAINER,
            "that of the extended partition",
        ),
        (
            vec![partition(1, 99_999, 1)],
            CONTAINER,
            "partition 1: overlaps the extended",
        ),
        (
            vec![partition(6, 20_000, 1)],
            CONTAINER,
            "are numbered from 5 on",
        ),
        (
            vec![partition(6, 20_000, 1), partition(5, 30_000, 1)],
            CONTAINER,
            "are numbered from 5 on",
        ),
        (
            vec![partition(5, 9000, 1)],
            CONTAINER,
            "not within the extended",
        ),
        (
            vec![partition(5, 99_999, 2)],
            CONTAINER,
            "not within the extended",
        ),
        (
            vec![partition(5, 10_000, 1)],
            CONTAINER,
            "leaves no sector free",
        ),
        (
            vec![partition(5, 20_000, 10), partition(6, 20_010, 1)],
            CONTAINER,
            "partition 6: leaves no sector free",
        ),
        (
            vec![],
            Extended {
                number: 5,
                ..CONTAINER
            },
            "must be 1 to 4",
        ),
        (
            vec![],
            Extended {
                sectors: 1 << 30,
                ..CONTAINER
            },
            "not within the disk",
        ),
    ] {
        let error = extended(partitions, container)
            .check()
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
}

proptest! {
    /// Whoever follows the chain as every reader does finds the partitions that were asked for.
    #[test]
    fn the_chain_leads_to_every_logical_partition(
        sizes in proptest::collection::vec((1_u64..50, 1_u64..1000), 0..20),
        big in any::<bool>(),
    ) {
        let sector_size = if big { SectorSize::Bytes4096 } else { SectorSize::Bytes512 };
        let mut at = CONTAINER.start_lba;
        let mut partitions = vec![partition(1, 64, 100)];
        for (index, (gap, sectors)) in sizes.iter().enumerate() {
            at += gap;
            partitions.push(partition(5 + index as u32, at, *sectors));
            at += sectors;
        }
        let table = Table { sector_size, ..extended(partitions.clone(), CONTAINER) };
        let mut disk = Cursor::new(Vec::new());
        table.write(&mut disk).unwrap();
        let disk = disk.into_inner();

        let entry = |lba: u64, index: usize| {
            let at = lba as usize * sector_size.bytes() as usize + 446 + index * 16;
            let number = |at: usize| u64::from(u32::from_le_bytes(disk[at..at + 4].try_into().unwrap()));
            (disk[at + 4], number(at + 8), number(at + 12))
        };
        prop_assert_eq!(entry(0, 3), (0x05, CONTAINER.start_lba, CONTAINER.sectors));
        let mut found = Vec::new();
        let mut record = CONTAINER.start_lba;
        loop {
            let at = record as usize * sector_size.bytes() as usize;
            prop_assert_eq!(&disk[at + 510..at + 512], [0x55, 0xaa]);
            let (kind, start, sectors) = entry(record, 0);
            if kind != 0 {
                found.push(Partition { kind, ..partition(5 + found.len() as u32, record + start, sectors) });
            }
            let (kind, next, sectors) = entry(record, 1);
            if kind == 0 {
                break;
            }
            prop_assert_eq!(kind, 0x05);
            prop_assert!(next + sectors <= CONTAINER.sectors);
            record = CONTAINER.start_lba + next;
        }
        prop_assert_eq!(found, &partitions[1..]);
    }
}
