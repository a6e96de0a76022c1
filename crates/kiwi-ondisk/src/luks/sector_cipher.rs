//! Encryption of whole sectors.
//!
//! Specifications: IEEE 1619 (XTS), NIST SP 800-38A (CBC), the documentation of device mapper's `crypt` target (initialisation
//! vectors). XTS is written here and not taken from a crate, because hardware AES is fast only when it gets many blocks
//! at once, and that goes for the sector numbers too, which are encrypted first.

use aes::cipher::consts::U16;
use aes::cipher::{Array, Block, BlockCipherEncrypt, BlockSizeUser, KeyInit};
use aes::{Aes128, Aes256};
use sha2::{Digest, Sha256};

use super::cipher::{Cipher, CipherMode};
use crate::SectorSize;

/// Bytes of an AES block.
const BLOCK: usize = 16;
/// Sector numbers count in this unit whatever the size of the sectors is.
const NUMBER_UNIT: u64 = 512;
/// Sectors whose numbers are encrypted at once.
const GROUP: usize = 64;
/// Blocks of the largest sector.
const SECTOR_BLOCKS: usize = 4096 / BLOCK;
/// What a tweak is reduced by when it grows out of 128 bits (the polynomial of IEEE 1619, section 5.2).
const REDUCTION: u128 = 0x87;

/// A key at work.
pub(super) struct SectorCipher {
    keys: Keys,
    vector: Vector,
    sector_size: SectorSize,
}

enum Keys {
    Xts128 {
        data: Box<Aes128>,
        tweak: Box<Aes128>,
    },
    Xts256 {
        data: Box<Aes256>,
        tweak: Box<Aes256>,
    },
    Cbc128(Box<Aes128>),
    Cbc256(Box<Aes256>),
}

/// What a sector number becomes.
enum Vector {
    Plain,
    Plain64,
    /// The number is encrypted with the hash of the key.
    Essiv(Box<Aes256>),
}

impl SectorCipher {
    /// Takes the key into work; it must be as long as `cipher` says.
    pub(super) fn new(cipher: Cipher, sector_size: SectorSize, key: &[u8]) -> Self {
        assert_eq!(
            key.len(),
            cipher.key_bytes(),
            "keys are made for their cipher"
        );
        let (first, second) = key.split_at(key.len() / 2);
        let keys = match (cipher.mode(), key.len()) {
            (CipherMode::XtsPlain64 | CipherMode::XtsPlain, 32) => Keys::Xts128 {
                data: Box::new(aes(first)),
                tweak: Box::new(aes(second)),
            },
            (CipherMode::XtsPlain64 | CipherMode::XtsPlain, _) => Keys::Xts256 {
                data: Box::new(aes(first)),
                tweak: Box::new(aes(second)),
            },
            (_, 16) => Keys::Cbc128(Box::new(aes(key))),
            (_, _) => Keys::Cbc256(Box::new(aes(key))),
        };
        let vector = match cipher.mode() {
            CipherMode::XtsPlain64 | CipherMode::CbcPlain64 => Vector::Plain64,
            CipherMode::XtsPlain | CipherMode::CbcPlain => Vector::Plain,
            CipherMode::CbcEssivSha256 => Vector::Essiv(Box::new(aes(&Sha256::digest(key)))),
        };
        Self {
            keys,
            vector,
            sector_size,
        }
    }

