//! A script that is not executable is run by `bash`, whatever program its first line names. For a shell script nothing changes by
//! that; a script in another language fails with the first word `bash` does not know.
//!
//! Mend: make the file executable.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::host_facts::EntryKind;
use crate::plan::root::Hook;
use crate::resolve::Facts;

/// Programs whose scripts `bash` understands.
const SHELLS: [&str; 4] = ["bash", "sh", "dash", "ash"];

/// Scripts that run inside of the tree. Those that run on the host are always run by `bash`.
const IN_TREE: [Hook; 6] = [
    Hook::PostBootstrap,
    Hook::Config,
    Hook::ConfigOverlay,
    Hook::Images,
    Hook::PreDiskSync,
    Hook::Disk,
];

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    for name in IN_TREE.iter().map(|hook| hook.file_name()) {
        let kind = facts.host.kind(&facts.host.absolute(name));
        let Some(line) = facts.host.interpreters.get(Path::new(name)) else {
            continue;
        };
        let program = program(line);
        if kind != Some(EntryKind::File { executable: false }) || SHELLS.contains(&program) {
            continue;
        }
        diagnostics.push(
            Diagnostic::warning(
                codes::checks::SCRIPT_NOT_EXECUTABLE,
                format!(
                    "the script `{name}` is not executable, so `bash` runs it and not `{program}`"
                ),
            )
            .at(facts.description.span)
            .help(format!("make it executable: `chmod +x {name}`")),
        );
    }
}

/// The name of the program of a first line; `env` only looks for it.
fn program(line: &str) -> &str {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let first = first.rsplit('/').next().unwrap_or(first);
    if first == "env" {
        return words
            .find(|word| !word.starts_with('-') && !word.contains('='))
            .unwrap_or(first);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs() {
        for (line, expected) in [
            ("/bin/bash", "bash"),
            ("/bin/sh -e", "sh"),
            ("/usr/bin/env python3", "python3"),
            ("/usr/bin/env -S A=b perl -w", "perl"),
            ("", ""),
        ] {
            assert_eq!(program(line), expected, "{line}");
        }
    }
}
