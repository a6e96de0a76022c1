//! Failures of a build as diagnostics.

use std::error::Error;

use kiwi_build::BuildError;
use kiwi_build::package_manager::PackageError;
use kiwi_description::diagnostic::{Code, Diagnostic, Diagnostics, codes};
use kiwi_description::span::{SourceMap, Span};
use kiwi_plan::plan::Origin;

use crate::exit_code::Exit;
use crate::failure::Failure;

/// Turns an error of prepare or create into what is said about it.
///
/// `sources` are the texts of the description, so that places can be shown.
pub fn from_error(error: &BuildError, sources: SourceMap) -> Failure {
    let problems = match error {
        BuildError::Package(PackageError::Unknown(packages)) => packages
            .iter()
            .map(|package| {
                let message = format!("no repository offers package `{}`", package.name);
                let help = match &package.similar {
                    Some(similar) => Some(format!("did you mean `{similar}`?")),
                    None => error.hint(),
                };
                diagnostic(error, message, Some(&package.origin), help, &sources)
            })
            .collect(),
        BuildError::MissingFiles(files) => files
            .iter()
            .map(|file| {
                let message = format!("{} `{}` does not exist", file.what, file.path.display());
                diagnostic(error, message, file.origin.as_ref(), error.hint(), &sources)
            })
            .collect(),
        _ => Diagnostics::from(diagnostic(
            error,
            whole_message(error),
            error.origin(),
            error.hint(),
            &sources,
        )),
    };
    Failure {
        exit: error.category().into(),
        problems,
        sources,
        last_lines: error.last_lines().to_vec(),
    }
}

fn diagnostic(
    error: &BuildError,
    message: String,
    origin: Option<&Origin>,
    help: Option<String>,
    sources: &SourceMap,
) -> Diagnostic {
    let code: Code = error.code().parse().unwrap_or(codes::build::UNEXPECTED);
    let problem = Diagnostic::error(code, message).help_if(help);
    match origin {
        None | Some(Origin::Default(_)) => problem,
        Some(Origin::Option(option)) => problem.in_place(format!("command line {option}")),
        Some(Origin::File { path, line, column }) => match find(sources, path, *line, *column) {
            Some(span) => problem.at(span),
            None => problem.in_place(format!("{path}:{line}:{column}")),
        },
    }
}

/// Finds the place in the texts of the description; a word or name from there on is marked.
fn find(sources: &SourceMap, path: &str, line: u32, column: u32) -> Option<Span> {
    let (id, file) = sources
        .files()
        .find(|(_, file)| file.path().to_string_lossy() == path)?;
    let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
    let line_start: usize = file
        .text()
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let rest = file.text().get(line_start..)?;
    let offset = rest
        .char_indices()
        .nth(column.checked_sub(1)?)
        .map_or(rest.len(), |(offset, _)| offset);
    let marked = &rest[offset..];
    let length = marked
        .find(|letter: char| {
            letter.is_whitespace() || matches!(letter, '"' | '\'' | '>' | '/' | '=')
        })
        .unwrap_or(marked.len());
    let start = line_start + offset;
    Some(Span::new(id, start..start + length))
}

/// The message of an error and of what caused it, in one line, each said once.
pub fn whole_message(error: &dyn Error) -> String {
    let mut text = clean(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = clean(&error.to_string());
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// Removes the number that Rust puts behind the reasons of the operating system.
fn clean(text: &str) -> String {
    match text.split_once(" (os error ") {
        Some((phrase, rest)) => {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            format!("{phrase}{after}")
        }
        None => text.to_owned(),
    }
}

/// Makes the failure of an interrupt.
pub fn interrupted(signal: i32) -> Failure {
    let mut failure = from_error(&BuildError::Interrupted(signal), SourceMap::default());
    failure.exit = Exit::Interrupted(signal);
    failure
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kiwi_build::package_manager::UnknownPackage;

    use super::*;

    fn origin(line: u32, column: u32) -> Origin {
        Origin::File {
            path: "d/config.xml".into(),
            line,
            column,
        }
    }

    #[test]
    fn each_unknown_package_has_its_place() {
        let mut sources = SourceMap::default();
        sources.add(
            "d/config.xml",
            "<packages>\n  <package name=\"häsh\"/>\n</packages>\n",
        );
        let unknown = |name: &str, origin, similar: Option<&str>| UnknownPackage {
            name: name.into(),
            origin,
            similar: similar.map(str::to_owned),
        };
        let error = BuildError::Package(PackageError::Unknown(vec![
            unknown("häsh", origin(2, 18), Some("bash")),
            unknown("b", Origin::Option("--add-package".into()), None),
        ]));
        let failure = from_error(&error, sources);
        assert_eq!(failure.exit, Exit::Invalid);
        let all: Vec<_> = failure.problems.iter().collect();
        assert_eq!(all[0].help.as_deref(), Some("did you mean `bash`?"));
        let span = all[0].primary.as_ref().unwrap().span;
        assert_eq!(failure.sources.slice(span), "häsh");
        assert_eq!(all[1].place.as_deref(), Some("command line --add-package"));
        assert_eq!(all[1].code, codes::packages::UNKNOWN_PACKAGE);
    }

    #[test]
    fn causes_are_said_once_and_without_numbers() {
        let source = std::io::Error::from_raw_os_error(13);
        let error = BuildError::io("write", "/x", source);
        assert_eq!(
            whole_message(&error),
            "cannot write `/x`: Permission denied"
        );
    }

    /// The codes that kiwi-build writes as text are those of the table.
    #[test]
    fn every_code_of_the_build_is_in_the_table() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut seen = 0;
        for file in rust_files(&crates.join("kiwi-build/src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            for (at, _) in text.match_indices("\"K0") {
                let code = &text[at + 1..at + 6];
                assert!(code.parse::<Code>().is_ok(), "{code} in {}", file.display());
                seen += 1;
            }
        }
        assert!(seen > 10);
    }

    fn rust_files(directory: &Path) -> Vec<std::path::PathBuf> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files.extend(rust_files(&path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
        files
    }
}
