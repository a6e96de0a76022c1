//! `image plan`: everything a build would do, before anything is downloaded.

use kiwi_description::span::SourceMap;
use kiwi_host::tools::find;
use kiwi_plan::plan::requirement::{Place, Requirement};
use kiwi_plan::summary;

use super::Outcome;
use crate::cli::{GlobalOptions, PlanOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{print, report};
use crate::{planning, selection};

/// Runs the command.
pub(super) fn run(options: &PlanOptions, globals: &GlobalOptions) -> Outcome {
    let selection = selection::of_build(globals, &options.options)
        .map_err(|problems| Failure::new(Exit::Invalid, problems, SourceMap::default()))?;
    let description = &options.options.description;
    let planned = planning::draft(globals, description, selection, false)?.outline()?;
    report::diagnostics(&planned.warnings, &planned.sources, globals);
    let text = if options.json {
        let json = serde_json::to_string_pretty(&planned.plan).expect("a plan has text keys only");
        format!("{json}\n")
    } else {
        summary::text(&planned.plan, &is_there)
    };
    print::stdout(&text);
    Ok(Exit::Done)
}

/// Programs of the tree come with its packages; nobody knows before they are installed.
fn is_there(requirement: &Requirement) -> Option<bool> {
    match requirement.place {
        Place::Host => Some(find(&requirement.program).is_some()),
        Place::Tree => None,
    }
}
