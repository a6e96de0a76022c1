//! LUKS containers: headers of version 1 and 2, and the encryption of what is in them.
//!
//! Specifications: LUKS On-Disk Format Specification 1.2.3, LUKS2 On-Disk Format Specification 1.1.4. `cryptsetup` would need device mapper
//! to encrypt what goes into a container. Here a disk is made unencrypted first, with free room in front of the payload, and encrypted in place
//! afterwards:
//!
//! 1. A [`Format`] comes from the description ([`options`]) or from [`Format::new`].
//! 2. [`Luks::payload_offset`] says where in the partition the file system begins.
//! 3. [`Luks::write_header`] writes the header and a key slot for each [`Key`].
//! 4. [`Luks::encrypt_in_place`] encrypts the rest of the partition, or [`Luks::encrypt_ranges`] parts of it.
//!
//! Everything random comes from [`Secrets`].
//!
//! | room | what it knows |
//! |---|---|
//! | `format`, `options` | how a container is to be formatted |
//! | `layout` | where its parts lie |
//! | `cipher`, `hash`, `pbkdf` | the algorithms and their names |
//! | `secrets`, `key`, `anti_forensic` | volume key, passphrases and how the one is hidden by the others |
//! | `header1`, `header2`, `metadata` | headers of both versions |
//! | `sector_cipher`, `payload` | encryption |

mod anti_forensic;
mod cipher;
mod format;
mod hash;
mod header1;
mod header2;
mod key;
mod layout;
mod metadata;
pub mod options;
mod payload;
mod pbkdf;
mod secrets;
mod sector_cipher;

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result, SectorSize};
pub use cipher::{Cipher, CipherMode};
pub use format::{Format, PayloadStart, Version};
pub use hash::Hash;
pub use key::{Key, Passphrase};
pub use pbkdf::{Argon2Cost, Pbkdf};
pub use secrets::Secrets;

use header2::LABEL_BYTES;
use key::Slot;
use layout::Layout;
use metadata::Metadata;
use sector_cipher::SectorCipher;

/// Rounds of PBKDF2 over the volume key, whose digest tells that a passphrase was right.
///
/// The smallest number that readers accept: nobody can guess a random key of 256 bits, and every boot waits for it.
const DIGEST_ITERATIONS: u32 = Pbkdf::MINIMUM_ITERATIONS;

/// A LUKS container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Luks {
    /// How it is formatted.
    pub format: Format,
    /// Identifies it (`UUID=` in crypttab).
    pub uuid: Uuid,
    /// What opens it; the first key takes the slot that the format asks for.
    pub keys: Vec<Key>,
}

impl Luks {
    /// Says how many bytes from the start of the container its payload begins.
    ///
    /// # Errors
    /// The format cannot be: see [`Luks::write_header`].
    pub fn payload_offset(&self) -> Result<u64> {
        Ok(Layout::new(&self.format)?.payload)
    }

    /// Says how long the payload of a container of `length` bytes is, without a last sector that is not whole.
    ///
    /// # Errors
    /// The format cannot be, or there is no room for a payload.
    pub fn payload_length(&self, length: u64) -> Result<u64> {
        let start = self.payload_offset()?;
        let sector = self.format.sector_size.bytes();
        let bytes = length.saturating_sub(start);
        if bytes < sector {
            return Err(Error::TooSmall {
                what: "the LUKS container",
                needed: start + sector,
                available: length,
            });
        }
        Ok(bytes - bytes % sector)
    }

    /// Writes the header and all key slots of a container that begins at `offset` of `file`.
    ///
    /// Everything up to the first key slot is overwritten. What lies between used key slots and the payload is left as it is.
    ///
    /// # Errors
    /// The format contradicts itself or its version, has no key or more keys than slots, costs that cryptsetup would refuse, or
    /// the file cannot be written.
    pub fn write_header(&self, file: &File, offset: u64, secrets: &Secrets) -> Result<()> {
        self.check()?;
        let layout = Layout::new(&self.format)?;
        let slots = self.slots(&layout, secrets)?;
        let volume_key = secrets.volume_key(self.format.cipher.key_bytes());
        let failed = Error::io("writing the LUKS header");
        for slot in &slots {
            let material = self.key_material(slot, &volume_key, &layout, secrets)?;
            file.write_all_at(&material, offset + slot.offset)
                .map_err(&failed)?;
        }
        let salt = secrets.digest_salt();
        let hash = self.format.hash;
        let mut digest = vec![0; hash.digest_bytes().max(header1::DIGEST_BYTES)];
        hash.pbkdf2(&volume_key, &salt, DIGEST_ITERATIONS, &mut digest);
        let header = match self.format.version {
            Version::One => header1::header(self, &layout, &slots, &salt, &digest),
            Version::Two => {
                let metadata = Metadata::new(self, &layout, &slots, &salt, &digest);
                header2::headers(self, &metadata, secrets)?
            }
        };
        file.write_all_at(&header, offset).map_err(&failed)
    }

