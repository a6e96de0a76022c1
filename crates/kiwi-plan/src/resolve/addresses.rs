//! Repositories with their addresses translated, and what is wrong with them (spec 01, section 8.2).

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::span::Span;

use super::Facts;
use super::location::{self, Address, AddressError};
use super::repositories::SelectedRepository;
use crate::ids::repository_alias;
use crate::plan::Origin;
use crate::plan::repository::{Credentials, ImageAddress, Location, Repository};
use crate::plan::root::PackageManager;

/// Translates the addresses of all repositories.
///
/// A local one that is not there is left out with a warning; a name that is taken gets a number.
pub(super) fn translate(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Vec<Repository> {
    if facts.selection.set_repository.is_some()
        && facts.repositories.len() == facts.selection.add_repositories.len()
    {
        diagnostics.push(nothing_to_set());
    }
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

fn nothing_to_set() -> Diagnostic {
    const OPTION: &str = "--set-repo";
    Diagnostic::warning(
        codes::selection::OPTION_WITHOUT_EFFECT,
        format!("`{OPTION}` has no effect: no repository of the description is used"),
    )
    .in_place(format!("command line {OPTION}"))
    .help("use `--add-repo`")
}

/// Local repositories are looked at before a tree is prepared; later they are not needed.
fn is_there(
    facts: &Facts<'_>,
    selected: &SelectedRepository,
    repository: &Repository,
    diagnostics: &mut Diagnostics,
) -> bool {
    let there = match &repository.location {
        Location::Local { path } => facts.host.kind(Path::new(path)).is_some(),
        Location::Iso { path } => facts.host.is_file(Path::new(path)),
        Location::Remote { .. } | Location::Host => true,
    };
    if there || facts.host.prepared || !repository.used_for_build {
        return true;
    }
    let path = match &repository.location {
        Location::Local { path } | Location::Iso { path } => path,
        Location::Remote { .. } | Location::Host => return true,
    };
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
    let base = &host.description.path;
    let mut problem = |error: &AddressError, span: Option<Span>| {
        diagnostics.push(address_error(error, span, &repository.origin));
    };
    let mut signing_keys = Vec::new();
    for (key, span) in &repository.signing_keys {
        match location::translate_key(key, release_version, machine, base, host) {
            Ok(key) => signing_keys.push(key),
            Err(error) => problem(&error, *span),
        }
    }
    let used_for_build = !repository.image_only;
    let used_in_image = repository.image_only || repository.image_include == Some(true);
    let source = &repository.source;
    let in_image = used_in_image.then(|| location::translate(source, machine, base, host));
    let address = if used_for_build {
        location::translate_for_build(source, machine, base, host)
    } else {
        location::translate(source, machine, base, host)
    };
    let (address, in_image) = match (address, in_image.transpose()) {
        (Ok(address), Ok(in_image)) => (address, in_image),
        (Err(error), _) | (Ok(_), Err(error)) => {
            problem(&error, repository.span);
            return None;
        }
    };
    warn(facts, repository, used_in_image, diagnostics);
    let written = |address: &Address| {
        repository.credentials.clone().or_else(|| {
            let (user, password) = address.credentials.clone()?;
            Some(Credentials { user, password })
        })
    };
    let components = match &repository.components {
        Some(components) => components.split_whitespace().map(str::to_owned).collect(),
        None if has_main(facts, repository, &address.location) => vec!["main".to_owned()],
        None => Vec::new(),
    };
    Some(Repository {
        alias: repository.alias.clone().unwrap_or_else(|| {
            repository_alias(
                source,
                repository.distribution.as_deref(),
                repository.components.as_deref(),
            )
        }),
        credentials: written(&address),
        elsewhere_in_image: in_image
            .filter(|in_image| *in_image != address)
            .map(|in_image| ImageAddress {
                credentials: written(&in_image),
                location: in_image.location,
                credentials_file: in_image.credentials_file,
            }),
        location: address.location,
        kind: repository.kind.clone(),
        priority: repository.priority,
        used_for_build,
        used_in_image,
        components,
        distribution: repository.distribution.clone(),
        architectures: repository.architectures.clone(),
        source_type: repository.source_type.clone(),
        metadata_check: repository.metadata_check,
        package_check: repository.package_check,
        credentials_file: address.credentials_file,
        customize: repository
            .customize
            .as_ref()
            .map(|path| host.absolute(path).to_string_lossy().into_owned()),
        signing_keys,
        origin: repository.origin.clone(),
    })
}

/// What should be said about an address that can be used.
fn warn(
    facts: &Facts<'_>,
    repository: &SelectedRepository,
    used_in_image: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut say = |diagnostic| {
        diagnostics.push(place(diagnostic, repository.span, &repository.origin));
    };
    if location::has_architecture_macro(&repository.source) {
        say(Diagnostic::warning(
            codes::selection::ARCHITECTURE_MACRO,
            format!("`%arch` is read as `{}`", facts.choice.machine),
        )
        .help(
            "write one repository for each architecture and bind it with `arch`, or let the package manager \
             fill in `$basearch`",
        ));
    }
    let private = facts.host.settings.obs_public == Some(false);
    if used_in_image && private && location::is_of_build_service(&repository.source) {
        say(Diagnostic::error(
            codes::checks::PRIVATE_REPOSITORY_IN_IMAGE,
            format!(
                "the image cannot reach the repository `{}`: the runtime configuration says that the build service is not public",
                repository.source
            ),
        )
        .help("use another address, or set `obs.public` to `true`"));
    }
}

/// `main` is the component of a Debian style repository that names none; a flat one and `host:` have no default.
fn has_main(facts: &Facts<'_>, repository: &SelectedRepository, location: &Location) -> bool {
    facts.package_manager == PackageManager::Apt
        && repository.distribution.is_some()
        && *location != Location::Host
}

/// The schemes that somebody who misspelt one may have meant.
const SCHEMES: [&str; 9] = [
    "host", "this", "dir", "file", "http", "https", "ftp", "obs", "iso",
];

/// Says what is wrong with an address, at its place or at the option it came from.
pub(super) fn address_error(
    error: &AddressError,
    span: Option<Span>,
    origin: &Origin,
) -> Diagnostic {
    let (code, help) = match error {
        AddressError::OnlyInBuildService(_) => (
            codes::selection::ONLY_IN_BUILD_SERVICE,
            "outside of it, and in the image, name the project with `obs://PROJECT/REPOSITORY`",
        ),
        AddressError::UnknownScheme { what: "key", .. } => (
            codes::selection::REPOSITORY_ADDRESS,
            "use `this://PATH`, `file:///PATH`, `http://`, `https://` or `ftp://`",
        ),
        AddressError::NoProject(_) => (
            codes::selection::REPOSITORY_ADDRESS,
            "write `obs://PROJECT/REPOSITORY`, for instance `obs://Company:Project/standard`",
        ),
        AddressError::NoServer(_) => (
            codes::selection::REPOSITORY_ADDRESS,
            "write `https://SERVER/PATH`",
        ),
        AddressError::Empty | AddressError::NoScheme(_) | AddressError::UnknownScheme { .. } => (
            codes::selection::REPOSITORY_ADDRESS,
            "use `host:/`, `this://PATH`, `dir:///PATH`, `obs://PROJECT/REPOSITORY`, `http://`, `https://` or `ftp://`",
        ),
    };
    let near = match error {
        AddressError::UnknownScheme { scheme, .. } => did_you_mean(scheme, SCHEMES),
        _ => None,
    };
    place(
        Diagnostic::error(code, error.to_string()).help(near.unwrap_or_else(|| help.to_owned())),
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
