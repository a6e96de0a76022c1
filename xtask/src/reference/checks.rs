//! The page of checks, made from the comments at the head of their files.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use kiwi_plan::checks::CHECKS;

use super::markdown::start;

/// Where the checks are, from the root of the workspace.
const DIRECTORY: &str = "crates/kiwi-plan/src/checks";

/// Makes the page.
pub(super) fn page() -> Result<String> {
    let directory = crate::workspace().join(DIRECTORY);
    let table = fs_err::read_to_string(directory.join("mod.rs"))?;
    let mut out = start("Checks");
    out.push_str(
        "\nWhat is looked at before a build begins, beyond the schema. All checks run and all report. A check is switched off \
         by its name in the runtime configuration, under `runtime_checks`, `disable`.\n",
    );
    for check in CHECKS {
        let module = module(&table, check.name)
            .with_context(|| format!("no file for the check {}", check.name))?;
        let comment = comment(&directory, module)?;
        ensure!(!comment.is_empty(), "the check {module} has no comment");
        let _ = write!(out, "\n## `{}`\n\n{comment}\n", check.name);
        if check.only_before_prepare {
            out.push_str("\nOnly before a root tree is prepared.\n");
        }
    }
    Ok(out)
}

/// Finds the module of a check in the table: the name before `::` behind the check's name.
fn module<'a>(table: &'a str, check: &str) -> Option<&'a str> {
    let (_, after) = table.split_once(&format!("\"{check}\""))?;
    let (path, _) = after.split_once("::")?;
    path.rsplit(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .next()
        .filter(|name| !name.is_empty())
}

/// Reads the comment at the head of a module.
fn comment(directory: &Path, module: &str) -> Result<String> {
    let files = [format!("{module}.rs"), format!("{module}/mod.rs")];
    let file = files
        .iter()
        .map(|file| directory.join(file))
        .find(|file| file.is_file())
        .with_context(|| format!("no file for the module {module}"))?;
    let text = fs_err::read_to_string(file)?;
    let lines: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    Ok(lines.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found() {
        let table = "[check(\"check_a\", first::run), check(\n \"check_b\",\n second_one::run,\n)]";
        assert_eq!(module(table, "check_a"), Some("first"));
        assert_eq!(module(table, "check_b"), Some("second_one"));
        assert_eq!(module(table, "check_c"), None);
    }

    #[test]
    fn every_check_is_on_the_page() {
        let page = page().unwrap();
        for check in CHECKS {
            assert!(page.contains(&format!("\n## `{}`\n\n", check.name)));
        }
    }
}
