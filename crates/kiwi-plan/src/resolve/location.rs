//! Addresses of repositories and keys as people write them, and what they mean (spec 01, section 8.2).

use std::path::Path;

use thiserror::Error;

use crate::host_facts::{HostFacts, normalized};
use crate::plan::repository::Location;

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
    #[error("`{scheme}:` in `{address}` is no scheme of a repository")]
    UnknownScheme {
        /// The scheme.
        scheme: String,
        /// The whole address, without password.
        address: String,
    },
    /// A later version knows it.
    #[error("addresses with `{0}:` are not understood by this version yet")]
    NotYet(String),
}

/// Translates an address.
///
/// `%arch` anywhere in it is the machine name, as the old documentation shows it. Mirrors of the runtime configuration are
/// applied last, to network addresses. A relative path of `dir:` or `file:` starts at `base`.
///
/// # Errors
/// A missing or unknown scheme, or one of those that come later: `obs:`, `obsrepositories:`, `iso:`.
pub fn translate(
    written: &str,
    machine: &str,
    base: &Path,
    host: &HostFacts,
) -> Result<Address, AddressError> {
    let address = written.trim().replace("%arch", machine);
    if address.is_empty() {
        return Err(AddressError::Empty);
    }
    if address.starts_with('/') {
        return Ok(local(base, &address));
    }
    let Some((scheme, rest)) = address.split_once(':') else {
        return Err(AddressError::NoScheme(address));
    };
    match scheme {
        "host" => Ok(plain(Location::Host)),
        "this" => Ok(local(&host.description.path, this_path(rest))),
        "dir" | "file" => Ok(local(base, &path_of(rest))),
        "http" | "https" | "ftp" => Ok(remote(scheme, rest, host)),
        "obs" | "obsrepositories" | "iso" => Err(AddressError::NotYet(scheme.to_owned())),
        other => Err(AddressError::UnknownScheme {
            scheme: other.to_owned(),
            address: without_password(&address),
        }),
    }
}

/// Translates the address of a key: like a repository, but `$releasever` is the release version, and it stays text.
///
/// # Errors
/// As [`translate`]; `host:` has no keys.
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
    match translate(&written, machine, base, host)?.location {
        Location::Local { path } => Ok(format!("file://{path}")),
        // A password for the key's server stays in its address; nothing else names it.
        Location::Remote { .. } => Ok(mirrored(written.trim(), host)),
        Location::Host => Err(AddressError::UnknownScheme {
            scheme: "host".to_owned(),
            address: written,
        }),
    }
}

/// Tells whether the repository can be reached from elsewhere. What this host uses is taken to be.
pub fn is_public(location: &Location) -> bool {
    !matches!(location, Location::Local { .. })
}

/// Replaces the password in `scheme://user:password@host` by dots, for messages.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let authority_end = rest.find('/').unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => {
            let user = rest[..at].split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:...@{}", &rest[at + 1..])
        }
        None => address.to_owned(),
    }
}

/// The part of `this:` that is relative to the description directory; `this:///path` is absolute.
fn this_path(rest: &str) -> &str {
    rest.strip_prefix("//").unwrap_or(rest)
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
    decoded(path)
}

fn local(base: &Path, path: &str) -> Address {
    plain(Location::Local {
        path: normalized(&base.join(path)).to_string_lossy().into_owned(),
    })
}

fn plain(location: Location) -> Address {
    Address {
        location,
        credentials: None,
        credentials_file: None,
    }
}

fn remote(scheme: &str, rest: &str, host: &HostFacts) -> Address {
    let rest = rest.trim_start_matches('/');
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
    Address {
        location: Location::Remote {
            url: mirrored(&url, host),
        },
        credentials,
        credentials_file,
    }
}