    /// Encrypts the whole payload of a container that takes `length` bytes from `offset` of `file`.
    ///
    /// Holes are filled with what zeros encrypt to, which cannot be told from random bytes: afterwards nobody sees how much
    /// of the container is used. Calls `progress` now and then, from any thread, with the bytes that are done and that there are; stops with
    /// [`Error::Stopped`] when it says no. After that, and after every other error, the payload is lost: parts of it are
    /// encrypted and others are not.
    pub fn encrypt_in_place(
        &self,
        file: &File,
        offset: u64,
        length: u64,
        secrets: &Secrets,
        progress: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<()> {
        let whole = 0..self.payload_length(length)?;
        let ranges = std::slice::from_ref(&whole);
        self.encrypt_ranges(file, offset, length, ranges, secrets, progress)
    }

    /// Encrypts only some ranges of the payload, counted from its beginning; otherwise as [`Luks::encrypt_in_place`].
    ///
    /// Ranges are widened to whole sectors. What is left out is decrypted all the same when the container is open, so it **reads as garbage, even
    /// where there were zeros**: give every range whose content matters, also where it is a hole of the file.
    pub fn encrypt_ranges(
        &self,
        file: &File,
        offset: u64,
        length: u64,
        ranges: &[Range<u64>],
        secrets: &Secrets,
        progress: &(dyn Fn(u64, u64) -> bool + Sync),
    ) -> Result<()> {
        let payload = self.payload_length(length)?;
        let ranges = payload::whole_sectors(ranges, self.format.sector_size, payload)?;
        let failed = Error::io("growing the disk image");
        if file.metadata().map_err(&failed)?.len() < offset + length {
            file.set_len(offset + length).map_err(&failed)?;
        }
        let cipher = self.format.cipher;
        let key = secrets.volume_key(cipher.key_bytes());
        let cipher = SectorCipher::new(cipher, self.format.sector_size, &key);
        payload::encrypt(
            file,
            offset + self.payload_offset()?,
            &ranges,
            &cipher,
            progress,
        )
    }

    /// Checks what the layout does not.
    fn check(&self) -> Result<()> {
        let format = &self.format;
        for (what, label) in [
            ("LUKS label", &format.label),
            ("LUKS subsystem", &format.subsystem),
        ] {
            if label.len() > LABEL_BYTES {
                return Err(Error::value(what, label, "is longer than 47 bytes"));
            }
            if label.contains('\0') {
                return Err(Error::value(what, label, "contains a zero byte"));
            }
            if format.version == Version::One && !label.is_empty() {
                return Err(Error::value(what, label, "LUKS1 has no labels"));
            }
        }
        if format.version == Version::One {
            if format.sector_size != SectorSize::Bytes512 {
                let value = format.sector_size.bytes().to_string();
                return Err(Error::value(
                    "sector size",
                    value,
                    "LUKS1 encrypts sectors of 512 bytes",
                ));
            }
            if let Some(cipher) = format
                .keyslot_cipher
                .filter(|cipher| *cipher != format.cipher)
            {
                let reason = "LUKS1 encrypts key slots like the payload";
                return Err(Error::value("key slot cipher", cipher.to_string(), reason));
            }
        }
        for key in &self.keys {
            key.pbkdf.check()?;
            if format.version == Version::One && !matches!(key.pbkdf, Pbkdf::Pbkdf2 { .. }) {
                let reason = "LUKS1 knows only pbkdf2";
                return Err(Error::value("key derivation", key.pbkdf.name(), reason));
            }
        }
        Ok(())
    }

    /// Gives every key its slot and the slots of LUKS2 their places, one behind the other.
    fn slots(&self, layout: &Layout, secrets: &Secrets) -> Result<Vec<Slot<'_>>> {
        let first = self.format.first_slot;
        let count = self.keys.len();
        if count == 0 {
            return Err(Error::value(
                "LUKS keys",
                "0",
                "nothing could open the container",
            ));
        }
        if count > layout.slots as usize {
            let reason = format!("there is room for {} key slots", layout.slots);
            return Err(Error::value("LUKS keys", count.to_string(), reason));
        }
        let highest = match self.format.version {
            Version::One => layout::SLOTS_1,
            Version::Two => layout::SLOTS_2,
        };
        if first >= highest {
            let reason = format!("slots are numbered from 0 to {}", highest - 1);
            return Err(Error::value("key slot", first.to_string(), reason));
        }
        let numbers = std::iter::once(first).chain((0..highest).filter(|number| *number != first));
        let slots = numbers.zip(0_u64..).zip(&self.keys);
        Ok(slots
            .map(|((number, index), key)| Slot {
                number,
                offset: layout.keyslots
                    + layout.slot_bytes
                        * match self.format.version {
                            Version::One => u64::from(number),
                            Version::Two => index,
                        },
                salt: secrets.slot_salt(number),
                key,
            })
            .collect())
    }

    /// Hides the volume key behind the key of one slot.
    fn key_material(
        &self,
        slot: &Slot<'_>,
        volume_key: &[u8],
        layout: &Layout,
        secrets: &Secrets,
    ) -> Result<Vec<u8>> {
        let format = &self.format;
        let cipher = format.keyslot_cipher();
        let mut key = Zeroizing::new(vec![0; cipher.key_bytes()]);
        let passphrase = slot.key.passphrase.bytes();
        let pbkdf = slot.key.pbkdf;
        pbkdf.derive(format.hash, passphrase, &slot.salt, &mut key)?;
        let mut material = Zeroizing::new(vec![0; layout.slot_bytes as usize]);
        let split = anti_forensic::split(volume_key, format.hash, secrets, slot.number);
        material[..split.len()].copy_from_slice(&split);
        SectorCipher::new(cipher, SectorSize::Bytes512, &key).encrypt(0, &mut material);
        // Encrypted, this is no secret any more.
        Ok(std::mem::take(&mut material))
    }
}
