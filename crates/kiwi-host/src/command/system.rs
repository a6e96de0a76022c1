//! The runner that starts real processes.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::pump::{Pump, Pumped};
use super::{
    COMMAND_TARGET, Cmd, CommandError, Failure, Output, Place, Runner, Status, Stream, Streams,
};
use crate::sandbox::{self, Report};
use crate::signals::Interrupt;
use crate::spawn::{self, Process, Spawn, Stdio};
use crate::tools;

/// How long a program may take to end after it was asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// Runs commands as real processes: on the host directly, in a tree through the [sandbox](crate::sandbox).
#[derive(Clone, Debug)]
pub struct SystemRunner {
    interrupt: Interrupt,
    helper: PathBuf,
    grace: Duration,
}

impl SystemRunner {
    /// Creates a runner whose commands end when `interrupt` is set.
    pub fn new(interrupt: Interrupt) -> Self {
        SystemRunner {
            interrupt,
            helper: PathBuf::from("/proc/self/exe"),
            grace: GRACE,
        }
    }

    /// Uses another program than the running one as sandbox helper; its `main` must start with [`crate::sandbox::helper_main`].
    ///
    /// For unit tests, whose own `main` does not.
    pub fn with_helper(mut self, helper: impl Into<PathBuf>) -> Self {
        self.helper = helper.into();
        self
    }

    /// Sets how long a program may take to end after it was asked to; default 5 seconds.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Returns the interrupt this runner listens to.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Prepares what is to be started, and the way to learn how it ended.
    fn prepare(
        &self,
        command: &Cmd,
        interactive: bool,
        status: bool,
    ) -> Result<(Spawn, Watch), CommandError> {
        match command.place() {
            Place::Host => {
                let path = Self::host_program(command)?;
                let mut spawn = Spawn::new(path, command.program())
                    .args(command.arguments())
                    .env(command.full_environment());
                if let Some(directory) = command.directory() {
                    spawn = spawn.current_dir(directory);
                }
                Ok((spawn, Watch::Direct))
            }
            Place::Tree(sandbox) => {
                let io = |source| CommandError::Io {
                    program: command.program_name(),
                    source,
                };
                let launch = sandbox
                    .launch(command, interactive, status)
                    .map_err(|source| sandbox_error(command, source))?;
                let (report, write_report) = spawn::pipe().map_err(io)?;
                let job = memory_file(&launch.job).map_err(io)?;
                let spawn = Spawn::new(&self.helper, "kiwi-ng")
                    .args(&[sandbox::HELPER_ARGUMENT.into()])
                    .pass(job.into(), sandbox::JOB_FD)
                    .pass(write_report, sandbox::REPORT_FD);
                Ok((
                    spawn,
                    Watch::Sandbox {
                        report,
                        _launch: launch,
                    },
                ))
            }
        }
    }

    fn host_program(command: &Cmd) -> Result<PathBuf, CommandError> {
        let program = Path::new(command.program());
        let found = if program.components().count() > 1 || program.is_absolute() {
            program.exists().then(|| program.to_owned())
        } else {
            tools::find_in(&search_path(command), command.program())
        };
        found.ok_or_else(|| CommandError::NotFound {
            program: command.program().to_string_lossy().into_owned(),
            place: "on this host".into(),
            tool: tools::tool(&command.program_name()),
        })
    }

    fn check_interrupt(&self, command: &Cmd) -> Result<(), CommandError> {
        self.interrupt
            .check()
            .map_err(|interrupted| CommandError::Interrupted {
                program: command.program_name(),
                signal: interrupted.signal,
            })
    }
}

/// How the end of the command is learned.
enum Watch {
    /// From the process itself.
    Direct,
    /// From what the sandbox helper reports; the launch keeps mount points alive.
    Sandbox {
        report: OwnedFd,
        _launch: sandbox::Launch,
    },
}

