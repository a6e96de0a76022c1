//! What must be unpredictable in a container, all of it derived from one seed.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::hash::Hash;
use super::key::Passphrase;
use super::pbkdf::{Argon2Cost, Pbkdf};
use crate::Result;

/// Bytes of the salts in headers and key slots, the same in both versions.
pub(super) const SALT_BYTES: usize = 32;
/// Bytes of the salt in front of each copy of a LUKS2 header.
pub(super) const HEADER_SALT_BYTES: usize = 64;

/// The volume key, the salts and the anti-forensic stripes of one container.
///
/// All are derived from a seed by HMAC-SHA256 in counter mode (NIST SP 800-108, section 4.1). Whoever knows the seed can
/// read the container without a passphrase, so it must come from the operating system's random source, be used for one container
/// (and its clones, which share its content anyway), and be stored nowhere. A seed that is derived from a description gives equal
/// images for equal builds and protects nothing from anyone who has the description.
pub struct Secrets {
    seed: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    /// Takes the seed that everything is derived from.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            seed: Zeroizing::new(seed),
        }
    }

    /// Derives everything from a passphrase, so that the same one gives the same container.
    ///
    /// Who wants to guess the passphrase pays as much for each try as at a key slot. `salt`: whatever tells containers apart.
    ///
    /// # Errors
    /// Argon2 gets no memory.
    pub fn from_passphrase(passphrase: &Passphrase, salt: &[u8]) -> Result<Self> {
        let cost = Argon2Cost::default();
        let mut seed = Zeroizing::new([0; 32]);
        Pbkdf::Argon2id(cost).derive(Hash::Sha256, passphrase.bytes(), salt, &mut *seed)?;
        Ok(Self { seed })
    }

    /// Gives the content of a key file: 256 bytes as hexadecimal digits.
    pub fn key_file(&self) -> Passphrase {
        let mut bytes = Zeroizing::new([0; 256]);
        self.fill("key file", 0, &mut *bytes);
        Passphrase::new(
            bytes
                .iter()
                .flat_map(|byte| format!("{byte:02x}").into_bytes())
                .collect(),
        )
    }

    /// Gives the key that encrypts the payload.
    pub(super) fn volume_key(&self, bytes: usize) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; bytes]);
        self.fill("volume key", 0, &mut key);
        key
    }

    /// Gives the salt of the digest that tells whether a volume key is the right one.
    pub(super) fn digest_salt(&self) -> [u8; SALT_BYTES] {
        self.salt("digest salt", 0)
    }

    /// Gives the salt of a key slot.
    pub(super) fn slot_salt(&self, slot: u32) -> [u8; SALT_BYTES] {
        self.salt("slot salt", slot)
    }

    /// Gives the salt of a copy of the LUKS2 header, which makes the checksums of the copies differ.
    pub(super) fn header_salt(&self, copy: u32) -> [u8; HEADER_SALT_BYTES] {
        self.salt("header salt", copy)
    }

    /// Fills the anti-forensic stripes of a key slot.
    pub(super) fn stripes(&self, slot: u32, stripes: &mut [u8]) {
        self.fill("stripes", slot, stripes);
    }

    fn salt<const BYTES: usize>(&self, purpose: &str, index: u32) -> [u8; BYTES] {
        let mut salt = [0; BYTES];
        self.fill(purpose, index, &mut salt);
        salt
    }

    fn fill(&self, purpose: &str, index: u32, bytes: &mut [u8]) {
        let keyed = Hmac::<Sha256>::new_from_slice(&*self.seed).expect("HMAC takes any key");
        let keyed = keyed
            .chain_update(b"kiwi luks\0")
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(index.to_be_bytes());
        for (counter, block) in (0_u32..).zip(bytes.chunks_mut(32)) {
            let output = keyed.clone().chain_update(counter.to_be_bytes()).finalize();
            block.copy_from_slice(&output.into_bytes()[..block.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_used_twice() {
        let secrets = Secrets::from_seed([1; 32]);
        let other = Secrets::from_seed([2; 32]);
        let mut stripes = [0; 32];
        secrets.stripes(0, &mut stripes);
        let mut all = vec![
            secrets.volume_key(32).to_vec(),
            other.volume_key(32).to_vec(),
            secrets.digest_salt().to_vec(),
            secrets.slot_salt(0).to_vec(),
            secrets.slot_salt(1).to_vec(),
            secrets.header_salt(0)[..32].to_vec(),
            secrets.header_salt(0)[32..].to_vec(),
            secrets.header_salt(1)[..32].to_vec(),
            stripes.to_vec(),
        ];
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_longer_key_is_not_a_repetition() {
        let key = Secrets::from_seed([1; 32]).volume_key(64);
        assert_ne!(key[..32], key[32..]);
    }

    #[test]
    fn the_seed_is_not_shown() {
        let shown = format!("{:?}", Secrets::from_seed([0xab; 32]));
        assert_eq!(shown, "Secrets(hidden)");
    }
}
