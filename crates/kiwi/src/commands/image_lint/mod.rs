//! `image lint`: everything that is wrong with descriptions, for all their profiles and build types at once.
//!
//! - [`find`]: which files are descriptions.
//! - [`examine`]: what is wrong with one of them.
//! - [`text`], [`json`], [`sarif`], [`github`]: the findings, for people and programs.

mod examine;
mod find;
mod github;
mod json;
mod sarif;
mod text;

use std::collections::HashSet;
use std::path::PathBuf;

use kiwi_description::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use kiwi_description::span::SourceMap;
use rayon::prelude::*;

use super::Outcome;
use crate::cli::{GlobalOptions, LintFormat, LintOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::diagnostics::Style;
use crate::output::{print, report};
use crate::runtime_config;

/// What was found in one description.
struct Checked {
    /// The description.
    file: PathBuf,
    /// The texts that findings point into.
    sources: SourceMap,
    /// How many builds it offers.
    builds: usize,
    /// The findings, sorted by place.
    findings: Vec<Finding>,
}

/// One finding.
struct Finding {
    diagnostic: Diagnostic,
    /// The builds it was found in, when it was not found in all of them.
    builds: Vec<String>,
}

/// Everything that was found.
struct Found {
    descriptions: Vec<Checked>,
    /// Files that had the name of a description, and were none.
    others: usize,
}

/// Runs the command.
pub(super) fn run(options: &LintOptions, globals: &GlobalOptions) -> Outcome {
    let settings = settings(globals)?;
    let files = find::descriptions(&options.paths, globals.kiwi_file.as_deref())?;
    let all: Vec<Option<Checked>> = files
        .par_iter()
        .map(|file| examine::description(file, globals, &settings))
        .collect();
    let others = all.iter().filter(|checked| checked.is_none()).count();
    let mut found = Found {
        descriptions: all.into_iter().flatten().collect(),
        others,
    };
    found.keep_first();
    match options.format {
        LintFormat::Text => print::stdout(&text::report(&found, Style::of_stdout(globals))),
        LintFormat::Json => print::stdout(&pretty(&json::report(&found))),
        LintFormat::Sarif => print::stdout(&pretty(&sarif::report(&found))),
        LintFormat::Github => {
            print::stdout(&github::report(&found));
            print::stderr_line(&found.summary());
        }
    }
    let failed =
        found.count(Severity::Error) > 0 || (options.strict && found.count(Severity::Warning) > 0);
    Ok(if failed { Exit::Invalid } else { Exit::Done })
}

/// The runtime configuration, which can switch checks off.
fn settings(
    globals: &GlobalOptions,
) -> Result<kiwi_plan::host_facts::RuntimeSettings, Box<Failure>> {
    let mut sources = SourceMap::default();
    let mut problems = Diagnostics::new();
    let places = runtime_config::Places::of_host(globals.config.clone());
    let settings = runtime_config::read(&places, &mut sources, &mut problems);
    if problems.has_errors() {
        return Err(Failure::new(Exit::Invalid, problems.sorted(), sources).into());
    }
    report::diagnostics(&problems, &sources, globals);
    Ok(settings)
}

impl Found {
    /// Drops findings in files that several descriptions include, but for the first time.
    fn keep_first(&mut self) {
        let mut seen: HashSet<(Code, PathBuf, usize, usize)> = HashSet::new();
        for checked in &mut self.descriptions {
            let sources = &checked.sources;
            checked.findings.retain(|finding| {
                let Some(label) = &finding.diagnostic.primary else {
                    return true;
                };
                let path = sources.file(label.span.source).path();
                let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
                seen.insert((
                    finding.diagnostic.code,
                    path,
                    label.span.start,
                    label.span.end,
                ))
            });
        }
    }

    fn findings(&self) -> impl Iterator<Item = (&Checked, &Finding)> {
        self.descriptions.iter().flat_map(|checked| {
            checked
                .findings
                .iter()
                .map(move |finding| (checked, finding))
        })
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings()
            .filter(|(_, finding)| finding.diagnostic.severity == severity)
            .count()
    }

    fn builds(&self) -> usize {
        self.descriptions.iter().map(|checked| checked.builds).sum()
    }

    /// One line.
    fn summary(&self) -> String {
        let mut text = format!(
            "{} with {} checked: {}, {}, {}",
            counted(self.descriptions.len(), "description"),
            counted(self.builds(), "build"),
            counted(self.count(Severity::Error), "error"),
            counted(self.count(Severity::Warning), "warning"),
            counted(self.count(Severity::Note), "note"),
        );
        if self.others > 0 {
            text += &format!(
                "; {} left out that {} no description",
                counted(self.others, "file"),
                if self.others == 1 { "is" } else { "are" }
            );
        }
        text
    }
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn pretty(value: &serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values always serialise");
    format!("{text}\n")
}
