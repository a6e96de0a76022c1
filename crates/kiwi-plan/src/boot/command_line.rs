//! The kernel command line (spec 04, section 16).

/// A kernel command line and the word in it that names the root file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The whole line.
    pub line: String,
    /// `root=...`.
    pub root: String,
}

/// What the disk adds to the line beside `root=`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Additions {
    /// Words in front of `root=`, each unless the description has one of the same name.
    pub before: Vec<String>,
    /// Words behind it.
    pub after: Vec<String>,
}

/// Joins what the description wants and what was computed, `root=` in its middle.
///
/// A `root=` of the description wins, and ours is left out.
pub fn command_line(written: Option<&str>, root: &str, additions: &Additions) -> CommandLine {
    let written = written.unwrap_or_default().trim();
    let is_written = |word: &str| {
        let name = |word: &str| word.split('=').next().map(str::to_owned);
        written
            .split_whitespace()
            .any(|other| name(other) == name(word))
    };
    let own_root = written
        .split_whitespace()
        .find(|word| word.starts_with("root="));
    let own_root = own_root.map(str::to_owned);
    let mut words: Vec<&str> = Vec::new();
    words.extend((!written.is_empty()).then_some(written));
    let before = additions.before.iter().map(String::as_str);
    words.extend(before.filter(|word| !is_written(word)));
    let computed = format!("root={root}");
    words.extend(own_root.is_none().then_some(computed.as_str()));
    words.extend(additions.after.iter().map(String::as_str));
    CommandLine {
        line: words.join(" "),
        root: own_root.unwrap_or_else(|| computed.clone()),
    }
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
            let result = command_line(written, "UUID=1", &Additions::default());
            assert_eq!(result.line, line, "{written:?}");
            assert_eq!(result.root, root, "{written:?}");
        }
    }

    #[test]
    fn what_the_disk_adds() {
        let additions = Additions {
            before: vec!["rd.root.overlay.write=/dev/disk/by-label/RW".to_owned()],
            after: vec!["rd.auto".to_owned()],
        };
        for (written, line) in [
            (
                "quiet",
                "quiet rd.root.overlay.write=/dev/disk/by-label/RW root=UUID=1 rd.auto",
            ),
            (
                "rd.root.overlay.write=/dev/sdb",
                "rd.root.overlay.write=/dev/sdb root=UUID=1 rd.auto",
            ),
            (
                "root=/dev/sda",
                "root=/dev/sda rd.root.overlay.write=/dev/disk/by-label/RW rd.auto",
            ),
        ] {
            assert_eq!(command_line(Some(written), "UUID=1", &additions).line, line);
        }
    }
}
