//! Diagnostics for people: the message, the place in the source, the way out.

use std::io::IsTerminal;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use kiwi_description::diagnostic::{Diagnostic, Label, Severity};
use kiwi_description::span::{SourceId, SourceMap};
use kiwi_host::command::mask;

use super::secrets;
use crate::cli::GlobalOptions;

/// How diagnostics look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Width in columns.
    pub width: usize,
}

impl Style {
    /// The style of log files and pipes.
    pub const PLAIN: Style = Style {
        color: false,
        width: 120,
    };

    /// The style of the standard error.
    pub fn of_stderr(globals: &GlobalOptions) -> Self {
        let color = super::log::colored(globals);
        let width = terminal_width(std::io::stderr()).unwrap_or(Style::PLAIN.width);
        Style { color, width }
    }

    /// The style of the standard output.
    pub fn of_stdout(globals: &GlobalOptions) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let terminal = std::io::stdout().is_terminal();
        Style {
            color: globals.color_output || (terminal && !unwanted),
            width: terminal_width(std::io::stdout()).unwrap_or(Style::PLAIN.width),
        }
    }

    fn renderer(self) -> Renderer {
        let renderer = if self.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer
            .term_width(self.width)
            .decor_style(DecorStyle::Ascii)
    }
}

fn terminal_width(output: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(output).ok()?;
    (size.ws_col > 0).then_some(size.ws_col.into())
}

/// Renders one diagnostic; the text does not end in a line end.
///
/// `last_lines` is what a failed program wrote, oldest first.
pub fn render(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    last_lines: &[String],
    style: Style,
) -> String {
    let mut notes = Vec::new();
    if !last_lines.is_empty() {
        notes.push(format!("its last lines were\n{}", last_lines.join("\n")));
    }
    render_with_notes(diagnostic, sources, &notes, style)
}

/// Renders one diagnostic with notes behind its places.
pub fn render_with_notes(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    notes: &[String],
    style: Style,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(mask::url_credentials(&diagnostic.message))
        .id(diagnostic.code.to_string());
    let mut group = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        group = group.element(Origin::path(place.as_str()));
    }
    for snippet in snippets(diagnostic, sources) {
        group = group.element(snippet);
    }
    for note in notes {
        group = group.element(Level::NOTE.message(mask::url_credentials(note).into_owned()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(mask::url_credentials(help)));
    }
    style.renderer().render(&[group])
}

/// One snippet per source, the one of the primary place first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let labels = || {
        let related = diagnostic.related.iter();
        diagnostic.primary.iter().chain(related)
    };
    let mut order: Vec<SourceId> = Vec::new();
    for label in labels() {
        if !order.contains(&label.span.source) {
            order.push(label.span.source);
        }
    }
    order
        .into_iter()
        .map(|source| {
            let file = sources.file(source);
            let here = labels().filter(|label| label.span.source == source);
            Snippet::source(secrets::hide(file.text()))
                .path(file.path().to_string_lossy())
                .annotations(here.map(|label| annotation(diagnostic, label)))
        })
        .collect()
}

fn annotation<'a>(diagnostic: &Diagnostic, label: &'a Label) -> annotate_snippets::Annotation<'a> {
    let primary = diagnostic
        .primary
        .as_ref()
        .is_some_and(|primary| std::ptr::eq(primary, label));
    let kind = if primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let text = (!label.text.is_empty()).then_some(label.text.as_str());
    kind.span(label.span.range()).label(text)
}

#[cfg(test)]
#[allow(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes them when it updates a snapshot"
)]
mod tests {
    use super::*;
    use kiwi_description::diagnostic::codes;
    use kiwi_description::span::Span;

    fn sources() -> (SourceMap, Span, Span) {
        let mut sources = SourceMap::default();
        let text =
            "<image>\n  <preferences>\n    <typ image=\"oem\"/>\n  </preferences>\n</image>\n";
        let id = sources.add("d/config.xml", text);
        let at = text.find("typ").expect("the text has it");
        let other = sources.add_whole("d/more.xml", "<image/>");
        (sources, Span::new(id, at..at + 3), other)
    }

    #[test]
    fn shows_place_and_help() {
        let (sources, span, other) = sources();
        let diagnostic = Diagnostic::error(codes::schema::UNKNOWN_ELEMENT, "unknown element `typ`")
            .at_with(span, "not known here")
            .related(other, "see also")
            .help("did you mean `type`?");
        snapbox::assert_data_eq!(
            render(&diagnostic, &sources, &[], Style::PLAIN),
            snapbox::str![[r#"
error[K0201]: unknown element `typ`
 --> d/config.xml:3:6
  |
3 |     <typ image="oem"/>
  |      ^^^ not known here
  |
 ::: d/more.xml:1:1
  |
1 | <image/>
  | -------- see also
  |
  = help: did you mean `type`?
"#]]
        );
    }

    #[test]
    fn places_that_are_no_source() {
        let diagnostic = Diagnostic::warning(
            codes::command_line::BAD_CREDENTIALS,
            "cannot use `http://me:secret@h/`",
        )
        .in_place("command line --add-repo");
        let text = render(&diagnostic, &SourceMap::default(), &[], Style::PLAIN);
        snapbox::assert_data_eq!(
            text,
            snapbox::str![[r#"
warning[K0507]: cannot use `http://***@h/`
--> command line --add-repo
"#]]
        );
    }

    #[test]
    fn last_lines_of_a_program_are_shown() {
        let diagnostic = Diagnostic::error(codes::host::SANDBOX, "script failed").help("look");
        let lines = ["one".to_owned(), "http://me:secret@h/".to_owned()];
        let text = render(&diagnostic, &SourceMap::default(), &lines, Style::PLAIN);
        snapbox::assert_data_eq!(
            text,
            snapbox::str![[r#"
error[K0603]: script failed
 |
 = note: its last lines were
         one
         http://***@h/
 = help: look
"#]]
        );
    }

    #[test]
    fn colours_only_when_asked_for() {
        let (sources, span, _) = sources();
        let diagnostic = Diagnostic::error(codes::schema::UNKNOWN_ELEMENT, "x").at(span);
        assert!(!render(&diagnostic, &sources, &[], Style::PLAIN).contains('\u{1b}'));
        let style = Style {
            color: true,
            width: 80,
        };
        assert!(render(&diagnostic, &sources, &[], style).contains('\u{1b}'));
    }
}
