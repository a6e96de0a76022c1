//! Versions of tools.

use std::fmt;

use super::Tool;
use crate::command::{Cmd, CommandError, Runner};

/// The numbers of a version, e.g. 6.11 or 1.47.0; compared number by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u32>);

impl Version {
    /// Returns the first version number in a text: digits with at least one dot between them.
    pub fn in_text(text: &str) -> Option<Version> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.')
            .map(|word| word.trim_matches('.'))
            .find(|word| word.contains('.'))
            .and_then(Version::parse)
    }

    /// Parses numbers separated by dots.
    pub fn parse(text: &str) -> Option<Version> {
        let numbers: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        numbers.ok().map(Version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        f.write_str(&numbers.join("."))
    }
}

/// Asks the host's tool for its version. `None` if it does not tell one.
///
/// # Errors
/// [`CommandError::NotFound`] when the tool is missing; other errors when it cannot be run. An exit code other than 0 is
/// no error, because several tools answer the question for their version that way.
pub fn probe(runner: &dyn Runner, tool: &Tool) -> Result<Option<Version>, CommandError> {
    let Some(arguments) = tool.version_arguments else {
        return Ok(None);
    };
    let command = Cmd::new(tool.name)
        .args(arguments)
        .success_codes((0..=255).collect::<Vec<_>>());
    let output = runner.run(&command)?;
    Ok(Version::in_text(&output.stdout_text()).or_else(|| Version::in_text(&output.stderr_text())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Recorder, Reply};

    #[test]
    fn reads_versions() {
        let cases = [
            ("mke2fs 1.47.0 (5-Feb-2023)", Some("1.47.0")),
            (
                "QEMU emulator version 7.2.17 (Debian 1:7.2)",
                Some("7.2.17"),
            ),
            ("mksquashfs version 4.5.1 (2022/03/17)", Some("4.5.1")),
            ("tar (GNU tar) 1.34", Some("1.34")),
            ("apt 2.6.1 (amd64)", Some("2.6.1")),
            ("nothing here", None),
        ];
        for (text, version) in cases {
            assert_eq!(
                Version::in_text(text).map(|v| v.to_string()).as_deref(),
                version
            );
        }
        assert!(Version::parse("6.9") < Version::parse("6.11"));
    }

    #[test]
    fn asks_the_tool() {
        let recorder =
            Recorder::new().reply("mke2fs", Reply::failure(1, "mke2fs 1.47.0 (5-Feb-2023)\n"));
        let version = probe(&recorder, crate::tools::tool("mke2fs").unwrap());
        // The recorder's reply is an exit code this question accepts.
        assert_eq!(version.unwrap().unwrap().to_string(), "1.47.0");
        assert_eq!(recorder.lines(), ["mke2fs -V"]);
    }
}
