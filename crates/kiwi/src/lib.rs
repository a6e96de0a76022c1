//! The kiwi-ng command.
//!
//! # Rooms, in the order a call passes them
//! - [`cli`]: the arguments, nothing of their meaning.
//! - [`commands`]: one file per command; start reading at [`commands::run`].
//! - [`planning`]: description, [`selection`] and [`facts`] become a plan.
//! - [`runtime_config`], [`places`]: configuration files of the machine and the user, directories.
//! - [`failure`], [`build_failure`], [`exit_code`]: how a command ends that cannot do what it was asked for.
//! - [`output`]: diagnostics, the log, what was made: everything the user sees.
//!
//! No build step lives here: descriptions are read by `kiwi-description`, decisions are made by `kiwi-plan`, work is done by
//! `kiwi-build` with the means of `kiwi-host`.

pub mod build_failure;
pub mod cli;
pub mod commands;
pub mod exit_code;
pub mod facts;
pub mod failure;
pub mod output;
pub mod places;
pub mod planning;
pub mod runtime_config;
pub mod selection;
pub mod stored;

use std::process::ExitCode;

/// Runs the program and returns its exit code.
pub fn run() -> ExitCode {
    if let Some(code) = kiwi_host::sandbox::helper_main() {
        return code;
    }
    match cli::Cli::parse_arguments(std::env::args_os()) {
        Ok(arguments) => commands::run(&arguments).into(),
        Err(error) => error.exit(),
    }
}
