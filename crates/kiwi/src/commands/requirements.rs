//! Whether this host has the programs that a plan calls.

use std::path::PathBuf;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::SourceMap;
use kiwi_host::tools::{Tool, find, tool};
use kiwi_plan::plan::BuildPlan;
use kiwi_plan::plan::requirement::{Place, Requirement};

use crate::exit_code::Exit;
use crate::failure::Failure;

/// A build can do without them, if only with few ids; the enclosure says so.
const OPTIONAL: [&str; 2] = ["newuidmap", "newgidmap"];

/// Returns the programs of the host that a plan calls, and where they are.
pub(super) fn of_host(plan: &BuildPlan) -> impl Iterator<Item = (&Requirement, Option<PathBuf>)> {
    plan.requirements
        .iter()
        .filter(|requirement| requirement.place == Place::Host)
        .map(|requirement| (requirement, find(&requirement.program)))
}

/// Refuses a plan for which programs are missing, all at once.
///
/// # Errors
/// One error for each missing program.
pub(super) fn check(plan: &BuildPlan) -> Result<(), Box<Failure>> {
    let problems: Diagnostics = of_host(plan)
        .filter(|(requirement, path)| {
            path.is_none() && !OPTIONAL.contains(&requirement.program.as_str())
        })
        .map(|(requirement, _)| missing(requirement))
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(Exit::Host, problems, SourceMap::default()).into())
    }
}

fn missing(requirement: &Requirement) -> Diagnostic {
    let program = &requirement.program;
    Diagnostic::error(
        codes::host::TOOL_MISSING,
        format!(
            "`{program}` is needed {}, and this host does not have it",
            requirement.purpose
        ),
    )
    .help_if(tool(program).map(Tool::install_hint))
}
