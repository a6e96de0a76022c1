//! Running other programs: what to run ([`Cmd`]), who runs it ([`Runner`]), what came out ([`Output`]).
//!
//! A [`Cmd`] is a value: program, arguments, environment, standard input and the [`Place`] it runs in. It can be logged,
//! compared and recorded. A [`Runner`] carries it out. [`SystemRunner`] starts real processes, on the host or inside the
//! root tree; [`Recorder`] is its twin for unit tests, which writes down what was asked and answers from a script.
//!
//! Rules every real run follows:
//! - the environment is set explicitly (see [`environment`]), nothing of the caller's leaks in unless asked for;
//! - standard input is empty unless given, and there is no controlling terminal, so nothing can stop to ask a question;
//! - standard error and streamed lines become `tracing` events at debug level (target [`OUTPUT_TARGET`]), captured
//!   standard output at trace level, the call itself at debug level (target [`COMMAND_TARGET`]) as `EXEC: [..]`;
//! - an interrupt ends the child and everything it started, then the run returns [`CommandError::Interrupted`].

mod cmd;
pub mod environment;
mod error;
mod lines;
pub mod mask;
mod output;
mod pump;
mod recorder;
mod system;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

pub use cmd::{Cmd, Place, SecretBytes};
pub use error::{CommandError, Failure};
pub use output::{Output, Status};
pub use recorder::{Call, Recorder, Reply};
pub use system::SystemRunner;

/// The `tracing` target of `EXEC: [..]` events and of their ends.
pub const COMMAND_TARGET: &str = "kiwi_host::command";

/// The `tracing` target of the lines that programs write; fields: `stream`, `label`, `line`.
pub const OUTPUT_TARGET: &str = "kiwi_host::output";

/// The descriptor number under which a program finds the pipe of [`Streams::on_status`], e.g. for `-o APT::Status-Fd=3`.
pub const STATUS_FD: i32 = 3;

/// Names the stream a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        })
    }
}

/// A function that receives the lines of a program as they are written, without line ends.
pub type LineCallback<'a> = &'a mut dyn FnMut(Stream, &str);

/// A function that receives the lines a program writes to [`STATUS_FD`].
pub type StatusCallback<'a> = &'a mut dyn FnMut(&str);

/// Says where the streams of one run go; the default captures standard output and gives no input.
#[derive(Default)]
pub struct Streams<'a> {
    /// Receives each line of both streams at once. Standard output is then not kept in [`Output::stdout`].
    pub on_line: Option<LineCallback<'a>>,
    /// Receives each line written to descriptor [`STATUS_FD`], which exists only when this is set.
    pub on_status: Option<StatusCallback<'a>>,
    /// Is copied to the standard input of the program; takes precedence over [`Cmd::stdin_bytes`].
    pub stdin: Option<Box<dyn Read + Send + 'a>>,
    /// Becomes the standard output of the program directly. [`Output::stdout`] is then empty.
    pub stdout: Option<File>,
}

impl fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams")
            .field("on_line", &self.on_line.is_some())
            .field("on_status", &self.on_status.is_some())
            .field("stdin", &self.stdin.is_some())
            .field("stdout", &self.stdout)
            .finish()
    }
}

/// Carries out commands.
///
/// Code takes `&dyn Runner`, so that a test can pass a [`Recorder`].
pub trait Runner: Send + Sync {
    /// Runs `command` to its end with the given streams.
    ///
    /// # Errors
    /// [`CommandError`]: not found, could not start, ended with a status that [`Cmd::success_codes`] does not list, interrupted.
    fn execute(&self, command: &Cmd, streams: Streams<'_>) -> Result<Output, CommandError>;

    /// Runs `command` on the caller's terminal, as a debug shell needs it: streams and terminal are inherited, nothing is captured.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Spawn`] and [`CommandError::Sandbox`]; a status other than 0 is not an error here.
    fn interactive(&self, command: &Cmd) -> Result<Status, CommandError>;

    /// Returns the path of a program of the host, looked up in `PATH` and in the `sbin` directories.
    fn find(&self, program: &str) -> Option<PathBuf>;

    /// Runs `command` and captures its standard output.
    ///
    /// # Errors
    /// As [`Runner::execute`].
    fn run(&self, command: &Cmd) -> Result<Output, CommandError> {
        self.execute(command, Streams::default())
    }

    /// Runs `command` and hands each line of both streams to `on_line` when it is written.
    ///
    /// # Errors
    /// As [`Runner::execute`].
    fn run_lines(
        &self,
        command: &Cmd,
        on_line: &mut dyn FnMut(Stream, &str),
    ) -> Result<Output, CommandError> {
        self.execute(
            command,
            Streams {
                on_line: Some(on_line),
                ..Streams::default()
            },
        )
    }

    /// Runs `command` with its standard output going to `file`.
    ///
    /// # Errors
    /// As [`Runner::execute`].
    fn run_to_file(&self, command: &Cmd, file: File) -> Result<Output, CommandError> {
        self.execute(
            command,
            Streams {
                stdout: Some(file),
                ..Streams::default()
            },
        )
    }
}
