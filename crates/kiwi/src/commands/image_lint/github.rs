//! The findings as workflow commands of GitHub, one line each.

use std::fmt::Write;

use kiwi_description::diagnostic::Severity;
use kiwi_description::diagnostic::view::DiagnosticView;
use kiwi_host::command::mask::url_credentials;

use super::Found;

/// Makes the lines.
pub(super) fn report(found: &Found) -> String {
    let mut lines = String::new();
    for (checked, finding) in found.findings() {
        let view = DiagnosticView::new(&finding.diagnostic, &checked.sources);
        let command = match view.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let file = view.at.as_ref().map_or(&checked.file, |place| &place.file);
        let file = file.to_string_lossy();
        let file = property(file.strip_prefix("./").unwrap_or(&file));
        let place = view.at.as_ref().map_or_else(String::new, |place| {
            // The end is inclusive here, and columns count only within one line.
            let columns = if place.line == place.end_line {
                let last = place.end_column.saturating_sub(1).max(place.column);
                format!(",col={},endColumn={last}", place.column)
            } else {
                String::new()
            };
            format!(",line={},endLine={}{columns}", place.line, place.end_line)
        });
        let title = property(&view.code);
        let help = view
            .help
            .map_or_else(String::new, |help| format!("\n{help}"));
        let message = format!("{}{help}", view.message);
        let message = data(&url_credentials(&message));
        let _ = writeln!(
            lines,
            "::{command} file={file}{place},title={title}::{message}"
        );
    }
    lines
}

/// A message must stay on its line.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_escaped() {
        assert_eq!(data("100%\nb,c:d"), "100%25%0Ab,c:d");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
    }
}
