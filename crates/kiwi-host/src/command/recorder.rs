//! The runner of unit tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Cmd, CommandError, Failure, Output, Place, Runner, Status, Stream, Streams};
use crate::tools;

/// One recorded run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The command as one would type it; `chroot TREE ..` when it runs in a tree.
    pub line: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// The variables set on top of the base environment.
    pub env: BTreeMap<OsString, OsString>,
    /// What the program got as standard input, whichever way it was given.
    pub stdin: Vec<u8>,
    /// The root tree it ran in.
    pub tree: Option<PathBuf>,
    /// The working directory if one was set.
    pub directory: Option<PathBuf>,
}

type Effect = Box<dyn FnMut(&Cmd) + Send>;

/// The scripted answer to one run; the default is success without output.
#[derive(Default)]
pub struct Reply {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    status_lines: Vec<String>,
    code: i32,
    effect: Option<Effect>,
}

impl Reply {
    /// Creates a success that writes `text` to standard output.
    pub fn stdout(text: impl Into<Vec<u8>>) -> Self {
        Reply {
            stdout: text.into(),
            ..Reply::default()
        }
    }

    /// Creates an end with exit code `code` that writes `stderr`.
    pub fn failure(code: i32, stderr: impl Into<Vec<u8>>) -> Self {
        Reply {
            code,
            stderr: stderr.into(),
            ..Reply::default()
        }
    }

    /// Adds lines for [`Streams::on_status`].
    pub fn status_lines<I>(mut self, lines: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.status_lines.extend(lines.into_iter().map(Into::into));
        self
    }

    /// Adds something the program does, such as writing a file.
    pub fn effect(mut self, effect: impl FnMut(&Cmd) + Send + 'static) -> Self {
        self.effect = Some(Box::new(effect));
        self
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("code", &self.code)
            .field("stdout", &String::from_utf8_lossy(&self.stdout))
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish_non_exhaustive()
    }
}

/// A [`Runner`] that runs nothing: it records every call and answers from a script.
///
/// Replies are queued per program (base name) and used up in order. A program without a queued reply succeeds without output.
/// Every program is found at `/usr/bin/NAME` unless it was declared [missing](Recorder::missing).
#[derive(Debug, Default)]
pub struct Recorder {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    replies: BTreeMap<String, VecDeque<Reply>>,
    missing: BTreeSet<String>,
}

impl Recorder {
    /// Creates a recorder without script.
    pub fn new() -> Self {
        Recorder::default()
    }

    /// Queues the answer to the next unanswered run of `program`.
    pub fn reply(self, program: &str, reply: Reply) -> Self {
        self.state()
            .replies
            .entry(program.to_owned())
            .or_default()
            .push_back(reply);
        self
    }

    /// Declares that `program` does not exist on this host.
    pub fn missing(self, program: &str) -> Self {
        self.state().missing.insert(program.to_owned());
        self
    }

