//! Hash functions that LUKS names.

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// A hash function, used for key derivation and the anti-forensic splitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, only for systems that are too old for anything else (`luksOS="sle12"`).
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256, what cryptsetup takes by default.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
    ];

    /// Gives the name that stands in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Finds the hash function of that name, in upper or lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|hash| hash.name().eq_ignore_ascii_case(name))
    }

    /// Length of a digest.
    pub(super) const fn digest_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Replaces `block` by the digest of `number` and `block`, cut to the block's length.
    pub(super) fn diffuse(self, number: u32, block: &mut [u8]) {
        match self {
            Self::Sha1 => diffuse::<Sha1>(number, block),
            Self::Sha224 => diffuse::<Sha224>(number, block),
            Self::Sha256 => diffuse::<Sha256>(number, block),
            Self::Sha384 => diffuse::<Sha384>(number, block),
            Self::Sha512 => diffuse::<Sha512>(number, block),
        }
    }

    /// Fills `key` by PBKDF2 (RFC 8018, section 5.2) with HMAC of this hash.
    pub(super) fn pbkdf2(self, secret: &[u8], salt: &[u8], iterations: u32, key: &mut [u8]) {
        match self {
            Self::Sha1 => pbkdf2_hmac::<Sha1>(secret, salt, iterations, key),
            Self::Sha224 => pbkdf2_hmac::<Sha224>(secret, salt, iterations, key),
            Self::Sha256 => pbkdf2_hmac::<Sha256>(secret, salt, iterations, key),
            Self::Sha384 => pbkdf2_hmac::<Sha384>(secret, salt, iterations, key),
            Self::Sha512 => pbkdf2_hmac::<Sha512>(secret, salt, iterations, key),
        }
    }
}

fn diffuse<D: Digest>(number: u32, block: &mut [u8]) {
    let digest = D::new()
        .chain_update(number.to_be_bytes())
        .chain_update(&*block)
        .finalize();
    block.copy_from_slice(&digest[..block.len()]);
}
