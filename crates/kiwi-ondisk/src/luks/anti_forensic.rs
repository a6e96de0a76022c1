//! The anti-forensic splitter: a key is spread over so much material that losing any part of it loses the key.
//!
//! Specification: LUKS On-Disk Format Specification 1.2.3, section 2.4 (`AFsplit`); LUKS2 names it `luks1` and keeps it.

use zeroize::Zeroizing;

use super::hash::Hash;
use super::secrets::Secrets;

/// How many stripes a key is spread over; both specifications name this number and every reader expects it.
pub(super) const STRIPES: usize = 4000;

/// Spreads `key` over [`STRIPES`] stripes; all but the last are drawn from `secrets` for this key slot.
pub(super) fn split(key: &[u8], hash: Hash, secrets: &Secrets, slot: u32) -> Zeroizing<Vec<u8>> {
    let mut material = Zeroizing::new(vec![0; key.len() * STRIPES]);
    let last = key.len() * (STRIPES - 1);
    secrets.stripes(slot, &mut material[..last]);
    let mut mixed = Zeroizing::new(vec![0; key.len()]);
    for stripe in material[..last].chunks_exact(key.len()) {
        exclusive_or(&mut mixed, stripe);
        let blocks = mixed.chunks_mut(hash.digest_bytes());
        for (number, block) in (0..).zip(blocks) {
            hash.diffuse(number, block);
        }
    }
    exclusive_or(&mut mixed, key);
    material[last..].copy_from_slice(&mixed);
    material
}

fn exclusive_or(into: &mut [u8], with: &[u8]) {
    for (byte, other) in into.iter_mut().zip(with) {
        *byte ^= other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Brings a key together again, as the specification's `AFmerge` does it.
    fn merge(material: &[u8], key_bytes: usize, hash: Hash) -> Vec<u8> {
        let mut mixed = vec![0; key_bytes];
        for (index, stripe) in material.chunks_exact(key_bytes).enumerate() {
            exclusive_or(&mut mixed, stripe);
            if index + 1 < STRIPES {
                for (number, block) in (0..).zip(mixed.chunks_mut(hash.digest_bytes())) {
                    hash.diffuse(number, block);
                }
            }
        }
        mixed
    }

    #[test]
    fn all_stripes_give_the_key_back() {
        let secrets = Secrets::from_seed([3; 32]);
        for hash in Hash::ALL {
            for key_bytes in [16, 32, 64] {
                let key: Vec<u8> = (0..key_bytes).map(|byte| byte as u8).collect();
                let mut material = split(&key, hash, &secrets, 0);
                assert_eq!(merge(&material, key_bytes, hash), key, "{}", hash.name());
                material[key_bytes * 7] ^= 1;
                assert_ne!(merge(&material, key_bytes, hash), key, "{}", hash.name());
            }
        }
    }

    #[test]
    fn every_slot_has_its_own_stripes() {
        let secrets = Secrets::from_seed([3; 32]);
        let split = |slot| split(&[1; 32], Hash::Sha256, &secrets, slot);
        assert_eq!(*split(1), *split(1));
        assert_ne!(*split(0), *split(1));
    }
}
