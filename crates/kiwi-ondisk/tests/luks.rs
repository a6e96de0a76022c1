//! cryptsetup, qemu-img and GRUB open our LUKS containers.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use judge::{judge, verdict};
use kiwi_ondisk::SectorSize;
use kiwi_ondisk::luks::{
    Argon2Cost, Cipher, CipherMode, Format, Hash, Key, Luks, Passphrase, PayloadStart, Pbkdf,
    Secrets, Version,
};
use proptest::prelude::*;
use tempfile::NamedTempFile;
use uuid::{Uuid, uuid};

const UUID: Uuid = uuid!("01234567-89ab-cdef-0123-456789abcdef");
const PASSPHRASE: &[u8] = b"linux";
/// Bytes that are no text, as key files have them.
const KEY_FILE: &[u8] = &[0, 10, 255, 13, 10, 0, 7];
const PAYLOAD_BYTES: u64 = 3 << 20;

/// The cheapest costs, because the judges have to pay them.
const PBKDF2: Pbkdf = Pbkdf::Pbkdf2 { iterations: 1000 };
const ARGON2: Argon2Cost = Argon2Cost {
    time: 4,
    memory_kib: 64,
    parallel: 2,
};

fn secrets() -> Secrets {
    Secrets::from_seed([42; 32])
}

fn key(passphrase: &[u8], pbkdf: Pbkdf) -> Key {
    Key {
        passphrase: Passphrase::new(passphrase.to_vec()),
        pbkdf,
    }
}

fn luks(version: Version, change: impl FnOnce(&mut Format)) -> Luks {
    let mut format = Format::new(version);
    format.pbkdf = PBKDF2;
    change(&mut format);
    let keys = vec![key(PASSPHRASE, format.pbkdf), key(KEY_FILE, PBKDF2)];
    Luks {
        format,
        uuid: UUID,
        keys,
    }
}

/// What is in every container: no two sectors are equal, and holes come in between.
fn plaintext(bytes: u64) -> Vec<u8> {
    let mut text = vec![0; bytes as usize];
    for (number, sector) in text.chunks_mut(512).enumerate() {
        if number / 300 % 2 == 0 {
            let (start, rest) = sector.split_at_mut(8);
            start.copy_from_slice(&(number as u64).to_le_bytes());
            rest.fill(number as u8);
        }
    }
    text
}

/// Makes a container that begins at `offset` of a file.
fn container(luks: &Luks, offset: u64) -> NamedTempFile {
    let disk = NamedTempFile::new().unwrap();
    let file = disk.as_file();
    let payload = luks.payload_offset().unwrap();
    let length = payload + PAYLOAD_BYTES;
    file.write_all_at(&plaintext(PAYLOAD_BYTES), offset + payload)
        .unwrap();
    luks.write_header(file, offset, &secrets()).unwrap();
    luks.encrypt_in_place(file, offset, length, &secrets(), &|_, _| true)
        .unwrap();
    disk
}

fn aes(mode: CipherMode, key_bits: u32) -> Cipher {
    Cipher::new(mode, key_bits).unwrap()
}

