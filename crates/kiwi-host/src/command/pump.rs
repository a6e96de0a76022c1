//! Moves the output of a running program to where it belongs, until the program has ended.
//!
//! One thread, one `poll`: both streams, the status pipe, the end of the process and the interrupt.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::lines::LineSplitter;
use super::output::Tail;
use super::{Failure, OUTPUT_TARGET, Output, Status, Stream, Streams, mask};
use crate::signals::Interrupt;
use crate::spawn::Process;

/// After the program has ended, its pipes are read until nothing came for this long: a daemon it started may hold them open.
const DRAIN: Duration = Duration::from_millis(100);

/// How often a program is looked at on kernels older than 5.3, which cannot report its end.
const LOOK: Duration = Duration::from_millis(50);

/// What a finished run leaves behind.
pub(super) struct Pumped {
    pub(super) status: Status,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) last_lines: Vec<String>,
    /// The signal that made us end the program.
    pub(super) interrupted: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Line(Stream),
    Status,
}

struct Source {
    channel: Channel,
    file: File,
    splitter: LineSplitter,
}

/// The state of one run.
pub(super) struct Pump<'s, 'c> {
    streams: &'s mut Streams<'c>,
    label: String,
    sources: Vec<Source>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    tail: Tail,
}

enum Ending {
    No,
    Asked { kill_at: Instant, signal: i32 },
    Killed { signal: i32 },
}

impl<'s, 'c> Pump<'s, 'c> {
    pub(super) fn new(label: String, streams: &'s mut Streams<'c>) -> Self {
        Pump {
            streams,
            label,
            sources: Vec::new(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            tail: Tail::new(Failure::LAST_LINES),
        }
    }

    /// Adds one of the two output streams.
    pub(super) fn stream(&mut self, stream: Stream, pipe: OwnedFd) {
        self.add(Channel::Line(stream), pipe);
    }

    /// Adds the reading end of the status pipe.
    pub(super) fn status(&mut self, pipe: OwnedFd) {
        self.add(Channel::Status, pipe);
    }

    fn add(&mut self, channel: Channel, pipe: OwnedFd) {
        self.sources.push(Source {
            channel,
            file: File::from(pipe),
            splitter: LineSplitter::default(),
        });
    }

    /// Works until `child`, the leader of its own process group, has ended. On interrupt the group is asked to end and killed after `grace`.
    pub(super) fn run(
        mut self,
        child: &mut Process,
        interrupt: &Interrupt,
        grace: Duration,
    ) -> std::io::Result<Pumped> {
        let group = child.pid();
        let end = pidfd_open(group, PidfdFlags::empty()).ok();
        let mut ending = Ending::No;
        let mut ended = false;
        loop {
            let timeout = if ended {
                Some(DRAIN)
            } else {
                let left = match ending {
                    Ending::Asked { kill_at, .. } => {
                        Some(kill_at.saturating_duration_since(Instant::now()))
                    }
                    _ => None,
                };
                if end.is_some() {
                    left
                } else {
                    Some(left.unwrap_or(LOOK).min(LOOK))
                }
            };
            let ready = self.wait(end.as_ref().filter(|_| !ended), interrupt, &ending, timeout)?;
            let mut closed = 0;
            for index in &ready.sources {
                closed += usize::from(self.read(index - closed)?);
            }
            if ended && (self.sources.is_empty() || ready.sources.is_empty()) {
                break;
            }
            ended = ended || ready.ended || (end.is_none() && child.has_ended()?);
            if ended && self.sources.is_empty() {
                break;
            }
            ending = match ending {
                Ending::No => match interrupt.signal() {
                    Some(signal) if !ended => {
                        // The group may be gone already; then its end is about to be seen.
                        let _ = kill_process_group(group, Signal::TERM);
                        Ending::Asked {
                            kill_at: Instant::now() + grace,
                            signal,
                        }
                    }
                    _ => Ending::No,
                },
                Ending::Asked { kill_at, signal } if !ended && Instant::now() >= kill_at => {
                    let _ = kill_process_group(group, Signal::KILL);
                    Ending::Killed { signal }
                }
                other => other,
            };
        }
        let status = child.wait()?;
        for mut source in std::mem::take(&mut self.sources) {
            source
                .splitter
                .finish(&mut |line| self.line(source.channel, line));
        }
        Ok(Pumped {
            status,
            stdout: self.stdout,
            stderr: self.stderr,
            last_lines: self.tail.into_lines(),
            interrupted: match ending {
                Ending::No => None,
                Ending::Asked { signal, .. } | Ending::Killed { signal } => Some(signal),
            },
        })
    }

    fn wait(
        &self,
        end: Option<&OwnedFd>,
        interrupt: &Interrupt,
        ending: &Ending,
        timeout: Option<Duration>,
    ) -> std::io::Result<Ready> {
        let mut fds: Vec<PollFd<'_>> = self
            .sources
            .iter()
            .map(|source| PollFd::from_borrowed_fd(source.file.as_fd(), PollFlags::IN))
            .collect();
        if let Some(end) = end {
            fds.push(PollFd::new(end, PollFlags::IN));
        }
        if matches!(ending, Ending::No) {
            fds.push(PollFd::from_borrowed_fd(interrupt.wake_fd(), PollFlags::IN));
        }
        let timeout = timeout.map(|limit| Timespec {
            tv_sec: limit.as_secs().cast_signed(),
            tv_nsec: limit.subsec_nanos().into(),
        });
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Ready::default()),
            Err(error) => return Err(error.into()),
        }
        let is_ready = |index: usize| !fds[index].revents().is_empty();
        Ok(Ready {
            sources: (0..self.sources.len()).filter(|i| is_ready(*i)).collect(),
            ended: end.is_some() && is_ready(self.sources.len()),
        })
    }

    /// Reads what one source has; removes the source at its end and returns true then.
    fn read(&mut self, index: usize) -> std::io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = match self.sources[index].file.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(false),
            Err(error) => return Err(error),
        };
        let bytes = &buffer[..count];
        let mut source = self.sources.remove(index);
        let channel = source.channel;
        match channel {
            Channel::Line(Stream::Stdout) if self.streams.on_line.is_none() => {
                self.stdout.extend_from_slice(bytes);
            }
            Channel::Line(Stream::Stderr) => {
                self.stderr.extend_from_slice(bytes);
                let excess = self.stderr.len().saturating_sub(2 * Output::STDERR_LIMIT);
                if excess > 0 {
                    self.stderr.drain(..excess + Output::STDERR_LIMIT);
                }
            }
            _ => {}
        }
        if count == 0 {
            source.splitter.finish(&mut |line| self.line(channel, line));
        } else {
            source
                .splitter
                .feed(bytes, &mut |line| self.line(channel, line));
            self.sources.insert(index, source);
        }
        Ok(count == 0)
    }

    fn line(&mut self, channel: Channel, line: &str) {
        let Channel::Line(stream) = channel else {
            if let Some(on_status) = &mut self.streams.on_status {
                on_status(line);
            }
            return;
        };
        let shown = mask::url_credentials(line);
        self.tail.push(&shown);
        let captured = stream == Stream::Stdout && self.streams.on_line.is_none();
        let label = self.label.as_str();
        if captured {
            tracing::trace!(target: OUTPUT_TARGET, %stream, label, line = %shown);
        } else {
            tracing::debug!(target: OUTPUT_TARGET, %stream, label, line = %shown);
        }
        if let Some(on_line) = &mut self.streams.on_line {
            on_line(stream, line);
        }
    }
}

#[derive(Default)]
struct Ready {
    sources: Vec<usize>,
    ended: bool,
}
