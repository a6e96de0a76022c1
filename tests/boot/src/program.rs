//! Running `kiwi-ng`, and what it says.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal};
use serde_json::Value;

use crate::identity::Identity;
use crate::say;

/// After so long a build counts as hung.
const PATIENCE: Duration = Duration::from_secs(1200);

/// The moment all builds of the tests pretend to happen in: 2025-01-01.
pub const EPOCH: &str = "1735689600";

/// One call of `kiwi-ng`, not started yet.
#[derive(Debug, Clone)]
pub struct Kiwi {
    identity: Identity,
    program: PathBuf,
    before: Vec<OsString>,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Kiwi {
    /// A call of `program` by `identity`, with `SOURCE_DATE_EPOCH` set.
    pub fn new(identity: &Identity, program: impl Into<PathBuf>) -> Self {
        Self {
            identity: identity.clone(),
            program: program.into(),
            before: Vec::new(),
            arguments: Vec::new(),
            environment: vec![("SOURCE_DATE_EPOCH".into(), EPOCH.into())],
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        self.arguments
            .extend(arguments.into_iter().map(|it| it.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Runs it by another program, which gets the call as its last arguments.
    #[must_use]
    pub fn by<I>(mut self, program: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        self.before = program
            .into_iter()
            .map(|it| it.as_ref().to_owned())
            .collect();
        self
    }

    /// Starts it, as leader of a process group of its own.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self) -> Result<Running> {
        let mut words = self.before.clone();
        words.push(self.program.clone().into());
        words.extend(self.arguments.iter().cloned());
        let mut command: Command = self.identity.command(&words[0]);
        let started = Instant::now();
        let mut child = command
            .args(&words[1..])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("cannot start `setpriv`")?;
        let (sender, lines) = channel();
        let stdout = child.stdout.take().context("no standard output")?;
        let out = thread::spawn(move || {
            let mut text = String::new();
            let mut reader = BufReader::new(stdout);
            let mut line = Vec::new();
            while reader
                .read_until(b'\n', &mut line)
                .is_ok_and(|count| count > 0)
            {
                let piece = String::from_utf8_lossy(&line).into_owned();
                text.push_str(&piece);
                // Nobody may be waiting for lines.
                let _ = sender.send(piece);
                line.clear();
            }
            text
        });
        let mut stderr = child.stderr.take().context("no standard error")?;
        let err = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Ok(Running {
            title: self.title(),
            child,
            started,
            lines,
            readers: Some((out, err)),
        })
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// It cannot be started, or does not end.
    pub fn run(&self) -> Result<Run> {
        let run = self.start()?.wait()?;
        say!(
            "{:6.1} s  {run_title}",
            run.elapsed.as_secs_f64(),
            run_title = run.title
        );
        Ok(run)
    }

    /// Runs it to its end, which has to be a good one.
    ///
    /// # Errors
    /// Also if its exit code is not 0.
    pub fn succeed(&self) -> Result<Run> {
        self.run()?.expect_code(0)
    }

    fn title(&self) -> String {
        let words: Vec<_> = self
            .arguments
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        format!("[{}] kiwi-ng {}", self.identity, words.join(" "))
    }
}

/// A call of `kiwi-ng` that has been started.
#[derive(Debug)]
pub struct Running {
    title: String,
    child: Child,
    started: Instant,
    lines: Receiver<String>,
    readers: Option<(JoinHandle<String>, JoinHandle<String>)>,
}

impl Running {
    /// Its process, which is the leader of its group.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until a line of its standard output contains `text`; returns how long that took from the start.
    ///
    /// # Errors
    /// It ends before, or there is no such line in time.
    pub fn wait_for_line(&mut self, text: &str) -> Result<Duration> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return Ok(self.started.elapsed()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => bail!("no line with `{text}` in {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => bail!("it ended without saying `{text}`"),
            }
        }
    }

    /// Waits until `moment` after its start. False if it has ended before.
    ///
    /// # Errors
    /// The operating system refuses to say.
    pub fn wait_until(&mut self, moment: Duration) -> Result<bool> {
        while self.started.elapsed() < moment {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(self.child.try_wait()?.is_none())
    }

    /// Sends a signal to the process alone.
    ///
    /// # Errors
    /// It is not there any more.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(rustix::process::kill_process(self.pid(), signal)?)
    }

    /// Sends a signal to its process group, as a terminal does.
    ///
    /// # Errors
    /// It is not there any more.
    pub fn signal_group(&self, signal: Signal) -> Result<()> {
        Ok(rustix::process::kill_process_group(self.pid(), signal)?)
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It does not end; it is killed then.
    pub fn wait(mut self) -> Result<Run> {
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            if self.started.elapsed() > PATIENCE {
                self.child.kill()?;
                self.child.wait()?;
                bail!("`{}` is still running after {PATIENCE:?}", self.title);
            }
            thread::sleep(Duration::from_millis(2));
        };
        let elapsed = self.started.elapsed();
        let (out, err) = self.readers.take().context("already waited for")?;
        let text = |reader: JoinHandle<String>| reader.join().unwrap_or_default();
        Ok(Run {
            title: self.title,
            status,
            stdout: text(out),
            stderr: text(err),
            elapsed,
        })
    }
}

/// A call of `kiwi-ng` that has ended.
#[derive(Debug, Clone)]
pub struct Run {
    title: String,
    status: ExitStatus,
    /// All of its standard output.
    pub stdout: String,
    /// All of its standard error.
    pub stderr: String,
    /// How long it took.
    pub elapsed: Duration,
}

impl Run {
    /// Its exit code; nothing if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The signal that ended it.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// Demands an exit code.
    ///
    /// # Errors
    /// It has another one; the message shows the last lines of what it said.
    pub fn expect_code(self, code: i32) -> Result<Self> {
        ensure!(
            self.code() == Some(code),
            "`{}` ended with {}, not with exit code {code}\n{}",
            self.title,
            self.status,
            self.tail()
        );
        Ok(self)
    }

    /// The errors among the diagnostics, of a call with `--log-format json`.
    pub fn errors(&self) -> Vec<Value> {
        self.events()
            .into_iter()
            .filter(|event| event["event"] == "diagnostic" && event["severity"] == "error")
            .collect()
    }

    /// The JSON lines of both outputs, of a call with `--log-format json`.
    pub fn events(&self) -> Vec<Value> {
        let lines = self.stdout.lines().chain(self.stderr.lines());
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The last lines of both outputs.
    pub fn tail(&self) -> String {
        let last = |text: &str| {
            let lines: Vec<_> = text.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        };
        format!(
            "--- standard output\n{}\n--- standard error\n{}",
            last(&self.stdout),
            last(&self.stderr)
        )
    }
}
