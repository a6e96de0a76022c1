//! The commands, one file each.

mod building;
mod doctor;
mod enclosed;
mod explain;
mod image_convert;
mod image_info;
mod image_lint;
mod image_plan;
mod image_resize;
mod image_upgrade;
mod remove;
mod requirements;
mod result_list;
mod runner;
mod schema;
mod system_build;
mod system_create;
mod system_prepare;
mod workspace;

use crate::cli::{Cli, GlobalOptions, ImageCommand, ResultCommand, Service, SystemCommand};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output;

/// What a command gives back: how the program ends, or why it could not do its work.
type Outcome = Result<Exit, Box<Failure>>;

/// Carries out the command and reports what went wrong.
pub fn run(cli: &Cli) -> Exit {
    let globals = cli.all_globals();
    match dispatch(cli, &globals) {
        Ok(exit) => exit,
        Err(failure) => {
            output::report::failure(&failure, &globals);
            failure.exit
        }
    }
}

fn dispatch(cli: &Cli, globals: &GlobalOptions) -> Outcome {
    match &cli.service {
        Service::System { command, .. } => system(command, globals),
        Service::Image { command, .. } => image(command, globals),
        Service::Result { command, .. } => result(command),
        Service::Doctor(options) => doctor::run(options),
        Service::Explain(options) => explain::run(options),
        Service::Schema(options) => schema::run(options),
    }
}

fn system(command: &SystemCommand, globals: &GlobalOptions) -> Outcome {
    match command {
        SystemCommand::Remove(options) => remove::run(options),
        SystemCommand::Build(command) => system_build::run(command, globals),
        SystemCommand::Prepare(command) => system_prepare::run(command, globals),
        SystemCommand::Create(command) => system_create::run(command, globals),
        SystemCommand::Update(_) => not_there_yet("system update"),
        SystemCommand::Stash(_) => not_there_yet("system stash"),
        SystemCommand::Stackbuild(_) => not_there_yet("system stackbuild"),
        SystemCommand::Boxbuild(_) => not_there_yet("system boxbuild"),
    }
}

fn image(command: &ImageCommand, globals: &GlobalOptions) -> Outcome {
    match command {
        ImageCommand::Info(options) => image_info::run(options, globals),
        ImageCommand::Plan(options) => image_plan::run(options, globals),
        ImageCommand::Upgrade(options) => image_upgrade::run(options, globals),
        ImageCommand::Lint(options) => image_lint::run(options, globals),
        ImageCommand::Convert(options) => image_convert::run(options, globals),
        ImageCommand::Resize(options) => image_resize::run(options, globals),
    }
}

fn result(command: &ResultCommand) -> Outcome {
    match command {
        ResultCommand::List(options) => result_list::run(options),
        ResultCommand::Bundle(_) => not_there_yet("result bundle"),
    }
}

fn not_there_yet(command: &str) -> Outcome {
    Err(Failure::not_there_yet(command).into())
}
