//! Headers of version 2.
//!
//! Specification: LUKS2 On-Disk Format Specification 1.1.4, section 2 (binary header, big-endian) and the metadata behind it.

use sha2::{Digest, Sha256};

use super::Luks;
use super::header1::MAGIC;
use super::metadata::Metadata;
use super::secrets::{HEADER_SALT_BYTES, Secrets};
use crate::{Error, Result};

/// Bytes in front of the metadata.
pub(super) const BINARY_BYTES: usize = 4096;
/// Begins the second copy.
const SECOND_MAGIC: [u8; 6] = *b"SKUL\xba\xbe";
/// Counts changes of a header; this is the first.
const SEQUENCE: u64 = 1;
/// Longest label; its field has 48 bytes and ends with a zero.
pub(super) const LABEL_BYTES: usize = 47;
/// Hash function of the checksum, the only one the specification has.
const CHECKSUM: &[u8] = b"sha256";
/// Where the checksum is stored; it is computed with zeros there.
const CHECKSUM_AT: usize = 448;

/// Gives both copies of the header, one behind the other.
pub(super) fn headers(luks: &Luks, metadata: &Metadata<'_>, secrets: &Secrets) -> Result<Vec<u8>> {
    let size = luks.format.metadata_bytes as usize;
    let text = serde_json::to_vec(metadata).expect("names and numbers are valid JSON");
    let room = size - BINARY_BYTES;
    // The text ends with a zero.
    if text.len() >= room {
        return Err(Error::TooSmall {
            what: "the LUKS2 metadata",
            needed: text.len() as u64 + 1,
            available: room as u64,
        });
    }
    let mut headers = vec![0; 2 * size];
    for (number, copy) in (0_u32..).zip(headers.chunks_exact_mut(size)) {
        let magic = if number == 0 { MAGIC } else { SECOND_MAGIC };
        binary(
            luks,
            magic,
            &secrets.header_salt(number),
            u64::from(number) * size as u64,
            copy,
        );
        copy[BINARY_BYTES..BINARY_BYTES + text.len()].copy_from_slice(&text);
        let checksum = Sha256::digest(&*copy);
        copy[CHECKSUM_AT..CHECKSUM_AT + checksum.len()].copy_from_slice(&checksum);
    }
    Ok(headers)
}

fn binary(
    luks: &Luks,
    magic: [u8; 6],
    salt: &[u8; HEADER_SALT_BYTES],
    offset: u64,
    header: &mut [u8],
) {
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &magic);
    put(6, &2_u16.to_be_bytes());
    put(8, &luks.format.metadata_bytes.to_be_bytes());
    put(16, &SEQUENCE.to_be_bytes());
    put(24, luks.format.label.as_bytes());
    put(72, CHECKSUM);
    put(104, salt);
    put(168, luks.uuid.hyphenated().to_string().as_bytes());
    put(208, luks.format.subsystem.as_bytes());
    put(256, &offset.to_be_bytes());
}
