//! The log of a build: `tracing` events on their way to terminal, console, file, socket or JSON (spec 02, section 3).
//!
//! Set up for commands that build, after the enclosure was entered, because the terminal face starts a thread. Every event
//! becomes a [`Record`], and every [`Sink`] whose level it reaches shows it.

pub mod line;
pub mod record;
pub mod sinks;
pub mod terminal;

use std::io::IsTerminal;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use kiwi_description::diagnostic::{Diagnostic, codes};
use kiwi_description::span::SourceMap;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use crate::cli::{GlobalOptions, LogFormat};
use crate::exit_code::Exit;
use crate::failure::{Failure, reason};
use record::Record;
use sinks::{Console, JsonLines, LogFile, Sink, Socket};
use terminal::Terminal;

/// Starts the log.
///
/// `default_file` is the log file when `--logfile` names none.
///
/// # Errors
/// The log file cannot be opened, or nobody listens at the socket.
pub fn start(options: &GlobalOptions, default_file: Option<&Path>) -> Result<(), Box<Failure>> {
    let log = Log {
        sinks: sinks(options, default_file)?,
    };
    // Fails only if a log was started before, which then goes on.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(log));
    Ok(())
}

/// Runs `work` while no progress is shown, because it needs the terminal.
pub fn hand_over_terminal<T>(work: impl FnOnce() -> T) -> T {
    tracing::info!(target: record::TERMINAL, ours = false);
    let value = work();
    tracing::info!(target: record::TERMINAL, ours = true);
    value
}

/// Tells whether there is a log.
pub fn is_started() -> bool {
    tracing::dispatcher::has_been_set()
}

type Entry = (LevelFilter, Mutex<Box<dyn Sink>>);

fn sinks(options: &GlobalOptions, default_file: Option<&Path>) -> Result<Vec<Entry>, Box<Failure>> {
    let mut all: Vec<Entry> = Vec::new();
    let mut add = |level, sink: Box<dyn Sink>| all.push((level, Mutex::new(sink)));
    let level = level(options);
    let stdout_only = options.logfile.as_deref() == Some(Path::new("stdout"));
    if options.log_format == Some(LogFormat::Json) {
        add(level, Box::new(JsonLines));
    } else if stdout_only {
        let console = Console::new(options.color_output).everything_on_stdout();
        add(level, Box::new(console));
    } else if at_terminal() {
        add(level, Box::new(Terminal::new(colored(options))));
    } else {
        add(level, Box::new(Console::new(options.color_output)));
    }
    let file = match &options.logfile {
        Some(_) if stdout_only => None,
        Some(file) => Some(file.clone()),
        None => default_file.map(PathBuf::from),
    };
    if let Some(file) = file {
        let everything = level.max(LevelFilter::DEBUG);
        add(everything, Box::new(LogFile::new(open_file(&file)?)));
    }
    if let Some(socket) = &options.logsocket {
        add(level, Box::new(Socket::new(connect(socket)?)));
    }
    Ok(all)
}

/// The levels of the reference are those of Python: 10 debug, 20 info, 30 warning, 40 error, 50 critical; 0 means not given.
fn level(options: &GlobalOptions) -> LevelFilter {
    match options.loglevel {
        None | Some(0) if options.debug => LevelFilter::DEBUG,
        None | Some(0 | 20..30) => LevelFilter::INFO,
        Some(..10) => LevelFilter::TRACE,
        Some(10..20) => LevelFilter::DEBUG,
        Some(30..40) => LevelFilter::WARN,
        Some(40..) => LevelFilter::ERROR,
    }
}

/// Tells whether a person is watching: progress needs a terminal on both outputs.
fn at_terminal() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    !dumb && std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

/// Tells whether messages on the standard error are coloured.
pub fn colored(options: &GlobalOptions) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    options.color_output || (!unwanted && std::io::stderr().is_terminal())
}

fn open_file(path: &Path) -> Result<std::fs::File, Box<Failure>> {
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(|error| {
            let problem = Diagnostic::error(
                codes::command_line::LOG_FILE,
                format!(
                    "log file `{}` cannot be opened: {}",
                    path.display(),
                    reason(&error)
                ),
            )
            .in_place("command line --logfile");
            Failure::usage(problem).into()
        })
}

