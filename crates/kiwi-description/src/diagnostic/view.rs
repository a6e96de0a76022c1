//! The JSON shape of diagnostics, with places as file, line and column.

use std::path::PathBuf;

use serde::Serialize;

use super::{Diagnostic, Diagnostics, Label, Severity};
use crate::span::SourceMap;

/// A diagnostic with its places looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiagnosticView {
    /// Stable code, as `K0201`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Name of the place when it is in no source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where it is wrong.
    #[serde(flatten)]
    pub at: Option<PlaceView>,
    /// Other places that explain it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<PlaceView>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A place with what is to say about it; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceView {
    /// The file.
    pub file: PathBuf,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the place behind the last character.
    pub end_line: usize,
    /// Column of the place behind the last character.
    pub end_column: usize,
    /// A few words about the place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
}

impl DiagnosticView {
    /// Looks up the places of a diagnostic.
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        DiagnosticView {
            code: diagnostic.code.to_string(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            place: diagnostic.place.clone(),
            at: diagnostic
                .primary
                .as_ref()
                .map(|label| PlaceView::new(label, sources)),
            related: diagnostic
                .related
                .iter()
                .map(|label| PlaceView::new(label, sources))
                .collect(),
            help: diagnostic.help.clone(),
        }
    }
}

impl PlaceView {
    fn new(label: &Label, sources: &SourceMap) -> Self {
        let start = sources.location(label.span);
        let (end_line, end_column) = sources.end(label.span);
        PlaceView {
            file: start.file,
            line: start.line,
            column: start.column,
            end_line,
            end_column,
            label: label.text.clone(),
        }
    }
}

impl Diagnostics {
    /// Looks up the places of all diagnostics, for JSON.
    pub fn views(&self, sources: &SourceMap) -> Vec<DiagnosticView> {
        self.iter()
            .map(|diagnostic| DiagnosticView::new(diagnostic, sources))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    #[test]
    fn json_is_flat() {
        let mut sources = SourceMap::default();
        let mut span = sources.add_whole("d/config.xml", "<image>\n <typ/>\n</image>");
        span.start = 9;
        span.end = 15;
        let all: Diagnostics = [
            Diagnostic::error(codes::schema::UNKNOWN_ELEMENT, "unknown element `typ`")
                .at_with(span, "here")
                .help("did you mean `type`?"),
            Diagnostic::warning(codes::schema::UNKNOWN_ELEMENT, "no place")
                .in_place("command line --type"),
        ]
        .into_iter()
        .collect();
        let json = serde_json::to_value(all.views(&sources)).unwrap();
        assert_eq!(
            json,
            serde_json::json!([
                {"code": "K0201", "severity": "error", "message": "unknown element `typ`", "file": "d/config.xml",
                 "line": 2, "column": 2, "end_line": 2, "end_column": 8, "label": "here", "help": "did you mean `type`?"},
                {"code": "K0201", "severity": "warning", "message": "no place", "place": "command line --type"},
            ])
        );
    }
}
