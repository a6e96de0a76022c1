//! Addresses of repositories and keys as people write them, and what they mean (spec 01, section 8.2).
//!
//! [`form`] reads an address without knowing anything about the host; [`remote`] and [`build_service`] know what network
//! addresses and those of the Open Build Service lead to.

mod build_service;
mod form;
mod remote;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::host_facts::{HostFacts, normalized};
use crate::plan::repository::Location;
use form::Form;

pub(super) use form::has_architecture_macro;
pub use remote::{without_access_data, without_password};

/// An address with everything that was written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Where it leads.
    pub location: Location,
    /// `user:password@` of the host part, percent escapes resolved; the user may be empty.
    pub credentials: Option<(String, String)>,
    /// `?credentials=NAME`.
    pub credentials_file: Option<String>,
}

/// Why an address leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// There is nothing.
    #[error("the address is empty")]
    Empty,
    /// There is no scheme.
    #[error("`{0}` has no scheme")]
    NoScheme(String),
    /// Nobody knows this scheme.
    #[error("`{scheme}:` in `{address}` is no scheme of a {what}")]
    UnknownScheme {
        /// The scheme.
        scheme: String,
        /// The whole address, without password.
        address: String,
        /// What it is the address of.
        what: &'static str,
    },
    /// `obs://` takes a project and a repository.
    #[error("`{0}` does not name a project and a repository")]
    NoProject(String),
    /// The server is missing.
    #[error("`{0}` names no server")]
    NoServer(String),
    /// `obsrepositories:` means what a worker of the build service was given.
    #[error("`{0}` is known to workers of the Open Build Service only")]
    OnlyInBuildService(String),
}

/// From where an address is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// By this build: through mirrors, and on a worker of the build service from what the worker was given.
    Build,
    /// By the finished image, which knows neither.
    Image,
}

/// Translates an address as the finished image understands it.
///
/// `%arch` anywhere in it is the machine name, as the old documentation shows it. A relative path of `dir:` or `file:` starts
/// at `base`, one of `this:` at the directory of the description.
///
/// # Errors
/// A missing or unknown scheme, or a part that is missing.
pub fn translate(
    written: &str,
    machine: &str,
    base: &Path,
    host: &HostFacts,
) -> Result<Address, AddressError> {
    seen(written, machine, base, host, View::Image)
}

/// Translates an address as this build understands it: mirrors of the runtime configuration are applied, and on a worker of
/// the build service `obs:` is a directory.
///
/// # Errors
/// As [`translate`].
pub fn translate_for_build(
    written: &str,
    machine: &str,
    base: &Path,
    host: &HostFacts,
) -> Result<Address, AddressError> {
    seen(written, machine, base, host, View::Build)
}

fn seen(
    written: &str,
    machine: &str,
    base: &Path,
    host: &HostFacts,
    view: View,
) -> Result<Address, AddressError> {
    let in_build_service = host.on_obs_worker && view == View::Build;
    let address = match form::read(written, machine)? {
        Form::Host => plain(Location::Host),
        Form::This(path) => local(&host.description.path, &path),
        Form::Local(path) => local(base, &path),
        Form::Iso(path) => plain(Location::Iso {
            path: absolute(base, &path),
        }),
        Form::Project(name) if in_build_service => plain(build_service::given(&name.directory())),
        Form::Project(name) => {
            let server = host.settings.obs_download_url.as_deref();
            remote::read(&name.url(server))?
        }
        Form::Given(name) if in_build_service => plain(build_service::given(&name)),
        Form::Given(_) => {
            return Err(AddressError::OnlyInBuildService(written.trim().to_owned()));
        }
        Form::Remote(url) => remote::read(&url)?,
    };
    match (view, &address.location) {
        (View::Build, Location::Remote { url }) => {
            let mirror = remote::read(&remote::mirrored(url, host))?;
            Ok(Address {
                location: mirror.location,
                credentials: mirror.credentials.or(address.credentials),
                credentials_file: mirror.credentials_file.or(address.credentials_file),
            })
        }
        _ => Ok(address),
    }
}

/// Translates the address of a key: like a repository, but `$releasever` is the release version, and it stays text.
///
/// # Errors
/// As [`translate`]; `host:`, `obs:`, `obsrepositories:` and `iso:` have no keys.
pub fn translate_key(
    written: &str,
    release_version: Option<&str>,
    machine: &str,
    base: &Path,
    host: &HostFacts,
) -> Result<String, AddressError> {
    let written = match release_version {
        Some(version) => written
            .replace("${releasever}", version)
            .replace("$releasever", version),
        None => written.to_owned(),
    };
    match form::read(&written, machine)? {
        Form::This(path) => Ok(key_file(&host.description.path, &path)),
        Form::Local(path) => Ok(key_file(base, &path)),
        // A password for the key's server stays in its address; nothing else names it.
        Form::Remote(url) => Ok(remote::mirrored(&url, host)),
        Form::Host | Form::Project(_) | Form::Given(_) | Form::Iso(_) => {
            Err(form::unknown_scheme(&written, "key"))
        }
    }
}

/// Tells whether the repository can be reached from elsewhere. What this host uses is taken to be.
pub fn is_public(location: &Location) -> bool {
    !matches!(location, Location::Local { .. } | Location::Iso { .. })
}

/// Tells whether an address is one of the Open Build Service, which a company may have for itself (`obs.public`).
pub(super) fn is_of_build_service(written: &str) -> bool {
    matches!(form::read(written, ""), Ok(Form::Project(_)))
}

/// Makes a local address of the command line independent of the working directory; any other stays as it is.
pub fn anchored(written: &str, working_directory: &Path) -> String {
    let address = written.trim();
    // The macro stays for whoever expands it and warns about it.
    match form::read(address, form::ARCHITECTURE_MACRO) {
        Ok(Form::Local(path) | Form::Iso(path)) if !Path::new(&path).is_absolute() => {
            let scheme = address.split(':').next().unwrap_or_default();
            format!("{scheme}://{}", absolute(working_directory, &path))
        }
        _ => address.to_owned(),
    }
}

/// The path on this host that an address may lead to, for whoever looks whether it is there.
pub(super) fn local_path(
    written: &str,
    machine: &str,
    base: &Path,
    directory: &Path,
) -> Option<PathBuf> {
    let path = match form::read(written, machine).ok()? {
        Form::This(path) => directory.join(path),
        Form::Local(path) | Form::Iso(path) => base.join(path),
        Form::Project(name) => build_service::directory(&name.directory()),
        Form::Given(name) => build_service::directory(&name),
        Form::Host | Form::Remote(_) => return None,
    };
    Some(normalized(&path))
}

fn absolute(base: &Path, path: &str) -> String {
    normalized(&base.join(path)).to_string_lossy().into_owned()
}

fn key_file(base: &Path, path: &str) -> String {
    format!("file://{}", absolute(base, path))
}

fn local(base: &Path, path: &str) -> Address {
    plain(Location::Local {
        path: absolute(base, path),
    })
}

fn plain(location: Location) -> Address {
    Address {
        location,
        credentials: None,
        credentials_file: None,
    }
}

#[cfg(test)]
mod tests;
