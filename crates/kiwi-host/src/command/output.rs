//! What a program left behind.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It returned this exit code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

impl Status {
    /// Returns the exit code in the convention of shells: 128 plus the number of the signal.
    pub fn code(self) -> i32 {
        match self {
            Status::Exited(code) => code,
            Status::Signaled(signal) => 128 + signal,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Exited(code) => write!(f, "ended with exit code {code}"),
            Status::Signaled(signal) => {
                let name = crate::signals::name(*signal);
                write!(f, "was ended by signal {signal} ({name})")
            }
        }
    }
}

/// The result of a run that counts as success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub status: Status,
    /// Everything written to standard output, unless a callback or a file took it.
    pub stdout: Vec<u8>,
    /// The last part of standard error, at most [`Output::STDERR_LIMIT`] bytes.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub duration: Duration,
}

impl Output {
    /// How much of standard error is kept, in bytes.
    pub const STDERR_LIMIT: usize = 64 * 1024;

    /// Returns standard output as text, with invalid UTF-8 replaced.
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Returns the kept part of standard error as text, with invalid UTF-8 replaced.
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

/// Keeps the last lines of what goes by.
#[derive(Debug)]
pub(super) struct Tail {
    lines: VecDeque<String>,
    limit: usize,
}

impl Tail {
    pub(super) fn new(limit: usize) -> Self {
        Tail {
            lines: VecDeque::with_capacity(limit),
            limit,
        }
    }

    pub(super) fn push(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        if self.lines.len() == self.limit {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_keeps_the_end() {
        let mut tail = Tail::new(2);
        for line in ["a", "", "b", "  ", "c"] {
            tail.push(line);
        }
        assert_eq!(tail.into_lines(), ["b", "c"]);
    }

    #[test]
    fn status_reads_well() {
        assert_eq!(Status::Exited(3).to_string(), "ended with exit code 3");
        assert_eq!(
            Status::Signaled(15).to_string(),
            "was ended by signal 15 (SIGTERM)"
        );
        assert_eq!(Status::Signaled(9).code(), 137);
    }
}
