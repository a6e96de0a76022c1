//! What the arguments choose or change, in the terms of the plan.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_plan::Selection;
use kiwi_plan::resolve::without_password;
use kiwi_plan::selection::{RepositoryArgument, parse_repository_argument};

use crate::cli::{BuildOptions, GlobalOptions, RepositoryOptions};
use crate::failure::reason;

/// Options of commands that take the whole set.
///
/// # Errors
/// Everything that is malformed.
pub fn of_build(globals: &GlobalOptions, options: &BuildOptions) -> Result<Selection, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut selection = start(globals, &options.repositories, &mut problems);
    selection.ignore_repositories_used_for_build = options.ignore_repos_used_for_build;
    selection.set_repository = options.set_repo.as_ref().map(|argument| {
        let credentials = options.set_repo_credentials.as_deref();
        repository("--set-repo", argument, credentials, &mut problems)
    });
    if options.set_repo.is_none() && options.set_repo_credentials.is_some() {
        problems.push(too_many_credentials("--set-repo-credentials", "--set-repo"));
    }
    for argument in &options.set_type_attr {
        match argument.split_once('=') {
            Some((name, value)) if !name.is_empty() => selection
                .type_attributes
                .push((name.to_owned(), value.to_owned())),
            _ => problems.push(
                Diagnostic::error(
                    codes::command_line::BAD_TYPE_ATTRIBUTE,
                    format!("`{argument}` is not of the form ATTRIBUTE=VALUE"),
                )
                .in_place("command line --set-type-attr"),
            ),
        }
    }
    selection.add_packages.clone_from(&options.add_package);
    selection
        .add_bootstrap_packages
        .clone_from(&options.add_bootstrap_package);
    selection
        .delete_packages
        .clone_from(&options.delete_package);
    selection
        .container_derived_from
        .clone_from(&options.set_container_derived_from);
    selection
        .container_tag
        .clone_from(&options.set_container_tag);
    selection
        .container_labels
        .clone_from(&options.add_container_label);
    selection
        .release_version
        .clone_from(&options.set_release_version);
    selection.signing_keys = options.signing_key.iter().map(|key| address(key)).collect();
    selection.ca_certificates = options.ca_cert.iter().map(|path| absolute(path)).collect();
    selection
        .ca_target_distribution
        .clone_from(&options.ca_target_distribution);
    selection.clear_cache = options.clear_cache;
    finish(selection, problems)
}

/// Options of `image info`.
///
/// # Errors
/// Everything that is malformed.
pub fn of_info(
    globals: &GlobalOptions,
    options: &RepositoryOptions,
) -> Result<Selection, Diagnostics> {
    let mut problems = Diagnostics::new();
    let selection = start(globals, options, &mut problems);
    finish(selection, problems)
}

/// Options of `system create`, which changes nothing.
pub fn of_create(globals: &GlobalOptions, signing_keys: &[String]) -> Selection {
    Selection {
        signing_keys: signing_keys.iter().map(|key| address(key)).collect(),
        ..start(
            globals,
            &RepositoryOptions::default(),
            &mut Diagnostics::new(),
        )
    }
}

fn finish(selection: Selection, problems: Diagnostics) -> Result<Selection, Diagnostics> {
    if problems.has_errors() {
        Err(problems)
    } else {
        Ok(selection)
    }
}

fn start(
    globals: &GlobalOptions,
    options: &RepositoryOptions,
    problems: &mut Diagnostics,
) -> Selection {
    let mut credentials = options.add_repo_credentials.iter();
    let add_repositories = options
        .add_repo
        .iter()
        .map(|argument| {
            let credentials = credentials.next().map(String::as_str);
            repository("--add-repo", argument, credentials, problems)
        })
        .collect();
    if credentials.next().is_some() {
        problems.push(too_many_credentials("--add-repo-credentials", "--add-repo"));
    }
    Selection {
        build_type: globals.build_type.clone(),
        profiles: globals.profile.clone(),
        target_arch: globals.target_arch.clone(),
        ignore_repositories: options.ignore_repos,
        add_repositories,
        ..Selection::default()
    }
}

