//! The findings as JSON.

use kiwi_description::diagnostic::Severity;
use serde_json::{Value, json};

use super::Found;
use crate::output::report;

/// Makes the document.
pub(super) fn report(found: &Found) -> Value {
    let findings: Vec<Value> = found
        .findings()
        .map(|(checked, finding)| {
            let mut view = report::view(&finding.diagnostic, &checked.sources, &[]);
            view["description"] = json!(checked.file);
            if !finding.builds.is_empty() {
                view["builds"] = json!(finding.builds);
            }
            view
        })
        .collect();
    json!({
        "descriptions": found.descriptions.len(),
        "builds": found.builds(),
        "errors": found.count(Severity::Error),
        "warnings": found.count(Severity::Warning),
        "notes": found.count(Severity::Note),
        "findings": findings,
    })
}
