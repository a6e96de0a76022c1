//! The JSON metadata of LUKS2 headers.
//!
//! Specification: LUKS2 On-Disk Format Specification 1.1.4, section 3. Numbers of 64 bits are strings there.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde::{Serialize, Serializer};

use super::anti_forensic::STRIPES;
use super::header2::BINARY_BYTES;
use super::layout::Layout;
use super::pbkdf::Pbkdf;
use super::secrets::SALT_BYTES;
use super::{DIGEST_ITERATIONS, Luks, Slot};

/// The whole metadata.
#[derive(Serialize)]
pub(super) struct Metadata<'a> {
    keyslots: BTreeMap<u32, Keyslot<'a>>,
    tokens: NoTokens,
    segments: BTreeMap<u32, Segment>,
    digests: BTreeMap<u32, Digest<'a>>,
    config: Config,
}

/// Other ways to open a container (TPM, FIDO2); an image has none.
#[derive(Serialize)]
struct NoTokens {}

#[derive(Serialize)]
struct Keyslot<'a> {
    r#type: &'static str,
    key_size: usize,
    af: AntiForensic,
    area: Area,
    kdf: Kdf<'a>,
}

#[derive(Serialize)]
struct AntiForensic {
    r#type: &'static str,
    stripes: usize,
    hash: &'static str,
}

#[derive(Serialize)]
struct Area {
    r#type: &'static str,
    offset: Decimal,
    size: Decimal,
    encryption: String,
    key_size: usize,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Kdf<'a> {
    Pbkdf2 {
        r#type: &'static str,
        hash: &'static str,
        iterations: u32,
        salt: Binary<'a>,
    },
    Argon2 {
        r#type: &'static str,
        time: u32,
        memory: u32,
        cpus: u32,
        salt: Binary<'a>,
    },
}

#[derive(Serialize)]
struct Segment {
    r#type: &'static str,
    offset: Decimal,
    size: &'static str,
    iv_tweak: Decimal,
    encryption: String,
    sector_size: u64,
}

#[derive(Serialize)]
struct Digest<'a> {
    r#type: &'static str,
    keyslots: Vec<String>,
    segments: Vec<String>,
    hash: &'static str,
    iterations: u32,
    salt: Binary<'a>,
    digest: Binary<'a>,
}

#[derive(Serialize)]
struct Config {
    json_size: Decimal,
    keyslots_size: Decimal,
}

/// A number as text.
struct Decimal(u64);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Bytes as text.
struct Binary<'a>(&'a [u8]);

impl Serialize for Binary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Base64::encode_string(self.0))
    }
}

impl<'a> Metadata<'a> {
    /// Describes a container with these key slots; all of them open its one segment.
    pub(super) fn new(
        luks: &Luks,
        layout: &Layout,
        slots: &'a [Slot<'_>],
        digest_salt: &'a [u8; SALT_BYTES],
        digest: &'a [u8],
    ) -> Self {
        let format = &luks.format;
        let keyslots = slots.iter().map(|slot| {
            let keyslot = Keyslot {
                r#type: "luks2",
                key_size: format.cipher.key_bytes(),
                af: AntiForensic {
                    r#type: "luks1",
                    stripes: STRIPES,
                    hash: format.hash.name(),
                },
                area: Area {
                    r#type: "raw",
                    offset: Decimal(slot.offset),
                    size: Decimal(layout.slot_bytes),
                    encryption: format.keyslot_cipher().to_string(),
                    key_size: format.keyslot_cipher().key_bytes(),
                },
                kdf: Kdf::new(slot, format.hash.name()),
            };
            (slot.number, keyslot)
        });
        let segment = Segment {
            r#type: "crypt",
            offset: Decimal(layout.payload),
            size: "dynamic",
            iv_tweak: Decimal(0),
            encryption: format.cipher.to_string(),
            sector_size: format.sector_size.bytes(),
        };
        let digest = Digest {
            r#type: "pbkdf2",
            keyslots: slots.iter().map(|slot| slot.number.to_string()).collect(),
            segments: vec!["0".into()],
            hash: format.hash.name(),
            iterations: DIGEST_ITERATIONS,
            salt: Binary(digest_salt),
            digest: Binary(digest),
        };
        Self {
            keyslots: keyslots.collect(),
            tokens: NoTokens {},
            segments: BTreeMap::from([(0, segment)]),
            digests: BTreeMap::from([(0, digest)]),
            config: Config {
                json_size: Decimal(format.metadata_bytes - BINARY_BYTES as u64),
                keyslots_size: Decimal(layout.keyslots_bytes),
            },
        }
    }
}

impl<'a> Kdf<'a> {
    fn new(slot: &'a Slot<'_>, hash: &'static str) -> Self {
        let salt = Binary(&slot.salt);
        let r#type = slot.key.pbkdf.name();
        match slot.key.pbkdf {
            Pbkdf::Pbkdf2 { iterations } => Self::Pbkdf2 {
                r#type,
                hash,
                iterations,
                salt,
            },
            Pbkdf::Argon2i(cost) | Pbkdf::Argon2id(cost) => Self::Argon2 {
                r#type,
                time: cost.time,
                memory: cost.memory_kib,
                cpus: cost.parallel,
                salt,
            },
        }
    }
}
