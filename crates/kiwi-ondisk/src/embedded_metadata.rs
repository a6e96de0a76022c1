//! The block at the end of a partition that says how to open the dm-verity or dm-integrity device in it.
//!
//! Specification: `embed_verity_metadata` and `embed_integrity_metadata` in KIWI's documentation of `<type>`. The last 4096 bytes
//! begin with a header and a body, both of words separated by spaces, `header 0xFF body 0xFF 0x00`. The signature of these bytes
//! follows, and zeros fill the block.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::dm_integrity::{Device, InternalHash, SECTOR_BYTES};
use crate::verity::Tree;
use crate::{Error, Result};

/// Bytes of the block.
pub const BLOCK_BYTES: u64 = 4096;
/// Version of the format, the first word of the header.
const VERSION: u32 = 1;
/// Ends header and body. It is not ASCII, so neither can contain it.
const SEPARATOR: u8 = 0xff;
const END: u8 = 0;

/// Whether the file system in the device can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It never can, like squashfs.
    ReadOnly,
    /// It can.
    ReadWrite,
}

/// What the block says, without signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedMetadata {
    signed: Vec<u8>,
}

impl EmbeddedMetadata {
    /// Describes the hash tree behind a file system; what dm-verity protects is read-only, whatever the file system could do.
    ///
    /// # Errors
    /// The name of the file system is not one word of ASCII characters.
    pub fn verity(filesystem: &str, tree: &Tree) -> Result<Self> {
        let body = [
            Tree::HASH_TYPE.to_string(),
            tree.data_block_size.to_string(),
            tree.hash_block_size.to_string(),
            tree.data_blocks.to_string(),
            tree.hash_start_block.to_string(),
            Tree::ALGORITHM.to_owned(),
            tree.root_hash_text(),
            tree.salt_text(),
        ];
        Self::new(filesystem, Access::ReadOnly, "verity", &body)
    }

    /// Describes a dm-integrity device. `key_reference` says where whoever opens it finds the key, see [`key_reference`].
    ///
    /// # Errors
    /// The name of the file system or the reference is not one word of ASCII characters.
    pub fn integrity(
        filesystem: &str,
        access: Access,
        device: &Device,
        hash: &InternalHash,
        key_reference: &str,
    ) -> Result<Self> {
        let algorithm = hash.kernel_name();
        let mut parameters = vec![match hash {
            InternalHash::Sha256 => format!("internal_hash:{algorithm}"),
            InternalHash::HmacSha256 { .. } => format!("internal_hash:{algorithm}:{key_reference}"),
        }];
        parameters.extend(device.flags.iter().map(|flag| flag.name().to_owned()));
        let mut body = vec![
            device.provided_data_sectors.to_string(),
            SECTOR_BYTES.to_string(),
            parameters.len().to_string(),
        ];
        body.append(&mut parameters);
        Self::new(filesystem, access, "integrity", &body)
    }

    fn new(filesystem: &str, access: Access, kind: &str, body: &[String]) -> Result<Self> {
        let access = match access {
            Access::ReadOnly => "ro",
            Access::ReadWrite => "rw",
        };
        let version = VERSION.to_string();
        let header = [&version, filesystem, access, kind];
        let words = header.into_iter().chain(body.iter().map(String::as_str));
        for word in words {
            if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
                let reason = "is not one word of ASCII characters";
                return Err(Error::value("embedded metadata", word, reason));
            }
        }
        let mut signed = header.join(" ").into_bytes();
        signed.push(SEPARATOR);
        signed.extend_from_slice(body.join(" ").as_bytes());
        signed.extend_from_slice(&[SEPARATOR, END]);
        Ok(Self { signed })
    }

    /// Gives the bytes that a signature vouches for: all in front of it.
    pub fn signed_bytes(&self) -> &[u8] {
        &self.signed
    }

    /// Gives the whole block.
    ///
    /// # Errors
    /// The block is too small for the signature.
    pub fn block(&self, signature: &[u8]) -> Result<[u8; BLOCK_BYTES as usize]> {
        let mut block = [0; BLOCK_BYTES as usize];
        let needed = self.signed.len() + signature.len();
        if needed > block.len() {
            return Err(Error::TooSmall {
                what: "embedded metadata with its signature",
                needed: needed as u64,
                available: BLOCK_BYTES,
            });
        }
        block[..self.signed.len()].copy_from_slice(&self.signed);
        block[self.signed.len()..needed].copy_from_slice(signature);
        Ok(block)
    }
}

/// Writes a block to the end of the `device_bytes` that begin at `offset` of `file`.
///
/// For dm-verity, behind whose tree there is nothing. dm-integrity devices may have data there, and
/// [`Integrity::write_metadata`](crate::dm_integrity::Integrity::write_metadata) takes care of its tags.
///
/// # Errors
/// The device is smaller than the block, or trouble with writing.
pub fn write(
    block: &[u8; BLOCK_BYTES as usize],
    file: &File,
    offset: u64,
    device_bytes: u64,
) -> Result<()> {
    let Some(start) = device_bytes.checked_sub(BLOCK_BYTES) else {
        return Err(Error::TooSmall {
            what: "embedded metadata",
            needed: BLOCK_BYTES,
            available: device_bytes,
        });
    };
    file.write_all_at(block, offset + start)
        .map_err(Error::io("writing embedded metadata"))
}