    /// Encrypts whole sectors that begin `position` bytes after where numbers start.
    pub(super) fn encrypt(&self, position: u64, sectors: &mut [u8]) {
        let sector_bytes = self.sector_size.bytes() as usize;
        debug_assert!(sectors.len().is_multiple_of(sector_bytes));
        let mut number = position / NUMBER_UNIT;
        let mut tweaks = [0; SECTOR_BLOCKS];
        for group in sectors.chunks_mut(GROUP * sector_bytes) {
            let mut vectors = [Block::<Aes256>::default(); GROUP];
            let vectors = &mut vectors[..group.len() / sector_bytes];
            for vector in &mut *vectors {
                vector[..8].copy_from_slice(&self.vector.start(number));
                number += self.sector_size.bytes() / NUMBER_UNIT;
            }
            match (&self.keys, &self.vector) {
                (Keys::Xts128 { tweak, .. }, _) => tweak.encrypt_blocks(vectors),
                (Keys::Xts256 { tweak, .. }, _) => tweak.encrypt_blocks(vectors),
                (_, Vector::Essiv(cipher)) => cipher.encrypt_blocks(vectors),
                (_, Vector::Plain | Vector::Plain64) => {}
            }
            for (sector, vector) in group.chunks_exact_mut(sector_bytes).zip(vectors) {
                match &self.keys {
                    Keys::Xts128 { data, .. } => xts(&**data, vector, &mut tweaks, sector),
                    Keys::Xts256 { data, .. } => xts(&**data, vector, &mut tweaks, sector),
                    Keys::Cbc128(cipher) => cbc(&**cipher, vector, sector),
                    Keys::Cbc256(cipher) => cbc(&**cipher, vector, sector),
                }
            }
        }
    }
}

impl Vector {
    /// Gives the first half of what stands for a sector number, the second half is zero.
    fn start(&self, number: u64) -> [u8; 8] {
        match self {
            Self::Plain => (number & 0xffff_ffff).to_le_bytes(),
            Self::Plain64 | Self::Essiv(_) => number.to_le_bytes(),
        }
    }
}

fn aes<C: KeyInit>(key: &[u8]) -> C {
    C::new_from_slice(key).expect("the length of the key chose the cipher")
}

/// Encrypts one sector in XTS mode; `vector` is its encrypted number, `tweaks` room to work in.
fn xts<C>(cipher: &C, vector: &Block<C>, tweaks: &mut [u128; SECTOR_BLOCKS], sector: &mut [u8])
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let (blocks, _) = Array::slice_as_chunks_mut(sector);
    let mut next = u128::from_le_bytes(vector.0);
    for (block, tweak) in blocks.iter_mut().zip(&mut *tweaks) {
        *tweak = next;
        block.0 = (u128::from_le_bytes(block.0) ^ next).to_le_bytes();
        // Without a branch, so that the time says nothing about the key.
        next = (next << 1) ^ (REDUCTION & (next >> 127).wrapping_neg());
    }
    cipher.encrypt_blocks(blocks);
    for (block, tweak) in blocks.iter_mut().zip(&*tweaks) {
        block.0 = (u128::from_le_bytes(block.0) ^ tweak).to_le_bytes();
    }
}