/// Every way a container can differ from the default.
fn containers() -> Vec<(&'static str, Luks)> {
    let one = |change: fn(&mut Format)| luks(Version::One, change);
    let two = |change: fn(&mut Format)| luks(Version::Two, change);
    vec![
        ("luks1", one(|_| {})),
        (
            "luks1 sle12",
            one(|f| (f.cipher, f.hash) = (Cipher::AES_128_XTS, Hash::Sha1)),
        ),
        ("luks1 sha512", one(|f| f.hash = Hash::Sha512)),
        (
            "luks1 essiv",
            one(|f| f.cipher = aes(CipherMode::CbcEssivSha256, 256)),
        ),
        (
            "luks1 cbc 128",
            one(|f| f.cipher = aes(CipherMode::CbcPlain64, 128)),
        ),
        ("luks1 slot", one(|f| f.first_slot = 7)),
        (
            "luks1 tight",
            one(|f| f.payload = PayloadStart::At(4040 * 512)),
        ),
        ("luks2 argon2id", two(|f| f.pbkdf = Pbkdf::Argon2id(ARGON2))),
        ("luks2 argon2i", two(|f| f.pbkdf = Pbkdf::Argon2i(ARGON2))),
        ("luks2 pbkdf2", two(|_| {})),
        ("luks2 4096", two(|f| f.sector_size = SectorSize::Bytes4096)),
        ("luks2 aes-128", two(|f| f.cipher = Cipher::AES_128_XTS)),
        (
            "luks2 essiv",
            two(|f| f.cipher = aes(CipherMode::CbcEssivSha256, 256)),
        ),
        (
            "luks2 plain",
            two(|f| f.cipher = aes(CipherMode::XtsPlain, 512)),
        ),
        ("luks2 sha1", two(|f| f.hash = Hash::Sha1)),
        ("luks2 sha224", two(|f| f.hash = Hash::Sha224)),
        ("luks2 sha384", two(|f| f.hash = Hash::Sha384)),
        ("luks2 sha512", two(|f| f.hash = Hash::Sha512)),
        (
            "luks2 labels",
            two(|f| (f.label, f.subsystem) = ("disk".into(), "kiwi".into())),
        ),
        ("luks2 slot", two(|f| f.first_slot = 31)),
        (
            "luks2 keyslot cipher",
            two(|f| f.keyslot_cipher = Some(aes(CipherMode::CbcPlain64, 256))),
        ),
        (
            "luks2 sizes",
            two(|f| (f.metadata_bytes, f.keyslots_bytes) = (1 << 20, Some(1 << 20))),
        ),
        (
            "luks2 offset",
            two(|f| f.payload = PayloadStart::At(1 << 20)),
        ),
    ]
}

/// Lets cryptsetup try a passphrase; gives what it printed on success.
fn try_passphrase(container: &Path, passphrase: &[u8]) -> Option<String> {
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin")?;
    cryptsetup
        .args(["open", "--test-passphrase", "--verbose", "--key-file", "-"])
        .arg(container);
    let (success, said) = with_input(&mut cryptsetup, passphrase);
    success.then_some(said)
}

fn with_input(command: &mut Command, input: &[u8]) -> (bool, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn cryptsetup_opens_every_key_slot() {
    if judge("cryptsetup", "cryptsetup-bin").is_none() {
        return;
    }
    for (name, luks) in containers() {
        let disk = container(&luks, 0);
        let first = luks.format.first_slot;
        for (passphrase, slot) in [(PASSPHRASE, first), (KEY_FILE, u32::from(first == 0))] {
            let said = try_passphrase(disk.path(), passphrase);
            let said = said.unwrap_or_else(|| panic!("{name}: slot {slot} does not open"));
            assert!(
                said.contains(&format!("Key slot {slot} unlocked.")),
                "{name}: {said}"
            );
        }
        assert_eq!(try_passphrase(disk.path(), b"Linux"), None, "{name}");
    }
}

#[test]
fn cryptsetup_reads_the_header() {
    let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
        return;
    };
    let one = container(&luks(Version::One, |_| {}), 0);
    let said = verdict(cryptsetup.arg("luksDump").arg(one.path()));
    let said = said.replace([' ', '\t'], "");
    for line in [
        "Version:1",
        "Ciphername:aes",
        "Ciphermode:xts-plain64",
        "Hashspec:sha256",
        "Payloadoffset:4096",
        "MKbits:512",
        "UUID:01234567-89ab-cdef-0123-456789abcdef",
        "KeySlot0:ENABLED",
        "Keymaterialoffset:8",
        "AFstripes:4000",
        "KeySlot1:ENABLED",
        "Keymaterialoffset:512",
        "KeySlot2:DISABLED",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
    let two = luks(Version::Two, |format| {
        format.pbkdf = Pbkdf::Argon2id(ARGON2);
        format.sector_size = SectorSize::Bytes4096;
        (format.label, format.subsystem) = ("disk".into(), "kiwi".into());
    });
    let two = container(&two, 0);
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin").unwrap();
    let said = verdict(cryptsetup.arg("luksDump").arg(two.path()));
    let said = said.replace([' ', '\t'], "");
    for line in [
        "Version:2",
        "Metadataarea:16384[bytes]",
        "Keyslotsarea:16744448[bytes]",
        "UUID:01234567-89ab-cdef-0123-456789abcdef",
        "Label:disk",
        "Subsystem:kiwi",
        "offset:16777216[bytes]",
        "sector:4096[bytes]",
        "PBKDF:argon2id",
        "Timecost:4",
        "Memory:64",
        "Threads:2",
    ] {
        assert!(
            said.lines().any(|found| found == line),
            "{line} is missing in\n{said}"
        );
    }
}

/// Both copies of a LUKS2 header are good: cryptsetup repairs the first from the second and reads it again.
#[test]
fn the_second_header_is_as_good_as_the_first() {
    let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
        return;
    };
    let disk = container(&luks(Version::Two, |_| {}), 0);
    disk.as_file().write_all_at(&[0; 4096], 0).unwrap();
    verdict(cryptsetup.args(["--batch-mode", "repair"]).arg(disk.path()));
    assert!(try_passphrase(disk.path(), PASSPHRASE).is_some());
}

