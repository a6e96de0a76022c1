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
    let text = match &options.code {
        Some(code) => explanation(find(code)?),
        None => list(),
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
        .help("`kiwi-ng explain` lists all codes")
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
    for range in codes::RANGES {
        let separator = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{separator}{}xx: {}", range.prefix, range.about);
        for entry in range.table {
            let _ = writeln!(text, "  {}  {}", entry.code, entry.title);
        }
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

    #[test]
    fn every_code_says_what_and_how() {
        for Entry {
            code,
            title,
            explanation,
            mend,
        } in codes::all()
        {
            assert!(explanation.split_whitespace().count() > 5, "{code}");
            assert!(mend.split_whitespace().count() >= 2, "{code}");
            assert!(
                !explanation
                    .trim_end_matches('.')
                    .eq_ignore_ascii_case(title),
                "{code}"
            );
            assert!(
                mend.starts_with(|letter: char| letter.is_uppercase() || letter == '`'),
                "{code}"
            );
        }
    }
}
