//! Checksums of blocks and contents, and the hashes of names.

use blake2::Blake2b;
use blake2::digest::consts::U32;
use sha2::{Digest as _, Sha256};
use twox_hash::XxHash64;

/// How blocks and file contents are protected (`enum btrfs_csum_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksum {
    /// CRC-32C, which everything can read.
    #[default]
    Crc32c,
    /// xxHash, 64 bits; Linux 5.5.
    XxHash,
    /// SHA-256; Linux 5.5.
    Sha256,
    /// BLAKE2b with 256 bits; Linux 5.5.
    Blake2,
}

impl Checksum {
    /// Finds a checksum by the name that `mkfs.btrfs --csum` knows it by.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "crc32c" => Some(Self::Crc32c),
            "xxhash" | "xxhash64" => Some(Self::XxHash),
            "sha256" => Some(Self::Sha256),
            "blake2" | "blake2b" => Some(Self::Blake2),
            _ => None,
        }
    }

    /// Its number in the super block.
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Crc32c => 0,
            Self::XxHash => 1,
            Self::Sha256 => 2,
            Self::Blake2 => 3,
        }
    }

    /// Bytes of one checksum.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Crc32c => 4,
            Self::XxHash => 8,
            Self::Sha256 | Self::Blake2 => 32,
        }
    }

    /// Writes the checksum of `bytes` into the first bytes of `target`.
    pub(super) fn put(self, bytes: &[u8], target: &mut [u8]) {
        match self {
            Self::Crc32c => target[..4].copy_from_slice(&crc32c::crc32c(bytes).to_le_bytes()),
            Self::XxHash => {
                target[..8].copy_from_slice(&XxHash64::oneshot(0, bytes).to_le_bytes());
            }
            Self::Sha256 => target[..32].copy_from_slice(&Sha256::digest(bytes)),
            Self::Blake2 => target[..32].copy_from_slice(&Blake2b::<U32>::digest(bytes)),
        }
    }
}

/// CRC-32C as the format uses it for hashes: continues from `seed`, inverts nothing.
fn raw_crc32c(seed: u32, bytes: &[u8]) -> u32 {
    !crc32c::crc32c_append(!seed, bytes)
}

/// Key offset of a directory entry or extended attribute.
pub(super) fn name_hash(name: &[u8]) -> u64 {
    raw_crc32c(!1, name).into()
}

/// Key offset of a name that is stored apart because too many names have the same directory.
pub(super) fn extended_reference_hash(parent: u64, name: &[u8]) -> u64 {
    raw_crc32c(parent as u32, name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        // The key of the entry `default` is the same in the root tree of every file system.
        assert_eq!(name_hash(b"default"), 2_378_154_706);
    }

    #[test]
    fn names_and_lengths() {
        for (name, checksum, length) in [
            ("crc32c", Checksum::Crc32c, 4),
            ("xxhash", Checksum::XxHash, 8),
            ("SHA256", Checksum::Sha256, 32),
            ("blake2", Checksum::Blake2, 32),
        ] {
            assert_eq!(Checksum::from_name(name), Some(checksum));
            let mut target = [0; 32];
            checksum.put(b"x", &mut target);
            assert_eq!(checksum.length(), length);
            assert!(target[length..].iter().all(|byte| *byte == 0));
        }
        assert_eq!(Checksum::from_name("md5"), None);
    }
}
