//! Compares two trees or file systems and says in words what differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::guest_shell::hexadecimal;
pub use crate::tree_listing::{Entry, Kind, Listing};

/// What a comparison looks at.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    ignored: Vec<String>,
    ignored_content: Vec<String>,
    times: bool,
}

impl Comparison {
    /// Compares everything but times.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out paths and all that is below them. A `*` stands for any
    /// characters but `/`.
    #[must_use]
    pub fn ignore(mut self, patterns: &[&str]) -> Self {
        self.ignored
            .extend(patterns.iter().map(ToString::to_string));
        self
    }

    /// Leaves out size and content of files, but not their owner, mode and
    /// attributes. Patterns as for [`ignore`](Self::ignore).
    #[must_use]
    pub fn ignore_content(mut self, patterns: &[&str]) -> Self {
        self.ignored_content
            .extend(patterns.iter().map(ToString::to_string));
        self
    }

    /// Compares the times of the last change too.
    #[must_use]
    pub fn with_times(mut self) -> Self {
        self.times = true;
        self
    }

    /// Returns one line for each thing that differs, sorted by path.
    pub fn differences(&self, left: &Listing, right: &Listing) -> Vec<String> {
        let mut lines = Vec::new();
        let paths: BTreeSet<_> = left.entries.keys().chain(right.entries.keys()).collect();
        for path in paths {
            if matches_any(&self.ignored, path) {
                continue;
            }
            let shown = path.display();
            match (left.entries.get(path), right.entries.get(path)) {
                (Some(entry), None) => lines.push(format!("{shown}: only left: {}", entry.kind)),
                (None, Some(entry)) => lines.push(format!("{shown}: only right: {}", entry.kind)),
                (Some(left), Some(right)) => {
                    let found = self.entry_differences(path, left, right);
                    lines.extend(
                        found
                            .into_iter()
                            .map(|difference| format!("{shown}: {difference}")),
                    );
                }
                (None, None) => {}
            }
        }
        lines
    }

    fn entry_differences(&self, path: &Path, left: &Entry, right: &Entry) -> Vec<String> {
        let mut found = Vec::new();
        let mut note = |what: &str, left: String, right: String| {
            if left != right {
                found.push(format!("{what} {left} left, {right} right"));
            }
        };
        let both_files = matches!(
            (&left.kind, &right.kind),
            (Kind::File { .. }, Kind::File { .. })
        );
        if left.kind != right.kind && !(both_files && matches_any(&self.ignored_content, path)) {
            note("is a", left.kind.to_string(), right.kind.to_string());
        }
        note(
            "mode",
            format!("{:04o}", left.mode),
            format!("{:04o}", right.mode),
        );
        note(
            "owner",
            format!("{}:{}", left.uid, left.gid),
            format!("{}:{}", right.uid, right.gid),
        );
        let link = |entry: &Entry| match &entry.hard_link_to {
            Some(first) => format!("`{}`", first.display()),
            None => "nothing".to_owned(),
        };
        note("is a hard link to", link(left), link(right));
        if self.times {
            note("time", left.mtime.to_string(), right.mtime.to_string());
        }
        let names: BTreeSet<_> = left
            .attributes
            .keys()
            .chain(right.attributes.keys())
            .collect();
        for name in names {
            note(
                name,
                attribute(&left.attributes, name),
                attribute(&right.attributes, name),
            );
        }
        found
    }

    /// Asserts that two trees are the same.
    ///
    /// # Panics
    /// If they are not; the message shows the first 100 differences.
    pub fn assert_same(&self, left: &Listing, right: &Listing) {
        let differences = self.differences(left, right);
        if differences.is_empty() {
            return;
        }
        let mut text = String::new();
        for line in differences.iter().take(100) {
            let _ = writeln!(text, "  {line}");
        }
        panic!("{} differences:\n{text}", differences.len());
    }
}

/// Shows an extended attribute, capabilities by name.
fn attribute(attributes: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let Some(value) = attributes.get(name) else {
        return "absent".to_owned();
    };
    if name == "security.capability"
        && let Some(text) = capabilities(value)
    {
        return text;
    }
    match std::str::from_utf8(value) {
        Ok(text) if !text.is_empty() && !text.contains(char::is_control) => format!("`{text}`"),
        _ => format!("0x{}", hexadecimal(value)),
    }
}

/// The names of the capabilities, in the order of their numbers in
/// `linux/capability.h`.
const CAPABILITIES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// Shows file capabilities (`struct vfs_cap_data` of `linux/capability.h`) as
/// `getcap` does, and the root user of the namespace they belong to.
fn capabilities(value: &[u8]) -> Option<String> {
    let words: Vec<u32> = value
        .chunks_exact(4)
        .map(|word| Some(u32::from_le_bytes(word.try_into().ok()?)))
        .collect::<Option<_>>()?;
    let revision = words.first()? >> 24;
    if !matches!((revision, words.len()), (2, 5) | (3, 6)) {
        return None;
    }
    let permitted = u64::from(words[1]) | u64::from(words[3]) << 32;
    let inheritable = u64::from(words[2]) | u64::from(words[4]) << 32;
    let effective = if words[0] & 1 == 1 { "e" } else { "" };
    let mut text = String::new();
    for (set, flags) in [
        (permitted, format!("{effective}p")),
        (inheritable, "i".to_owned()),
    ] {
        let names: Vec<_> = CAPABILITIES
            .iter()
            .enumerate()
            .filter(|(number, _)| set >> number & 1 == 1)
            .map(|(_, name)| format!("cap_{name}"))
            .collect();
        if !names.is_empty() {
            let _ = write!(
                text,
                "{}{}={flags}",
                if text.is_empty() { "" } else { " " },
                names.join(",")
            );
        }
    }
    if let Some(root) = words.get(5) {
        let _ = write!(text, " [rootid={root}]");
    }
    Some(text)
}