impl Watch {
    fn status(self, command: &Cmd, status: Status) -> Result<Status, CommandError> {
        let Watch::Sandbox { report, .. } = self else {
            return Ok(status);
        };
        let report = Report::read(report).map_err(|source| CommandError::Io {
            program: command.program_name(),
            source,
        })?;
        match report {
            Some(Report::Ended(status)) => Ok(status),
            Some(Report::NotFound) => Err(CommandError::NotFound {
                program: command.program().to_string_lossy().into_owned(),
                place: match command.place() {
                    Place::Tree(sandbox) => {
                        format!("in the root tree `{}`", sandbox.tree().display())
                    }
                    Place::Host => "on this host".into(),
                },
                tool: None,
            }),
            Some(Report::NotStarted { errno }) => Err(CommandError::Spawn {
                program: command.program().to_string_lossy().into_owned(),
                source: std::io::Error::from_raw_os_error(errno),
            }),
            Some(Report::Refused(error)) => Err(sandbox_error(command, error)),
            // The helper was killed together with the command.
            None => Ok(status),
        }
    }
}

impl Runner for SystemRunner {
    fn execute(&self, command: &Cmd, mut streams: Streams<'_>) -> Result<Output, CommandError> {
        self.check_interrupt(command)?;
        let io = |source| CommandError::Io {
            program: command.program_name(),
            source,
        };
        let (mut spawn, watch) = self.prepare(command, false, streams.on_status.is_some())?;
        let feed = streams.stdin.take();
        let stdin = match (&feed, command.stdin()) {
            (Some(_), _) => Stdio::Pipe,
            (None, Some(bytes)) => Stdio::File(memory_file(bytes.expose()).map_err(io)?.into()),
            (None, None) => Stdio::Null,
        };
        let stdout = match streams.stdout.take() {
            Some(file) => Stdio::File(file.into()),
            None => Stdio::Pipe,
        };
        spawn = spawn.stdio(stdin, stdout, Stdio::Pipe);
        let status_pipe = match &streams.on_status {
            Some(_) => {
                let (read, write) = spawn::pipe().map_err(io)?;
                spawn = spawn.pass(write, super::STATUS_FD);
                Some(read)
            }
            None => None,
        };
        tracing::debug!(target: COMMAND_TARGET, "EXEC: [{command}]");
        let started = Instant::now();
        let mut child = spawn.start().map_err(|source| CommandError::Spawn {
            program: command.program().to_string_lossy().into_owned(),
            source,
        })?;
        let stdin = child.stdin.take();
        let mut pump = Pump::new(command.log_label(), &mut streams);
        if let Some(pipe) = child.stdout.take() {
            pump.stream(Stream::Stdout, pipe);
        }
        if let Some(pipe) = child.stderr.take() {
            pump.stream(Stream::Stderr, pipe);
        }
        if let Some(pipe) = status_pipe {
            pump.status(pipe);
        }
        let (pumped, fed) = std::thread::scope(|scope| {
            let feeder = feed
                .zip(stdin)
                .map(|(reader, pipe)| scope.spawn(move || copy_input(reader, pipe)));
            let pumped = pump.run(&mut child, &self.interrupt, self.grace);
            if pumped.is_err() {
                end(&mut child);
            }
            let fed = feeder.map_or(Ok(()), |thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            (pumped, fed)
        });
        let pumped = pumped.map_err(io)?;
        finish(command, watch, pumped, fed.map_err(io), started.elapsed())
    }

    fn interactive(&self, command: &Cmd) -> Result<Status, CommandError> {
        self.check_interrupt(command)?;
        let (spawn, watch) = self.prepare(command, true, false)?;
        let _paused = self.interrupt.pause();
        tracing::debug!(target: COMMAND_TARGET, "EXEC: [{command}]");
        let status = spawn
            .stdio(Stdio::Inherit, Stdio::Inherit, Stdio::Inherit)
            .keep_terminal()
            .start()
            .and_then(|mut child| child.wait())
            .map_err(|source| CommandError::Spawn {
                program: command.program().to_string_lossy().into_owned(),
                source,
            })?;
        watch.status(command, status)
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        tools::find(program)
    }
}

fn finish(
    command: &Cmd,
    watch: Watch,
    pumped: Pumped,
    fed: Result<(), CommandError>,
    duration: Duration,
) -> Result<Output, CommandError> {
    let duration_ms = duration.as_millis() as u64;
    let program = command.program_name();
    if let Some(signal) = pumped.interrupted {
        tracing::debug!(target: COMMAND_TARGET, program, duration_ms, "interrupted");
        return Err(CommandError::Interrupted { program, signal });
    }
    let status = watch.status(command, pumped.status)?;
    tracing::debug!(target: COMMAND_TARGET, program, duration_ms, "{program} {status}");
    fed?;
    let success = matches!(status, Status::Exited(code) if command.is_success(code));
    if !success {
        return Err(CommandError::Failed(Box::new(Failure {
            program,
            command: command.to_string(),
            status,
            last_lines: pumped.last_lines,
            duration,
        })));
    }
    let mut stderr = pumped.stderr;
    let excess = stderr.len().saturating_sub(Output::STDERR_LIMIT);
    stderr.drain(..excess);
    Ok(Output {
        status,
        stdout: pumped.stdout,
        stderr,
        duration,
    })
}

fn sandbox_error(command: &Cmd, source: sandbox::SandboxError) -> CommandError {
    CommandError::Sandbox {
        program: command.program_name(),
        source,
    }
}

fn search_path(command: &Cmd) -> std::ffi::OsString {
    command
        .environment()
        .get(std::ffi::OsStr::new("PATH"))
        .cloned()
        .unwrap_or_else(super::environment::host_path)
}

/// Copies input to the program. A program that ends without reading it all is not an error.
fn copy_input(mut reader: Box<dyn Read + Send + '_>, pipe: OwnedFd) -> std::io::Result<()> {
    match std::io::copy(&mut reader, &mut File::from(pipe)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts bytes into an anonymous file in memory, ready to be read.
fn memory_file(bytes: &[u8]) -> std::io::Result<File> {
    let fd = rustix::fs::memfd_create("input", rustix::fs::MemfdFlags::CLOEXEC)?;
    let mut file = File::from(fd);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

fn end(child: &mut Process) {
    let group = child.pid();
    // Both can only fail because the process is gone, which is what is wanted.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runner() -> SystemRunner {
        SystemRunner::new(Interrupt::detached().unwrap()).with_grace(Duration::from_millis(200))
    }

    fn sh(script: &str) -> Cmd {
        Cmd::new("sh").args(["-c", script])
    }

    #[test]
    fn captures_and_sets_the_environment() {
        let command = sh("echo $LANG $A; echo \"[${CARGO-none}]\"; pwd; echo oops >&2")
            .env("A", "b c")
            .current_dir("/usr");
        let output = runner().run(&command).unwrap();
        assert_eq!(output.stdout_text(), "C b c\n[none]\n/usr\n");
        assert_eq!(output.stderr_text(), "oops\n");
    }

    #[test]
    fn feeds_standard_input() {
        let runner = runner();
        let empty = runner.run(&Cmd::new("cat")).unwrap();
        assert_eq!(empty.stdout, b"");
        let bytes = runner.run(&Cmd::new("cat").stdin_bytes("secret")).unwrap();
        assert_eq!(bytes.stdout, b"secret");
        let large = vec![b'x'; 3 << 20];
        let streams = || Streams {
            stdin: Some(Box::new(large.as_slice())),
            ..Streams::default()
        };
        let output = runner
            .execute(&Cmd::new("wc").arg("-c"), streams())
            .unwrap();
        assert_eq!(output.stdout_text().trim(), large.len().to_string());
        // A program that does not read its input to the end is not an error.
        runner.execute(&Cmd::new("true"), streams()).unwrap();
    }

    #[test]
    fn an_unreadable_input_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("bad archive"))
            }
        }
        let streams = Streams {
            stdin: Some(Box::new(Broken)),
            ..Streams::default()
        };
        let error = runner().execute(&Cmd::new("cat"), streams).unwrap_err();
        assert!(matches!(error, CommandError::Io { .. }), "{error:?}");
    }

    #[test]
    fn streams_lines_and_status() {
        let mut lines = Vec::new();
        let mut status = Vec::new();
        let streams = Streams {
            on_line: Some(&mut |stream, line| lines.push(format!("{stream} {line}"))),
            on_status: Some(&mut |line| status.push(line.to_owned())),
            ..Streams::default()
        };
        let command = sh("echo one; echo half >&3; sleep 0.05; echo two >&2; echo full >&3");
        runner().execute(&command, streams).unwrap();
        assert_eq!(lines, ["stdout one", "stderr two"]);
        assert_eq!(status, ["half", "full"]);
    }

    #[test]
    fn writes_standard_output_to_a_file() {
        let mut file = tempfile::tempfile().unwrap();
        let output = runner()
            .run_to_file(&sh("echo data"), file.try_clone().unwrap())
            .unwrap();
        assert!(output.stdout.is_empty());
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "data\n");
    }

    #[test]
    fn failures_carry_the_last_lines() {
        let script = "for i in $(seq 30); do echo line $i; done; echo https://u:p@h >&2; exit 7";
        let error = runner().run(&sh(script)).unwrap_err();
        let failure = error.failure().unwrap();
        assert_eq!(failure.status, Status::Exited(7));
        assert_eq!(failure.last_lines.len(), Failure::LAST_LINES);
        assert!(failure.last_lines.contains(&"https://***@h".to_owned()));
        assert!(failure.last_lines.contains(&"line 30".to_owned()));
        assert_eq!(error.to_string(), "`sh` ended with exit code 7");
        runner().run(&sh("exit 7").success_codes([0, 7])).unwrap();
        let killed = runner().run(&sh("kill -9 $$")).unwrap_err();
        assert_eq!(killed.failure().unwrap().status, Status::Signaled(9));
    }

    #[test]
    fn what_cannot_start_is_told_apart() {
        let missing = runner().run(&Cmd::new("no-such-program")).unwrap_err();
        assert!(
            matches!(missing, CommandError::NotFound { .. }),
            "{missing:?}"
        );
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("script");
        std::fs::write(&script, "#!/no/such/interpreter\n").unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let refused = runner().run(&Cmd::new(script)).unwrap_err();
        assert!(matches!(refused, CommandError::Spawn { .. }), "{refused:?}");
        let nowhere = runner()
            .run(&Cmd::new("true").current_dir("/no/such"))
            .unwrap_err();
        assert!(matches!(nowhere, CommandError::Spawn { .. }), "{nowhere:?}");
    }

    #[test]
    fn an_interrupt_ends_everything_that_was_started() {
        // The shell and its child ignore the polite signal, so the group has to be killed.
        let runner = runner();
        let interrupt = runner.interrupt().clone();
        let mut child = None;
        let started = Instant::now();
        let error = runner
            .run_lines(
                &sh("trap '' TERM; sleep 100 & echo $!; wait; sleep 100"),
                &mut |_, line| {
                    child = line.parse::<i32>().ok();
                    interrupt.trigger(2);
                },
            )
            .unwrap_err();
        assert!(
            matches!(error, CommandError::Interrupted { signal: 2, .. }),
            "{error:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(10));
        let child = rustix::process::Pid::from_raw(child.unwrap()).unwrap();
        for _ in 0..100 {
            if rustix::process::test_kill_process(child).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let state = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
        assert!(state.is_err() || state.unwrap().contains(") Z"));
        assert!(runner.run(&Cmd::new("true")).is_err());
    }

    #[test]
    fn daemons_do_not_hold_the_run() {
        let started = Instant::now();
        let output = runner().run(&sh("setsid sleep 3 & echo done")).unwrap();
        assert_eq!(output.stdout, b"done\n");
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}
