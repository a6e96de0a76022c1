//! What one event says, whichever face shows it.

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use crate::output::amounts;

/// Target of events that carry a diagnostic; fields `view` (JSON), `plain`, `styled`.
pub const DIAGNOSTIC: &str = "kiwi::diagnostic";
/// Target of the event that says what was made; fields `view` (JSON), `list` and the message, which is a table.
pub const RESULT: &str = "kiwi::result";

/// Target of the events around an interactive command; field `ours`.
pub const TERMINAL: &str = "kiwi::terminal";

/// An event in a form that every face can show.
#[derive(Clone, Debug)]
pub struct Record {
    /// How important it is.
    pub level: Level,
    /// What it is about.
    pub kind: Kind,
}

/// Kinds of events.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A phase begins.
    PhaseStart {
        /// Its name.
        phase: String,
    },
    /// A phase is over.
    PhaseEnd {
        /// Its name.
        phase: String,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// How far a phase is.
    Progress {
        /// Its name.
        phase: String,
        /// What is done.
        done: u64,
        /// What there is to do.
        total: u64,
        /// What is counted: `packages`, `bytes`.
        unit: String,
    },
    /// A command begins or ends.
    Command {
        /// The line for text faces.
        text: String,
        /// Program and duration at its end.
        fields: Map<String, Value>,
    },
    /// A program wrote a line.
    Output {
        /// What the program does, as `bootstrap`; may be empty.
        label: String,
        /// `stdout` or `stderr`.
        stream: String,
        /// The line.
        line: String,
    },
    /// A diagnostic.
    Diagnostic {
        /// As JSON.
        view: Value,
        /// As text.
        plain: String,
        /// As text with colours.
        styled: String,
    },
    /// What was made.
    Result {
        /// As JSON.
        view: Value,
        /// The list that scripts look for.
        list: String,
        /// As a table.
        text: String,
    },
    /// Progress may be shown, or not because an interactive command has the terminal.
    Terminal {
        /// It may be shown.
        ours: bool,
    },
    /// Anything else.
    Message {
        /// The text.
        text: String,
    },
}

impl Record {
    /// Reads an event.
    pub fn new(event: &Event<'_>) -> Self {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        Record {
            level: *metadata.level(),
            kind: fields.into_kind(metadata.target()),
        }
    }

    /// Returns the text for faces made of lines; progress is shown by its own rules.
    pub fn text(&self) -> Option<String> {
        Some(match &self.kind {
            Kind::PhaseStart { phase } => phase.clone(),
            Kind::PhaseEnd { phase, elapsed_ms } => {
                let span = std::time::Duration::from_millis(*elapsed_ms);
                format!("{phase}: {}", amounts::duration(span))
            }
            Kind::Progress { .. } | Kind::Terminal { .. } => return None,
            Kind::Output { label, line, .. } if label.is_empty() => line.clone(),
            Kind::Output { label, line, .. } => format!("{label}: {line}"),
            Kind::Diagnostic { plain, .. } => plain.clone(),
            Kind::Command { text, .. } | Kind::Result { text, .. } | Kind::Message { text } => {
                text.clone()
            }
        })
    }

    /// Returns the event as one JSON object, without time.
    pub fn json(&self) -> Map<String, Value> {
        let mut all = Map::new();
        let mut put = |name: &str, value: Value| all.insert(name.to_owned(), value);
        match &self.kind {
            Kind::PhaseStart { phase } => {
                put("event", "phase_start".into());
                put("phase", phase.as_str().into());
            }
            Kind::PhaseEnd { phase, elapsed_ms } => {
                put("event", "phase_end".into());
                put("phase", phase.as_str().into());
                put("elapsed_ms", (*elapsed_ms).into());
            }
            Kind::Progress {
                phase,
                done,
                total,
                unit,
            } => {
                put("event", "progress".into());
                put("phase", phase.as_str().into());
                put("done", (*done).into());
                put("total", (*total).into());
                put("unit", unit.as_str().into());
            }
            Kind::Command { text, fields } => {
                let end = fields.contains_key("duration_ms");
                put("event", if end { "exec_end" } else { "exec" }.into());
                put("text", text.as_str().into());
                for (name, value) in fields {
                    put(name, value.clone());
                }
            }
            Kind::Output {
                label,
                stream,
                line,
            } => {
                put("event", "output".into());
                put("label", label.as_str().into());
                put("stream", stream.as_str().into());
                put("line", line.as_str().into());
            }
            Kind::Diagnostic { view, .. } => {
                put("event", "diagnostic".into());
                for (name, value) in view.as_object().into_iter().flatten() {
                    put(name, value.clone());
                }
            }
            Kind::Result { view, .. } => {
                put("event", "result".into());
                for (name, value) in view.as_object().into_iter().flatten() {
                    put(name, value.clone());
                }
            }
            Kind::Terminal { ours } => {
                put("event", "terminal".into());
                put("ours", (*ours).into());
            }
            Kind::Message { text } => {
                put("event", "message".into());
                put("level", level_name(self.level).to_lowercase().into());
                put("text", text.as_str().into());
            }
        }
        all
    }
}

/// Returns the name of a level as log lines write it.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

/// The fields of an event.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    all: Map<String, Value>,
}

impl Fields {
    fn text(&mut self, name: &str) -> String {
        match self.all.remove(name) {
            Some(Value::String(text)) => text,
            _ => String::new(),
        }
    }

    fn number(&mut self, name: &str) -> u64 {
        self.all
            .remove(name)
            .and_then(|value| value.as_u64())
            .unwrap_or_default()
    }

    fn view(&mut self) -> Value {
        serde_json::from_str(&self.text("view")).unwrap_or(Value::Null)
    }

    fn into_kind(mut self, target: &str) -> Kind {
        match target {
            kiwi_build::progress::PHASE => {
                let phase = self.text("phase");
                if self.text("event") == "end" {
                    let elapsed_ms = self.number("elapsed_ms");
                    Kind::PhaseEnd { phase, elapsed_ms }
                } else {
                    Kind::PhaseStart { phase }
                }
            }
            kiwi_build::progress::PROGRESS => Kind::Progress {
                phase: self.text("phase"),
                done: self.number("done"),
                total: self.number("total"),
                unit: self.text("unit"),
            },
            kiwi_host::command::COMMAND_TARGET => Kind::Command {
                text: self.message,
                fields: self.all,
            },
            kiwi_host::command::OUTPUT_TARGET => Kind::Output {
                label: self.text("label"),
                stream: self.text("stream"),
                line: self.text("line"),
            },
            DIAGNOSTIC => Kind::Diagnostic {
                view: self.view(),
                plain: self.text("plain"),
                styled: self.text("styled"),
            },
            TERMINAL => Kind::Terminal {
                ours: self.all.get("ours").is_some_and(|ours| *ours == true),
            },
            RESULT => Kind::Result {
                view: self.view(),
                list: self.text("list"),
                text: self.message,
            },
            _ => Kind::Message {
                text: self.into_message(),
            },
        }
    }

    /// Appends the fields of an ordinary event to its text.
    fn into_message(self) -> String {
        let mut text = self.message;
        for (name, value) in self.all {
            let shown = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            text.push_str(&format!(" {name}={shown}"));
        }
        text.trim_start().to_owned()
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.all.insert(field.name().to_owned(), value.into());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.all.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.all.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.all.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.all.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
