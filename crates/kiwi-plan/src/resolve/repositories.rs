//! Repositories: those that apply, changed and completed by the command line, with their addresses translated
//! (spec 01, section 8; spec 02, section 4).

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::Repository as Written;
use kiwi_description::span::Span;

use super::Facts;
use super::choice::{Binding, Choice};
use super::location::{self, AddressError};
use crate::ids::repository_alias;
use crate::places::Places;
use crate::plan::Origin;
use crate::plan::repository::{Credentials, Location, Repository};
use crate::plan::root::PackageManager;
use crate::selection::{RepositoryArgument, Selection};

/// A repository before its address is translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedRepository {
    /// Address as written.
    pub source: String,
    /// Place of the address, when it is in the description.
    pub span: Option<Span>,
    /// Alias, when there is one.
    pub alias: Option<String>,
    /// `type`.
    pub kind: Option<String>,
    /// `priority`.
    pub priority: Option<i64>,
    /// `imageinclude`.
    pub image_include: Option<bool>,
    /// `imageonly`.
    pub image_only: bool,
    /// `components`, separated by blanks.
    pub components: Option<String>,
    /// `distribution`.
    pub distribution: Option<String>,
    /// `architectures`.
    pub architectures: Vec<String>,
    /// `sourcetype`.
    pub source_type: Option<String>,
    /// `repository_gpgcheck`.
    pub metadata_check: Option<bool>,
    /// `package_gpgcheck`.
    pub package_check: Option<bool>,
    /// `username` and `password`, or what the command line gave.
    pub credentials: Option<Credentials>,
    /// `customize`.
    pub customize: Option<String>,
    /// `source/signing@key`, as written, each with its place.
    pub signing_keys: Vec<(String, Option<Span>)>,
    /// Where its address was written.
    pub origin: Origin,
}

/// Lists the repositories of a build in document order, those of the command line last.
pub(super) fn select(
    written: &[Written],
    choice: &Choice<'_>,
    selection: &Selection,
    places: Places<'_>,
) -> Vec<SelectedRepository> {
    let mut repositories: Vec<_> = written
        .iter()
        .filter(|repository| {
            choice.applies(Binding {
                profiles: repository.profiles.as_ref(),
                arch: repository.arch.as_ref(),
            })
        })
        .map(|repository| from_description(repository, places))
        .collect();
    if selection.ignore_repositories {
        repositories.clear();
    } else if selection.ignore_repositories_used_for_build {
        repositories.retain(|repository| repository.image_only);
    }
    if let (Some(argument), Some(first)) = (&selection.set_repository, repositories.first_mut()) {
        change(first, argument);
    }
    repositories.extend(
        selection
            .add_repositories
            .iter()
            .map(|argument| from_command_line(argument, "--add-repo")),
    );
    repositories
}

