//! `system prepare`: a root tree from a description (spec 02, section 4).

use kiwi_description::span::SourceMap;

use super::Outcome;
use super::building::Job;
use crate::cli::{GlobalOptions, PrepareCommand};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::{planning, selection};

/// Runs the command.
pub(super) fn run(command: &PrepareCommand, globals: &GlobalOptions) -> Outcome {
    let mut selection = selection::of_build(globals, &command.options)
        .map_err(|problems| Failure::new(Exit::Invalid, problems, SourceMap::default()))?;
    selection.target_directory = Some(command.root.clone());
    let description = &command.options.description;
    let planned = planning::draft(globals, description, selection, false)?.resolve()?;
    let job = Job {
        globals,
        planned,
        root: command.root.clone(),
        target: target_of(&command.root),
        allow_existing_root: command.allow_existing_root,
        debug: command.debug,
        log_file: None,
    };
    job.run(|context| kiwi_build::prepare(context)?.complete())
}

/// Prepare alone has no results; what it needs beside the tree goes where the tree is.
fn target_of(root: &std::path::Path) -> std::path::PathBuf {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    root.parent().map_or(root.clone(), Into::into)
}
