//! The findings as SARIF 2.1.0 (OASIS "Static Analysis Results Interchange Format").

use std::collections::BTreeSet;
use std::path::Path;

use kiwi_description::diagnostic::view::{DiagnosticView, PlaceView};
use kiwi_description::diagnostic::{Code, Severity};
use kiwi_host::command::mask::url_credentials;
use serde_json::{Value, json};

use super::{Checked, Finding, Found};
use crate::cli::COMPATIBLE_RELEASE;

/// Makes the document: one run, the rules of all codes that were found, one result per finding.
pub(super) fn report(found: &Found) -> Value {
    let used: BTreeSet<Code> = found
        .findings()
        .map(|(_, finding)| finding.diagnostic.code)
        .collect();
    let codes: Vec<Code> = used.into_iter().collect();
    let results: Vec<Value> = found
        .findings()
        .map(|(checked, finding)| result(checked, finding, &codes))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kiwi-ng",
                "fullName": "kiwi-ng image lint",
                "version": COMPATIBLE_RELEASE,
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let mut rule = json!({ "id": code.to_string() });
    if let Some(entry) = code.entry() {
        rule["shortDescription"] = text(entry.title);
        rule["fullDescription"] = text(entry.explanation);
        rule["help"] = text(entry.mend);
    }
    rule
}

fn result(checked: &Checked, finding: &Finding, codes: &[Code]) -> Value {
    let diagnostic = &finding.diagnostic;
    let view = DiagnosticView::new(diagnostic, &checked.sources);
    let message = match &view.help {
        Some(help) => format!("{}; {help}", view.message),
        None => view.message.clone(),
    };
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let location = match &view.at {
        Some(place) => physical(place),
        None => {
            json!({ "physicalLocation": { "artifactLocation": { "uri": uri(&checked.file) } } })
        }
    };
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": codes.binary_search(&diagnostic.code).ok(),
        "level": level,
        "message": text(&message),
        "locations": [location],
    });
    if !view.related.is_empty() {
        let related = view.related.iter().enumerate();
        result["relatedLocations"] = related
            .map(|(id, place)| {
                let mut location = physical(place);
                location["id"] = json!(id);
                if !place.label.is_empty() {
                    location["message"] = text(&place.label);
                }
                location
            })
            .collect();
    }
    if !finding.builds.is_empty() {
        result["properties"] = json!({ "builds": finding.builds });
    }
    result
}

fn physical(place: &PlaceView) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    }})
}

fn text(text: &str) -> Value {
    json!({ "text": url_credentials(text) })
}

/// A path as a reference: relative ones stay relative, signs that a URI cannot have are written in hexadecimal.
fn uri(path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~+@=,".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        for (path, expected) in [
            ("./a/config.xml", "a/config.xml"),
            ("/a b/ä.kiwi", "file:///a%20b/%C3%A4.kiwi"),
            ("a/b:c%d#e", "a/b%3Ac%25d%23e"),
        ] {
            assert_eq!(uri(Path::new(path)), expected);
        }
    }
}
