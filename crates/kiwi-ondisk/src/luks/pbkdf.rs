//! Making keys from passphrases.

use argon2::{Algorithm, Argon2, Params, Version};

use super::hash::Hash;
use crate::{Error, Result};

/// How a passphrase becomes the key of a key slot, and what it costs to try one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pbkdf {
    /// PBKDF2: the only one of LUKS1, and the only one that GRUB before 2.14 can do.
    Pbkdf2 {
        /// Rounds, at least 1000.
        iterations: u32,
    },
    /// Argon2i, which resists observers on the machine itself.
    Argon2i(Argon2Cost),
    /// Argon2id, what cryptsetup takes by default.
    Argon2id(Argon2Cost),
}

/// What one try of Argon2 costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Passes over the memory, at least 4.
    pub time: u32,
    /// Memory in KiB, 32 to 4194304.
    pub memory_kib: u32,
    /// Threads, 1 to 4.
    pub parallel: u32,
}

/// cryptsetup measures the build host and would give every build another number, so this stands for its default of two seconds.
///
/// OWASP asks for 600 000 with SHA-256. GRUB has no fast SHA and needs about 2.6 seconds for these on a server of 2024.
const PBKDF2_ITERATIONS: u32 = 1_000_000;
/// A round of HMAC-SHA1 is cheaper, so OWASP asks for more of them (1 300 000).
const PBKDF2_SHA1_ITERATIONS: u32 = 1_400_000;

impl Default for Argon2Cost {
    /// Four passes over 256 MiB with two threads.
    ///
    /// That is over ten times the 19 MiB that OWASP asks for and about a second on a small machine. cryptsetup would take up to 1 GiB, but only
    /// as much as half the memory of the machine it runs on; an image must be opened in the initrd of a guest with 512 MiB, too. With more
    /// than two threads a guest with fewer processors waits longer than its attacker.
    fn default() -> Self {
        Self {
            time: 4,
            memory_kib: 256 * 1024,
            parallel: 2,
        }
    }
}

impl Pbkdf {
    /// The smallest number of rounds of PBKDF2 that cryptsetup takes (NIST SP 800-132).
    pub const MINIMUM_ITERATIONS: u32 = 1000;
    /// The smallest number of passes of Argon2 that cryptsetup takes.
    pub const MINIMUM_TIME: u32 = 4;
    /// The smallest memory of Argon2, in KiB.
    pub const MINIMUM_MEMORY_KIB: u32 = 32;
    /// The largest memory of Argon2, in KiB.
    pub const MAXIMUM_MEMORY_KIB: u32 = 4 * 1024 * 1024;
    /// The largest number of threads of Argon2.
    pub const MAXIMUM_PARALLEL: u32 = 4;

    /// Gives PBKDF2 with as many rounds of this hash as are held to be safe.
    pub const fn pbkdf2(hash: Hash) -> Self {
        Self::Pbkdf2 {
            iterations: match hash {
                Hash::Sha1 => PBKDF2_SHA1_ITERATIONS,
                _ => PBKDF2_ITERATIONS,
            },
        }
    }

    /// Gives the name that stands in LUKS2 headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pbkdf2 { .. } => "pbkdf2",
            Self::Argon2i(_) => "argon2i",
            Self::Argon2id(_) => "argon2id",
        }
    }

    /// Checks that cryptsetup would take these costs.
    pub(super) fn check(self) -> Result<()> {
        let refuse =
            |what, value: u32, reason: String| Err(Error::value(what, value.to_string(), reason));
        match self {
            Self::Pbkdf2 { iterations } if iterations < Self::MINIMUM_ITERATIONS => refuse(
                "iterations of PBKDF2",
                iterations,
                format!("must be {} or more", Self::MINIMUM_ITERATIONS),
            ),
            Self::Pbkdf2 { .. } => Ok(()),
            Self::Argon2i(cost) | Self::Argon2id(cost) => {
                let memory = Self::MINIMUM_MEMORY_KIB..=Self::MAXIMUM_MEMORY_KIB;
                if cost.time < Self::MINIMUM_TIME {
                    let reason = format!("must be {} or more", Self::MINIMUM_TIME);
                    return refuse("passes of Argon2", cost.time, reason);
                }
                if !(1..=Self::MAXIMUM_PARALLEL).contains(&cost.parallel) {
                    let reason = format!("must be 1 to {}", Self::MAXIMUM_PARALLEL);
                    return refuse("threads of Argon2", cost.parallel, reason);
                }
                if !memory.contains(&cost.memory_kib) {
                    let reason = format!("must be {} to {}", memory.start(), memory.end());
                    return refuse("KiB of memory of Argon2", cost.memory_kib, reason);
                }
                Ok(())
            }
        }
    }

    /// Fills `key` from a passphrase.
    pub(super) fn derive(
        self,
        hash: Hash,
        passphrase: &[u8],
        salt: &[u8],
        key: &mut [u8],
    ) -> Result<()> {
        match self {
            Self::Pbkdf2 { iterations } => {
                hash.pbkdf2(passphrase, salt, iterations, key);
                Ok(())
            }
            Self::Argon2i(cost) => argon2(Algorithm::Argon2i, cost, passphrase, salt, key),
            Self::Argon2id(cost) => argon2(Algorithm::Argon2id, cost, passphrase, salt, key),
        }
    }
}

fn argon2(
    algorithm: Algorithm,
    cost: Argon2Cost,
    passphrase: &[u8],
    salt: &[u8],
    key: &mut [u8],
) -> Result<()> {
    let refused = |error: argon2::Error| {
        Error::value("costs of Argon2", format!("{cost:?}"), error.to_string())
    };
    let parameters = Params::new(cost.memory_kib, cost.time, cost.parallel, Some(key.len()));
    let argon2 = Argon2::new(algorithm, Version::V0x13, parameters.map_err(refused)?);
    argon2
        .hash_password_into(passphrase, salt, key)
        .map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_that_cryptsetup_refuses_are_refused() {
        let cost = |time, memory_kib, parallel| {
            Pbkdf::Argon2id(Argon2Cost {
                time,
                memory_kib,
                parallel,
            })
        };
        let cases = [
            (Pbkdf::Pbkdf2 { iterations: 999 }, "1000 or more"),
            (cost(3, 32, 1), "4 or more"),
            (cost(4, 31, 1), "32 to 4194304"),
            (cost(4, 5_000_000, 1), "32 to 4194304"),
            (cost(4, 32, 0), "1 to 4"),
            (cost(4, 32, 5), "1 to 4"),
        ];
        for (pbkdf, expected) in cases {
            let error = pbkdf.check().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        for fine in [
            Pbkdf::pbkdf2(Hash::Sha1),
            Pbkdf::Argon2i(Argon2Cost::default()),
            cost(4, 32, 1),
        ] {
            fine.check().unwrap();
        }
    }
}
