//! Package repositories.

use serde::{Deserialize, Serialize, Serializer};

use super::Origin;
use crate::resolve::without_password;

/// One repository, its address already translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Unique name, also its file name.
    pub alias: String,
    /// Where its metadata is.
    pub location: Location,
    /// Where the finished image finds it, when that is somewhere else than the build does: a mirror and the directories of
    /// a build service worker are the build's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere_in_image: Option<ImageAddress>,
    /// `repository@type`, a hint only.
    pub kind: Option<String>,
    /// Priority as the package manager counts it.
    pub priority: Option<i64>,
    /// Used while building.
    pub used_for_build: bool,
    /// Configured in the finished image.
    pub used_in_image: bool,
    /// Components of a Debian style repository.
    pub components: Vec<String>,
    /// Distribution (suite) of a Debian style repository; flat repository when absent.
    pub distribution: Option<String>,
    /// Architectures of a Debian style repository.
    pub architectures: Vec<String>,
    /// How an rpm-md location is to be read: `baseurl`, `metalink` or `mirrorlist`.
    pub source_type: Option<String>,
    /// Signature check of the metadata; `None` leaves the default.
    pub metadata_check: Option<bool>,
    /// Signature check of the packages; `None` leaves the default.
    pub package_check: Option<bool>,
    /// User name and password.
    pub credentials: Option<Credentials>,
    /// Name of the credentials file asked for with `?credentials=`.
    pub credentials_file: Option<String>,
    /// Script called with each written repository file, absolute path.
    pub customize: Option<String>,
    /// Addresses of keys that sign this repository; what lets somebody in is left out of every serialisation.
    #[serde(serialize_with = "addresses_without_passwords")]
    pub signing_keys: Vec<String>,
    /// Where it was configured.
    pub origin: Origin,
}

impl Repository {
    /// Returns the repository as the finished image sees it.
    pub fn in_image(&self) -> Self {
        let Some(address) = self.elsewhere_in_image.clone() else {
            return self.clone();
        };
        Self {
            location: address.location,
            credentials: address.credentials,
            credentials_file: address.credentials_file,
            elsewhere_in_image: None,
            ..self.clone()
        }
    }
}

/// The address of a repository as the finished image has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageAddress {
    /// Where its metadata is.
    pub location: Location,
    /// User name and password.
    pub credentials: Option<Credentials>,
    /// Name of the credentials file asked for with `?credentials=`.
    pub credentials_file: Option<String>,
}

/// Writes addresses down without the passwords in them.
pub(super) fn addresses_without_passwords<S: Serializer>(
    addresses: &[String],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(addresses.iter().map(|address| without_password(address)))
}

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Location {
    /// Reached over the network; scheme included, no credentials inside.
    Remote {
        /// The address.
        url: String,
    },
    /// A directory of this machine.
    Local {
        /// Absolute path.
        path: String,
    },
    /// An ISO image on this machine, read without mounting it.
    Iso {
        /// Absolute path.
        path: String,
    },
    /// The repositories the build host itself is configured to use (`host:/`).
    Host,
}

/// Access to a protected repository. The password is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// User name; empty when only a token is needed.
    pub user: String,
    /// The password; left out of every serialisation.
    #[serde(skip)]
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
