//! mdadm, libblkid and GRUB read the RAID members that we write.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use judge::{judge, second_opinion, verdict};
use kiwi_ondisk::md::{Array, CHUNK_BYTES, DATA_OFFSET, Level};
use proptest::prelude::*;
use uuid::uuid;

/// Not a multiple of a chunk, a page or a sector.
const BYTES: u64 = (64 << 20) + 5000;

fn array(level: Level) -> Array {
    Array {
        level,
        name: "any:0".into(),
        uuid: uuid!("01234567-89ab-cdef-fedc-ba9876543210"),
        member_uuid: uuid!("f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f"),
        creation_time: 1_700_000_000,
    }
}

/// A file that is a member as a whole.
struct Disk {
    _directory: tempfile::TempDir,
    path: PathBuf,
    file: File,
}

fn disk(array: &Array, bytes: u64) -> Disk {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("member");
    let file = File::create_new(&path).unwrap();
    file.set_len(bytes).unwrap();
    array.write(&file, 0, bytes).unwrap();
    Disk {
        _directory: directory,
        path,
        file,
    }
}

/// Lets mdadm examine a member, and gives what it says as values by name.
fn examine(path: &Path, arguments: &[&str]) -> Option<BTreeMap<String, String>> {
    let mut mdadm = judge("mdadm", "mdadm")?;
    // The settings of this machine stay out of it.
    mdadm.args(["--examine", "--config", "none"]);
    let said = verdict(mdadm.args(arguments).arg(path).env("TZ", "UTC"));
    let separator = if arguments.is_empty() { " : " } else { "=" };
    let row = |line: &str| {
        let (name, value) = line.split_once(separator)?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    Some(said.lines().filter_map(row).collect())
}

fn compare(found: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        let said = found.get(*name).map(String::as_str);
        assert_eq!(said, Some(*value), "{name} in {found:#?}");
    }
}

const EVERY_ARRAY: [(&str, &str); 14] = [
    ("Magic", "a92b4efc"),
    ("Version", "1.2"),
    ("Feature Map", "0x0"),
    ("Array UUID", "01234567:89abcdef:fedcba98:76543210"),
    ("Name", "any:0"),
    ("Creation Time", "Tue Nov 14 22:13:20 2023"),
    ("Update Time", "Tue Nov 14 22:13:20 2023"),
    ("Data Offset", "4096 sectors"),
    ("Super Offset", "8 sectors"),
    ("State", "clean"),
    ("Device UUID", "f0e1d2c3:b4a59687:78695a4b:3c2d1e0f"),
    (
        "Bad Block Log",
        "512 entries available at offset 72 sectors",
    ),
    ("Events", "0"),
    ("Device Role", "Active device 0"),
];

#[test]
fn mdadm_examines_a_mirror() {
    let disk = disk(&array(Level::Mirroring), BYTES);
    let Some(found) = examine(&disk.path, &[]) else {
        return;
    };
    compare(&found, &EVERY_ARRAY);
    compare(
        &found,
        &[
            ("Raid Level", "raid1"),
            ("Raid Devices", "2"),
            (
                "Array State",
                "A. ('A' == active, '.' == missing, 'R' == replacing)",
            ),
        ],
    );
    let data = array(Level::Mirroring).data_bytes(BYTES).unwrap();
    let sizes = [
        ("Avail Dev Size", (BYTES - DATA_OFFSET) / 512),
        ("Used Dev Size", data / 512),
        ("Array Size", data / 1024),
    ];
    for (name, value) in sizes {
        assert!(
            found[name].starts_with(&format!("{value} ")),
            "{name} in {found:#?}"
        );
    }
    assert!(found["Checksum"].ends_with("- correct"), "{found:#?}");
}

#[test]
fn mdadm_examines_a_stripe() {
    let disk = disk(&array(Level::Striping), BYTES);
    let Some(found) = examine(&disk.path, &[]) else {
        return;
    };
    compare(&found, &EVERY_ARRAY);
    compare(
        &found,
        &[
            ("Raid Level", "raid0"),
            ("Raid Devices", "1"),
            ("Chunk Size", "512K"),
            (
                "Array State",
                "A ('A' == active, '.' == missing, 'R' == replacing)",
            ),
        ],
    );
    let available = format!("{} ", (BYTES - DATA_OFFSET) / 512);
    assert!(
        found["Avail Dev Size"].starts_with(&available),
        "{found:#?}"
    );
    assert!(found["Checksum"].ends_with("- correct"), "{found:#?}");
}

#[test]
fn mdadm_exports_what_scripts_ask_for() {
    for (level, name, devices) in [
        (Level::Mirroring, "raid1", "2"),
        (Level::Striping, "raid0", "1"),
    ] {
        let disk = disk(&array(level), BYTES);
        let Some(found) = examine(&disk.path, &["--export"]) else {
            return;
        };
        compare(
            &found,
            &[
                ("MD_LEVEL", name),
                ("MD_DEVICES", devices),
                ("MD_NAME", "any:0"),
                ("MD_UUID", "01234567:89abcdef:fedcba98:76543210"),
                ("MD_UPDATE_TIME", "1700000000"),
                ("MD_DEV_UUID", "f0e1d2c3:b4a59687:78695a4b:3c2d1e0f"),
                ("MD_EVENTS", "0"),
            ],
        );
    }
}