/// Translates the addresses of all repositories.
///
/// A local one that is not there is left out with a warning; a name that is taken gets a number.
pub(super) fn translate(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Vec<Repository> {
    let mut translated: Vec<Repository> = Vec::new();
    for selected in &facts.repositories {
        let Some(mut repository) = translate_one(facts, selected, diagnostics) else {
            continue;
        };
        if !is_there(facts, selected, &repository, diagnostics) {
            continue;
        }
        let taken = |alias: &str| translated.iter().any(|other| other.alias == alias);
        if taken(&repository.alias) {
            let alias = (2..=translated.len() + 2)
                .map(|number| format!("{}-{number}", repository.alias))
                .find(|alias| !taken(alias))
                .expect("there are more numbers than repositories");
            diagnostics.push(
                place(
                    Diagnostic::warning(
                        codes::checks::SAME_ALIAS,
                        format!("there is another repository `{}`", repository.alias),
                    ),
                    selected.span,
                    &selected.origin,
                )
                .help("give each repository an alias of its own"),
            );
            repository.alias = alias;
        }
        translated.push(repository);
    }
    translated
}

/// Local repositories are looked at before a tree is prepared; later they are not needed.
fn is_there(
    facts: &Facts<'_>,
    selected: &SelectedRepository,
    repository: &Repository,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Location::Local { path } = &repository.location else {
        return true;
    };
    if facts.host.prepared
        || facts.host.kind(Path::new(path)).is_some()
        || !repository.used_for_build
    {
        return true;
    }
    diagnostics.push(place(
        Diagnostic::warning(
            codes::checks::MISSING_LOCAL_REPOSITORY,
            format!("the repository is left out: `{path}` does not exist"),
        ),
        selected.span,
        &selected.origin,
    )
    .help("create it, or correct the address; `this://NAME` starts at the directory of the description"));
    false
}

fn translate_one(
    facts: &Facts<'_>,
    repository: &SelectedRepository,
    diagnostics: &mut Diagnostics,
) -> Option<Repository> {
    let host = facts.host;
    let machine = &facts.choice.machine;
    let release_version = facts.preferences.release_version.as_deref();
    let base = match repository.origin {
        Origin::Option(_) => &host.working_directory,
        Origin::File { .. } | Origin::Default(_) => &host.description.path,
    };
    let address = location::translate(&repository.source, machine, base, host).map_err(|error| {
        diagnostics.push(address_error(&error, repository.span, &repository.origin));
    });
    let mut signing_keys = Vec::new();
    for (key, span) in &repository.signing_keys {
        match location::translate_key(key, release_version, machine, base, host) {
            Ok(key) => signing_keys.push(key),
            Err(error) => diagnostics.push(address_error(&error, *span, &repository.origin)),
        }
    }
    let address = address.ok()?;
    let components = match &repository.components {
        Some(components) => components.split_whitespace().map(str::to_owned).collect(),
        None if has_main(facts, repository, &address.location) => vec!["main".to_owned()],
        None => Vec::new(),
    };
    Some(Repository {
        alias: repository.alias.clone().unwrap_or_else(|| {
            repository_alias(
                &repository.source,
                repository.distribution.as_deref(),
                repository.components.as_deref(),
            )
        }),
        location: address.location,
        kind: repository.kind.clone(),
        priority: repository.priority,
        used_for_build: !repository.image_only,
        used_in_image: repository.image_only || repository.image_include == Some(true),
        components,
        distribution: repository.distribution.clone(),
        architectures: repository.architectures.clone(),
        source_type: repository.source_type.clone(),
        metadata_check: repository.metadata_check,
        package_check: repository.package_check,
        credentials: repository.credentials.clone().or_else(|| {
            let (user, password) = address.credentials?;
            Some(Credentials { user, password })
        }),
        credentials_file: address.credentials_file,
        customize: repository
            .customize
            .as_ref()
            .map(|path| host.absolute(path).to_string_lossy().into_owned()),
        signing_keys,
        origin: repository.origin.clone(),
    })
}

/// `main` is the component of a Debian style repository that names none; a flat one and `host:` have no default.
fn has_main(facts: &Facts<'_>, repository: &SelectedRepository, location: &Location) -> bool {
    facts.package_manager == PackageManager::Apt
        && repository.distribution.is_some()
        && *location != Location::Host
}

/// Schemes of addresses that can be meant.
const SCHEMES: [&str; 8] = ["host", "this", "dir", "file", "http", "https", "ftp", "obs"];

/// Says what is wrong with an address, at its place or at the option it came from.
pub(super) fn address_error(
    error: &AddressError,
    span: Option<Span>,
    origin: &Origin,
) -> Diagnostic {
    let mut near = None;
    if let AddressError::UnknownScheme { scheme, .. } = error {
        near = did_you_mean(scheme, SCHEMES);
    }
    let (code, help) = match error {
        AddressError::NotYet(_) => (
            codes::selection::NOT_YET,
            "name the server with `http://` or `https://` until then",
        ),
        AddressError::Empty | AddressError::NoScheme(_) | AddressError::UnknownScheme { .. } => (
            codes::selection::REPOSITORY_ADDRESS,
            "use `host:/`, `this://PATH`, `dir:///PATH`, `http://`, `https://` or `ftp://`",
        ),
    };
    place(
        Diagnostic::error(code, error.to_string())
            .help(help)
            .help_if(near),
        span,
        origin,
    )
}

/// Sets the place of what is said about a repository: in the description, or an option.
fn place(diagnostic: Diagnostic, span: Option<Span>, origin: &Origin) -> Diagnostic {
    match (span, origin) {
        (Some(span), _) => diagnostic.at(span),
        (None, Origin::Option(option)) => diagnostic.in_place(format!("command line {option}")),
        (None, origin) => diagnostic.in_place(origin.to_string()),
    }
}

fn from_description(repository: &Written, places: Places<'_>) -> SelectedRepository {
    let text = |value: &Option<kiwi_description::model::Spanned<String>>| {
        value
            .as_ref()
            .map(|value| value.value.clone())
            .filter(|value| !value.is_empty())
    };
    SelectedRepository {
        source: repository.source.path.value.clone(),
        span: Some(repository.source.path.span),
        alias: text(&repository.alias),
        kind: repository.kind.map(|kind| kind.to_string()),
        priority: repository.priority.map(|priority| *priority),
        image_include: repository.imageinclude.map(|it| *it),
        image_only: repository.imageonly.is_some_and(|it| *it),
        components: text(&repository.components),
        distribution: text(&repository.distribution),
        architectures: repository
            .architectures
            .iter()
            .flat_map(|list| list.iter().cloned())
            .collect(),
        source_type: repository.sourcetype.map(|kind| kind.to_string()),
        metadata_check: repository.repository_gpgcheck.map(|it| *it),
        package_check: repository.package_gpgcheck.map(|it| *it),
        credentials: text(&repository.password).map(|password| Credentials {
            user: text(&repository.username).unwrap_or_default(),
            password,
        }),
        customize: text(&repository.customize),
        signing_keys: repository
            .source
            .signing
            .iter()
            .map(|signing| (signing.key.value.clone(), Some(signing.key.span)))
            .collect(),
        origin: places.origin(repository.source.path.span),
    }
}

fn from_command_line(argument: &RepositoryArgument, option: &str) -> SelectedRepository {
    let mut repository = SelectedRepository {
        source: argument.source.clone().unwrap_or_default(),
        span: None,
        alias: None,
        kind: None,
        priority: None,
        image_include: None,
        image_only: false,
        components: None,
        distribution: None,
        architectures: Vec::new(),
        source_type: None,
        metadata_check: None,
        package_check: None,
        credentials: None,
        customize: None,
        signing_keys: Vec::new(),
        origin: Origin::Option(option.to_owned()),
    };
    change(&mut repository, argument);
    repository.image_include = argument.image_include;
    repository.origin = Origin::Option(option.to_owned());
    repository
}

/// Overwrites what the command line gives; `imageinclude` can only be switched on.
fn change(repository: &mut SelectedRepository, argument: &RepositoryArgument) {
    let set = |field: &mut Option<String>, value: &Option<String>| {
        if value.is_some() {
            field.clone_from(value);
        }
    };
    if let Some(source) = &argument.source {
        repository.source.clone_from(source);
        repository.span = None;
        repository.origin = Origin::Option("--set-repo".to_owned());
    }
    set(&mut repository.kind, &argument.kind);
    set(&mut repository.alias, &argument.alias);
    set(&mut repository.components, &argument.components);
    set(&mut repository.distribution, &argument.distribution);
    set(&mut repository.source_type, &argument.source_type);
    repository.priority = argument.priority.or(repository.priority);
    if argument.image_include == Some(true) {
        repository.image_include = Some(true);
    }
    repository.package_check = argument.package_check.or(repository.package_check);
    repository.metadata_check = argument.repository_check.or(repository.metadata_check);
    if !argument.signing_keys.is_empty() {
        repository.signing_keys = argument
            .signing_keys
            .iter()
            .map(|key| (key.clone(), None))
            .collect();
    }
    if let Some(credentials) = &argument.credentials {
        let (user, password) = credentials.split_once(':').unwrap_or(("", credentials));
        repository.credentials = Some(Credentials {
            user: user.to_owned(),
            password: password.to_owned(),
        });
    }
}
