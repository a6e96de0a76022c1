//! Checksums of metadata (kernel.org, `filesystems/ext4/checksums`).

/// Start of every CRC-32C of an ext4 file system.
const START: u32 = !0;

/// Adds bytes to a CRC-32C as ext4 uses it: without the usual inversion at the end.
pub(super) fn crc32c(seed: u32, bytes: &[u8]) -> u32 {
    !crc32c::crc32c_append(!seed, bytes)
}

/// CRC-32C of bytes that stand for themselves.
pub(super) fn crc32c_start(bytes: &[u8]) -> u32 {
    crc32c(START, bytes)
}

/// CRC-16 (polynomial 0x8005, reflected) of group descriptors of file systems without `metadata_csum`.
pub(super) fn crc16(start: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(start, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xa001 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // The check value of CRC-32C is 0xe3069283; ext4 leaves out the last inversion.
        assert_eq!(!crc32c_start(b"123456789"), 0xe306_9283);
        assert_eq!(
            crc32c(crc32c_start(b"1234"), b"56789"),
            crc32c_start(b"123456789")
        );
        // CRC-16/ARC starts from 0 and has the check value 0xbb3d.
        assert_eq!(crc16(0, b"123456789"), 0xbb3d);
    }
}
