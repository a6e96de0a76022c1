//! What lies between a partition and its content: RAID, integrity, encryption.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Origin;

/// One layer; the lowest is the first of a partition's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerPlan {
    /// Software RAID.
    Raid(RaidPlan),
    /// dm-integrity.
    Integrity(IntegrityPlan),
    /// LUKS.
    Luks(Box<LuksPlan>),
}

/// Software RAID with one of its two devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaidPlan {
    /// Level.
    pub level: RaidLevel,
    /// Identifier of the array, a uuid.
    pub uuid: String,
    /// Identifier of this member, a uuid.
    pub device_uuid: String,
    /// Name of the array's device: `/dev/md0`.
    pub device: String,
    /// Bytes in front of the content.
    pub data_offset: u64,
}

/// RAID levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RaidLevel {
    /// RAID 1.
    Mirroring,
    /// RAID 0.
    Striping,
}

/// dm-integrity without encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrityPlan {
    /// Name of the mapping in the image.
    pub mapping: String,
    /// File with the key, a path of the host; without one sums are not keyed.
    pub key_file: Option<String>,
    /// Where the key lies in the image, absolute.
    pub key_path: Option<String>,
    /// Computes keyed sums in the old way.
    pub legacy_hmac: bool,
    /// Derives what could be random, a uuid.
    pub salt: String,
}

/// LUKS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LuksPlan {
    /// Format version as written: `luks1`, `luks2`, `luks`.
    pub version: Option<String>,
    /// Identifier of the container, a uuid.
    pub uuid: String,
    /// Name of the mapping in the image.
    pub mapping: String,
    /// What opens it.
    pub passphrase: Passphrase,
    /// File of the image that opens it, too, absolute.
    pub key_file: Option<String>,
    /// Key derivation as written: `pbkdf2`, `argon2i`, `argon2id`.
    pub key_derivation: Option<String>,
    /// Settings an older distribution can read: `sle12`.
    pub compatible_with: Option<String>,
    /// Options of `luksformat`: name, and value where there is one.
    pub options: Vec<(String, Option<String>)>,
    /// Bytes of the header in front of the content.
    pub header_bytes: u64,
    /// Where the encryption was asked for.
    pub origin: Origin,
}

/// What opens a LUKS container. Neither `Debug` nor serde show a passphrase.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Passphrase {
    /// A passphrase that a person types.
    Text(#[serde(skip)] String),
    /// The content of a file of the host, whatever it is.
    File(String),
    /// 32 zero bytes: for a first boot that sets a real one.
    Empty,
    /// Nothing but the key file.
    Random,
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::File(_) => "File(..)",
            Self::Empty => "Empty",
            Self::Random => "Random",
        })
    }
}

/// Block checksums in a tree that is sealed by one hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerityPlan {
    /// Blocks of 4096 bytes that are covered; `None`: all.
    pub blocks: Option<u64>,
    /// Identifier of the tree, a uuid.
    pub uuid: String,
    /// Salt, 32 bytes in hexadecimal digits.
    pub salt: String,
    /// Name of the mapping in the image.
    pub mapping: String,
}
