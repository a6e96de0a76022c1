//! The findings for people.

use super::{Finding, Found};
use crate::output::diagnostics::{Style, render_with_notes};

/// How many builds are named before only their number is.
const BUILDS_SHOWN: usize = 3;

/// Renders all findings and the summary.
pub(super) fn report(found: &Found, style: Style) -> String {
    let mut text = String::new();
    for (checked, finding) in found.findings() {
        let notes: Vec<String> = note(finding).into_iter().collect();
        text += &render_with_notes(&finding.diagnostic, &checked.sources, &notes, style);
        text += "\n\n";
    }
    text + &found.summary() + "\n"
}

fn note(finding: &Finding) -> Option<String> {
    let builds = &finding.builds;
    let shown = builds.iter().take(BUILDS_SHOWN).cloned();
    let names = shown.collect::<Vec<_>>().join("; ");
    match builds.len().saturating_sub(BUILDS_SHOWN) {
        _ if builds.is_empty() => None,
        0 => Some(format!("when building {names}")),
        more => Some(format!("when building {names}; and {more} more")),
    }
}
