//! Why a command could not do what it was asked for.

use kiwi_description::diagnostic::{Code, Diagnostic, Diagnostics};
use kiwi_description::span::SourceMap;

use crate::exit_code::Exit;

/// Everything that is to say about a command that failed, and how the program ends.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong; at least one.
    pub problems: Diagnostics,
    /// The texts the problems point into.
    pub sources: SourceMap,
    /// The last lines of the program that failed, oldest first.
    pub last_lines: Vec<String>,
}

impl Failure {
    /// Makes a failure of problems that point into `sources`.
    pub fn new(exit: Exit, problems: impl Into<Diagnostics>, sources: SourceMap) -> Self {
        Failure {
            exit,
            problems: problems.into(),
            sources,
            last_lines: Vec::new(),
        }
    }

    /// Makes a failure of one problem of the command line: exit code 2.
    pub fn usage(problem: Diagnostic) -> Self {
        Self::new(Exit::Invalid, problem, SourceMap::default())
    }

    /// Makes the failure of an option or command that later versions have.
    pub fn not_there_yet(what: &str) -> Self {
        Self::usage(
            Diagnostic::error(
                kiwi_description::diagnostic::codes::command_line::NOT_THERE_YET,
                format!("`{what}` is not there yet in this version"),
            )
            .in_place("command line"),
        )
    }

    /// Makes a failure of an input or output error.
    pub fn io(
        exit: Exit,
        code: Code,
        what: impl std::fmt::Display,
        error: &std::io::Error,
    ) -> Self {
        Self::new(
            exit,
            Diagnostic::error(code, format!("{what}: {}", reason(error))),
            SourceMap::default(),
        )
    }
}

impl From<Box<kiwi_description::Failure>> for Failure {
    fn from(failure: Box<kiwi_description::Failure>) -> Self {
        Self::new(Exit::Invalid, failure.diagnostics, failure.source_map)
    }
}

/// Returns the reason of an error as a phrase, without the number that Rust adds.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let phrase = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_phrases() {
        let missing = std::io::Error::from_raw_os_error(2);
        assert_eq!(reason(&missing), "no such file or directory");
        assert_eq!(reason(&std::io::Error::other("No space")), "no space");
    }
}
