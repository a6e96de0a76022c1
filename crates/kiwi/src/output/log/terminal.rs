//! The face for people at a terminal: one moving line for what is going on, one line for each phase that is over.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::Level;

use super::record::{Kind, Record};
use super::sinks::Sink;
use crate::output::amounts;

/// Width that names of phases are padded to, so that times stand below each other.
const NAME_WIDTH: usize = 44;

/// Phases that end sooner are not worth a line.
const NOTEWORTHY_MS: u64 = 50;

/// The terminal face.
#[derive(Debug)]
pub struct Terminal {
    bar: ProgressBar,
    phases: Vec<String>,
    color: bool,
}

impl Terminal {
    /// Draws on the standard error, which must be a terminal.
    pub fn new(color: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Terminal {
            bar,
            phases: Vec::new(),
            color,
        }
    }

    fn start(&mut self, phase: &str) {
        self.phases.push(phase.to_owned());
        self.show_phase();
    }

    fn end(&mut self, phase: &str, elapsed_ms: u64) {
        if let Some(index) = self.phases.iter().rposition(|known| known == phase) {
            self.phases.remove(index);
        }
        if elapsed_ms < NOTEWORTHY_MS {
            self.show_phase();
            return;
        }
        let indent = "  ".repeat(self.phases.len());
        let span = amounts::duration(Duration::from_millis(elapsed_ms));
        let width = NAME_WIDTH.saturating_sub(indent.len());
        let mark = self.paint("32", "✓");
        self.print(&format!("{indent}{mark} {phase:<width$} {span:>12}"));
        self.show_phase();
    }

    /// Shows the innermost phase with a spinner and its time.
    fn show_phase(&mut self) {
        let Some(phase) = self.phases.last() else {
            self.bar.finish_and_clear();
            return;
        };
        self.bar.reset();
        self.bar.set_length(0);
        self.bar.set_style(style("{spinner:.cyan} {msg} {elapsed}"));
        self.bar.set_message(phase.clone());
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    fn progress(&mut self, phase: &str, done: u64, total: u64, unit: &str) {
        if self.phases.is_empty() {
            return;
        }
        if self.bar.length() != Some(total) || self.bar.message() != phase {
            self.bar.set_style(style(
                "{spinner:.cyan} {msg} [{bar:25.cyan/blue}] {prefix} {elapsed}",
            ));
            self.bar.set_length(total);
            self.bar.set_message(phase.to_owned());
        }
        self.bar.set_position(done);
        self.bar.set_prefix(amounts::progress(done, total, unit));
    }

    fn print(&self, text: &str) {
        if self.phases.is_empty() {
            // It stands for nothing any more, and would stay above the text.
            self.bar.finish_and_clear();
            eprint_line(text);
        } else {
            self.bar.suspend(|| eprint_line(text));
        }
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{color}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

impl Sink for Terminal {
    fn show(&mut self, record: &Record) {
        match &record.kind {
            Kind::PhaseStart { phase } => self.start(phase),
            Kind::PhaseEnd { phase, elapsed_ms } => self.end(phase, *elapsed_ms),
            Kind::Progress {
                phase,
                done,
                total,
                unit,
            } => self.progress(phase, *done, *total, unit),
            Kind::Diagnostic { plain, styled, .. } => {
                self.print(if self.color { styled } else { plain });
            }
            Kind::Result { text, .. } => {
                self.bar.finish_and_clear();
                eprint_line(text);
            }
            Kind::Terminal { ours: true } => self.show_phase(),
            Kind::Terminal { ours: false } => {
                self.bar.disable_steady_tick();
                self.bar.finish_and_clear();
            }
            Kind::Command { text, .. } => self.print(&self.paint("2;37", text)),
            Kind::Output { .. } => {
                if let Some(text) = record.text() {
                    self.print(&self.paint("2;37", &text));
                }
            }
            Kind::Message { text } => self.print(&match record.level {
                Level::ERROR => format!("{} {text}", self.paint("1;31", "error:")),
                Level::WARN => format!("{} {text}", self.paint("1;33", "warning:")),
                Level::INFO => text.clone(),
                Level::DEBUG | Level::TRACE => self.paint("2;37", text),
            }),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are valid")
}

fn eprint_line(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
