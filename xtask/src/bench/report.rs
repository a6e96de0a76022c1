//! The tables.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err as fs;

use super::Options;
use super::case::Outcome;
use super::figure::{Row, Target};
use super::machine::Machine;
use super::phases::Phase;
use super::process::Process;
use super::say;

/// The page that figures are kept on.
const PAGE: &str = "docs/performance.md";
/// Lines of the page that the tables stand between.
const MARKS: [&str; 2] = ["<!-- bench: begin -->", "<!-- bench: end -->"];
/// A load at the start from which on other work surely disturbed the figures.
const BUSY: f64 = 0.7;

/// Everything that was found.
#[derive(Debug)]
pub(super) struct Report {
    command: String,
    commit: String,
    start: Machine,
    end: Machine,
    outcomes: Vec<Outcome>,
    left_over: Vec<String>,
}

impl Report {
    /// A report of `outcomes`, measured between two looks at the machine; `left_over` is what was cleaned up afterwards.
    pub(super) fn new(
        options: &Options,
        [start, end]: [Machine; 2],
        outcomes: Vec<Outcome>,
        left_over: Vec<String>,
    ) -> Result<Self> {
        let commit = Process::new("git")
            .args([
                "-C",
                env!("CARGO_MANIFEST_DIR"),
                "describe",
                "--always",
                "--dirty",
            ])
            .read()?;
        Ok(Self {
            command: format!("cargo xtask bench --runs {}", options.runs),
            commit: commit.trim().to_owned(),
            start,
            end,
            outcomes,
            left_over,
        })
    }

    /// The report as Markdown.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!(
            "Made by `{}` at commit {}.\n\n- Machine: {}.\n- Load at the start {:.1}, at the end {:.1}.\n",
            self.command, self.commit, self.start.words, self.start.load, self.end.load
        );
        if self.start.load > BUSY {
            text.push_str("- **The machine had other work, so wall times say little; compare processor times.**\n");
        }
        let versions: BTreeSet<&str> = self
            .outcomes
            .iter()
            .flat_map(|outcome| outcome.versions.iter().map(String::as_str))
            .collect();
        for version in versions {
            let _ = writeln!(text, "- {version}");
        }
        for line in &self.left_over {
            let _ = writeln!(
                text,
                "- Left behind by a measured program and cleaned up: {line}."
            );
        }
        for outcome in &self.outcomes {
            text.push_str(&section(outcome));
        }
        text
    }
}

fn section(outcome: &Outcome) -> String {
    let mut text = format!("\n### {}\n\n", outcome.title);
    text.push_str("| Step | Ours | Other | | Ratio | Target | Reached | Processor time, ours | other | ratio |\n");
    text.push_str("|---|---:|---:|---|---:|---:|---|---:|---:|---:|\n");
    for row in &outcome.rows {
        text.push_str(&line(row));
    }
    text.push('\n');
    for note in &outcome.notes {
        let _ = writeln!(text, "{note}");
    }
    for (whose, phases) in &outcome.phases {
        let _ = write!(text, "\nWhere the time goes ({whose}): {}\n", list(phases));
    }
    text
}

fn line(row: &Row) -> String {
    let (name, other) = &row.other;
    let target = match row.target {
        Target::None => "-".to_owned(),
        Target::Ratio(most) => format!("{most:.2}"),
        Target::Below(limit) => format!("< {}", time(limit)),
    };
    let reached = match row.reached() {
        None => "-",
        Some(true) => "yes",
        Some(false) => "**no**",
    };
    let ratio = row
        .processor_ratio()
        .filter(|_| !row.ours.processor.is_zero());
    format!(
        "| {} | {} | {} | {name} | {:.2} | {target} | {reached} | {} | {} | {} |\n",
        row.step,
        time(row.ours.wall),
        time(other.wall),
        row.ratio(),
        processor(row.ours.processor),
        processor(other.processor),
        ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
    )
}

fn list(phases: &[Phase]) -> String {
    let one = |(name, duration): &Phase| format!("{name} {}", time(*duration));
    let all: Vec<String> = phases.iter().map(one).collect();
    if all.is_empty() {
        "not known.".to_owned()
    } else {
        format!("{}.", all.join(", "))
    }
}

fn time(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// Processor time; below a second its steps of 10 ms say nothing.
fn processor(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        "-".to_owned()
    } else {
        time(duration)
    }
}

/// Puts `text` between the marks of the page.
pub(super) fn write(text: &str) -> Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    let page = fs::read_to_string(&path)?;
    let page = put_between_marks(&page, text)
        .with_context(|| format!("`{PAGE}` has no lines `{}` and `{}`", MARKS[0], MARKS[1]))?;
    fs::write(&path, page)?;
    say(&format!("wrote {PAGE}"));
    Ok(())
}

fn put_between_marks(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(MARKS[0])?;
    let (_, after) = rest.split_once(MARKS[1])?;
    Some(format!("{before}{}\n{text}{}{after}", MARKS[0], MARKS[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_only_what_is_between_the_marks() {
        let page = format!("a\n{}\nold\n{}\nb\n", MARKS[0], MARKS[1]);
        let once = put_between_marks(&page, "new\n").unwrap();
        assert_eq!(once, format!("a\n{}\nnew\n{}\nb\n", MARKS[0], MARKS[1]));
        assert_eq!(
            put_between_marks(&once, "new\n").as_deref(),
            Some(once.as_str())
        );
        assert_eq!(put_between_marks("a", "new"), None);
    }

    #[test]
    fn times() {
        for (millis, expected) in [(3, "3.0 ms"), (999, "999.0 ms"), (12_345, "12.3 s")] {
            assert_eq!(time(Duration::from_millis(millis)), expected);
        }
    }
}
