//! What the commands that build have in common: from arguments to a running build inside the enclosure.

use std::path::{Path, PathBuf};

use kiwi_build::{BuildContext, BuildError};
use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::SourceMap;
use kiwi_host::enclosure::Enclosure;
use kiwi_host::{Interrupt, SystemRunner};

use super::Outcome;
use super::enclosed::{self, Side};
use super::requirements;
use super::runner::BuildRunner;
use super::workspace::{self, Workspace};
use crate::cli::{DebugOptions, GlobalOptions};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{log, report};
use crate::planning::Planned;
use crate::{build_failure, places};

/// One build.
pub(super) struct Job<'a> {
    /// Options of every command.
    pub(super) globals: &'a GlobalOptions,
    /// What to build.
    pub(super) planned: Planned,
    /// The root tree.
    pub(super) root: PathBuf,
    /// Where results go.
    pub(super) target: PathBuf,
    /// Go on in a root tree that exists.
    pub(super) allow_existing_root: bool,
    /// Looking into failures.
    pub(super) debug: DebugOptions,
    /// The log file when the user names none.
    pub(super) log_file: Option<PathBuf>,
}

impl Job<'_> {
    /// Carries out the job: everything that can be refused is refused first, then the enclosure is entered, in which the program
    /// comes here a second time, and `work` is done there.
    pub(super) fn run(
        self,
        work: impl FnOnce(&BuildContext<'_>) -> Result<(), BuildError>,
    ) -> Outcome {
        workspace::check(self.globals)?;
        requirements::check(&self.planned.plan)?;
        match enclosed::enter()? {
            Side::Outside(exit) => Ok(exit),
            Side::Inside(enclosure) => self.run_inside(&enclosure, work),
        }
    }

    fn run_inside(
        self,
        enclosure: &Enclosure,
        work: impl FnOnce(&BuildContext<'_>) -> Result<(), BuildError>,
    ) -> Outcome {
        let interrupt = Interrupt::install().map_err(|error| {
            Failure::io(
                Exit::Host,
                codes::host::PROCESS,
                "signals cannot be received",
                &error,
            )
        })?;
        self.start_log()?;
        report::diagnostics(&self.planned.warnings, &self.planned.sources, self.globals);
        let more: Diagnostics = enclosed::notice(enclosure)
            .into_iter()
            .chain(self.without_screen())
            .collect();
        report::diagnostics(&more, &SourceMap::default(), self.globals);
        self.announce();
        let workspace = Workspace::make(&self.root, &self.target, self.globals)?;
        let runner = BuildRunner::new(SystemRunner::new(interrupt.clone()), &self.globals.setenv);
        let context = BuildContext {
            plan: &self.planned.plan,
            description_xml: &self.planned.description_xml,
            runner: &runner,
            interrupt: &interrupt,
            places: &workspace.places,
            processors: places::processors(),
            allow_existing_root: self.allow_existing_root,
            debug_shell: self.debug.debug_shell,
        };
        match work(&context) {
            Ok(()) => Ok(Exit::Done),
            Err(error) => Err(self.explain(&error, &interrupt).into()),
        }
    }

    fn start_log(&self) -> Result<(), Box<Failure>> {
        if let Some(directory) = self.log_file.as_deref().and_then(Path::parent) {
            workspace::make_directory(directory)?;
        }
        log::start(self.globals, self.log_file.as_deref())
    }

    fn without_screen(&self) -> Option<Diagnostic> {
        const OPTION: &str = "--debug-run-scripts-in-screen";
        self.globals.debug_run_scripts_in_screen.then(|| {
            Diagnostic::warning(
                codes::command_line::NOT_THERE_YET,
                format!("`{OPTION}` has no effect"),
            )
            .in_place(format!("command line {OPTION}"))
            .help("`--debug-shell` opens a shell where a script fails")
        })
    }

    /// The lines that users of the reference look for.
    fn announce(&self) {
        let identity = &self.planned.plan.identity;
        tracing::info!("--> Selected build type: {}", identity.build_type);
        if !identity.profiles.is_empty() {
            tracing::info!("--> Selected profiles: {}", identity.profiles.join(","));
        }
        let manager = self.planned.plan.root.package_manager.name();
        tracing::info!("Using package manager backend: {manager}");
    }

    /// After a signal, whatever failed failed because of it.
    fn explain(self, error: &BuildError, interrupt: &Interrupt) -> Failure {
        match interrupt.signal() {
            Some(signal) => build_failure::interrupted(signal),
            None => build_failure::from_error(error, self.planned.sources),
        }
    }
}
