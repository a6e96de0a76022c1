//! Identifiers, all derived from one seed.
//!
//! Nothing in an image is random: every uuid, serial and salt is the SHA-256 of the build's seed and a purpose, such as
//! `partition root`. The seed is the digest of the plan itself when `SOURCE_DATE_EPOCH` is set, so that the same input gives
//! the same bytes, and random otherwise, so that two images of one description can be used side by side.

use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Makes the identifiers of one build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    seed: Option<String>,
}

impl Ids {
    /// Makes identifiers that are all zero, for the plan that the seed is computed from.
    pub fn blank() -> Self {
        Self { seed: None }
    }

    /// Makes the identifiers of a seed.
    pub fn from_seed(seed: impl Into<String>) -> Self {
        Self {
            seed: Some(seed.into()),
        }
    }

    /// Returns a uuid (version 4 in form) in lower case with dashes.
    pub fn uuid(&self, purpose: &str) -> String {
        let Some(digest) = self.digest(purpose) else {
            return Uuid::nil().to_string();
        };
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Returns the volume id of a FAT file system: eight hexadecimal digits in upper case, without dash.
    pub fn fat_volume_id(&self, purpose: &str) -> String {
        let id = self.digest(purpose).map_or(0, |digest| number(&digest));
        format!("{id:08X}")
    }

    /// Returns the identifier of a medium, written at offset 440 of a disk.
    ///
    /// Each of its bytes is between 0x01 and 0xfd, so that no reader can take it for empty or for text.
    pub fn medium_id(&self, purpose: &str) -> u32 {
        let Some(digest) = self.digest(purpose) else {
            return 0;
        };
        let bytes: Vec<u8> = digest
            .iter()
            .filter(|byte| (0x01..=0xfd).contains(*byte))
            .chain(std::iter::repeat(&0x5a))
            .take(4)
            .copied()
            .collect();
        number(&bytes)
    }

    /// Returns `length` characters of the alphabet that crypt(3) salts are written in.
    pub fn salt(&self, purpose: &str, length: usize) -> String {
        const ALPHABET: &[u8; 64] =
            b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..)
            .flat_map(|block: u32| {
                self.digest(&format!("{purpose} {block}"))
                    .unwrap_or_default()
            })
            .map(|byte| char::from(ALPHABET[usize::from(byte % 64)]))
            .take(length)
            .collect()
    }

    /// Returns 32 bytes as hexadecimal digits.
    pub fn hex(&self, purpose: &str) -> String {
        hex(&self.digest(purpose).unwrap_or_default())
    }

