//! Repositories: those that apply, changed and completed by the command line (spec 01, section 8.3; spec 02, section 4).

use std::path::Path;

use kiwi_description::model::Repository as Written;
use kiwi_description::span::Span;

use super::choice::{Binding, Choice};
use super::location;
use crate::host_facts::HostFacts;
use crate::places::Places;
use crate::plan::Origin;
use crate::plan::repository::Credentials;
use crate::selection::{RepositoryArgument, Selection};

/// A repository before its address is translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedRepository {
    /// Address as written; relative paths of the command line are absolute.
    pub source: String,
    /// Place of the address, in the description or in an option.
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
    host: &HostFacts,
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
        change(first, argument, "--set-repo", &host.working_directory);
    }
    repositories.extend(
        selection
            .add_repositories
            .iter()
            .map(|argument| from_command_line(argument, "--add-repo", &host.working_directory)),
    );
    repositories
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

fn from_command_line(
    argument: &RepositoryArgument,
    option: &str,
    working_directory: &Path,
) -> SelectedRepository {
    let mut repository = SelectedRepository {
        source: String::new(),
        span: argument.span,
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
    change(&mut repository, argument, option, working_directory);
    repository.image_include = argument.image_include;
    repository
}

/// Overwrites what the command line gives; `imageinclude` can only be switched on.
fn change(
    repository: &mut SelectedRepository,
    argument: &RepositoryArgument,
    option: &str,
    working_directory: &Path,
) {
    let set = |field: &mut Option<String>, value: &Option<String>| {
        if value.is_some() {
            field.clone_from(value);
        }
    };
    if let Some(source) = &argument.source {
        repository.source = location::anchored(source, working_directory);
        repository.span = argument.span;
        repository.origin = Origin::Option(option.to_owned());
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
        let keys = argument.signing_keys.iter();
        repository.signing_keys = keys
            .map(|key| (location::anchored(key, working_directory), argument.span))
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