/// Says how the metadata refers to the key: as the description does, otherwise by the name of the key file without extension.
pub fn key_reference(description: Option<&str>, key_file: &str) -> String {
    if let Some(description) = description {
        return description.to_owned();
    }
    let name = key_file.rsplit('/').next().unwrap_or(key_file);
    let stem = match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    };
    format!(":{stem}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dm_integrity::Flag;
    use proptest::prelude::*;

    fn tree() -> Tree {
        Tree {
            root_hash: [0xab; 32],
            salt: vec![1, 2],
            data_block_size: 4096,
            hash_block_size: 4096,
            data_blocks: 13,
            hash_offset: 53_248,
            hash_start_block: 14,
            hash_bytes: 8192,
        }
    }

    fn device(flags: &[Flag]) -> Device {
        Device {
            provided_data_sectors: 121_904,
            flags: flags.to_vec(),
        }
    }

    #[test]
    fn blocks_are_as_documented() {
        let verity = EmbeddedMetadata::verity("squashfs", &tree()).unwrap();
        let digits = "ab".repeat(32);
        let expected = format!("1 squashfs ro verity|1 4096 4096 13 14 sha256 {digits} 0102|");
        assert_eq!(text(&verity), expected);

        let plain = EmbeddedMetadata::integrity(
            "ext4",
            Access::ReadWrite,
            &device(&[Flag::FixPadding, Flag::FixHmac]),
            &InternalHash::Sha256,
            "",
        );
        assert_eq!(
            text(&plain.unwrap()),
            "1 ext4 rw integrity|121904 512 3 internal_hash:sha256 fix_padding fix_hmac|"
        );
        let keyed = EmbeddedMetadata::integrity(
            "squashfs",
            Access::ReadOnly,
            &device(&[Flag::FixPadding]),
            &InternalHash::HmacSha256 { key: vec![1] },
            &key_reference(None, "/keys/disk.bin"),
        );
        assert_eq!(
            text(&keyed.unwrap()),
            "1 squashfs ro integrity|121904 512 2 internal_hash:hmac(sha256)::disk fix_padding|"
        );
    }

    /// Shows separators as `|` and checks the end.
    fn text(metadata: &EmbeddedMetadata) -> String {
        let (end, text) = metadata.signed_bytes().split_last().unwrap();
        assert_eq!(*end, 0);
        text.iter()
            .map(|byte| {
                if *byte == 0xff {
                    '|'
                } else {
                    char::from(*byte)
                }
            })
            .collect()
    }

    #[test]
    fn keys_are_named_after_their_file() {
        for (description, file, expected) in [
            (None, "/a/b.c/key.bin", ":key"),
            (None, "key", ":key"),
            (None, "/keys/.hidden", ":.hidden"),
            (Some("user:key"), "/keys/other.bin", "user:key"),
        ] {
            assert_eq!(key_reference(description, file), expected);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let metadata = EmbeddedMetadata::verity("ext4", &tree()).unwrap();
        let room = 4096 - metadata.signed_bytes().len();
        assert!(metadata.block(&vec![1; room]).is_ok());
        let error = metadata.block(&vec![1; room + 1]).unwrap_err().to_string();
        assert!(error.contains("needs 4097 bytes"), "{error}");
        let file = tempfile::tempfile().unwrap();
        let error = write(&[0; 4096], &file, 0, 4095).unwrap_err().to_string();
        assert!(error.contains("only 4095 are there"), "{error}");
        for reference in ["with space", "umlaut-\u{e4}", "line\n"] {
            let key = InternalHash::HmacSha256 { key: vec![1] };
            let refused = EmbeddedMetadata::integrity(
                "ext4",
                Access::ReadWrite,
                &device(&[]),
                &key,
                reference,
            );
            assert!(refused.is_err(), "{reference}");
        }
    }

    proptest! {
        /// A reader that only knows the separators gets every word back, and the signature.
        #[test]
        fn words_and_signature_come_back(
            filesystem in "[!-~]{1,9}",
            blocks: u64,
            signature in proptest::collection::vec(any::<u8>(), 0..600),
        ) {
            let tree = Tree { data_blocks: blocks, ..tree() };
            let metadata = EmbeddedMetadata::verity(&filesystem, &tree).unwrap();
            let file = tempfile::tempfile().unwrap();
            write(&metadata.block(&signature).unwrap(), &file, 512, 8192).unwrap();
            let mut block = vec![0; 4096];
            file.read_exact_at(&mut block, 512 + 4096).unwrap();
            let mut parts = block.splitn(3, |byte| *byte == 0xff);
            let mut words = || -> Vec<String> {
                let text = String::from_utf8(parts.next().unwrap().to_vec()).unwrap();
                text.split(' ').map(str::to_owned).collect()
            };
            prop_assert_eq!(words(), ["1", &filesystem, "ro", "verity"]);
            prop_assert_eq!(&words()[3], &blocks.to_string());
            let rest = parts.next().unwrap();
            prop_assert_eq!(rest[0], 0);
            prop_assert_eq!(&rest[1..=signature.len()], signature.as_slice());
            prop_assert!(rest[signature.len() + 1..].iter().all(|byte| *byte == 0));
        }
    }
}
