//! What holds whoever looks at it.

use std::fs::File;
use std::os::unix::fs::FileExt;

use kiwi_ondisk::SectorSize;
use kiwi_ondisk::luks::{Cipher, Format, Luks, PayloadStart, Pbkdf, Version};
use proptest::prelude::*;
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::containers::{
    ARGON2, PASSPHRASE, PAYLOAD_BYTES, PBKDF2, container, containers, key, luks, plaintext, secrets,
};

#[test]
fn the_same_call_gives_the_same_bytes() {
    let chosen = ["luks1", "luks2 argon2id", "luks2 4096"];
    let of_chosen = |(name, _): &(&str, Luks)| chosen.contains(name);
    let containers: Vec<_> = containers().into_iter().filter(of_chosen).collect();
    assert_eq!(containers.len(), chosen.len());
    for (name, luks) in containers {
        let read = |disk: NamedTempFile| std::fs::read(disk.path()).unwrap();
        let disk = read(container(&luks, 0));
        assert!(disk == read(container(&luks, 0)), "{name}");
        let shifted = read(container(&luks, 1 << 20));
        assert!(disk == shifted[1 << 20..], "{name}: at another place");
    }
}

/// A clone has another UUID and the same content, so the payload of the original can be copied.
#[test]
fn a_clone_opens_the_same_payload() {
    let original = luks(Version::Two, |_| {});
    let clone = Luks {
        uuid: Uuid::from_u128(1),
        ..original.clone()
    };
    let (original, clone) = (container(&original, 0), container(&clone, 0));
    let payload = |disk: &NamedTempFile| std::fs::read(disk.path()).unwrap().split_off(16 << 20);
    assert!(payload(&original) == payload(&clone));
    let header = |disk: &NamedTempFile| std::fs::read(disk.path()).unwrap()[..4096].to_vec();
    assert_ne!(header(&original), header(&clone));
}

#[test]
fn impossible_containers_are_refused() {
    let one = |change: fn(&mut Format)| luks(Version::One, change);
    let two = |change: fn(&mut Format)| luks(Version::Two, change);
    let without_keys = Luks {
        keys: Vec::new(),
        ..one(|_| {})
    };
    let crowded = Luks {
        keys: vec![key(PASSPHRASE, PBKDF2); 9],
        ..one(|_| {})
    };
    let cases = [
        (without_keys, "nothing could open the container"),
        (crowded, "there is room for 8 key slots"),
        (
            two(|f| f.keyslots_bytes = Some(300 << 10)),
            "there is room for 1 key slots",
        ),
        (
            one(|f| f.pbkdf = Pbkdf::Argon2id(ARGON2)),
            "LUKS1 knows only pbkdf2",
        ),
        (one(|f| f.label = "disk".into()), "LUKS1 has no labels"),
        (
            one(|f| f.sector_size = SectorSize::Bytes4096),
            "sectors of 512 bytes",
        ),
        (
            one(|f| f.keyslot_cipher = Some(Cipher::AES_128_XTS)),
            "like the payload",
        ),
        (one(|f| f.first_slot = 8), "from 0 to 7"),
        (two(|f| f.label = "a".repeat(48)), "longer than 47 bytes"),
        (two(|f| f.subsystem = "a\0b".into()), "contains a zero byte"),
        (
            two(|f| f.pbkdf = Pbkdf::Pbkdf2 { iterations: 1 }),
            "1000 or more",
        ),
        (two(|f| f.metadata_bytes = 20000), "power of two"),
        (
            two(|f| f.payload = PayloadStart::At(4096)),
            "lies within the header",
        ),
    ];
    for (luks, expected) in cases {
        let file = tempfile::tempfile().unwrap();
        let error = luks
            .write_header(&file, 0, &secrets())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(file.metadata().unwrap().len(), 0, "{expected}");
    }
    let file = tempfile::tempfile().unwrap();
    let short =
        luks(Version::One, |_| {}).encrypt_in_place(&file, 0, 2 << 20, &secrets(), &|_, _| true);
    assert!(
        short
            .unwrap_err()
            .to_string()
            .contains("needs 2097664 bytes")
    );
}

#[test]
fn encryption_stops_when_it_is_told_to() {
    let luks = luks(Version::One, |_| {});
    let file = tempfile::tempfile().unwrap();
    let stopped = luks.encrypt_in_place(&file, 0, 64 << 20, &secrets(), &|done, total| {
        assert_eq!(total, 62 << 20);
        done < 4 << 20
    });
    assert!(matches!(stopped, Err(kiwi_ondisk::Error::Stopped)));
}

fn bytes(file: &File, offset: u64, length: u64) -> Vec<u8> {
    let mut bytes = vec![0; length as usize];
    file.read_exact_at(&mut bytes, offset).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Ranges in any order, overlapping or not: what they touch is encrypted once, the rest stays.
    #[test]
    fn ranges_are_encrypted_once(
        large in any::<bool>(),
        ranges in prop::collection::vec((0..PAYLOAD_BYTES, 0..PAYLOAD_BYTES / 4), 0..6),
    ) {
        let luks = luks(Version::Two, |format| {
            format.keyslots_bytes = Some(1 << 20);
            if large {
                format.sector_size = SectorSize::Bytes4096;
            }
        });
        let sector = luks.format.sector_size.bytes();
        let start = luks.payload_offset().unwrap();
        let length = start + PAYLOAD_BYTES;
        let plain = plaintext(PAYLOAD_BYTES);
        let whole = tempfile::tempfile().unwrap();
        whole.write_all_at(&plain, start).unwrap();
        let parts = tempfile::tempfile().unwrap();
        parts.write_all_at(&plain, start).unwrap();
        luks.encrypt_in_place(&whole, 0, length, &secrets(), &|_, _| true).unwrap();
        let ranges: Vec<_> = ranges
            .into_iter()
            .map(|(from, bytes)| from..PAYLOAD_BYTES.min(from + bytes))
            .collect();
        luks.encrypt_ranges(&parts, 0, length, &ranges, &secrets(), &|_, _| true).unwrap();
        let encrypted = bytes(&whole, start, PAYLOAD_BYTES);
        let found = bytes(&parts, start, PAYLOAD_BYTES);
        for at in (0..PAYLOAD_BYTES).step_by(sector as usize) {
            let touched = ranges.iter().any(|range| {
                range.start < range.end && range.start < at + sector && range.end > at
            });
            let expected = if touched { &encrypted } else { &plain };
            let here = at as usize..(at + sector) as usize;
            prop_assert!(found[here.clone()] == expected[here], "sector at {at}");
        }
    }
}