/// cryptsetup formats the same container; nothing but what is random differs.
#[test]
fn metadata_is_what_cryptsetup_writes() {
    let cases: [(&[&str], Luks); 4] = [
        (&["--sector-size=512"], luks(Version::Two, |_| {})),
        (
            &["--sector-size=4096", "--key-size=256", "--hash=sha512"],
            luks(Version::Two, |f| {
                f.sector_size = SectorSize::Bytes4096;
                f.cipher = Cipher::AES_128_XTS;
                f.hash = Hash::Sha512;
            }),
        ),
        (
            &[
                "--sector-size=512",
                "--luks2-metadata-size=64k",
                "--luks2-keyslots-size=2M",
                "--align-payload=8192",
            ],
            luks(Version::Two, |f| {
                (f.metadata_bytes, f.keyslots_bytes) = (64 << 10, Some(2 << 20));
                f.payload = PayloadStart::Aligned((4 << 20).try_into().unwrap());
            }),
        ),
        (
            &[
                "--sector-size=512",
                "--offset=40000",
                "--keyslot-cipher=aes-cbc-plain64",
                "--keyslot-key-size=256",
            ],
            luks(Version::Two, |f| {
                f.payload = PayloadStart::At(40000 * 512);
                f.keyslot_cipher = Some(aes(CipherMode::CbcPlain64, 256));
            }),
        ),
    ];
    for (options, mut luks) in cases {
        luks.keys.truncate(1);
        let ours = container(&luks, 0);
        let theirs = NamedTempFile::new().unwrap();
        theirs.as_file().set_len(64 << 20).unwrap();
        let Some(mut cryptsetup) = judge("cryptsetup", "cryptsetup-bin") else {
            return;
        };
        cryptsetup
            .args([
                "--batch-mode",
                "luksFormat",
                "--type=luks2",
                "--pbkdf=pbkdf2",
            ])
            .args(["--pbkdf-force-iterations=1000", "--key-file=-"])
            .args(options)
            .arg(theirs.path());
        let (success, said) = with_input(&mut cryptsetup, PASSPHRASE);
        assert!(success, "{said}");
        assert_eq!(
            metadata(ours.path()),
            metadata(theirs.path()),
            "{options:?}"
        );
    }
}

/// The metadata as cryptsetup reads it, without what is random.
fn metadata(container: &Path) -> serde_json::Value {
    let mut cryptsetup = judge("cryptsetup", "cryptsetup-bin").unwrap();
    let text = verdict(
        cryptsetup
            .args(["luksDump", "--dump-json-metadata"])
            .arg(container),
    );
    let mut metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    for field in [
        "/keyslots/0/kdf/salt",
        "/digests/0/salt",
        "/digests/0/digest",
    ] {
        let value = metadata.pointer_mut(field).unwrap();
        let length = value.as_str().unwrap().len();
        *value = length.into();
    }
    metadata
}

