//! `result list`: what a build has made (spec 02, section 7).

use std::fmt::Write;
use std::path::Path;

use kiwi_build::result::RESULT_FILE;
use kiwi_description::diagnostic::{Diagnostic, codes};
use serde_json::Value;

use super::Outcome;
use crate::cli::ListOptions;
use crate::exit_code::Exit;
use crate::failure::{Failure, reason};
use crate::output::print;

/// Runs the command.
pub(super) fn run(options: &ListOptions) -> Outcome {
    let target = std::path::absolute(&options.target_dir).unwrap_or(options.target_dir.clone());
    print::stdout(&list(&target)?);
    Ok(Exit::Done)
}

fn list(target: &Path) -> Result<String, Box<Failure>> {
    let file = target.join(RESULT_FILE);
    let no_results = |why: String| -> Box<Failure> {
        let message = format!("`{}` {why}", file.display());
        Failure::usage(
            Diagnostic::error(codes::command_line::NO_RESULTS, message)
                .in_place("command line --target-dir")
                .help("name the directory that a build has finished in"),
        )
        .into()
    };
    let text = std::fs::read_to_string(&file)
        .map_err(|error| no_results(format!("cannot be read: {}", reason(&error))))?;
    let Ok(Value::Object(results)) = serde_json::from_str(&text) else {
        return Err(no_results("is no record of results".into()));
    };
    let mut listing = format!("Listing results from {}\nResult files:\n", target.display());
    for (key, result) in &results {
        if let Some(path) = result.get("filename").and_then(Value::as_str) {
            let _ = writeln!(listing, "--> {key}: {path}");
        }
    }
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_files_only() {
        let target = tempfile::tempdir().unwrap();
        let text =
            r#"{"disk_image": {"filename": "/t/a.raw"}, "bundle_format": {"pattern": "%N"}}"#;
        std::fs::write(target.path().join(RESULT_FILE), text).unwrap();
        let expected = format!(
            "Listing results from {}\nResult files:\n--> disk_image: /t/a.raw\n",
            target.path().display()
        );
        assert_eq!(list(target.path()).unwrap(), expected);
    }

    #[test]
    fn nothing_to_list() {
        let target = tempfile::tempdir().unwrap();
        assert!(list(target.path()).is_err());
        std::fs::write(target.path().join(RESULT_FILE), "[]").unwrap();
        assert!(list(target.path()).is_err());
    }
}
