//! `explain`: what a code means and how to mend it.

use std::fmt::Write;

use kiwi_description::diagnostic::codes::{self, Entry};
use kiwi_description::diagnostic::{Code, Diagnostic, did_you_mean};

use super::Outcome;
use crate::cli::ExplainOptions;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::print;

/// Width of the text.
const WIDTH: usize = 80;

/// Runs the command.
pub(super) fn run(options: &ExplainOptions) -> Outcome {
    let text = match (&options.code, options.list) {
        (Some(code), _) => explanation(find(code)?),
        (None, _) => list(),
    };
    print::stdout(&text);
    Ok(Exit::Done)
}

fn find(code: &str) -> Result<&'static Entry, Box<Failure>> {
    let entry = code.parse().ok().and_then(Code::entry);
    entry.ok_or_else(|| {
        let known: Vec<String> = codes::all().map(|entry| entry.code.to_string()).collect();
        let problem = Diagnostic::error(
            codes::command_line::UNKNOWN_CODE,
            format!("no message has the code `{code}`"),
        )
        .in_place("command line")
        .help("`kiwi-ng explain --list` shows all codes")
        .help_if(did_you_mean(code, known.iter().map(String::as_str)));
        Failure::usage(problem).into()
    })
}

fn explanation(entry: &Entry) -> String {
    let title = format!("{}: {}", entry.code, entry.title);
    let line = "=".repeat(title.chars().count());
    let explanation = fill(entry.explanation);
    let mend = fill(entry.mend);
    format!("{title}\n{line}\n\n{explanation}\n\nHow to mend it\n--------------\n{mend}\n")
}

fn list() -> String {
    let mut text = String::new();
    for entry in codes::all() {
        let _ = writeln!(text, "{}  {}", entry.code, entry.title);
    }
    text
}

/// Breaks a text into lines.
fn fill(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_within_the_width() {
        for entry in codes::all() {
            let text = explanation(entry);
            assert!(text.starts_with(&entry.code.to_string()));
            let too_wide = text.lines().find(|line| line.chars().count() > WIDTH + 20);
            assert_eq!(too_wide, None);
        }
    }
}
