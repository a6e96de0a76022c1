//! `image resize`: making a disk that was built larger (spec 02, section 8).

use std::time::Instant;

use kiwi_build::Artefacts;
use kiwi_build::resize::{self, Resized};
use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_plan::plan::BuildPlan;
use kiwi_plan::plan::image::ImagePlan;

use super::Outcome;
use super::building::Job;
use crate::cli::{DebugOptions, GlobalOptions, ResizeOptions};
use crate::failure::Failure;
use crate::output::results;
use crate::{planning, selection};

/// Where `system build` leaves the root tree, below the target directory.
const ROOT: &str = "build/image-root";
/// The only programs that a conversion may need.
const PROGRAMS: [&str; 1] = ["qemu-img"];

/// Runs the command.
pub(super) fn run(options: &ResizeOptions, globals: &GlobalOptions) -> Outcome {
    let started = Instant::now();
    let target = &options.target_dir;
    if !target.is_dir() {
        let problem = Diagnostic::error(
            codes::command_line::MISSING_DIRECTORY,
            format!("there is no directory `{}`", target.display()),
        )
        .in_place("command line --target-dir");
        return Err(Failure::usage(problem).into());
    }
    let root = options.root.clone().unwrap_or_else(|| target.join(ROOT));
    let mut selection = selection::of_create(globals, &[]);
    selection.target_directory = Some(root.clone());
    let mut planned = planning::draft(globals, &root, selection, true)?.resolve()?;
    check(&planned.plan)?;
    let needed = |name: &String| PROGRAMS.contains(&name.as_str());
    planned.plan.requirements.retain(|it| needed(&it.program));
    let job = Job {
        globals,
        planned,
        root,
        target: target.clone(),
        allow_existing_root: true,
        debug: DebugOptions::default(),
        log_file: None,
    };
    let size = options.size;
    job.run(|context| {
        let ImagePlan::Disk(disk) = &context.plan.image else {
            return Ok(());
        };
        match resize::resize(context, disk, size)? {
            Resized::AsBefore => {
                tracing::info!("the disk has this size already, nothing is changed");
            }
            Resized::Grown { bytes, converted } => {
                tracing::info!("the disk has {bytes} bytes now");
                let mut artefacts = Artefacts::default();
                for record in converted {
                    artefacts.add(record);
                }
                results::report(&artefacts, &context.places.target, started.elapsed());
            }
        }
        Ok(())
    })
}

/// Refuses what is no disk.
fn check(plan: &BuildPlan) -> Result<(), Box<Failure>> {
    if let ImagePlan::Disk(_) = plan.image {
        return Ok(());
    }
    let kind = &plan.identity.build_type;
    let message = format!("an image of type `{kind}` is no disk that could be resized");
    let problem = Diagnostic::error(codes::create::RESIZE, message)
        .help("choose the type that was built with `--type`");
    Err(Failure::usage(problem).into())
}
