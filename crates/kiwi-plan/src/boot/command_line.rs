//! The kernel command line (spec 04, section 16).

/// A kernel command line and the word in it that names the root file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The whole line.
    pub line: String,
    /// `root=...`.
    pub root: String,
}

/// Joins what the description wants and the computed `root=`, in this order.
///
/// A `root=` of the description wins, and ours is left out.
///
/// `flags` is a `rootflags=` that comes last in any case.
pub fn command_line(written: Option<&str>, root: &str, flags: Option<&str>) -> CommandLine {
    let written = written.unwrap_or_default().trim();
    let mut result = with_root(written, root);
    if let Some(flags) = flags {
        result.line = format!("{} {flags}", result.line);
    }
    result
}

fn with_root(written: &str, root: &str) -> CommandLine {
    let own_root = written
        .split_whitespace()
        .find(|word| word.starts_with("root="));
    if let Some(own) = own_root {
        return CommandLine {
            line: written.to_owned(),
            root: own.to_owned(),
        };
    }
    let root = format!("root={root}");
    let line = if written.is_empty() {
        root.clone()
    } else {
        format!("{written} {root}")
    };
    CommandLine { line, root }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (written, line, root) in [
            (None, "root=UUID=1", "root=UUID=1"),
            (Some(""), "root=UUID=1", "root=UUID=1"),
            (
                Some("quiet splash"),
                "quiet splash root=UUID=1",
                "root=UUID=1",
            ),
            (
                Some("console=ttyS0 root=/dev/sda2 rw quiet"),
                "console=ttyS0 root=/dev/sda2 rw quiet",
                "root=/dev/sda2",
            ),
            (Some("nfsroot=a"), "nfsroot=a root=UUID=1", "root=UUID=1"),
        ] {
            let result = command_line(written, "UUID=1", None);
            assert_eq!(result.line, line, "{written:?}");
            assert_eq!(result.root, root, "{written:?}");
        }
    }
}