    /// Returns the recorded calls in order.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Returns the recorded calls as command lines.
    pub fn lines(&self) -> Vec<String> {
        self.state()
            .calls
            .iter()
            .map(|call| call.line.clone())
            .collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_found(&self, command: &Cmd) -> Result<(), CommandError> {
        let name = command.program_name();
        if matches!(command.place(), Place::Host) && self.state().missing.contains(&name) {
            return Err(CommandError::NotFound {
                tool: tools::tool(&name),
                program: name,
                place: "on this host".into(),
            });
        }
        Ok(())
    }

    fn record(&self, command: &Cmd, stdin: Vec<u8>) -> Reply {
        let mut argv = vec![command.program().to_string_lossy().into_owned()];
        argv.extend(
            command
                .arguments()
                .iter()
                .map(|a| a.to_string_lossy().into_owned()),
        );
        let mut state = self.state();
        state.calls.push(Call {
            line: command.to_string(),
            argv,
            env: command.environment().clone(),
            stdin,
            tree: match command.place() {
                Place::Host => None,
                Place::Tree(sandbox) => Some(sandbox.tree().to_owned()),
            },
            directory: command.directory().map(ToOwned::to_owned),
        });
        state
            .replies
            .get_mut(&command.program_name())
            .and_then(VecDeque::pop_front)
            .unwrap_or_default()
    }
}

impl Runner for Recorder {
    fn execute(&self, command: &Cmd, mut streams: Streams<'_>) -> Result<Output, CommandError> {
        self.not_found(command)?;
        let io = |source| CommandError::Io {
            program: command.program_name(),
            source,
        };
        let mut stdin = Vec::new();
        match &mut streams.stdin {
            Some(reader) => {
                reader.read_to_end(&mut stdin).map_err(io)?;
            }
            None => stdin.extend(command.stdin().map_or(&[][..], |bytes| bytes.expose())),
        }
        let mut reply = self.record(command, stdin);
        if let Some(effect) = &mut reply.effect {
            effect(command);
        }
        if let Some(on_status) = &mut streams.on_status {
            reply.status_lines.iter().for_each(|line| on_status(line));
        }
        let stdout = String::from_utf8_lossy(&reply.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&reply.stderr).into_owned();
        if let Some(on_line) = &mut streams.on_line {
            stdout
                .lines()
                .for_each(|line| on_line(Stream::Stdout, line));
            stderr
                .lines()
                .for_each(|line| on_line(Stream::Stderr, line));
        }
        let captured = streams.on_line.is_none() && streams.stdout.is_none();
        if let Some(file) = &mut streams.stdout {
            file.write_all(&reply.stdout).map_err(io)?;
        }
        if !command.is_success(reply.code) {
            return Err(CommandError::Failed(Box::new(Failure {
                program: command.program_name(),
                command: command.to_string(),
                status: Status::Exited(reply.code),
                last_lines: stdout
                    .lines()
                    .chain(stderr.lines())
                    .map(str::to_owned)
                    .collect(),
                duration: Duration::ZERO,
            })));
        }
        Ok(Output {
            status: Status::Exited(reply.code),
            stdout: if captured { reply.stdout } else { Vec::new() },
            stderr: reply.stderr,
            duration: Duration::ZERO,
        })
    }

    fn interactive(&self, command: &Cmd) -> Result<Status, CommandError> {
        self.not_found(command)?;
        Ok(Status::Exited(self.record(command, Vec::new()).code))
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        if self.state().missing.contains(program) {
            return None;
        }
        Some(PathBuf::from("/usr/bin").join(program))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_answers_in_order() {
        let recorder = Recorder::new()
            .reply("dpkg", Reply::stdout("amd64\n"))
            .reply("dpkg", Reply::failure(2, "no such option\n"));
        let dpkg = Cmd::new("/usr/bin/dpkg").arg("--print-architecture");
        assert_eq!(recorder.run(&dpkg).unwrap().stdout, b"amd64\n");
        let error = recorder.run(&dpkg).unwrap_err();
        assert_eq!(error.failure().unwrap().last_lines, ["no such option"]);
        recorder
            .run(&Cmd::new("chpasswd").stdin_bytes("x:y"))
            .unwrap();
        let calls = recorder.calls();
        assert_eq!(calls[0].line, "/usr/bin/dpkg --print-architecture");
        assert_eq!(calls[2].stdin, b"x:y");
    }

    #[test]
    fn missing_tools_are_missing() {
        let recorder = Recorder::new().missing("mksquashfs");
        assert_eq!(recorder.find("mksquashfs"), None);
        let error = recorder.run(&Cmd::new("mksquashfs")).unwrap_err();
        assert!(
            error.hint().unwrap().contains("squashfs-tools"),
            "{error:?}"
        );
    }

    #[test]
    fn streams_get_their_share() {
        let recorder = Recorder::new().reply(
            "apt-get",
            Reply::stdout("one\ntwo\n").status_lines(["pmstatus:x:1.0:y"]),
        );
        let mut lines = Vec::new();
        let mut status = Vec::new();
        recorder
            .execute(
                &Cmd::new("apt-get"),
                Streams {
                    on_line: Some(&mut |_, line| lines.push(line.to_owned())),
                    on_status: Some(&mut |line| status.push(line.to_owned())),
                    ..Streams::default()
                },
            )
            .unwrap();
        assert_eq!(lines, ["one", "two"]);
        assert_eq!(status, ["pmstatus:x:1.0:y"]);
    }
}
