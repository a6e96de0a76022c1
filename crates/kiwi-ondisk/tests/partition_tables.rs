//! sgdisk, sfdisk and fdisk read the partition tables that we write.
#![allow(clippy::unwrap_used)]

mod judge;

use std::fs::File;

use judge::{judge, second_opinion, verdict};
use kiwi_ondisk::{SectorSize, gpt, guid, mbr};
use serde_json::{Value, json};
use uuid::Uuid;

const MIB: u64 = 1 << 20;

fn gpt_table(sector_size: SectorSize) -> gpt::Table {
    let per_mib = MIB / sector_size.bytes();
    let kinds = [
        (1, "p.legacy", guid::BIOS_BOOT, 1, 2),
        (2, "p.UEFI", guid::EFI_SYSTEM, 3, 20),
        (3, "p.swap", guid::LINUX_SWAP, 23, 1),
        (
            7,
            "p.lxroot",
            guid::discoverable("root", "x86_64").unwrap(),
            24,
            39,
        ),
    ];
    gpt::Table {
        sector_size,
        disk_bytes: 64 * MIB,
        disk_guid: Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        disk_id: 0x0a0b_0c0d,
        first_sector: gpt::FirstSector::Protective,
        partitions: kinds
            .into_iter()
            .map(|(number, name, type_guid, start, length)| gpt::Partition {
                number,
                start_lba: start * per_mib,
                sectors: length * per_mib,
                type_guid,
                unique_guid: Uuid::from_u128(0x1000 + u128::from(number)),
                name: name.into(),
                attributes: if number == 7 { gpt::ATTRIBUTE_GROW } else { 0 },
            })
            .collect(),
    }
}

fn new_disk(bytes: u64) -> tempfile::NamedTempFile {
    let disk = tempfile::NamedTempFile::new().unwrap();
    disk.as_file().set_len(bytes).unwrap();
    disk
}

