//! Repository configuration for the build and for the finished image.

use std::path::Path;

use fs_err as fs;
use kiwi_host::command::Cmd;
use kiwi_plan::plan::repository::{Location, Repository};

use super::configuration::Workspace;
use super::sources::{self, Source};
use super::{host_sources, keys};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// The host's own apt configuration.
const HOST_CONFIGURATION: &str = "/etc/apt";

/// Writes apt's configuration and the repositories of the build.
pub(super) fn write_for_build(
    context: &BuildContext<'_>,
    workspace: &mut Workspace,
) -> Result<(), BuildError> {
    let plan = &context.plan.root;
    let mut keyrings = Vec::new();
    for (number, address) in plan.signing_keys.iter().enumerate() {
        let path = keys::import(address, number, workspace, context.runner)?;
        keyrings.push(path.display().to_string());
    }
    let no_key_given = keyrings.is_empty();
    if no_key_given {
        keyrings = keys::of_host();
    }
    let used: Vec<&Repository> = plan
        .repositories
        .iter()
        .filter(|repository| repository.used_for_build)
        .collect();
    let mut all = Vec::new();
    for repository in &used {
        if !is_there(repository) {
            continue;
        }
        let text = write(
            context,
            repository,
            &keyrings,
            &workspace.directory,
            Private::Yes,
        )?;
        all.extend(text.into_bytes());
    }
    let ignored: Vec<&str> = plan
        .packages
        .bootstrap
        .iter()
        .flat_map(|phase| &phase.ignored)
        .chain(&plan.packages.image.ignored)
        .map(|request| request.name.as_str())
        .collect();
    if let Some(text) = sources::ignored(&ignored) {
        let path = workspace.directory.join("preferences.d/ignored.pref");
        fs::write(&path, text).at("write", &path)?;
    }
    workspace.select_lists(&all)?;
    if plan.clear_cache {
        clear(workspace)?;
    }
    let trust_host_keys = no_key_given
        || used
            .iter()
            .any(|repository| matches!(repository.location, Location::Host));
    workspace.write(context, trust_host_keys)
}

/// Writes the repositories that the finished image keeps.
pub(super) fn write_for_image(
    context: &BuildContext<'_>,
    workspace: &Workspace,
) -> Result<(), BuildError> {
    let etc = context.in_root("etc/apt");
    for name in ["sources.list.d", "auth.conf.d", "preferences.d"] {
        let path = etc.join(name);
        fs::create_dir_all(&path).at("create", &path)?;
    }
    let repositories = &context.plan.root.repositories;
    for repository in repositories.iter().filter(|one| one.used_in_image) {
        let mut keyrings = Vec::new();
        for (number, address) in repository.signing_keys.iter().enumerate() {
            let fetched = keys::import(address, number, workspace, context.runner)?;
            let extension = fetched.extension().map_or_else(String::new, |extension| {
                extension.to_string_lossy().into_owned()
            });
            let suffix = if number == 0 {
                String::new()
            } else {
                format!("-{number}")
            };
            let name = format!(
                "usr/share/keyrings/{}-archive-keyring{suffix}.{extension}",
                repository.alias
            );
            let path = context.in_root(&name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).at("create", parent)?;
            }
            fs::copy(&fetched, &path).at("write", &path)?;
            keyrings.push(format!("/{name}"));
        }
        write(
            context,
            &repository.in_image(),
            &keyrings,
            &etc,
            Private::No,
        )?;
    }
    Ok(())
}

/// Whether a configuration is the build's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Private {
    Yes,
    No,
}

/// Writes the files of one repository below `directory` and returns the sources' text.
fn write(
    context: &BuildContext<'_>,
    repository: &Repository,
    keyrings: &[String],
    directory: &Path,
    private: Private,
) -> Result<String, BuildError> {
    let text: String = if matches!(repository.location, Location::Host) {
        let found = host_sources::read(
            Path::new(HOST_CONFIGURATION),
            repository.distribution.as_deref(),
            &repository.components,
        )?;
        if found.is_empty() {
            return Err(BuildError::Host {
                what: "`host:` finds no apt repository on this host".into(),
                mend:
                    "add one to `/etc/apt/sources.list.d`, or name a repository in the description"
                        .into(),
            });
        }
        found.iter().map(Source::text).collect()
    } else {
        Source::of(repository, keyrings).text()
    };
    let path = directory
        .join("sources.list.d")
        .join(format!("{}.sources", repository.alias));
    fs::write(&path, &text).at("write", &path)?;
    if let Some(script) = &repository.customize {
        let command = Cmd::new("bash").arg("--norc").arg(script).arg(&path);
        context
            .runner
            .run(&command)
            .purpose("the repository's `customize` script")?;
    }
    if let Some(text) = sources::credentials(repository) {
        let path = directory
            .join("auth.conf.d")
            .join(format!("{}.conf", repository.alias));
        write_secret(&path, &text)?;
    }
    if let Some(text) = sources::priority(repository) {
        let path = directory
            .join("preferences.d")
            .join(format!("{}.pref", repository.alias));
        fs::write(&path, text).at("write", &path)?;
    }
    match private {
        Private::Yes => fs::read_to_string(&path).at("read", &path),
        Private::No => Ok(text),
    }
}

fn write_secret(path: &Path, text: &str) -> Result<(), BuildError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .at("create", path)?;
    file.write_all(text.as_bytes()).at("write", path)
}

fn is_there(repository: &Repository) -> bool {
    let Location::Local { path } = &repository.location else {
        return true;
    };
    let there = Path::new(path).exists();
    if !there {
        tracing::warn!("repository `{path}` does not exist, so it is skipped");
    }
    there
}

fn clear(workspace: &Workspace) -> Result<(), BuildError> {
    for directory in [&workspace.archives, &workspace.lists] {
        fs::remove_dir_all(directory).at("remove", directory)?;
        let partial = directory.join("partial");
        fs::create_dir_all(&partial).at("create", &partial)?;
    }
    Ok(())
}