fn matches_any(patterns: &[String], path: &Path) -> bool {
    patterns.iter().any(|pattern| {
        let mut names = path.components();
        Path::new(pattern).components().all(|part| {
            names.next().is_some_and(|name| {
                let part = part.as_os_str().to_string_lossy();
                wildcard(
                    part.as_bytes(),
                    name.as_os_str().to_string_lossy().as_bytes(),
                )
            })
        })
    })
}

/// True if `name` matches a pattern in which `*` stands for any characters.
fn wildcard(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skip| wildcard(rest, &name[skip..])),
        Some((first, rest)) => name
            .split_first()
            .is_some_and(|(byte, after)| byte == first && wildcard(rest, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            kind: Kind::File {
                size: 1,
                digest: "0123456789abcdef".to_owned(),
            },
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime: 0,
            attributes: BTreeMap::new(),
            hard_link_to: None,
        }
    }

    fn listing(entries: &[(&str, Entry)]) -> Listing {
        Listing {
            entries: entries
                .iter()
                .map(|(path, entry)| (path.into(), entry.clone()))
                .collect(),
        }
    }

    #[test]
    fn says_what_differs() {
        let capability = |word: u32| {
            let words = [0x0200_0001, word, 0, 0, 0];
            let value = words
                .iter()
                .flat_map(|word: &u32| word.to_le_bytes())
                .collect();
            BTreeMap::from([("security.capability".to_owned(), value)])
        };
        let cases: [(Entry, &str); 7] = [
            (
                Entry {
                    mode: 0o4755,
                    ..entry()
                },
                "mode 0755 left, 4755 right",
            ),
            (Entry { gid: 5, ..entry() }, "owner 0:0 left, 0:5 right"),
            (
                Entry {
                    hard_link_to: Some("/b".into()),
                    ..entry()
                },
                "is a hard link to nothing left, `/b` right",
            ),
            (
                Entry {
                    kind: Kind::Pipe,
                    ..entry()
                },
                "is a file of 1 bytes, sha256 0123456789ab left, pipe right",
            ),
            (
                Entry {
                    attributes: capability(1 << 13),
                    ..entry()
                },
                "security.capability absent left, cap_net_raw=ep right",
            ),
            (
                Entry {
                    attributes: BTreeMap::from([("user.x".to_owned(), b"text".to_vec())]),
                    ..entry()
                },
                "user.x absent left, `text` right",
            ),
            (
                Entry {
                    attributes: BTreeMap::from([("user.x".to_owned(), vec![0, 255])]),
                    ..entry()
                },
                "user.x absent left, 0x00ff right",
            ),
        ];
        for (right, expected) in cases {
            let found = Comparison::new()
                .differences(&listing(&[("/a", entry())]), &listing(&[("/a", right)]));
            assert_eq!(found, [format!("/a: {expected}")]);
        }
    }

    #[test]
    fn says_what_is_missing_and_sorts() {
        let left = listing(&[("/z", entry()), ("/a", entry()), ("/m", entry())]);
        let right = listing(&[
            (
                "/b",
                Entry {
                    kind: Kind::Directory,
                    ..entry()
                },
            ),
            ("/m", entry()),
        ]);
        let found = Comparison::new().differences(&left, &right);
        let file = "file of 1 bytes, sha256 0123456789ab";
        let expected = [
            format!("/a: only left: {file}"),
            "/b: only right: directory".to_owned(),
            format!("/z: only left: {file}"),
        ];
        assert_eq!(found, expected);
        assert!(Comparison::new().differences(&left, &left).is_empty());
    }

    #[test]
    fn ignores_what_it_is_told_to() {
        let left = listing(&[
            ("/var/log/a", entry()),
            ("/var/logs", entry()),
            ("/etc/id", entry()),
        ]);
        let changed = Entry {
            kind: Kind::File {
                size: 2,
                digest: String::new(),
            },
            mtime: 9,
            ..entry()
        };
        let right = listing(&[("/var/logs", entry()), ("/etc/id", changed)]);
        let count = |comparison: Comparison| comparison.differences(&left, &right).len();
        assert_eq!(count(Comparison::new()), 2);
        assert_eq!(count(Comparison::new().with_times()), 3);
        assert_eq!(count(Comparison::new().ignore(&["/var/log"])), 1);
        assert_eq!(count(Comparison::new().ignore(&["/*/id"])), 1);
        assert_eq!(count(Comparison::new().ignore_content(&["/etc/i*"])), 1);
        assert_eq!(
            count(Comparison::new().ignore_content(&["/etc/i*"]).with_times()),
            2
        );
        assert_eq!(count(Comparison::new().ignore(&["/"])), 0);
    }

    #[test]
    fn capabilities_read_as_getcap_writes_them() {
        let text = |words: &[u32]| {
            capabilities(
                &words
                    .iter()
                    .flat_map(|word| word.to_le_bytes())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            text(&[0x0200_0000, 1 << 12 | 1 << 13, 0, 0, 0]).as_deref(),
            Some("cap_net_admin,cap_net_raw=p")
        );
        assert_eq!(
            text(&[0x0300_0001, 0, 1, 1 << 7, 0, 1000]).as_deref(),
            Some("cap_bpf=ep cap_chown=i [rootid=1000]")
        );
        assert_eq!(text(&[0x0100_0000, 1]), None);
        assert_eq!(capabilities(&[]), None);
    }

    #[test]
    fn wildcards() {
        for (pattern, name, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("*.log.*", "x.log.1", true),
        ] {
            assert_eq!(
                wildcard(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
    }
}
