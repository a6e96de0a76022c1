//! Big-endian fields at fixed offsets, the way every structure of XFS is laid out, and the checksums over them.

pub(super) fn get16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn get32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

pub(super) fn get64(bytes: &[u8], at: usize) -> u64 {
    u64::from(get32(bytes, at)) << 32 | u64::from(get32(bytes, at + 4))
}

pub(super) fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

pub(super) fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

pub(super) fn put64(bytes: &mut [u8], at: usize, value: u64) {
    bytes[at..at + 8].copy_from_slice(&value.to_be_bytes());
}

/// Stores the CRC-32C over all bytes at `at`; the only field that is little-endian.
pub(super) fn put_checksum(bytes: &mut [u8], at: usize) {
    bytes[at..at + 4].fill(0);
    let checksum = crc32c::crc32c(bytes);
    bytes[at..at + 4].copy_from_slice(&checksum.to_le_bytes());
}

/// Whether the checksum at `at` is right.
pub(super) fn has_checksum(bytes: &[u8], at: usize) -> bool {
    let mut copy = bytes.to_vec();
    put_checksum(&mut copy, at);
    copy[at..at + 4] == bytes[at..at + 4]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums() {
        let mut bytes = *b"123456789....";
        put_checksum(&mut bytes, 9);
        assert!(has_checksum(&bytes, 9));
        // The check value of CRC-32C is that of the first nine bytes alone.
        assert_eq!(crc32c::crc32c(&bytes[..9]), 0xe306_9283);
        bytes[3] ^= 1;
        assert!(!has_checksum(&bytes, 9));
    }

    #[test]
    fn numbers() {
        let mut bytes = [0; 8];
        put64(&mut bytes, 0, 0x0102_0304_0506_0708);
        assert_eq!(bytes, [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(get64(&bytes, 0), 0x0102_0304_0506_0708);
        assert_eq!((get32(&bytes, 2), get16(&bytes, 6)), (0x0304_0506, 0x0708));
    }
}
