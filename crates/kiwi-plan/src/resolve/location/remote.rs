//! Network addresses: access data, queries, mirrors.

use super::{Address, AddressError};
use crate::host_facts::HostFacts;
use crate::plan::repository::Location;

/// What stands in messages for a password.
const HIDDEN: &str = "...";

/// Takes an address of the network apart: what lets somebody in leaves it, and the fragment goes.
pub(super) fn read(url: &str) -> Result<Address, AddressError> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| AddressError::NoScheme(without_password(url)))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let (credentials, server) = match authority.rsplit_once('@') {
        Some((access, server)) => {
            let (user, password) = access.split_once(':').unwrap_or(("", access));
            (Some((decoded(user), decoded(password))), server)
        }
        None => (None, authority),
    };
    if server.is_empty() {
        return Err(AddressError::NoServer(without_password(url)));
    }
    let mut url = format!("{scheme}://{server}{path}");
    let mut credentials_file = None;
    if let Some(query) = query {
        if let Some(name) = query.strip_prefix("credentials=") {
            credentials_file = Some(name.to_owned());
        } else {
            url.push('?');
            url.push_str(query);
        }
    }
    Ok(Address {
        location: Location::Remote { url },
        credentials,
        credentials_file,
    })
}

/// Applies the mirrors of the runtime configuration: the longest prefix wins.
pub(super) fn mirrored(url: &str, host: &HostFacts) -> String {
    host.settings
        .mirrors
        .iter()
        .filter(|(prefix, _)| url.starts_with(prefix.as_str()))
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or_else(
            || url.to_owned(),
            |(prefix, mirror)| format!("{mirror}{}", &url[prefix.len()..]),
        )
}

/// Replaces the password in `scheme://user:password@host` by dots, for messages. A token without a name goes as a whole.
pub fn without_password(address: &str) -> String {
    let start = address.find("://").map_or(0, |at| at + 3);
    let rest = &address[start..];
    let authority_end = rest.find(['/', ',']).unwrap_or(rest.len());
    let Some(at) = rest[..authority_end].rfind('@') else {
        return address.to_owned();
    };
    let shown = match rest[..at].split_once(':') {
        Some((user, _)) => format!("{user}:{HIDDEN}"),
        None => HIDDEN.to_owned(),
    };
    format!("{}{shown}{}", &address[..start], &rest[at..])
}

/// Takes `user:password@` out of an address of the network; any other stays as it is.
pub fn without_access_data(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

/// Resolves `%XX`; what is no escape stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escape = (byte == b'%' && after.len() >= 2)
            .then(|| std::str::from_utf8(&after[..2]).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(value) = escape {
            bytes.push(value);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
