//! integritysetup and blkid know our dm-integrity devices, and they are byte for byte those that a kernel made.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::File;
use std::os::unix::fs::FileExt;

use judge::{judge, verdict};
use kiwi_ondisk::dm_integrity::{Device, Flag, Geometry, Integrity, InternalHash};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

const MIB: u64 = 1 << 20;
const OFFSET: u64 = 3 * MIB;
const SALT: [u8; 16] = *b"0123456789abcdef";

fn keyed() -> InternalHash {
    InternalHash::HmacSha256 {
        key: b"0123456789abcdefghijklmnopqrstuv".to_vec(),
    }
}

fn plain() -> Integrity {
    Integrity {
        hash: InternalHash::Sha256,
        salt: Some(SALT),
    }
}

/// Content that does not repeat, with zeros in the middle.
fn content(length: u64) -> File {
    let file = tempfile::tempfile().unwrap();
    let mut bytes: Vec<u8> = (0..length)
        .map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as u8)
        .collect();
    let zeros = bytes.len() / 3..bytes.len() / 2;
    bytes[zeros].fill(0);
    file.write_all_at(&bytes, 0).unwrap();
    file
}

fn bytes(file: &File, offset: u64, length: u64) -> Vec<u8> {
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, offset).unwrap();
    bytes
}

/// A device in a file that was not empty before.
fn device(
    integrity: &Integrity,
    content: &File,
    length: u64,
    before: u8,
) -> (NamedTempFile, Device) {
    let image = NamedTempFile::new().unwrap();
    if before != 0 {
        let filled = vec![before; (OFFSET + length + 512) as usize];
        image.as_file().write_all_at(&filled, 0).unwrap();
    }
    let device = integrity
        .write(content, image.as_file(), OFFSET, length)
        .unwrap();
    (image, device)
}

/// A file that is nothing but the device.
fn alone(image: &NamedTempFile, length: u64) -> NamedTempFile {
    let alone = NamedTempFile::new().unwrap();
    std::fs::write(alone.path(), bytes(image.as_file(), OFFSET, length)).unwrap();
    alone
}

#[test]
fn integritysetup_and_blkid_read_the_superblock() {
    let Some(mut integritysetup) = judge("integritysetup", "cryptsetup-bin") else {
        return;
    };
    let Some(mut blkid) = judge("blkid", "util-linux") else {
        return;
    };
    let length = 33 * MIB + 5 * 512;
    let (image, device) = device(&plain(), &content(0), length, 0);
    assert_eq!(device.provided_data_sectors, 62_952);
    assert_eq!(device.flags, [Flag::FixPadding, Flag::FixHmac]);
    let alone = alone(&image, length);
    let said = verdict(integritysetup.arg("dump").arg(alone.path()));
    for line in [
        "superblock_version 5",
        "log2_interleave_sectors 15",
        "integrity_tag_size 32",
        "journal_sections 6",
        "provided_data_sectors 62952",
        "sector_size 512",
        "flags fix_padding fix_hmac",
    ] {
        let found = said.lines().any(|found| found.trim_end() == line);
        assert!(found, "{line} is missing in\n{said}");
    }
    let said = verdict(blkid.args(["-p", "-o", "export"]).arg(alone.path()));
    assert!(said.contains("TYPE=DM_integrity"), "{said}");
}

/// Digests of devices that Linux 6.1 formatted (`integritysetup format`, cryptsetup 2.6.1) and filled through the open device;
/// without the journal, in which the kernel had worked, and with the salts it had drawn.
#[test]
fn devices_are_those_of_the_kernel() {
    let cases = [
        (
            InternalHash::Sha256,
            Some("0138c38ee314b279f5ef2fefd44c1627"),
            0,
            "fa9710b6fa4f509d9fdc6f19676804657bed0464c25b9d73e39cfa8b1e274ddd",
        ),
        (
            keyed(),
            Some("9e494a83662fb83f74971d87f440f8f5"),
            18 * MIB,
            "d0b9c0974530a880febb94e0c5db6ae6d3fbd47ab1b4549fecefc65a40f42471",
        ),
        (
            keyed(),
            None,
            18 * MIB,
            "35bc831145153dc097aa196bcd023e1acc13b9eab0121bb8d77c57d1e7df7d78",
        ),
    ];
    let length = 24 * MIB;
    for (hash, salt, content_bytes, expected) in cases {
        let salt = salt.map(|digits| u128::from_str_radix(digits, 16).unwrap().to_be_bytes());
        let integrity = Integrity { hash, salt };
        let (image, _) = device(&integrity, &content(content_bytes), length, 0);
        let all = bytes(image.as_file(), OFFSET, length);
        let (superblock, behind_journal) = (&all[..4096], &all[360 * 512..]);
        let digest = Sha256::new()
            .chain_update(superblock)
            .chain_update(behind_journal)
            .finalize();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, expected, "{integrity:?}");
    }
}

/// Every sector of the journal ends with its commit id, and every entry is marked as not in use.
#[test]
fn the_journal_is_empty() {
    let (image, _) = device(&plain(), &content(0), 24 * MIB, 0xee);
    for section in 0..4_u64 {
        for sector in 0..88_u64 {
            let place = 4096 + (section * 88 + sector) * 512;
            let sector_bytes = bytes(image.as_file(), OFFSET + place, 512);
            let (data, commit_id) = sector_bytes.split_at(504);
            let expected = 0x1111_1111_1111_1111 ^ (section << 32) ^ sector;
            assert_eq!(commit_id, expected.to_le_bytes(), "{section} {sector}");
            for (index, byte) in data.iter().enumerate() {
                let unused = sector < 8 && index < 480 && (4..8).contains(&(index % 48));
                assert_eq!(*byte, if unused { 0xff } else { 0 }, "{sector} {index}");
            }
        }
    }
}

