//! The repositories that the build host itself is configured to use (`<source path="host:"/>`).
//!
//! Formats: sources.list(5), both the one-line and the deb822 style.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::sources::Source;
use crate::error::{Because, BuildError};

/// Reads `sources.list` and `sources.list.d` below `directory` (`/etc/apt`).
///
/// With a `distribution` only its own suites are kept: the one of that name and those that add to
/// it (`NAME-updates`, `NAME/updates`). With `components` only those are.
pub(super) fn read(
    directory: &Path,
    distribution: Option<&str>,
    components: &[String],
) -> Result<Vec<Source>, BuildError> {
    let mut sources = Vec::new();
    for path in source_files(directory)? {
        let text = fs::read_to_string(&path).at("read", &path)?;
        if path
            .extension()
            .is_some_and(|extension| extension == "sources")
        {
            sources.extend(text.split("\n\n").filter_map(deb822));
        } else {
            sources.extend(text.lines().filter_map(one_line));
        }
    }
    for source in &mut sources {
        if let Some(distribution) = distribution {
            source
                .suites
                .retain(|suite| belongs_to(suite, distribution));
        }
        if !components.is_empty() {
            source.components.retain(|name| components.contains(name));
        }
    }
    sources.retain(|source| {
        !source.suites.is_empty()
            && (!source.components.is_empty() || source.suites.iter().any(|s| s.ends_with('/')))
    });
    Ok(sources)
}

fn source_files(directory: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut files = Vec::new();
    let main = directory.join("sources.list");
    if main.exists() {
        files.push(main);
    }
    let parts = directory.join("sources.list.d");
    if parts.is_dir() {
        let mut names = Vec::new();
        for entry in fs::read_dir(&parts).at("read", &parts)? {
            let path = entry.at("read", &parts)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "list" || extension == "sources")
            {
                names.push(path);
            }
        }
        names.sort();
        files.extend(names);
    }
    Ok(files)
}

fn belongs_to(suite: &str, distribution: &str) -> bool {
    suite
        .strip_prefix(distribution)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('/'))
}

/// Reads one stanza; `None` for comments, other types and disabled entries.
fn deb822(stanza: &str) -> Option<Source> {
    let mut source = Source::default();
    let mut is_binary = false;
    let mut key_block = String::new();
    let mut field = String::new();
    for line in stanza.lines().filter(|line| !line.starts_with('#')) {
        let value = if line.starts_with([' ', '\t']) {
            line.trim()
        } else {
            let (name, value) = line.split_once(':')?;
            field = name.to_ascii_lowercase();
            value.trim()
        };
        let words = || value.split_whitespace().map(str::to_owned);
        match field.as_str() {
            "types" => is_binary |= words().any(|word| word == "deb"),
            "uris" => source.uris.extend(words()),
            "suites" => source.suites.extend(words()),
            "components" => source.components.extend(words()),
            "architectures" => source.architectures.extend(words()),
            "signed-by" if value.starts_with('/') => source.signed_by.extend(words()),
            "signed-by" => {
                key_block.push_str("\n ");
                key_block.push_str(value);
            }
            "trusted" => source.trusted = value == "yes",
            "enabled" if value == "no" => return None,
            _ => {}
        }
    }
    if !key_block.trim().is_empty() {
        source.signed_by.push(key_block);
    }
    (is_binary && !source.uris.is_empty()).then_some(source)
}

/// Reads one line; `None` for comments and source packages.
fn one_line(line: &str) -> Option<Source> {
    let line = line.split('#').next().unwrap_or("").trim();
    let rest = line.strip_prefix("deb")?;
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let mut source = Source::default();
    let mut rest = rest.trim_start();
    if let Some(options) = rest.strip_prefix('[') {
        let (options, after) = options.split_once(']')?;
        rest = after;
        for option in options.split_whitespace() {
            let (name, value) = option.split_once('=')?;
            let values = || value.split(',').map(str::to_owned);
            match name {
                "arch" => source.architectures.extend(values()),
                "signed-by" => source.signed_by.extend(values()),
                "trusted" => source.trusted = value == "yes",
                _ => {}
            }
        }
    }
    let mut words = rest.split_whitespace().map(str::to_owned);
    source.uris.push(words.next()?);
    source.suites.push(words.next()?);
    source.components.extend(words);
    Some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_style() {
        let cases = [
            ("# deb http://a.example b c", None),
            ("deb-src http://a.example b c", None),
            ("", None),
            (
                "deb http://a.example stable main contrib # why",
                Some(("http://a.example", "stable", 2, false)),
            ),
            (
                "deb [arch=amd64 trusted=yes] file:/r ./",
                Some(("file:/r", "./", 0, true)),
            ),
        ];
        for (line, expected) in cases {
            let got = one_line(line);
            let got = got.as_ref().map(|source| {
                (
                    source.uris[0].as_str(),
                    source.suites[0].as_str(),
                    source.components.len(),
                    source.trusted,
                )
            });
            assert_eq!(got, expected, "{line}");
        }
    }

    #[test]
    fn deb822_style() {
        let text = "# mirror\nTypes: deb deb-src\nURIs: http://a.example\nSuites: s s-updates\n\
                    Components: main\nSigned-By: /k.gpg";
        let source = deb822(text).expect("a source");
        assert_eq!(source.suites, ["s", "s-updates"]);
        assert_eq!(source.signed_by, ["/k.gpg"]);
        assert!(deb822(&format!("{text}\nEnabled: no")).is_none());
        assert!(deb822(&text.replace("deb deb-src", "deb-src")).is_none());
        let block = "Types: deb\nURIs: http://a.example\nSuites: s\nComponents: main\nSigned-By:\n \
                     -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc";
        let source = deb822(block).expect("a source");
        assert!(source.signed_by[0].contains("\n abc"), "{source:?}");
    }

    #[test]
    fn suites_of_a_distribution() {
        for (suite, kept) in [
            ("bookworm", true),
            ("bookworm-updates", true),
            ("bookworm/updates", true),
            ("bookworm2", false),
            ("trixie", false),
        ] {
            assert_eq!(belongs_to(suite, "bookworm"), kept, "{suite}");
        }
    }
}
