//! Passphrases and the key slots they open.

use std::fmt;

use zeroize::Zeroizing;

use super::pbkdf::Pbkdf;
use super::secrets::SALT_BYTES;

/// A passphrase or the content of a key file, wiped from memory when dropped and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes over the bytes of a passphrase.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to write a key file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Passphrase(hidden)")
    }
}

/// One way to open a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What is to be given to open it.
    pub passphrase: Passphrase,
    /// What each try costs. A key file of random bytes needs no more than the least.
    pub pbkdf: Pbkdf,
}

/// A key in its slot.
pub(super) struct Slot<'a> {
    pub(super) number: u32,
    /// Where its key material lies, from the start of the container.
    pub(super) offset: u64,
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) key: &'a Key,
}

impl Slot<'_> {
    /// Rounds of PBKDF2; LUKS1 knows nothing else, which was checked.
    pub(super) fn iterations(&self) -> u32 {
        match self.key.pbkdf {
            Pbkdf::Pbkdf2 { iterations } => iterations,
            Pbkdf::Argon2i(_) | Pbkdf::Argon2id(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_are_not_shown() {
        let key = Key {
            passphrase: Passphrase::new(b"geheim".to_vec()),
            pbkdf: Pbkdf::Pbkdf2 { iterations: 1000 },
        };
        let shown = format!("{key:?} {key:#?}");
        assert!(shown.contains("Passphrase(hidden)"), "{shown}");
        assert!(
            !shown.contains("geheim") && !shown.contains("103"),
            "{shown}"
        );
    }
}
