//! Log lines in the reference's format: `[ INFO    ]: 12:34:56 | text` (spec 02, section 3).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tracing::Level;

use super::record::{Kind, Record, level_name};
use crate::output::amounts;

/// Shortest time between two lines about the progress of one phase.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// Phases that end sooner need no line about their end.
const NOTEWORTHY_MS: u64 = 500;

/// Turns records into lines.
#[derive(Debug)]
pub struct LineFormat {
    clock: Clock,
    color: bool,
    last_progress: BTreeMap<String, Instant>,
}

/// Where the time of lines comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The local time.
    Local,
    /// Always the same, for tests.
    #[cfg(test)]
    Fixed,
}

impl Clock {
    fn now(self) -> String {
        match self {
            Clock::Local => {
                let now = jiff::Zoned::now();
                format!("{:02}:{:02}:{:02}", now.hour(), now.minute(), now.second())
            }
            #[cfg(test)]
            Clock::Fixed => "12:34:56".into(),
        }
    }
}

impl LineFormat {
    /// Makes a format with or without ANSI colours.
    pub fn new(clock: Clock, color: bool) -> Self {
        LineFormat {
            clock,
            color,
            last_progress: BTreeMap::new(),
        }
    }

    /// Returns the lines of a record, each with its end; `None` if it is not worth one.
    pub fn lines(&mut self, record: &Record) -> Option<String> {
        let text = match &record.kind {
            Kind::Progress {
                phase,
                done,
                total,
                unit,
            } => {
                if !self.is_due(phase) {
                    return None;
                }
                format!("{phase}: {}", amounts::progress(*done, *total, unit))
            }
            Kind::PhaseEnd { phase, elapsed_ms } => {
                self.last_progress.remove(phase);
                if *elapsed_ms < NOTEWORTHY_MS {
                    return None;
                }
                record.text()?
            }
            _ => record.text()?,
        };
        let level = level_name(record.level);
        let head = format!("[ {level:<8}]: {} | ", self.clock.now());
        let line = match &record.kind {
            Kind::Result { list, .. } => {
                let lines: Vec<String> = list
                    .lines()
                    .chain(text.lines())
                    .map(|line| format!("{head}{line}"))
                    .collect();
                lines.join("\n")
            }
            _ => format!("{head}{text}"),
        };
        Some(match self.color.then(|| color(record.level)).flatten() {
            Some(color) => format!("{color}{line}\u{1b}[0m\n"),
            None => format!("{line}\n"),
        })
    }

    /// Says whether a progress line is due. The first call starts the interval: short phases need no such lines, and the end of a
    /// phase has a line of its own.
    fn is_due(&mut self, phase: &str) -> bool {
        let now = Instant::now();
        match self.last_progress.get_mut(phase) {
            None => {
                self.last_progress.insert(phase.to_owned(), now);
                false
            }
            Some(last) if now.duration_since(*last) >= PROGRESS_INTERVAL => {
                *last = now;
                true
            }
            Some(_) => false,
        }
    }
}

/// The colours of the reference: warnings yellow, errors red, debug light grey.
fn color(level: Level) -> Option<&'static str> {
    match level {
        Level::ERROR => Some("\u{1b}[3;31m"),
        Level::WARN => Some("\u{1b}[3;33m"),
        Level::INFO => None,
        Level::DEBUG | Level::TRACE => Some("\u{1b}[2;37m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(level: Level, text: &str) -> Record {
        Record {
            level,
            kind: Kind::Message { text: text.into() },
        }
    }

    #[test]
    fn format_of_the_reference() {
        let mut plain = LineFormat::new(Clock::Fixed, false);
        for (level, line) in [
            (Level::INFO, "[ INFO    ]: 12:34:56 | text\n"),
            (Level::WARN, "[ WARNING ]: 12:34:56 | text\n"),
            (Level::ERROR, "[ ERROR   ]: 12:34:56 | text\n"),
            (Level::DEBUG, "[ DEBUG   ]: 12:34:56 | text\n"),
            (Level::TRACE, "[ DEBUG   ]: 12:34:56 | text\n"),
        ] {
            assert_eq!(plain.lines(&message(level, "text")).unwrap(), line);
        }
        let mut colored = LineFormat::new(Clock::Fixed, true);
        assert_eq!(
            colored.lines(&message(Level::WARN, "text")).unwrap(),
            "\u{1b}[3;33m[ WARNING ]: 12:34:56 | text\u{1b}[0m\n"
        );
    }

    #[test]
    fn progress_is_rare() {
        let mut format = LineFormat::new(Clock::Fixed, false);
        let record = Record {
            level: Level::INFO,
            kind: Kind::Progress {
                phase: "download".into(),
                done: 2,
                total: 5,
                unit: "packages".into(),
            },
        };
        assert_eq!(format.lines(&record), None);
        assert_eq!(format.lines(&record), None);
        let long_ago = Instant::now().checked_sub(PROGRESS_INTERVAL).unwrap();
        format.last_progress.insert("download".into(), long_ago);
        assert_eq!(
            format.lines(&record).unwrap(),
            "[ INFO    ]: 12:34:56 | download: 2 of 5 packages\n"
        );
        assert_eq!(format.lines(&record), None);
    }

    #[test]
    fn output_of_programs_keeps_its_label() {
        let mut format = LineFormat::new(Clock::Fixed, false);
        let record = Record {
            level: Level::DEBUG,
            kind: Kind::Output {
                label: "bootstrap".into(),
                stream: "stdout".into(),
                line: "Unpacking x".into(),
            },
        };
        assert_eq!(
            format.lines(&record).unwrap(),
            "[ DEBUG   ]: 12:34:56 | bootstrap: Unpacking x\n"
        );
    }
}