fn mirrored(url: &str, host: &HostFacts) -> String {
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

/// Resolves `%XX`; what is no escape stays as it is.
fn decoded(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::host;

    fn location(written: &str) -> Result<Location, String> {
        translate(written, "x86_64", Path::new("/w"), &host())
            .map(|address| address.location)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn addresses() {
        let remote = |url: &str| {
            Ok(Location::Remote {
                url: url.to_owned(),
            })
        };
        let local = |path: &str| {
            Ok(Location::Local {
                path: path.to_owned(),
            })
        };
        for (written, expected) in [
            ("host:/", Ok(Location::Host)),
            ("host:", Ok(Location::Host)),
            ("http://h/p", remote("http://h/p")),
            ("https://h/%arch/os", remote("https://h/x86_64/os")),
            ("https://h/p?x=y#frag", remote("https://h/p?x=y")),
            ("https://h/$basearch", remote("https://h/$basearch")),
            ("http://u:p@h:8080/p", remote("http://h:8080/p")),
            ("ftp://h/p/", remote("ftp://h/p/")),
            ("this://repo", local("/d/repo")),
            ("this:repo/./x", local("/d/repo/x")),
            ("this:///repo", local("/repo")),
            ("dir:///a/b/../c", local("/a/c")),
            ("dir:/a/b", local("/a/b")),
            ("dir://a/b", local("/b")),
            ("dir://./a/b", local("/w/a/b")),
            ("dir:a/b", local("/w/a/b")),
            ("file:///a%20b", local("/a b")),
            ("/a/%arch", local("/a/x86_64")),
            ("", Err("the address is empty".to_owned())),
            ("a/b", Err("`a/b` has no scheme".to_owned())),
            (
                "gopher://h/p",
                Err("`gopher:` in `gopher://h/p` is no scheme of a repository".to_owned()),
            ),
            (
                "obs://P/r",
                Err("addresses with `obs:` are not understood by this version yet".to_owned()),
            ),
            (
                "iso:///x.iso",
                Err("addresses with `iso:` are not understood by this version yet".to_owned()),
            ),
        ] {
            assert_eq!(location(written), expected, "{written}");
        }
    }

    #[test]
    fn access_data_leaves_the_address() {
        for (written, credentials, file) in [
            ("http://u:p@h/p", Some(("u", "p")), None),
            ("http://u%40x:p%3Aq@h/p", Some(("u@x", "p:q")), None),
            ("http://token@h/p", Some(("", "token")), None),
            ("http://h/p?credentials=name", None, Some("name")),
            ("http://h/a@b", None, None),
        ] {
            let address = translate(written, "x86_64", Path::new("/w"), &host()).unwrap();
            let expected = credentials
                .map(|(user, password): (&str, &str)| (user.to_owned(), password.to_owned()));
            assert_eq!(address.credentials, expected, "{written}");
            assert_eq!(address.credentials_file.as_deref(), file, "{written}");
            let Location::Remote { url } = address.location else {
                panic!("{written}")
            };
            assert!(!url.contains("u:p"), "{url}");
        }
        assert_eq!(
            without_password("http://u:secret@h/p@q"),
            "http://u:...@h/p@q"
        );
        assert_eq!(without_password("http://h/p@q"), "http://h/p@q");
    }

    #[test]
    fn longest_mirror_prefix_wins() {
        let mut host = host();
        host.settings.mirrors = vec![
            ("http://h/".into(), "https://m1/".into()),
            ("http://h/debian".into(), "https://m2/deb".into()),
        ];
        let url = |written: &str| {
            translate(written, "x86_64", Path::new("/w"), &host)
                .unwrap()
                .location
        };
        assert_eq!(
            url("http://h/debian/x"),
            Location::Remote {
                url: "https://m2/deb/x".into()
            }
        );
        assert_eq!(
            url("http://h/x"),
            Location::Remote {
                url: "https://m1/x".into()
            }
        );
        assert_eq!(
            url("http://o/x"),
            Location::Remote {
                url: "http://o/x".into()
            }
        );
    }

    #[test]
    fn keys() {
        let key = |written| {
            translate_key(written, Some("15.6"), "x86_64", Path::new("/w"), &host())
                .map_err(|error| error.to_string())
        };
        assert_eq!(key("this://keys/a.asc"), Ok("file:///d/keys/a.asc".into()));
        assert_eq!(
            key("https://h/$releasever/k${releasever}"),
            Ok("https://h/15.6/k15.6".into())
        );
        assert_eq!(key("file:///etc/k"), Ok("file:///etc/k".into()));
        assert!(key("host:/").is_err());
    }
}