#[test]
fn what_was_there_before_does_not_matter() {
    let length = 24 * MIB + 512;
    let content = content(17 * MIB + 100);
    let (first, _) = device(&plain(), &content, length, 0);
    let (second, _) = device(&plain(), &content, length, 0xee);
    let (first, second) = (bytes(first.as_file(), OFFSET, length), second.as_file());
    assert!(first == bytes(second, OFFSET, length));
    // Neighbours are left alone.
    assert!(bytes(second, 0, OFFSET).iter().all(|byte| *byte == 0xee));
    assert_eq!(bytes(second, OFFSET + length, 512), [0xee; 512]);
}

#[test]
fn holes_stay_holes() {
    use std::os::unix::fs::MetadataExt as _;
    let content = tempfile::tempfile().unwrap();
    content.set_len(50 * MIB).unwrap();
    let (image, _) = device(&plain(), &content, 64 * MIB, 0);
    let taken = image.as_file().metadata().unwrap().blocks() * 512;
    assert!(taken < 6 * MIB, "{taken}");
}

/// Finds the first sector whose tag, computed here once more, is not the one on disk.
fn damage(file: &File, length: u64, salt: &[u8]) -> Option<u64> {
    let geometry = Geometry::new(length).unwrap();
    (0..geometry.provided_bytes() / 512).find(|sector| {
        let data = geometry.map(sector * 512);
        let run_data = geometry.map(sector / 32768 * 32768 * 512);
        let tag = run_data - MIB + sector % 32768 * 32;
        let expected = Sha256::new()
            .chain_update(salt)
            .chain_update(sector.to_le_bytes())
            .chain_update(bytes(file, OFFSET + data, 512))
            .finalize();
        bytes(file, OFFSET + tag, 32) != expected.as_slice()
    })
}

#[test]
fn metadata_gets_tags_where_it_lies_in_the_data() {
    // It is the end of the data, lies behind it in part, or in tags that no data belongs to.
    for length in [
        24 * MIB,
        24 * MIB + 3 * 512,
        17 * MIB + 180 * 1024 + 512 * 1024,
    ] {
        let geometry = Geometry::new(length).unwrap();
        let content = content(geometry.bytes_before_metadata());
        let (image, _) = device(&plain(), &content, length, 0);
        let mut metadata = [0; 4096];
        metadata[..4].copy_from_slice(b"1 xy");
        plain()
            .write_metadata(&metadata, image.as_file(), OFFSET, length)
            .unwrap();
        let found = bytes(image.as_file(), OFFSET + length - 4096, 4096);
        assert!(found == metadata, "{length}");
        assert_eq!(damage(image.as_file(), length, &SALT), None, "{length}");
        let end = geometry.bytes_before_metadata() - 1;
        let last = bytes(image.as_file(), OFFSET + geometry.map(end), 1);
        assert_eq!(last, bytes(&content, end, 1), "{length}");
    }
}

#[test]
fn impossible_devices_are_refused() {
    let image = tempfile::tempfile().unwrap();
    let provided = Geometry::new(24 * MIB).unwrap().provided_bytes();
    let no_key = Integrity {
        hash: InternalHash::HmacSha256 { key: Vec::new() },
        salt: None,
    };
    let cases = [
        (plain(), 0, 24 * MIB + 1, "is no multiple of 512"),
        (plain(), 0, MIB, "needs 1101824 bytes"),
        (
            plain(),
            provided + 1,
            24 * MIB,
            "the content of a dm-integrity",
        ),
        (no_key, 0, 24 * MIB, "it is empty"),
    ];
    for (integrity, content_bytes, length, expected) in cases {
        let error = integrity
            .write(&content(content_bytes), &image, 0, length)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(image.metadata().unwrap().len(), 0);
}

#[test]
fn keys_are_not_shown() {
    assert_eq!(format!("{:?}", keyed()), "hmac(sha256)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever the sizes, the content is where the map says, with right tags, and zeros follow it.
    #[test]
    fn content_is_found_by_the_map(sectors in 2_200_u64..8_000, part in 0.0..1.0, salted: bool) {
        let length = sectors * 512;
        let geometry = Geometry::new(length).unwrap();
        let content = content((geometry.provided_bytes() as f64 * part) as u64);
        let salt = salted.then_some(SALT);
        let integrity = Integrity { hash: InternalHash::Sha256, salt };
        let (image, _) = device(&integrity, &content, length, 0x55);
        content.set_len(geometry.provided_bytes()).unwrap();
        let expected = bytes(&content, 0, geometry.provided_bytes());
        for (index, sector) in expected.chunks(512).enumerate() {
            let place = OFFSET + geometry.map(index as u64 * 512);
            prop_assert!(bytes(image.as_file(), place, 512) == sector);
        }
        let salt = salt.as_ref().map_or(&[][..], |salt| salt);
        prop_assert_eq!(damage(image.as_file(), length, salt), None);
    }
}