#[test]
fn qemu_decrypts_luks1() {
    for (name, luks) in containers() {
        if luks.format.version != Version::One {
            continue;
        }
        let Some(mut qemu) = judge("qemu-img", "qemu-utils") else {
            return;
        };
        let disk = container(&luks, 0);
        let plain = NamedTempFile::new().unwrap();
        let passphrase = std::str::from_utf8(PASSPHRASE).unwrap();
        let image = format!(
            "driver=luks,key-secret=key,file.filename={}",
            disk.path().display()
        );
        verdict(
            qemu.args([
                "convert",
                "--object",
                &format!("secret,id=key,data={passphrase}"),
            ])
            .args(["--image-opts", &image, "-O", "raw"])
            .arg(plain.path()),
        );
        let found = std::fs::read(plain.path()).unwrap();
        assert!(found == plaintext(PAYLOAD_BYTES), "{name}: other bytes");
    }
}

/// GRUB is the only judge that decrypts LUKS2 without the kernel. Argon2 it cannot do.
#[test]
fn grub_decrypts_both_versions() {
    for (name, luks) in containers() {
        if !matches!(luks.format.pbkdf, Pbkdf::Pbkdf2 { .. }) {
            continue;
        }
        let Some(mut grub) = judge("grub-fstest", "grub-common") else {
            return;
        };
        let disk = container(&luks, 0);
        let plain = NamedTempFile::new().unwrap();
        let all = format!("(crypto0)0+{}", PAYLOAD_BYTES / 512);
        grub.arg("--crypto")
            .arg(disk.path())
            .args(["cp", &all])
            .arg(plain.path());
        let (success, said) = with_input(&mut grub, &[PASSPHRASE, b"\n"].concat());
        assert!(success, "{name}: {said}");
        let found = std::fs::read(plain.path()).unwrap();
        assert!(
            found == plaintext(PAYLOAD_BYTES),
            "{name}: other bytes; {said}"
        );
    }
}

#[test]
fn the_same_call_gives_the_same_bytes() {
    for (name, luks) in containers() {
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

/// Run with `cargo test --release -p kiwi-ondisk --test luks -- --ignored --nocapture speed`.
#[test]
#[ignore = "measures, and says nothing without optimisation"]
fn speed() {
    let bytes: u64 = 1 << 30;
    for (name, cipher) in [
        ("aes-128-xts", Cipher::AES_128_XTS),
        ("aes-256-xts", Cipher::AES_256_XTS),
        ("aes-256-cbc", aes(CipherMode::CbcEssivSha256, 256)),
    ] {
        for sector_size in [SectorSize::Bytes512, SectorSize::Bytes4096] {
            let luks = luks(Version::Two, |format| {
                (format.cipher, format.sector_size) = (cipher, sector_size);
            });
            for threads in [1, 2] {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .unwrap();
                let file = tempfile::tempfile_in("/dev/shm").unwrap();
                file.write_all_at(&vec![1; bytes as usize], 0).unwrap();
                let started = std::time::Instant::now();
                pool.install(|| luks.encrypt_in_place(&file, 0, bytes, &secrets(), &|_, _| true))
                    .unwrap();
                let seconds = started.elapsed().as_secs_f64();
                let speed = bytes as f64 / 1e6 / seconds;
                println!(
                    "{name}, {} bytes, {threads} threads: {speed:.0} MB/s",
                    sector_size.bytes()
                );
            }
        }
    }
    for (name, pbkdf) in [
        ("pbkdf2", Pbkdf::pbkdf2(Hash::Sha256)),
        ("argon2id", Pbkdf::Argon2id(Argon2Cost::default())),
    ] {
        let luks = Luks {
            keys: vec![key(PASSPHRASE, pbkdf)],
            ..luks(Version::Two, |_| {})
        };
        let started = std::time::Instant::now();
        luks.write_header(&tempfile::tempfile().unwrap(), 0, &secrets())
            .unwrap();
        println!(
            "header with one key by {name}: {:.2} s",
            started.elapsed().as_secs_f64()
        );
    }
}
