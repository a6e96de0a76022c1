//! `system build`: prepare and create in one process (spec 02, section 4).

use std::time::Instant;

use kiwi_description::span::SourceMap;

use super::Outcome;
use super::building::Job;
use crate::cli::{BuildCommand, GlobalOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::results;
use crate::{planning, selection};

/// Where the root tree and the log are below the target directory; build services rely on it.
const ROOT: &str = "build/image-root";
const LOG: &str = "build/image-root.log";

/// Runs the command.
pub(super) fn run(command: &BuildCommand, globals: &GlobalOptions) -> Outcome {
    let started = Instant::now();
    let mut selection = selection::of_build(globals, &command.options)
        .map_err(|problems| Failure::new(Exit::Invalid, problems, SourceMap::default()))?;
    selection.target_directory = Some(command.target_dir.clone());
    let description = &command.options.description;
    let planned = planning::draft(globals, description, selection, false)?.resolve()?;
    let target = &command.target_dir;
    let job = Job {
        globals,
        planned,
        root: target.join(ROOT),
        target: target.clone(),
        allow_existing_root: command.allow_existing_root,
        debug: command.debug,
        log_file: Some(target.join(LOG)),
    };
    job.run(|context| {
        let tree = kiwi_build::prepare(context)?;
        let artefacts = kiwi_build::create(context, &tree)?;
        tree.complete()?;
        results::report(&artefacts, &context.places.target, started.elapsed());
        Ok(())
    })
}
