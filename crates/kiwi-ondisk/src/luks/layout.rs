//! Where the parts of a container lie.

use super::anti_forensic::STRIPES;
use super::format::{Format, PayloadStart, Version};
use crate::{Error, Result};

/// Everything begins at multiples of this many bytes.
pub(super) const ALIGNMENT: u64 = 4096;
/// Where the key slots of LUKS1 begin, behind its header of 592 bytes.
const KEYSLOTS_1: u64 = 4096;
/// Key slots of LUKS1.
pub(super) const SLOTS_1: u32 = 8;
/// Key slots that a LUKS2 header can name.
pub(super) const SLOTS_2: u32 = 32;
/// cryptsetup gives a LUKS2 container's headers and key slots 16 MiB together.
const HEADERS_AND_KEYSLOTS: u64 = 16 << 20;
/// More than this cryptsetup does not take.
const KEYSLOTS_MAXIMUM: u64 = 128 << 20;
/// Sizes of a copy of the LUKS2 header (LUKS2 On-Disk Format Specification 1.1.4, section 2.1).
const METADATA_BYTES: std::ops::RangeInclusive<u64> = 16 << 10..=4 << 20;

/// Where the parts of a container lie, in bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Where the key slots begin.
    pub(super) keyslots: u64,
    /// Bytes for key slots.
    pub(super) keyslots_bytes: u64,
    /// Bytes of one key slot.
    pub(super) slot_bytes: u64,
    /// Slots there are.
    pub(super) slots: u32,
    /// Where the payload begins.
    pub(super) payload: u64,
}

impl Layout {
    /// What an error says is wrong when it is the size of the header.
    pub(super) const METADATA: &'static str = "LUKS2 metadata size";
    /// What an error says is wrong when it is the place of the payload.
    pub(super) const PAYLOAD: &'static str = "payload offset";

    /// Finds places for everything that `format` wants.
    pub(super) fn new(format: &Format) -> Result<Self> {
        let layout = match format.version {
            Version::One => Self::one(format),
            Version::Two => Self::two(format)?,
        };
        let sector = format.sector_size.bytes();
        let start = layout.payload;
        let refuse = |reason: String| Err(Error::value(Self::PAYLOAD, start.to_string(), reason));
        if let PayloadStart::At(_) = format.payload {
            let behind = layout.keyslots + layout.keyslots_bytes;
            if start < behind {
                return refuse(format!("lies within the header, which ends at {behind}"));
            }
            if !start.is_multiple_of(ALIGNMENT) {
                return refuse("is not a multiple of 4096".into());
            }
        }
        if !start.is_multiple_of(sector) {
            return refuse(format!("is not a multiple of the sector size {sector}"));
        }
        if format.version == Version::One && start / 512 > u64::from(u32::MAX) {
            return refuse("is too much for LUKS1".into());
        }
        Ok(layout)
    }

    fn one(format: &Format) -> Self {
        let slot_bytes = slot_bytes(format.cipher.key_bytes());
        let keyslots_bytes = u64::from(SLOTS_1) * slot_bytes;
        Self {
            keyslots: KEYSLOTS_1,
            keyslots_bytes,
            slot_bytes,
            slots: SLOTS_1,
            payload: start(format.payload, KEYSLOTS_1 + keyslots_bytes),
        }
    }

    fn two(format: &Format) -> Result<Self> {
        let metadata = format.metadata_bytes;
        if !metadata.is_power_of_two() || !METADATA_BYTES.contains(&metadata) {
            let reason = "must be a power of two from 16 KiB to 4 MiB";
            return Err(Error::value(Self::METADATA, metadata.to_string(), reason));
        }
        let keyslots = 2 * metadata;
        let keyslots_bytes = match (format.keyslots_bytes, format.payload) {
            (Some(bytes), _) => bytes,
            (None, PayloadStart::At(offset)) => {
                let room = offset.saturating_sub(keyslots).min(KEYSLOTS_MAXIMUM);
                room - room % ALIGNMENT
            }
            (None, PayloadStart::Aligned(_)) => HEADERS_AND_KEYSLOTS - keyslots,
        };
        if !keyslots_bytes.is_multiple_of(ALIGNMENT) || keyslots_bytes > KEYSLOTS_MAXIMUM {
            let reason = "must be a multiple of 4096 and at most 128 MiB";
            return Err(Error::value(
                "LUKS2 key slots size",
                keyslots_bytes.to_string(),
                reason,
            ));
        }
        let slot_bytes = slot_bytes(format.cipher.key_bytes());
        Ok(Self {
            keyslots,
            keyslots_bytes,
            slot_bytes,
            slots: SLOTS_2.min((keyslots_bytes / slot_bytes) as u32),
            payload: start(format.payload, keyslots + keyslots_bytes),
        })
    }
}

/// Bytes of a key slot: all stripes of the volume key, in whole blocks.
fn slot_bytes(key_bytes: usize) -> u64 {
    ((key_bytes * STRIPES) as u64).next_multiple_of(ALIGNMENT)
}

fn start(payload: PayloadStart, behind: u64) -> u64 {
    match payload {
        PayloadStart::At(offset) => offset,
        PayloadStart::Aligned(bytes) => behind.next_multiple_of(bytes.get()),
    }
}
