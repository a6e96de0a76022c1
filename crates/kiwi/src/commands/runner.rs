//! The runner of builds: `--setenv` for everything, and the terminal for whoever needs it.

use std::path::PathBuf;

use kiwi_host::command::{Cmd, CommandError, Output, Runner, Status, Streams};

use crate::output::log;

/// A runner that adds variables to the environment of every command, and that keeps progress off the screen while an interactive
/// command has the terminal. What a command sets itself wins.
#[derive(Debug)]
pub(super) struct BuildRunner<R> {
    runner: R,
    variables: Vec<(String, String)>,
}

impl<R> BuildRunner<R> {
    /// Adds `variables` to what `runner` runs; of several with one name the last one counts.
    pub(super) fn new(runner: R, variables: &[(String, String)]) -> Self {
        BuildRunner {
            runner,
            variables: variables.to_vec(),
        }
    }

    fn extended(&self, command: &Cmd) -> Cmd {
        let own = command.environment().clone();
        command
            .clone()
            .envs(self.variables.iter().cloned())
            .envs(own)
    }
}

impl<R: Runner> Runner for BuildRunner<R> {
    fn execute(&self, command: &Cmd, streams: Streams<'_>) -> Result<Output, CommandError> {
        self.runner.execute(&self.extended(command), streams)
    }

    fn interactive(&self, command: &Cmd) -> Result<Status, CommandError> {
        log::hand_over_terminal(|| self.runner.interactive(&self.extended(command)))
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        self.runner.find(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_see_the_variables() {
        let variables = [("A", "1"), ("B", "1"), ("A", "2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let runner = BuildRunner::new((), &variables);
        let command = runner.extended(&Cmd::new("true").env("B", "own"));
        let seen: Vec<_> = command
            .environment()
            .iter()
            .map(|(name, value)| (name.to_str().unwrap(), value.to_str().unwrap()))
            .collect();
        assert_eq!(seen, [("A", "2"), ("B", "own")]);
    }
}
