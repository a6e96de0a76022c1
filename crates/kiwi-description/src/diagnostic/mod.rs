//! Problems as data: a stable code, a message, the place and the way out.
//!
//! Everything that can be wrong with a description, a command line or a host becomes a [`Diagnostic`]. The program renders
//! them for terminals; [`view`] has the JSON shape. All codes are listed in [`codes`], which `kiwi-ng explain` prints.

mod collection;
mod near_miss;

pub mod codes;
pub mod view;

use std::fmt;

use serde::Serialize;

use crate::span::Span;

pub use codes::Code;
pub use collection::Diagnostics;
pub use near_miss::{did_you_mean, near_miss};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing can be built.
    Error,
    /// It can be built, but probably not as meant.
    Warning,
    /// Good to know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// A place and what is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words shown at the place; may be empty.
    pub text: String,
}

/// One problem.
///
/// The place is either `primary`, a span of a source, or `place`, a name for things that are in no source, such as
/// `command line --type`. Both are absent for problems of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without full stop, with names in backticks.
    pub message: String,
    /// Name of the place when it is in no source.
    pub place: Option<String>,
    /// Where it is wrong.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub related: Vec<Label>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Starts a diagnostic of any severity.
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            place: None,
            primary: None,
            related: Vec::new(),
            help: None,
        }
    }

    /// Starts an error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Starts a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Starts a note.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Sets the place.
    pub fn at(self, span: Span) -> Self {
        self.at_with(span, "")
    }

    /// Sets the place and a few words shown at it.
    pub fn at_with(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Names a place that is in no source, such as `command line --type`.
    pub fn in_place(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Adds another place with its explanation.
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Sets the advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the advice when there is any.
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Tells whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    /// Writes severity, code and message, without the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity, self.code, self.message)
    }
}
