//! How a container is to be formatted, apart from what is unique to it.

use std::num::NonZeroU64;

use super::cipher::Cipher;
use super::hash::Hash;
use super::pbkdf::{Argon2Cost, Pbkdf};
use crate::SectorSize;

/// Everything that `cryptsetup luksFormat` could be told, with cryptsetup's defaults.
///
/// [`super::options::parse`] makes it from such options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Version of the format.
    pub version: Version,
    /// How the payload is encrypted.
    pub cipher: Cipher,
    /// How key slots of LUKS2 are encrypted when not like the payload.
    pub keyslot_cipher: Option<Cipher>,
    /// Hash function of the key slots and of the digest of the volume key.
    pub hash: Hash,
    /// How keys are made from passphrases; the default for keys that are not random anyway.
    pub pbkdf: Pbkdf,
    /// Unit of encryption; 4096 only with LUKS2.
    pub sector_size: SectorSize,
    /// Label of a LUKS2 header, at most 47 bytes.
    pub label: String,
    /// Subsystem label of a LUKS2 header, at most 47 bytes.
    pub subsystem: String,
    /// Bytes of each of the two copies of a LUKS2 header: a power of two from 16 KiB to 4 MiB.
    pub metadata_bytes: u64,
    /// Bytes for key slots of LUKS2, a multiple of 4096; without it, as many as there are.
    pub keyslots_bytes: Option<u64>,
    /// Where the payload begins.
    pub payload: PayloadStart,
    /// Slot of the first key; others take the free ones from 0 on.
    pub first_slot: u32,
}

/// A version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// LUKS1.
    One,
    /// LUKS2, what cryptsetup makes since 2.1.
    #[default]
    Two,
}

/// Where the payload begins, in bytes from the start of the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadStart {
    /// At the first multiple of so many bytes behind the key slots.
    Aligned(NonZeroU64),
    /// Exactly there.
    At(u64),
}

impl Default for PayloadStart {
    fn default() -> Self {
        const MIB: NonZeroU64 = NonZeroU64::new(1 << 20).expect("is not zero");
        Self::Aligned(MIB)
    }
}

impl Format {
    /// The smallest copy of a LUKS2 header, and cryptsetup's default.
    pub const DEFAULT_METADATA_BYTES: u64 = 16 * 1024;

    /// Gives what cryptsetup does by default for a version, with fixed costs of the key derivation.
    pub fn new(version: Version) -> Self {
        let hash = Hash::default();
        Self {
            version,
            cipher: Cipher::AES_256_XTS,
            keyslot_cipher: None,
            hash,
            pbkdf: match version {
                Version::One => Pbkdf::pbkdf2(hash),
                Version::Two => Pbkdf::Argon2id(Argon2Cost::default()),
            },
            sector_size: SectorSize::Bytes512,
            label: String::new(),
            subsystem: String::new(),
            metadata_bytes: Self::DEFAULT_METADATA_BYTES,
            keyslots_bytes: None,
            payload: PayloadStart::default(),
            first_slot: 0,
        }
    }

    /// Cipher of the key slots.
    pub(super) fn keyslot_cipher(&self) -> Cipher {
        self.keyslot_cipher.unwrap_or(self.cipher)
    }
}
