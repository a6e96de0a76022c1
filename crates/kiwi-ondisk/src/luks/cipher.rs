//! Ciphers of payloads and key slots, by the names that device mapper's `crypt` target gives them.

use std::fmt;

/// How sectors are encrypted; always with AES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cipher {
    mode: CipherMode,
    key_bits: u32,
}

/// How the blocks of a sector hang together, and what makes equal sectors differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CipherMode {
    /// `xts-plain64`: XTS with the sector number, what cryptsetup takes by default.
    XtsPlain64,
    /// `xts-plain`: the same with the lower 32 bits of the sector number.
    XtsPlain,
    /// `cbc-essiv:sha256`: CBC with the encrypted sector number, the default until 2013.
    CbcEssivSha256,
    /// `cbc-plain64`: CBC with the sector number.
    CbcPlain64,
    /// `cbc-plain`: the same with the lower 32 bits of the sector number.
    CbcPlain,
}

impl CipherMode {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::XtsPlain64,
        Self::XtsPlain,
        Self::CbcEssivSha256,
        Self::CbcPlain64,
        Self::CbcPlain,
    ];

    /// Gives the mode's name without that of the cipher.
    pub const fn name(self) -> &'static str {
        match self {
            Self::XtsPlain64 => "xts-plain64",
            Self::XtsPlain => "xts-plain",
            Self::CbcEssivSha256 => "cbc-essiv:sha256",
            Self::CbcPlain64 => "cbc-plain64",
            Self::CbcPlain => "cbc-plain",
        }
    }

    /// Finds the mode of a whole cipher name such as `aes-xts-plain64`; `aes` alone means what it means to cryptsetup.
    pub fn from_cipher_name(name: &str) -> Option<Self> {
        if name == "aes" {
            return Some(Self::CbcPlain);
        }
        let mode = name.strip_prefix("aes-")?;
        Self::ALL.into_iter().find(|known| known.name() == mode)
    }

    /// Key lengths in bits, the default last. XTS has two keys of the same length.
    pub const fn key_bits(self) -> [u32; 2] {
        match self {
            Self::XtsPlain64 | Self::XtsPlain => [256, 512],
            Self::CbcEssivSha256 | Self::CbcPlain64 | Self::CbcPlain => [128, 256],
        }
    }
}

impl Cipher {
    /// `aes-xts-plain64` with two keys of 256 bits, what cryptsetup takes by default.
    pub const AES_256_XTS: Self = Self {
        mode: CipherMode::XtsPlain64,
        key_bits: 512,
    };
    /// `aes-xts-plain64` with two keys of 128 bits.
    pub const AES_128_XTS: Self = Self {
        mode: CipherMode::XtsPlain64,
        key_bits: 256,
    };

    /// Gives the cipher with a key of so many bits; `None` when the mode has no such keys.
    pub fn new(mode: CipherMode, key_bits: u32) -> Option<Self> {
        let known = mode.key_bits().contains(&key_bits);
        known.then_some(Self { mode, key_bits })
    }

    /// Gives the mode.
    pub const fn mode(self) -> CipherMode {
        self.mode
    }

    /// Gives the length of the key.
    pub const fn key_bytes(self) -> usize {
        self.key_bits as usize / 8
    }
}

impl fmt::Display for Cipher {
    /// The whole name, such as `aes-xts-plain64`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "aes-{}", self.mode.name())
    }
}
