//! One program, run and timed.
#![allow(
    clippy::disallowed_types,
    reason = "a measurement must not go through the runner that is part of what it measures"
)]

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use fs_err as fs;

/// Length of a tick in `/proc/PID/stat`: 1/100 s on every Linux that user space sees.
const TICK: Duration = Duration::from_millis(10);
/// Lines of a log that are shown when its program did not succeed.
const LAST_LINES: usize = 15;

/// How long one run took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// From start to end.
    pub(super) wall: Duration,
    /// Spent on processors by the program and everything it waited for, in steps of [`TICK`].
    pub(super) processor: Duration,
}

impl std::ops::Add for Sample {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            processor: self.processor + other.processor,
        }
    }
}

/// A program with its arguments.
#[derive(Debug, Clone)]
pub(super) struct Process {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, OsString)>,
}

impl Process {
    /// A call of `program`, without arguments so far.
    pub(super) fn new(program: impl AsRef<Path>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Adds arguments.
    pub(super) fn args<I: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = I>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    pub(super) fn env(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name, value.as_ref().to_owned()));
        self
    }

    /// Runs the program with its output in `log` and times it.
    pub(super) fn time(&self, log: &Path) -> Result<Sample> {
        let file = fs::File::create(log)?.into_parts().0;
        let errors = file.try_clone()?;
        let mut command = self.command();
        command.stdout(file).stderr(errors);
        let (sample, success) = timed(&mut command).with_context(|| self.shown())?;
        if !success {
            bail!(
                "{}\nended without success; the end of `{}`:\n{}",
                self.shown(),
                log.display(),
                end_of(log)?
            );
        }
        Ok(sample)
    }

    /// Runs the program with its output thrown away and times it; for programs that take milliseconds.
    pub(super) fn time_quiet(&self) -> Result<Sample> {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sample, success) = timed(&mut command).with_context(|| self.shown())?;
        if !success {
            bail!("{}\nended without success", self.shown());
        }
        Ok(sample)
    }

    /// Runs the program for its time alone, whatever it thinks of its input.
    pub(super) fn time_regardless(&self) -> Result<Sample> {
        let mut command = self.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let (sample, _) = timed(&mut command).with_context(|| self.shown())?;
        Ok(sample)
    }

    /// Runs the program and returns its standard output.
    pub(super) fn read(&self) -> Result<String> {
        let output = self
            .command()
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| self.shown())?;
        if !output.status.success() {
            bail!("{}\nended without success: {}", self.shown(), output.status);
        }
        String::from_utf8(output.stdout).with_context(|| self.shown())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env("LC_ALL", "C.UTF-8")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    fn shown(&self) -> String {
        let mut words = vec![self.program.display().to_string()];
        words.extend(self.arguments.iter().map(|a| a.display().to_string()));
        format!("`{}`", words.join(" "))
    }
}

fn timed(command: &mut Command) -> Result<(Sample, bool)> {
    let before = processor_of_children()?;
    let start = Instant::now();
    let success = command.status()?.success();
    let wall = start.elapsed();
    let processor = processor_of_children()?.saturating_sub(before);
    Ok((Sample { wall, processor }, success))
}

/// Processor time of all children that were waited for (proc_pid_stat(5), fields 16 and 17).
fn processor_of_children() -> Result<Duration> {
    let text = fs::read_to_string("/proc/self/stat")?;
    ticks_of_children(&text)
        .map(|ticks| TICK * ticks)
        .context("`/proc/self/stat` is not as proc_pid_stat(5) says")
}

fn ticks_of_children(stat: &str) -> Option<u32> {
    // The second field is the program's name in parentheses, which may contain anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let user: u32 = fields.get(13)?.parse().ok()?;
    let system: u32 = fields.get(14)?.parse().ok()?;
    Some(user + system)
}

fn end_of(log: &Path) -> Result<String> {
    let bytes = fs::read(log)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(LAST_LINES)..].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ticks_behind_any_name() {
        let stat = "7 (a) b ( c) S 1 7 7 0 -1 4194304 100 200 0 0 1 2 30 4 20 0 1 0 5 6 7";
        assert_eq!(ticks_of_children(stat), Some(34));
        assert_eq!(ticks_of_children("7 (a) S 1"), None);
    }

    #[test]
    fn says_what_did_not_succeed() {
        let directory = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let log = directory.join("log");
        let error = Process::new("sh")
            .args(["-c", "echo the reason; exit 3"])
            .time(&log)
            .unwrap_err()
            .to_string();
        fs::remove_dir_all(&directory).unwrap();
        assert!(error.contains("the reason"), "{error}");
    }
}
