//! Little-endian fields at fixed offsets, the way every structure of an ext file system is laid out.

pub(super) fn get16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn get32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(super) fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

pub(super) fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// Lower half of a number that is stored in two fields.
pub(super) fn low32(value: u64) -> u32 {
    (value & 0xffff_ffff) as u32
}

/// Upper half of a number that is stored in two fields.
pub(super) fn high32(value: u64) -> u32 {
    (value >> 32) as u32
}
