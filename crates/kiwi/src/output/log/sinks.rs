//! The faces that are made of lines: console, file, socket, JSON.

use std::fs::File;
use std::io::Write;
use std::os::unix::net::UnixStream;

use tracing::Level;

use super::line::{Clock, LineFormat};
use super::record::Record;

/// Shows records somewhere. Trouble with the place itself is not the build's: what cannot be written is dropped.
pub trait Sink: Send {
    /// Shows one record.
    fn show(&mut self, record: &Record);
}

/// Lines on the standard output, errors on the standard error.
#[derive(Debug)]
pub struct Console {
    format: LineFormat,
    errors_too: bool,
}

impl Console {
    /// Makes the usual console.
    pub fn new(color: bool) -> Self {
        Console {
            format: LineFormat::new(Clock::Local, color),
            errors_too: false,
        }
    }

    /// Sends errors to the standard output as well, as `--logfile stdout` wants it.
    pub fn everything_on_stdout(mut self) -> Self {
        self.errors_too = true;
        self
    }
}

impl Sink for Console {
    fn show(&mut self, record: &Record) {
        let Some(lines) = self.format.lines(record) else {
            return;
        };
        if record.level == Level::ERROR && !self.errors_too {
            let _ = std::io::stderr().lock().write_all(lines.as_bytes());
        } else {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
        }
    }
}

/// Lines in a log file.
#[derive(Debug)]
pub struct LogFile {
    format: LineFormat,
    file: File,
}

impl LogFile {
    /// Writes to an open file.
    pub fn new(file: File) -> Self {
        LogFile {
            format: LineFormat::new(Clock::Local, false),
            file,
        }
    }
}

impl Sink for LogFile {
    fn show(&mut self, record: &Record) {
        if let Some(lines) = self.format.lines(record) {
            let _ = self.file.write_all(lines.as_bytes());
        }
    }
}

/// Lines for whoever listens at a unix socket.
#[derive(Debug)]
pub struct Socket {
    format: LineFormat,
    stream: UnixStream,
}

impl Socket {
    /// Writes to a connected socket.
    pub fn new(stream: UnixStream) -> Self {
        Socket {
            format: LineFormat::new(Clock::Local, false),
            stream,
        }
    }
}

impl Sink for Socket {
    fn show(&mut self, record: &Record) {
        if let Some(lines) = self.format.lines(record) {
            let _ = self.stream.write_all(lines.as_bytes());
        }
    }
}

/// One JSON object per line on the standard output.
#[derive(Debug, Default)]
pub struct JsonLines;

impl Sink for JsonLines {
    fn show(&mut self, record: &Record) {
        let mut line = record.json();
        let now = jiff::Timestamp::now();
        line.insert("time".into(), format!("{now:.3}").into());
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{}", serde_json::Value::Object(line)).and_then(|()| out.flush());
    }
}
