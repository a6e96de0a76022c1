//! Containers to be judged.

use std::os::unix::fs::FileExt;

use kiwi_ondisk::SectorSize;
use kiwi_ondisk::luks::{
    Argon2Cost, Cipher, CipherMode, Format, Hash, Key, Luks, Passphrase, PayloadStart, Pbkdf,
    Secrets, Version,
};
use tempfile::NamedTempFile;
use uuid::{Uuid, uuid};

pub(crate) const UUID: Uuid = uuid!("01234567-89ab-cdef-0123-456789abcdef");
pub(crate) const PASSPHRASE: &[u8] = b"linux";
/// Bytes that are no text, as key files have them.
pub(crate) const KEY_FILE: &[u8] = &[0, 10, 255, 13, 10, 0, 7];
pub(crate) const PAYLOAD_BYTES: u64 = 3 << 20;

/// The cheapest costs, because the judges have to pay them.
pub(crate) const PBKDF2: Pbkdf = Pbkdf::Pbkdf2 { iterations: 1000 };
pub(crate) const ARGON2: Argon2Cost = Argon2Cost {
    time: 4,
    memory_kib: 64,
    parallel: 2,
};

pub(crate) fn secrets() -> Secrets {
    Secrets::from_seed([42; 32])
}

pub(crate) fn key(passphrase: &[u8], pbkdf: Pbkdf) -> Key {
    Key {
        passphrase: Passphrase::new(passphrase.to_vec()),
        pbkdf,
    }
}

pub(crate) fn luks(version: Version, change: impl FnOnce(&mut Format)) -> Luks {
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
pub(crate) fn plaintext(bytes: u64) -> Vec<u8> {
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
pub(crate) fn container(luks: &Luks, offset: u64) -> NamedTempFile {
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

pub(crate) fn aes(mode: CipherMode, key_bits: u32) -> Cipher {
    Cipher::new(mode, key_bits).unwrap()
}

/// Every way a container can differ from the default.
pub(crate) fn containers() -> Vec<(&'static str, Luks)> {
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