#[test]
fn sgdisk_finds_no_problem() {
    let Some(mut sgdisk) = judge("sgdisk", "gdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    gpt_table(SectorSize::Bytes512)
        .write(disk.as_file_mut())
        .unwrap();
    let said = verdict(sgdisk.arg("-v").arg(disk.path()));
    assert!(said.contains("No problems found"), "{said}");
    assert!(!said.contains("Caution"), "{said}");
}

#[test]
fn sfdisk_reads_back_what_was_asked() {
    let Some(mut sfdisk) = judge("sfdisk", "fdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    gpt_table(SectorSize::Bytes512)
        .write(disk.as_file_mut())
        .unwrap();
    let said: Value = serde_json::from_str(&verdict(sfdisk.arg("-J").arg(disk.path()))).unwrap();
    let table = &said["partitiontable"];
    assert_eq!(table["label"], "gpt");
    assert_eq!(table["id"], "01234567-89AB-CDEF-0123-456789ABCDEF");
    assert_eq!(
        (&table["firstlba"], &table["lastlba"]),
        (&json!(34), &json!(131_038))
    );
    let root = table["partitions"].as_array().unwrap().last().unwrap();
    assert!(root["node"].as_str().unwrap().ends_with('7'));
    assert_eq!(root["start"], 24 * 2048);
    assert_eq!(root["size"], 39 * 2048);
    assert_eq!(root["type"], "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709");
    assert_eq!(root["uuid"], "00000000-0000-0000-0000-000000001007");
    assert_eq!(root["name"], "p.lxroot");
    assert_eq!(root["attrs"], "GUID:59");
    let said = verdict(
        judge("sfdisk", "fdisk")
            .unwrap()
            .arg("--verify")
            .arg(disk.path()),
    );
    assert!(said.contains("No errors detected"), "{said}");
}

#[test]
fn fdisk_reads_tables_of_4096_byte_sectors() {
    let Some(mut fdisk) = judge("fdisk", "fdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    gpt_table(SectorSize::Bytes4096)
        .write(disk.as_file_mut())
        .unwrap();
    let listing = ["-b", "4096", "-l", "-o", "Start,Sectors,Name"];
    let output = fdisk.args(listing).arg(disk.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("Disklabel type: gpt"), "{said}");
    let rows: Vec<Vec<&str>> = said
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(rows.contains(&vec!["6144", "9984", "p.lxroot"]), "{said}");
}

#[test]
fn sfdisk_reads_back_an_mbr() {
    let Some(mut sfdisk) = judge("sfdisk", "fdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    let partition = |number, start_lba, sectors, kind, active| mbr::Partition {
        number,
        start_lba,
        sectors,
        kind,
        active,
    };
    let table = mbr::Table {
        sector_size: SectorSize::Bytes512,
        disk_bytes: 64 * MIB,
        disk_id: 0x0a0b_0c0d,
        partitions: vec![
            partition(1, 2048, 4096, 0x82, false),
            partition(2, 6144, 131_072 - 6144, 0x83, true),
        ],
        extended: None,
    };
    table.write(disk.as_file_mut()).unwrap();
    let said: Value = serde_json::from_str(&verdict(sfdisk.arg("-J").arg(disk.path()))).unwrap();
    let read = &said["partitiontable"];
    assert_eq!(
        (&read["label"], &read["id"]),
        (&json!("dos"), &json!("0x0a0b0c0d"))
    );
    let root = &read["partitions"][1];
    assert_eq!(
        (
            &root["start"],
            &root["size"],
            &root["type"],
            &root["bootable"]
        ),
        (
            &json!(6144),
            &json!(131_072 - 6144),
            &json!("83"),
            &json!(true)
        )
    );
    let said = verdict(
        judge("sfdisk", "fdisk")
            .unwrap()
            .arg("--verify")
            .arg(disk.path()),
    );
    assert!(said.contains("No errors detected"), "{said}");
}

fn extended_table(sector_size: SectorSize) -> mbr::Table {
    let per_mib = MIB / sector_size.bytes();
    let partition = |number, start: u64, length: u64, kind| mbr::Partition {
        number,
        start_lba: start * per_mib,
        sectors: length * per_mib,
        kind,
        active: number == 1,
    };
    mbr::Table {
        sector_size,
        disk_bytes: 64 * MIB,
        disk_id: 0x0a0b_0c0d,
        partitions: vec![
            partition(1, 1, 4, 0x83),
            partition(2, 5, 4, 0x82),
            partition(3, 9, 1, 0xfd),
            partition(5, 11, 10, 0x83),
            partition(6, 22, 10, 0x8e),
            partition(7, 33, 31, 0x83),
        ],
        extended: Some(mbr::Extended {
            number: 4,
            start_lba: 10 * per_mib,
            sectors: 54 * per_mib,
        }),
    }
}

#[test]
fn sfdisk_reads_logical_partitions() {
    let Some(mut sfdisk) = judge("sfdisk", "fdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    extended_table(SectorSize::Bytes512)
        .write(disk.as_file_mut())
        .unwrap();
    let said: Value = serde_json::from_str(&verdict(sfdisk.arg("-J").arg(disk.path()))).unwrap();
    let read: Vec<_> = said["partitiontable"]["partitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let number = row["node"].as_str().unwrap().chars().next_back().unwrap();
            let mib = |name: &str| row[name].as_u64().unwrap() / 2048;
            let kind = row["type"].as_str().unwrap().to_owned();
            (number, mib("start"), mib("size"), kind)
        })
        .collect();
    let expected = [
        ('1', 1, 4, "83"),
        ('2', 5, 4, "82"),
        ('3', 9, 1, "fd"),
        ('4', 10, 54, "5"),
        ('5', 11, 10, "83"),
        ('6', 22, 10, "8e"),
        ('7', 33, 31, "83"),
    ];
    assert_eq!(
        read,
        expected.map(|(number, start, size, kind)| (number, start, size, kind.to_owned()))
    );
    let said = verdict(
        judge("sfdisk", "fdisk")
            .unwrap()
            .arg("--verify")
            .arg(disk.path()),
    );
    assert!(said.contains("No errors detected"), "{said}");
}

#[test]
fn fdisk_reads_logical_partitions_in_4096_byte_sectors() {
    let Some(mut fdisk) = judge("fdisk", "fdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    extended_table(SectorSize::Bytes4096)
        .write(disk.as_file_mut())
        .unwrap();
    let said = verdict(
        fdisk
            .args(["-b", "4096", "-l", "-o", "Start,Sectors,Id"])
            .arg(disk.path()),
    );
    for row in [
        ["256", "1024", "83"],
        ["2560", "13824", "5"],
        ["2816", "2560", "83"],
        ["5632", "2560", "8e"],
        ["8448", "7936", "83"],
    ] {
        let found = said
            .lines()
            .any(|line| line.split_whitespace().eq(row.iter().copied()));
        assert!(found, "{row:?}\n{said}");
    }
}

#[test]
fn sgdisk_reads_hybrid_tables() {
    let Some(mut sgdisk) = judge("sgdisk", "gdisk") else {
        return;
    };
    let mut disk = new_disk(64 * MIB);
    let shown = |number, kind| Some(gpt::HybridEntry { number, kind });
    gpt::Table {
        first_sector: gpt::FirstSector::Hybrid([shown(1, 0xda), shown(2, 0xef), shown(3, 0x82)]),
        ..gpt_table(SectorSize::Bytes512)
    }
    .write(disk.as_file_mut())
    .unwrap();
    let said = verdict(sgdisk.arg("-v").arg(disk.path()));
    assert!(said.contains("No problems found"), "{said}");
    // Read as an MBR, it has the partitions, too.
    let said = verdict(
        judge("sfdisk", "fdisk")
            .unwrap()
            .args(["--dump", "-Y", "dos"])
            .arg(disk.path()),
    );
    for part in [
        "start=           1, size=        2047, type=ee",
        "start=        2048, size=        4096, type=da",
        "start=        6144, size=       40960, type=ef",
        "start=       47104, size=        2048, type=82",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn equal_input_gives_equal_bytes() {
    let write = |table: &mbr::Table| {
        let mut disk = std::io::Cursor::new(Vec::new());
        table.write(&mut disk).unwrap();
        disk.into_inner()
    };
    let table = extended_table(SectorSize::Bytes512);
    assert_eq!(write(&table), write(&table));
    let write = || {
        let mut disk = std::io::Cursor::new(Vec::new());
        gpt_table(SectorSize::Bytes512).write(&mut disk).unwrap();
        disk.into_inner()
    };
    assert_eq!(write(), write());
    assert_eq!(write().len() as u64, 64 * MIB);
}

#[test]
fn discoverable_types_are_those_of_systemd() {
    let Some(mut id128) = second_opinion("systemd-id128", "systemd") else {
        return;
    };
    let said = verdict(id128.args(["show", "--uuid"]));
    let names = [
        ("x86_64", "x86-64"),
        ("i686", "x86"),
        ("aarch64", "arm64"),
        ("armv7l", "arm"),
        ("riscv64", "riscv64"),
        ("loongarch64", "loongarch64"),
        ("ppc64le", "ppc64-le"),
        ("ppc64", "ppc64"),
        ("s390x", "s390x"),
    ];
    let of_systemd = |name: &str| {
        let line = said
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name));
        line.map(|line| line.split_whitespace().last().unwrap().to_owned())
    };
    for (arch, theirs) in names {
        for (ours, name) in [
            ("root", format!("root-{theirs}")),
            ("usr", format!("usr-{theirs}")),
            ("root-verity", format!("root-{theirs}-verity")),
            ("usr-verity", format!("usr-{theirs}-verity")),
        ] {
            let expected = of_systemd(&name).unwrap_or_else(|| panic!("{name} is unknown\n{said}"));
            assert_eq!(
                guid::discoverable(ours, arch).unwrap().to_string(),
                expected,
                "{name}"
            );
        }
    }
    for name in [
        "esp",
        "xbootldr",
        "swap",
        "home",
        "srv",
        "var",
        "tmp",
        "user-home",
        "linux-generic",
    ] {
        let ours = guid::discoverable(name, "").unwrap().to_string();
        assert_eq!(Some(ours), of_systemd(name), "{name}");
    }
}

#[test]
fn a_file_shorter_than_the_disk_grows() {
    let mut file: File = tempfile::tempfile().unwrap();
    gpt_table(SectorSize::Bytes512).write(&mut file).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 64 * MIB);
}
