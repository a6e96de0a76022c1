//! Headers of version 1.
//!
//! Specification: LUKS On-Disk Format Specification 1.2.3, section 3 (`phdr`); all numbers are big-endian.

use super::anti_forensic::STRIPES;
use super::layout::{Layout, SLOTS_1};
use super::secrets::SALT_BYTES;
use super::{Luks, Slot};

/// Bytes in front of the first key slot; the header takes 592 of them.
const HEADER_BYTES: usize = 4096;
/// Begins every header.
pub(super) const MAGIC: [u8; 6] = *b"LUKS\xba\xbe";
/// Bytes of the digest of the volume key, however long those of the hash function are.
pub(super) const DIGEST_BYTES: usize = 20;
/// A slot with a key.
const ACTIVE: u32 = 0x00ac_71f3;
/// A slot without.
const INACTIVE: u32 = 0x0000_dead;
/// Where the table of key slots begins.
const TABLE: usize = 208;
/// Bytes of an entry of that table.
const ENTRY: usize = 48;
/// The unit of all offsets.
const SECTOR: u64 = 512;

/// Gives everything in front of the key slots.
pub(super) fn header(
    luks: &Luks,
    layout: &Layout,
    slots: &[Slot<'_>],
    digest_salt: &[u8; SALT_BYTES],
    digest: &[u8],
) -> Vec<u8> {
    let format = &luks.format;
    let mut header = vec![0; HEADER_BYTES];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &MAGIC);
    put(6, &1_u16.to_be_bytes());
    put(8, b"aes");
    put(40, format.cipher.mode().name().as_bytes());
    put(72, format.hash.name().as_bytes());
    put(104, &sectors(layout.payload));
    put(108, &(format.cipher.key_bytes() as u32).to_be_bytes());
    put(112, &digest[..DIGEST_BYTES]);
    put(132, digest_salt);
    put(164, &super::DIGEST_ITERATIONS.to_be_bytes());
    put(168, luks.uuid.hyphenated().to_string().as_bytes());
    for number in 0..SLOTS_1 {
        let entry = TABLE + number as usize * ENTRY;
        let slot = slots.iter().find(|slot| slot.number == number);
        put(entry, &slot.map_or(INACTIVE, |_| ACTIVE).to_be_bytes());
        if let Some(slot) = slot {
            put(entry + 4, &slot.iterations().to_be_bytes());
            put(entry + 8, &slot.salt);
        }
        let material = layout.keyslots + u64::from(number) * layout.slot_bytes;
        put(entry + 40, &sectors(material));
        put(entry + 44, &(STRIPES as u32).to_be_bytes());
    }
    header
}

/// Bytes as a number of sectors; the layout has made sure that it fits.
fn sectors(bytes: u64) -> [u8; 4] {
    ((bytes / SECTOR) as u32).to_be_bytes()
}
