//! `system create`: an image from a prepared root tree (spec 02, section 5).

use std::time::Instant;

use kiwi_build::RootTree;

use super::Outcome;
use super::building::Job;
use crate::cli::{CreateCommand, GlobalOptions};
use crate::output::results;
use crate::{planning, selection};

/// Runs the command.
pub(super) fn run(command: &CreateCommand, globals: &GlobalOptions) -> Outcome {
    let started = Instant::now();
    let mut selection = selection::of_create(globals, &command.signing_key);
    selection.target_directory = Some(command.root.clone());
    let planned = planning::draft(globals, &command.root, selection, true)?.resolve()?;
    let job = Job {
        globals,
        planned,
        root: command.root.clone(),
        target: command.target_dir.clone(),
        allow_existing_root: true,
        debug: command.debug,
        log_file: None,
    };
    job.run(|context| {
        let tree = RootTree::open(context.root())?;
        let artefacts = kiwi_build::create(context, &tree)?;
        results::report(&artefacts, &context.places.target, started.elapsed());
        Ok(())
    })
}
