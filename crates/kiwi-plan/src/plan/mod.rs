//! The build plan: plain data, the only thing that prepare and create read.

pub mod boot;
pub mod btrfs;
pub mod container;
pub mod disk;
pub mod filesystem;
pub mod format;
pub mod image;
pub mod layers;
pub mod origin;
pub mod packages;
pub mod repository;
pub mod requirement;
pub mod root;
pub mod system;
pub mod volumes;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use origin::Origin;

/// Everything one build will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildPlan {
    /// What is built, and how its files are called.
    pub identity: Identity,
    /// How the root tree comes to be.
    pub root: root::RootPlan,
    /// What the root tree is turned into.
    pub image: image::ImagePlan,
    /// The variables of `/.profile` and of the scripts' environment, sorted by name.
    pub environment: BTreeMap<String, ProfileValue>,
    /// Programs that this build calls on the host or inside the tree.
    pub requirements: Vec<requirement::Requirement>,
    /// How times and random looking numbers come to be.
    pub reproducibility: Reproducibility,
    /// Settings of the runtime configuration that the build follows.
    pub settings: Settings,
}

/// Names and facts that identify the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `image@name`.
    pub name: String,
    /// `image@displayname`, when given.
    pub display_name: Option<String>,
    /// `image@id`, written to `/etc/ImageID`.
    pub id: Option<String>,
    /// `preferences/version`.
    pub version: Option<String>,
    /// First author and contact, as `author <contact>`.
    pub author: String,
    /// `description/specification`.
    pub specification: String,
    /// Machine name of the image's architecture as `uname -m` prints it.
    pub architecture: String,
    /// Build type as written in `type@image`.
    pub build_type: String,
    /// Selected profiles in selection order.
    pub profiles: Vec<String>,
    /// `NAME.ARCH-VERSION`, the stem of every result file.
    pub result_stem: String,
    /// `type@bundle_format`.
    pub bundle_format: Option<String>,
    /// The description directory: base of overlays, archives and scripts.
    pub description_directory: PathBuf,
    /// The description file.
    pub description_file: PathBuf,
}

/// A value of `/.profile`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ProfileValue {
    /// `true` or `false`.
    Boolean(bool),
    /// Any text; empty for "not set".
    Text(String),
}

impl ProfileValue {
    /// The value as scripts see it.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
            Self::Text(text) => text,
        }
    }
}

/// What every derived number and every time of the image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reproducibility {
    /// `SOURCE_DATE_EPOCH` in seconds: newest time in the image, and the promise of equal bytes.
    pub source_date_epoch: Option<u64>,
    /// Time that new file systems, archives and headers carry, in seconds since 1970.
    ///
    /// The epoch when there is one, else the time at which the plan was made.
    pub timestamp: u64,
    /// Hex digest that all uuids, serials and salts of this build are derived from.
    ///
    /// A function of the plan's content and the epoch when there is one, else random.
    pub seed: String,
}

/// Settings of the runtime configuration file that a build follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// `xz/options`, split at blanks.
    pub xz_options: Vec<String>,
    /// `container/compress`.
    pub compress_containers: bool,
    /// `bundle/compress`; `None` means each type's default.
    pub compress_bundle: Option<bool>,
    /// `bundle/has_package_changes`.
    pub package_changes: bool,
    /// `build_constraints/max_size` in bytes.
    pub max_size: Option<u64>,
    /// `shasum/size` in bits: 256 or 512.
    pub checksum_bits: u16,
    /// `credentials/secure_boot_signing_*`: what programs that EFI firmware starts are signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<SecureBootKey>,
}

/// A key pair for programs that EFI firmware starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecureBootKey {
    /// The private key's file, absolute.
    pub key: PathBuf,
    /// The certificate's file, absolute.
    pub certificate: PathBuf,
}
