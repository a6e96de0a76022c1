//! Reading the text of an address: which scheme it has, and what follows it.

use super::build_service::Project;
use super::{AddressError, without_password};

/// What the old documentation writes for the machine name.
pub(super) const ARCHITECTURE_MACRO: &str = "%arch";

/// An address by its scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// `host:`: what this host uses.
    Host,
    /// `this:`: a path that starts at the directory of the description.
    This(String),
    /// `dir:`, `file:` or a path alone.
    Local(String),
    /// `iso:`: an ISO image on this host.
    Iso(String),
    /// `obs:`: a repository of a project.
    Project(Project),
    /// `obsrepositories:`: what a worker of the build service was given.
    Given(String),
    /// A network address, its scheme in small letters.
    Remote(String),
}

/// Tells whether `%arch` is in an address.
pub(in crate::resolve) fn has_architecture_macro(written: &str) -> bool {
    written.contains(ARCHITECTURE_MACRO)
}

/// Reads an address; `machine` takes the place of `%arch`.
pub(super) fn read(written: &str, machine: &str) -> Result<Form, AddressError> {
    let address = written.trim().replace(ARCHITECTURE_MACRO, machine);
    if address.is_empty() {
        return Err(AddressError::Empty);
    }
    if address.starts_with('/') {
        return Ok(Form::Local(address));
    }
    let Some((scheme, rest)) = address.split_once(':') else {
        return Err(AddressError::NoScheme(without_password(&address)));
    };
    let scheme = scheme.to_ascii_lowercase();
    match scheme.as_str() {
        "host" => Ok(Form::Host),
        // `this:///path` is absolute.
        "this" => Ok(Form::This(
            rest.strip_prefix("//").unwrap_or(rest).to_owned(),
        )),
        "dir" | "file" => Ok(Form::Local(path_of(rest))),
        "iso" => Ok(Form::Iso(path_of(rest))),
        "http" | "https" | "ftp" => {
            let rest = rest.trim_start_matches('/');
            if rest.is_empty() {
                return Err(AddressError::NoServer(address.clone()));
            }
            Ok(Form::Remote(format!("{scheme}://{rest}")))
        }
        "obs" => Project::read(rest)
            .map(Form::Project)
            .ok_or_else(|| AddressError::NoProject(address.clone())),
        "obsrepositories" => Ok(Form::Given(name_of(rest).to_owned())),
        _ => Err(unknown_scheme(&address, "repository")),
    }
}

/// The error of an address whose scheme `what` cannot have.
pub(super) fn unknown_scheme(address: &str, what: &'static str) -> AddressError {
    AddressError::UnknownScheme {
        scheme: address.split(':').next().unwrap_or_default().to_owned(),
        address: without_password(address),
        what,
    }
}

/// The part of an address of the build service that names something: no slashes around it, no query, no fragment.
pub(super) fn name_of(rest: &str) -> &str {
    let name = rest.split(['?', '#']).next().unwrap_or_default();
    name.trim_matches('/')
}

/// The path of a local address; a host part is ignored, as the reference does, unless it is `.` or `..`.
fn path_of(rest: &str) -> String {
    let path = match rest.strip_prefix("//") {
        Some(after) if after.starts_with("./") || after.starts_with("../") => after,
        Some(after) => match after.find('/') {
            Some(slash) => &after[slash..],
            None => "/",
        },
        None => rest,
    };
    let path = path.split('#').next().unwrap_or_default();
    super::remote::decoded(path)
}