/// `mdadm --examine --brief` writes the same line but for the name of the device, which it cannot know.
#[test]
fn the_configuration_line_has_what_mdadm_says() {
    let Some(mut mdadm) = judge("mdadm", "mdadm") else {
        return;
    };
    let array = array(Level::Mirroring);
    let disk = disk(&array, BYTES);
    mdadm.args(["--examine", "--brief", "--config", "none"]);
    let said = verdict(mdadm.arg(&disk.path));
    let word = |line: &str, key: &str| -> String {
        let found = line.split_whitespace().find(|word| word.starts_with(key));
        found.unwrap_or_default().to_owned()
    };
    let ours = array.mdadm_conf_line("/dev/md0");
    assert!(ours.starts_with("ARRAY /dev/md0 "), "{ours}");
    for key in ["metadata=", "UUID="] {
        assert!(!word(&ours, key).is_empty(), "{ours}");
        assert_eq!(word(&said, key), word(&ours, key), "{said}");
    }
    assert!(ours.contains(" name=any:0 "), "{ours}");
}

#[test]
fn blkid_recognises_a_member() {
    let Some(mut blkid) = judge("blkid", "util-linux") else {
        return;
    };
    let disk = disk(&array(Level::Mirroring), BYTES);
    let said = verdict(blkid.args(["-p", "-o", "export"]).arg(&disk.path));
    for line in [
        "TYPE=linux_raid_member",
        "VERSION=1.2",
        "LABEL=any:0",
        "UUID=01234567-89ab-cdef-fedc-ba9876543210",
        "UUID_SUB=f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
}

/// GRUB maps an array as the kernel would, so what is written behind the data offset must be found in it.
#[test]
fn grub_finds_in_an_array_what_was_put_there() {
    let Some(grub) = second_opinion("grub-fstest", "grub-common") else {
        return;
    };
    let program = grub.get_program().to_owned();
    for level in [Level::Mirroring, Level::Striping] {
        let array = array(level);
        let disk = disk(&array, BYTES);
        let data = array.data_bytes(BYTES).unwrap();
        for (first, letter) in [(0, b'F'), (data / 512 - 1, b'L')] {
            disk.file
                .write_all_at(&[letter; 512], DATA_OFFSET + first * 512)
                .unwrap();
            let blocks = format!("(mduuid/0123456789abcdeffedcba9876543210){first}+1");
            let said = verdict(
                Command::new(&program)
                    .arg(&disk.path)
                    .args(["cat", &blocks]),
            );
            let expected = String::from_utf8(vec![letter; 512]).unwrap();
            assert_eq!(said.trim_end_matches('\n'), expected, "{level:?} {blocks}");
        }
    }
}

#[test]
fn writing_twice_gives_the_same_bytes() {
    for level in [Level::Mirroring, Level::Striping] {
        let bytes = || std::fs::read(&disk(&array(level), BYTES).path).unwrap();
        let first = bytes();
        assert!(first == bytes());
        assert!(first[DATA_OFFSET as usize..].iter().all(|byte| *byte == 0));
    }
}

/// A member in a partition is the same as one in a file of its own, and mdadm reads it when it is cut out.
#[test]
fn what_lies_around_a_member_stays() {
    let offset = 3 << 20;
    let file = tempfile::tempfile().unwrap();
    let filled = vec![0xaa; (80 << 20) as usize];
    file.write_all_at(&filled, 0).unwrap();
    let array = array(Level::Mirroring);
    array.write(&file, offset, BYTES).unwrap();
    let mut bytes = vec![0; filled.len()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    let (before, rest) = bytes.split_at(offset as usize);
    let (member, after) = rest.split_at(BYTES as usize);
    let data = &member[DATA_OFFSET as usize..];
    assert!(
        before
            .iter()
            .chain(data)
            .chain(after)
            .all(|byte| *byte == 0xaa)
    );
    let plain = std::fs::read(&disk(&array, BYTES).path).unwrap();
    assert_eq!(member[..8192], plain[..8192]);

    let mut cut = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut cut, member).unwrap();
    if let Some(found) = examine(cut.path(), &[]) {
        compare(&found, &EVERY_ARRAY);
        assert!(found["Checksum"].ends_with("- correct"), "{found:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn mdadm_is_content_with_every_array(
        name in "[a-zA-Z0-9_+.:-]{1,32}",
        bytes in DATA_OFFSET + CHUNK_BYTES..1 << 42,
        uuid: u128,
        member: u128,
        creation_time in 0_u64..1 << 32,
        mirror: bool,
    ) {
        let array = Array {
            level: if mirror { Level::Mirroring } else { Level::Striping },
            name: name.clone(),
            uuid: uuid::Uuid::from_u128(uuid),
            member_uuid: uuid::Uuid::from_u128(member),
            creation_time,
        };
        let disk = disk(&array, bytes);
        if let Some(found) = examine(&disk.path, &[]) {
            prop_assert!(found["Checksum"].ends_with("- correct"), "{:#?}", found);
            prop_assert_eq!(&found["Name"], &name);
            let sectors = format!("{} sectors", (bytes - DATA_OFFSET) / 512);
            prop_assert!(found["Avail Dev Size"].starts_with(&sectors), "{:#?}", found);
            prop_assert_eq!(&found["State"], "clean");
        }
    }
}
