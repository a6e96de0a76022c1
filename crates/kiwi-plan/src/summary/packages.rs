//! Packages by phase.

use crate::plan::BuildPlan;
use crate::plan::packages::{Archive, PhaseRequest, Request};

/// Columns a line of names may take.
const WIDTH: usize = 100;

/// Returns one block per phase: its name with the number of requests, then the names.
pub(super) fn lines(plan: &BuildPlan) -> Vec<String> {
    let packages = &plan.root.packages;
    let mut lines = Vec::new();
    match &packages.bootstrap {
        Some(phase) => phase_lines("bootstrap", phase, &mut lines),
        None => lines.push("bootstrap: none".to_owned()),
    }
    phase_lines("image", &packages.image, &mut lines);
    for (title, requests) in [
        ("added from the command line", &packages.added),
        ("removed from the command line", &packages.removed),
        ("uninstalled", &packages.uninstall),
        ("deleted", &packages.delete),
    ] {
        block(title, names(requests), &mut lines);
    }
    lines
}

fn phase_lines(title: &str, phase: &PhaseRequest, lines: &mut Vec<String>) {
    let recommended = if phase.recommended {
        ", with recommended packages"
    } else {
        ""
    };
    let count = phase.packages.len();
    lines.push(format!("{title}: {count}{recommended}"));
    wrap(&names(&phase.packages), lines);
    block("collections", names(&phase.collections), lines);
    block("products", names(&phase.products), lines);
    block("not to be installed", names(&phase.ignored), lines);
    let archive = |archive: &Archive| match archive.target_directory.as_str() {
        "" => archive.name.clone(),
        directory => format!("{} (to /{directory})", archive.name),
    };
    block(
        "archives",
        phase.archives.iter().map(archive).collect(),
        lines,
    );
}

fn block(title: &str, names: Vec<String>, lines: &mut Vec<String>) {
    if !names.is_empty() {
        lines.push(format!("{title}: {}", names.len()));
        wrap(&names, lines);
    }
}

fn names(requests: &[Request]) -> Vec<String> {
    requests
        .iter()
        .map(|request| request.name.clone())
        .collect()
}

/// Adds the names, as many to a line as fit.
fn wrap(names: &[String], lines: &mut Vec<String>) {
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + 1 + name.len() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(if line.is_empty() { "  " } else { " " });
        line.push_str(name);
    }
    if !line.is_empty() {
        lines.push(line);
    }
}