fn connect(path: &Path) -> Result<UnixStream, Box<Failure>> {
    UnixStream::connect(path).map_err(|error| {
        let problem = Diagnostic::error(
            codes::command_line::LOG_SOCKET,
            format!("nobody listens at `{}`: {}", path.display(), reason(&error)),
        )
        .in_place("command line --logsocket");
        Failure::new(Exit::Invalid, problem, SourceMap::default()).into()
    })
}

struct Log {
    sinks: Vec<Entry>,
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Crates from elsewhere have nothing to say to our users.
        metadata.target().starts_with("kiwi")
            && self
                .sinks
                .iter()
                .any(|(level, _)| metadata.level() <= level)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.sinks.iter().map(|(level, _)| *level).max()
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let record = Record::new(event);
        for (level, sink) in &self.sinks {
            if record.level <= *level {
                // A sink that panicked once can still show the rest.
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                sink.show(&record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::record::Kind;
    use super::*;

    #[test]
    fn levels_are_those_of_the_reference() {
        for (loglevel, debug, expected) in [
            (None, false, LevelFilter::INFO),
            (None, true, LevelFilter::DEBUG),
            (Some(0), true, LevelFilter::DEBUG),
            (Some(0), false, LevelFilter::INFO),
            (Some(10), false, LevelFilter::DEBUG),
            (Some(30), true, LevelFilter::WARN),
            (Some(40), false, LevelFilter::ERROR),
            (Some(50), false, LevelFilter::ERROR),
            (Some(5), false, LevelFilter::TRACE),
        ] {
            let options = GlobalOptions {
                debug,
                loglevel,
                ..GlobalOptions::default()
            };
            assert_eq!(level(&options), expected, "{loglevel:?} {debug}");
        }
    }

    struct Collect(std::sync::mpsc::Sender<Record>);

    impl Sink for Collect {
        fn show(&mut self, record: &Record) {
            self.0.send(record.clone()).unwrap();
        }
    }

    fn collect(level: LevelFilter, work: impl FnOnce()) -> Vec<Record> {
        let (sender, receiver) = std::sync::mpsc::channel();
        let log = Log {
            sinks: vec![(level, Mutex::new(Box::new(Collect(sender))))],
        };
        tracing::subscriber::with_default(Registry::default().with(log), work);
        receiver.try_iter().collect()
    }

    #[test]
    fn events_become_records() {
        let records = collect(LevelFilter::DEBUG, || {
            kiwi_build::progress::phase("install packages", || ());
            let mut counter = kiwi_build::progress::Counter::new(
                "download",
                kiwi_build::progress::Unit::Bytes,
                10,
            );
            counter.set(10);
            tracing::debug!(target: kiwi_host::command::OUTPUT_TARGET, stream = "stdout", label = "system", line = "x");
            tracing::warn!(path = "/x", "left behind");
            tracing::trace!("not shown");
            tracing::error!(target: "other", "not ours");
        });
        let kinds: Vec<Kind> = records.into_iter().map(|record| record.kind).collect();
        assert!(matches!(&kinds[0], Kind::PhaseStart { phase } if phase == "install packages"));
        assert!(matches!(&kinds[1], Kind::PhaseEnd { phase, .. } if phase == "install packages"));
        assert_eq!(
            kinds[2..],
            [
                Kind::Progress {
                    phase: "download".into(),
                    done: 10,
                    total: 10,
                    unit: "bytes".into()
                },
                Kind::Output {
                    label: "system".into(),
                    stream: "stdout".into(),
                    line: "x".into()
                },
                Kind::Message {
                    text: "left behind path=/x".into()
                },
            ]
        );
    }

    #[test]
    fn json_names_the_event() {
        let records = collect(LevelFilter::INFO, || {
            tracing::info!(target: record::DIAGNOSTIC, view = r#"{"code":"K0201"}"#, plain = "p", styled = "s");
            tracing::info!("text");
        });
        let json: Vec<String> = records
            .iter()
            .map(|record| serde_json::Value::Object(record.json()).to_string())
            .collect();
        assert_eq!(
            json,
            [
                r#"{"code":"K0201","event":"diagnostic"}"#,
                r#"{"event":"message","level":"info","text":"text"}"#
            ]
        );
    }
}
