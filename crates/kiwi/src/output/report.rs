//! Reporting diagnostics: through the log while there is one, else on the standard error.

use kiwi_description::diagnostic::view::DiagnosticView;
use kiwi_description::diagnostic::{Diagnostic, Diagnostics, Severity};
use kiwi_description::span::SourceMap;
use serde_json::{Value, json};

use super::diagnostics::{self, Style};
use super::log::{self, record};
use super::print;
use crate::cli::{GlobalOptions, LogFormat};
use crate::failure::Failure;

/// Reports why a command failed.
pub fn failure(failure: &Failure, globals: &GlobalOptions) {
    report(
        &failure.problems,
        &failure.sources,
        &failure.last_lines,
        globals,
    );
}

/// Reports diagnostics.
pub fn diagnostics(problems: &Diagnostics, sources: &SourceMap, globals: &GlobalOptions) {
    report(problems, sources, &[], globals);
}

/// Reports diagnostics; `last_lines` is the output that belongs to the last error.
fn report(
    problems: &Diagnostics,
    sources: &SourceMap,
    last_lines: &[String],
    globals: &GlobalOptions,
) {
    let style = Style::of_stderr(globals);
    let last_error = problems.iter().filter(|problem| problem.is_error()).count();
    let mut errors = 0;
    let mut texts = Vec::new();
    for problem in problems {
        errors += usize::from(problem.is_error());
        let lines = if problem.is_error() && errors == last_error {
            last_lines
        } else {
            &[]
        };
        if log::is_started() {
            emit(problem, sources, lines, style);
        } else if globals.log_format == Some(LogFormat::Json) {
            let mut event = view(problem, sources, lines);
            event["event"] = "diagnostic".into();
            texts.push(event.to_string());
        } else {
            texts.push(diagnostics::render(problem, sources, lines, style));
        }
    }
    if log::is_started() || texts.is_empty() {
        return;
    }
    if globals.log_format == Some(LogFormat::Json) {
        print::stderr_line(&texts.join("\n"));
    } else {
        if errors > 1 {
            texts.push(format!("{errors} errors found"));
        }
        print::stderr_line(&texts.join("\n\n"));
    }
}

/// Sends one diagnostic through the log.
fn emit(problem: &Diagnostic, sources: &SourceMap, lines: &[String], style: Style) {
    let view = view(problem, sources, lines).to_string();
    let plain = diagnostics::render(problem, sources, lines, Style::PLAIN);
    let styled = diagnostics::render(problem, sources, lines, style);
    match problem.severity {
        Severity::Error => {
            tracing::error!(target: record::DIAGNOSTIC, view, plain, styled);
        }
        Severity::Warning => {
            tracing::warn!(target: record::DIAGNOSTIC, view, plain, styled);
        }
        Severity::Note => {
            tracing::info!(target: record::DIAGNOSTIC, view, plain, styled);
        }
    }
}

/// One diagnostic as JSON, without credentials.
pub fn view(problem: &Diagnostic, sources: &SourceMap, lines: &[String]) -> Value {
    let mut view = serde_json::to_value(DiagnosticView::new(problem, sources))
        .expect("diagnostics have text keys only");
    mask(&mut view);
    if !lines.is_empty() {
        view["last_lines"] = json!(lines);
    }
    view
}

/// Masks credentials in every text.
fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = kiwi_host::command::mask::url_credentials(text).into_owned(),
        Value::Array(all) => all.iter_mut().for_each(mask),
        Value::Object(all) => all.values_mut().for_each(mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