/// Encrypts one sector in CBC mode.
fn cbc<C>(cipher: &C, vector: &Block<C>, sector: &mut [u8])
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let (blocks, _) = Array::slice_as_chunks_mut(sector);
    let mut before = u128::from_le_bytes(vector.0);
    for block in blocks {
        block.0 = (u128::from_le_bytes(block.0) ^ before).to_le_bytes();
        cipher.encrypt_block(block);
        before = u128::from_le_bytes(block.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|at| (at * 7 + at / 256) as u8).collect()
    }

    fn cipher(mode: CipherMode, key_bits: u32, sector_size: SectorSize) -> SectorCipher {
        let key: Vec<u8> = (0..key_bits / 8).map(|byte| byte as u8).collect();
        let cipher = Cipher::new(mode, key_bits).unwrap();
        SectorCipher::new(cipher, sector_size, &key)
    }

    /// IEEE 1619, annex B, vector 2.
    #[test]
    fn xts_gives_the_bytes_of_the_standard() {
        let number = Block::<Aes128>::from([
            0x33, 0x33, 0x33, 0x33, 0x33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ]);
        let mut vector = number;
        aes::<Aes128>(&[0x22; 16]).encrypt_block(&mut vector);
        let mut data = [0x44; 32];
        xts(
            &aes::<Aes128>(&[0x11; 16]),
            &vector,
            &mut [0; SECTOR_BLOCKS],
            &mut data,
        );
        let expected = [
            0xc4, 0x54, 0x18, 0x5e, 0x6a, 0x16, 0x93, 0x6e, 0x39, 0x33, 0x40, 0x38, 0xac, 0xef,
            0x83, 0x8b, 0xfb, 0x18, 0x6f, 0xff, 0x74, 0x80, 0xad, 0xc4, 0x28, 0x93, 0x82, 0xec,
            0xd6, 0xd3, 0x94, 0xf0,
        ];
        assert_eq!(data, expected);
    }

    /// Beginnings of the SHA-256 digests of what OpenSSL makes of the same data.
    #[test]
    fn sectors_are_what_openssl_makes_of_them() {
        use CipherMode::{CbcEssivSha256, XtsPlain64};
        use SectorSize::{Bytes512, Bytes4096};
        let cases = [
            (XtsPlain64, 256, Bytes512, 0, 0xe402_90ef_d7c1_f4e5_u64),
            (XtsPlain64, 256, Bytes512, 8, 0x5acc_43c8_2976_e270),
            (
                XtsPlain64,
                256,
                Bytes512,
                0x1_0000_0007,
                0x7a71_68f2_0ec1_6d16,
            ),
            (XtsPlain64, 256, Bytes4096, 8, 0xf090_51f4_d238_61f5),
            (XtsPlain64, 512, Bytes512, 0, 0xccbc_6091_bb1a_1ba5),
            (
                XtsPlain64,
                512,
                Bytes512,
                0x1_0000_0007,
                0xdf9f_f744_5789_4ad2,
            ),
            (XtsPlain64, 512, Bytes4096, 0, 0xc9bb_ed44_5fff_c31e),
            (XtsPlain64, 512, Bytes4096, 8, 0x669d_0545_0c74_424f),
            (CbcEssivSha256, 128, Bytes512, 5, 0xb558_060a_f221_d81d),
            (CbcEssivSha256, 256, Bytes512, 5, 0xbb1a_886d_22f8_1baa),
        ];
        for (mode, key_bits, sector_size, number, expected) in cases {
            let mut data = plain(sector_size.bytes() as usize);
            cipher(mode, key_bits, sector_size).encrypt(number * 512, &mut data);
            let digest = Sha256::digest(&data);
            assert_eq!(
                digest[..8],
                expected.to_be_bytes(),
                "{} {key_bits} {sector_size:?} {number}",
                mode.name()
            );
        }
    }

    /// Sectors are encrypted in groups; where a group ends must not show.
    #[test]
    fn sectors_do_not_depend_on_their_neighbours() {
        for mode in CipherMode::ALL {
            for sector_size in [SectorSize::Bytes512, SectorSize::Bytes4096] {
                let cipher = cipher(mode, 256, sector_size);
                let sector = sector_size.bytes() as usize;
                let mut together = plain((2 * GROUP + 3) * sector);
                let mut alone = together.clone();
                cipher.encrypt(0, &mut together);
                for (index, sectors) in alone.chunks_mut(sector).enumerate() {
                    cipher.encrypt((index * sector) as u64, sectors);
                }
                assert!(together == alone, "{} {sector_size:?}", mode.name());
            }
        }
    }

    /// The 32-bit modes begin again where the others go on.
    #[test]
    fn plain_vectors_have_32_bits() {
        let at = 512 << 32;
        for (mode, again) in [
            (CipherMode::XtsPlain, true),
            (CipherMode::XtsPlain64, false),
            (CipherMode::CbcPlain, true),
            (CipherMode::CbcPlain64, false),
        ] {
            let cipher = cipher(mode, 256, SectorSize::Bytes512);
            let (mut low, mut high) = (plain(512), plain(512));
            cipher.encrypt(512 * 3, &mut low);
            cipher.encrypt(at + 512 * 3, &mut high);
            assert_eq!(low == high, again, "{}", mode.name());
        }
    }
}
