//! Repository files of apt: deb822 sources, credentials, priorities.
//!
//! Formats: sources.list(5), apt_auth.conf(5), apt_preferences(5).

use std::fmt::Write as _;

use kiwi_plan::plan::repository::{Location, Repository};

/// One stanza of a `.sources` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// Addresses.
    pub(super) uris: Vec<String>,
    /// Distributions; `./` for a flat repository.
    pub(super) suites: Vec<String>,
    /// Components; empty for a flat repository.
    pub(super) components: Vec<String>,
    /// Architectures; empty: those of the build.
    pub(super) architectures: Vec<String>,
    /// Keyring files.
    pub(super) signed_by: Vec<String>,
    /// Neither signature nor age is checked.
    pub(super) trusted: bool,
}

impl Source {
    /// The source of a repository of the plan that is not the host's own.
    pub(super) fn of(repository: &Repository, keyrings: &[String]) -> Self {
        let uri = match &repository.location {
            Location::Remote { url } => url.clone(),
            Location::Local { path } => format!("file:{path}"),
            // The plan refuses the one, and the caller reads the other itself.
            Location::Iso { .. } | Location::Host => String::new(),
        };
        let (suites, components) = match &repository.distribution {
            Some(distribution) => (vec![distribution.clone()], repository.components.clone()),
            None => (vec!["./".to_owned()], Vec::new()),
        };
        Self {
            uris: vec![uri],
            suites,
            components,
            architectures: repository.architectures.clone(),
            signed_by: keyrings.to_vec(),
            trusted: repository.metadata_check == Some(false),
        }
    }

    /// The stanza's text, with an empty line at its end.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("Types: deb\n");
        let mut field = |name: &str, values: &[String]| {
            if !values.is_empty() {
                let _ = writeln!(text, "{name}: {}", values.join(" "));
            }
        };
        field("URIs", &self.uris);
        field("Suites", &self.suites);
        field("Components", &self.components);
        field("Architectures", &self.architectures);
        field("Signed-By", &self.signed_by);
        if self.trusted {
            text.push_str("Trusted: yes\nCheck-Valid-Until: no\n");
        }
        text.push('\n');
        text
    }
}

/// The host part of an address, empty for local ones.
pub(super) fn host_of(url: &str) -> &str {
    url.split_once("://")
        .and_then(|(_, rest)| rest.split('/').next())
        .map_or("", |authority| {
            authority.rsplit('@').next().unwrap_or(authority)
        })
}

/// Text of the file in `auth.conf.d` that lets apt into a protected repository.
pub(super) fn credentials(repository: &Repository) -> Option<String> {
    let credentials = repository.credentials.as_ref()?;
    let Location::Remote { url } = &repository.location else {
        return None;
    };
    Some(if credentials.user.is_empty() {
        format!("machine {url} login {}\n", credentials.password)
    } else {
        format!(
            "machine {url} login {} password {}\n",
            credentials.user, credentials.password
        )
    })
}

/// Text of the file in `preferences.d` that ranks a repository.
pub(super) fn priority(repository: &Repository) -> Option<String> {
    let priority = repository.priority?;
    let host = match &repository.location {
        Location::Remote { url } => host_of(url),
        Location::Local { .. } | Location::Iso { .. } => "",
        Location::Host => return None,
    };
    Some(format!(
        "Package: *\nPin: origin \"{host}\"\nPin-Priority: {priority}\n"
    ))
}

/// Text of the file in `preferences.d` that keeps packages out of the image.
pub(super) fn ignored(names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| {
        format!(
            "Package: {}\nPin: release *\nPin-Priority: -1\n",
            names.join(" ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas() {
        let source = Source {
            uris: vec!["https://packages.example.org/debian".into()],
            suites: vec!["stable".into()],
            components: vec!["main".into(), "contrib".into()],
            architectures: vec!["amd64".into()],
            signed_by: vec!["/k.gpg".into()],
            trusted: true,
        };
        assert_eq!(
            source.text(),
            "Types: deb\nURIs: https://packages.example.org/debian\nSuites: stable\n\
             Components: main contrib\nArchitectures: amd64\nSigned-By: /k.gpg\n\
             Trusted: yes\nCheck-Valid-Until: no\n\n"
        );
        let flat = Source {
            uris: vec!["file:/srv/repository".into()],
            suites: vec!["./".into()],
            ..Source::default()
        };
        assert_eq!(
            flat.text(),
            "Types: deb\nURIs: file:/srv/repository\nSuites: ./\n\n"
        );
    }

    #[test]
    fn hosts() {
        for (url, host) in [
            ("https://example.org/debian", "example.org"),
            ("https://me:secret@example.org/", "example.org"),
            ("/srv/repository", ""),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }
}