    fn digest(&self, purpose: &str) -> Option<[u8; 32]> {
        let seed = self.seed.as_ref()?;
        let mut hasher = Sha256::new();
        hasher.update(seed.as_bytes());
        hasher.update(b"\0");
        hasher.update(purpose.as_bytes());
        Some(hasher.finalize().into())
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Returns the name of a repository that has none: 32 hexadecimal digits that depend on what it is only.
///
/// A cache keyed by the alias stays valid from build to build; the reference draws a new random one each time.
pub fn repository_alias(
    source: &str,
    distribution: Option<&str>,
    components: Option<&str>,
) -> String {
    let mut hasher = Sha256::new();
    for part in [Some(source), distribution, components] {
        hasher.update(part.unwrap_or_default());
        hasher.update(b"\0");
    }
    hex(&hasher.finalize()[..16])
}

/// Returns the seed of a build without `SOURCE_DATE_EPOCH`.
pub fn random_seed(bytes: [u8; 32]) -> String {
    hex(&bytes)
}

/// Returns the seed of a reproducible build: the digest of what the plan says, and of the epoch.
///
/// `plan` is the serialised plan with blank identifiers. What depends on the build host but not on the content of the image
/// is taken out first: where the description and the cache lie, places for messages, programs, and settings.
pub fn reproducible_seed(plan: Value, description_directory: &str, epoch: u64) -> String {
    let mut plan = plan;
    if let Value::Object(fields) = &mut plan {
        for key in ["requirements", "reproducibility", "settings"] {
            fields.remove(key);
        }
    }
    forget_places(&mut plan, description_directory);
    let mut hasher = Sha256::new();
    hasher.update(epoch.to_be_bytes());
    hasher.update(plan.to_string().as_bytes());
    hex(&hasher.finalize())
}

fn forget_places(value: &mut Value, directory: &str) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_place(name));
            for field in fields.values_mut() {
                forget_places(field, directory);
            }
        }
        Value::Array(items) => {
            for item in items {
                forget_places(item, directory);
            }
        }
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(directory)
                && (rest.is_empty() || rest.starts_with('/'))
            {
                *text = format!("DESCRIPTION{rest}");
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Tells whether a field of the plan says where something is on this host, and nothing about the image.
fn is_place(field: &str) -> bool {
    // The cache of this host is among the excludes.
    let places = ["description_file", "description_directory", "excludes"];
    places.contains(&field) || field == "origin" || field.ends_with("_origin")
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_depend_on_seed_and_purpose_only() {
        let ids = Ids::from_seed("s");
        assert_eq!(ids.uuid("root"), Ids::from_seed("s").uuid("root"));
        assert_ne!(ids.uuid("root"), ids.uuid("boot"));
        assert_ne!(ids.uuid("root"), Ids::from_seed("t").uuid("root"));
        let uuid: Uuid = ids.uuid("root").parse().unwrap();
        assert_eq!(uuid.get_version_num(), 4);
        assert_eq!(ids.uuid("root"), ids.uuid("root").to_lowercase());
        assert_eq!(Ids::blank().uuid("root"), Uuid::nil().to_string());
    }

    #[test]
    fn medium_ids_have_no_empty_byte() {
        for number in 0..2000 {
            let id = Ids::from_seed(number.to_string()).medium_id("medium");
            assert!(
                id.to_be_bytes()
                    .iter()
                    .all(|byte| (0x01..=0xfd).contains(byte)),
                "{id:08x}"
            );
        }
    }

    #[test]
    fn fat_ids_and_salts_have_their_form() {
        let ids = Ids::from_seed("s");
        let id = ids.fat_volume_id("efi");
        assert_eq!(id.len(), 8);
        assert_eq!(
            u32::from_str_radix(&id, 16).map(|id| format!("{id:08X}")),
            Ok(id)
        );
        let salt = ids.salt("user root", 40);
        assert_eq!(salt.len(), 40);
        assert!(
            salt.chars()
                .all(|c| c.is_ascii_alphanumeric() || ".".contains(c) || c == '/')
        );
        assert_ne!(salt, ids.salt("user tux", 40));
    }

    #[test]
    fn seed_ignores_where_the_description_lies() {
        let plan = |directory: &str, name: &str| {
            serde_json::json!({
                "image": {"excludes": [directory]},
                "identity": {"name": name, "description_directory": directory, "description_file": format!("{directory}/config.xml")},
                "root": {"overlays": [{"path": format!("{directory}/root")}], "other": format!("{directory}x"),
                         "packages": [{"name": "vim", "origin": {"path": format!("elsewhere{directory}")}}]},
                "size_origin": {"path": format!("elsewhere{directory}")},
                "settings": {"threads": directory},
            })
        };
        let seed =
            |directory: &str, name: &str| reproducible_seed(plan(directory, name), directory, 7);
        let same = |directory: &str| {
            let mut plan = plan(directory, "n");
            plan["root"]["other"] = Value::Null;
            reproducible_seed(plan, directory, 7)
        };
        assert_eq!(same("/a"), same("/b"));
        assert_ne!(
            seed("/a", "n"),
            seed("/b", "n"),
            "a directory beside the description counts"
        );
        assert_ne!(seed("/a", "n"), seed("/a", "m"));
        assert_eq!(seed("/a", "n").len(), 64);
        assert_ne!(
            reproducible_seed(plan("/a", "n"), "/a", 7),
            reproducible_seed(plan("/a", "n"), "/a", 8)
        );
    }

    #[test]
    fn aliases_are_stable() {
        let alias = |distribution| repository_alias("http://h/p", distribution, Some("main"));
        assert_eq!(alias(None), alias(None));
        assert_ne!(alias(None), alias(Some("stable")));
        assert_eq!(alias(None).len(), 32);
    }
}