fn repository(
    option: &str,
    argument: &str,
    credentials: Option<&str>,
    problems: &mut Diagnostics,
) -> RepositoryArgument {
    let mut repository = match parse_repository_argument(argument) {
        Ok(repository) => repository,
        Err(error) => {
            problems.push(
                Diagnostic::error(codes::command_line::BAD_REPOSITORY, error.to_string())
                    .in_place(format!(
                        "command line {option} {}",
                        without_password(argument)
                    ))
                    .help(format!(
                        "`kiwi-ng explain {}` lists the fields",
                        codes::command_line::BAD_REPOSITORY
                    )),
            );
            RepositoryArgument::default()
        }
    };
    if let Some(value) = credentials {
        match read_credentials(value) {
            Ok(credentials) => repository.credentials = Some(credentials),
            Err(error) => problems.push(
                Diagnostic::error(
                    codes::command_line::BAD_CREDENTIALS,
                    format!(
                        "credentials cannot be read from `{value}`: {}",
                        reason(&error)
                    ),
                )
                .in_place(format!("command line {option}-credentials")),
            ),
        }
    }
    repository
}

/// A value that names a file stands for the first line of that file.
fn read_credentials(value: &str) -> std::io::Result<String> {
    if !Path::new(value).is_file() {
        return Ok(value.to_owned());
    }
    let text = std::fs::read_to_string(value)?;
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(std::io::Error::other("its first line is empty")),
    }
}

fn too_many_credentials(option: &str, of: &str) -> Diagnostic {
    Diagnostic::error(
        codes::command_line::BAD_CREDENTIALS,
        format!("there are more `{option}` than `{of}`"),
    )
    .in_place(format!("command line {option}"))
}

/// Makes a plain path absolute; an address with a scheme stays as it is.
fn address(key: &str) -> String {
    let scheme = key.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric())
    });
    if scheme {
        key.to_owned()
    } else {
        absolute(Path::new(key))
    }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(options: &BuildOptions) -> Vec<String> {
        let problems = of_build(&GlobalOptions::default(), options).unwrap_err();
        problems
            .iter()
            .map(|problem| {
                let place = problem.place.as_deref().unwrap_or_default();
                format!("{} {place}: {}", problem.code, problem.message)
            })
            .collect()
    }

    #[test]
    fn credentials_belong_to_the_repository_at_their_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "me:secret\nmore\n").unwrap();
        let options = RepositoryOptions {
            add_repo: vec![
                "http://a/".into(),
                "http://b/,apt-deb".into(),
                "http://c/".into(),
            ],
            add_repo_credentials: vec!["u:p".into(), file.path().to_str().unwrap().into()],
            ignore_repos: true,
        };
        let selection = of_info(&GlobalOptions::default(), &options).unwrap();
        let credentials: Vec<_> = selection
            .add_repositories
            .iter()
            .map(|repository| repository.credentials.as_deref())
            .collect();
        assert_eq!(credentials, [Some("u:p"), Some("me:secret"), None]);
        assert!(selection.ignore_repositories);
    }

    #[test]
    fn mistakes_are_found_together() {
        let options = BuildOptions {
            set_type_attr: vec!["firmware".into()],
            set_repo: Some("http://me:secret@u,t,a,high".into()),
            repositories: RepositoryOptions {
                add_repo_credentials: vec!["u:p".into()],
                ..RepositoryOptions::default()
            },
            ..BuildOptions::default()
        };
        assert_eq!(
            messages(&options),
            [
                "K0507 command line --add-repo-credentials: there are more `--add-repo-credentials` than `--add-repo`",
                "K0502 command line --set-repo http://me:...@u,t,a,high: the priority (field 4) must be a whole number, not `high`",
                "K0508 command line --set-type-attr: `firmware` is not of the form ATTRIBUTE=VALUE",
            ]
        );
    }

    #[test]
    fn keys_are_addresses() {
        assert_eq!(address("https://h/key"), "https://h/key");
        assert_eq!(address("file:/key"), "file:/key");
        assert_eq!(address("/a/key.asc"), "/a/key.asc");
        assert!(address("key.asc").ends_with("/key.asc"));
        assert!(address("key.asc").starts_with('/'));
    }
}
