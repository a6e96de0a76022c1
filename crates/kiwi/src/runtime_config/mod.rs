//! The runtime configuration: settings of a machine or a user, in YAML files (spec 01, section 12).
//!
//! All files that exist are read, later ones win key by key: `/usr/share/kiwi/kiwi.yml` and its `kiwi.yml.d`, `/etc/kiwi.yml` and
//! its `kiwi.yml.d`, `~/.config/kiwi/config.yml`, the file of `--config`. One section is ours:
//! `mirrors` maps prefixes of repository addresses to what takes their place.

mod keys;
mod syntax;

use std::path::{Path, PathBuf};

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::SourceMap;
use kiwi_plan::host_facts::RuntimeSettings;

use crate::failure::reason;

/// Where configuration files are looked for.
#[derive(Clone, Debug)]
pub struct Places {
    /// The root of the file system: `/`, or another one in tests.
    pub root: PathBuf,
    /// The user's home, when there is one.
    pub home: Option<PathBuf>,
    /// The value of `--config`.
    pub config: Option<PathBuf>,
}

impl Places {
    /// The places of this machine.
    pub fn of_host(config: Option<PathBuf>) -> Self {
        Places {
            root: PathBuf::from("/"),
            home: std::env::var_os("HOME").map(PathBuf::from),
            config,
        }
    }

    /// Returns the files that exist, in the order they are read; the one of `--config` even if it does not exist.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for system in ["usr/share/kiwi/kiwi.yml", "etc/kiwi.yml"] {
            let file = self.root.join(system);
            let drop_ins = drop_ins(&file.with_extension("yml.d"));
            files.push(file);
            files.extend(drop_ins);
        }
        if let Some(home) = &self.home {
            files.push(home.join(".config/kiwi/config.yml"));
        }
        files.retain(|file| file.is_file());
        files.extend(self.config.clone());
        files
    }
}

fn drop_ins(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    files.sort();
    files
}

/// Reads all configuration files.
///
/// Texts go into `sources`, warnings and errors into `problems`; a file with errors counts as if it were not there.
pub fn read(
    places: &Places,
    sources: &mut SourceMap,
    problems: &mut Diagnostics,
) -> RuntimeSettings {
    let mut settings = RuntimeSettings::default();
    for file in places.files() {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                problems.push(
                    Diagnostic::error(
                        codes::command_line::CONFIGURATION_UNREADABLE,
                        format!("`{}` cannot be read: {}", file.display(), reason(&error)),
                    )
                    .in_place("runtime configuration"),
                );
                continue;
            }
        };
        let source = sources.add(&file, text);
        match syntax::parse(sources, source) {
            Ok(file) => problems.extend(keys::apply(&mut settings, &file)),
            Err(malformed) => problems.extend(malformed),
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_files(files: &[(&str, &str)], config: Option<&str>) -> (RuntimeSettings, Vec<String>) {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let places = Places {
            root: root.path().to_owned(),
            home: Some(root.path().join("home")),
            config: config.map(|name| root.path().join(name)),
        };
        let mut sources = SourceMap::default();
        let mut problems = Diagnostics::new();
        let settings = read(&places, &mut sources, &mut problems);
        let problems = problems
            .iter()
            .map(|problem| {
                let help = problem.help.as_deref().unwrap_or_default();
                let text = format!("{} {} {help}", problem.severity, problem.message);
                text.replace(root.path().to_str().unwrap(), "")
                    .trim_end()
                    .to_owned()
            })
            .collect();
        (settings, problems)
    }

    fn one(text: &str) -> (RuntimeSettings, Vec<String>) {
        read_files(&[("etc/kiwi.yml", text)], None)
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(read_files(&[], None), (RuntimeSettings::default(), vec![]));
    }

    #[test]
    fn later_files_win_key_by_key() {
        let all = [
            (
                "usr/share/kiwi/kiwi.yml",
                "xz:\n  options: a\nobs:\n  public: true\n  download_url: 1\n",
            ),
            ("usr/share/kiwi/kiwi.yml.d/b.yml", "xz:\n  options: c\n"),
            (
                "usr/share/kiwi/kiwi.yml.d/a.yml",
                "xz:\n  options: b\nshasum:\n  size: 512\n",
            ),
            (
                "etc/kiwi.yml",
                "obs:\n- public: false\nruntime_checks:\n  disable: [x, y]\n",
            ),
            ("etc/kiwi.yml.d/no.txt", "xz:\n  options: never\n"),
            (
                "home/.config/kiwi/config.yml",
                "obs:\n  download_url: http://h\nruntime_checks:\n- disable: [a, x]\n",
            ),
            (
                "my.yml",
                "build_constraints:\n  max_size: 2g\nmirrors:\n  http://a/: http://b/\n",
            ),
        ];
        let (settings, problems) = read_files(&all, Some("my.yml"));
        assert_eq!(problems, Vec::<String>::new());
        let expected = RuntimeSettings {
            xz_options: Some(vec!["c".into()]),
            obs_public: Some(false),
            obs_download_url: Some("http://h".into()),
            checksum_bits: Some(512),
            disabled_checks: vec!["a".into(), "x".into(), "y".into()],
            max_size: Some(2 << 30),
            mirrors: vec![("http://a/".into(), "http://b/".into())],
            ..RuntimeSettings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn values() {
        for (text, expected) in [
            (
                "bundle:\n  compress: \"false\"\n  has_package_changes: yes\n",
                RuntimeSettings {
                    bundle_compress: Some(false),
                    has_package_changes: Some(true),
                    ..RuntimeSettings::default()
                },
            ),
            (
                "container:\n  compress: none\nshasum:\n  size: \"256\"\n",
                RuntimeSettings {
                    container_compress: Some(false),
                    checksum_bits: Some(256),
                    ..RuntimeSettings::default()
                },
            ),
            (
                "build_constraints:\n  max_size: 1000\nxz:\n  options: --threads=2  -9\n",
                RuntimeSettings {
                    max_size: Some(1000),
                    xz_options: Some(vec!["--threads=2".into(), "-9".into()]),
                    ..RuntimeSettings::default()
                },
            ),
            ("obs:\n  download_url:\n", RuntimeSettings::default()),
        ] {
            assert_eq!(one(text), (expected, vec![]), "{text}");
        }
    }

    #[test]
    fn problems_are_said() {
        for (text, message) in [
            (
                "bunlde:\n  compress: true",
                "warning unknown section `bunlde` did you mean `bundle`?",
            ),
            (
                "bundle:\n  compres: true",
                "warning unknown key `compres` in section `bundle` did you mean `compress`?",
            ),
            (
                "bundle:\n  compress: maybe",
                "warning `bundle.compress` must be `true` or `false`; the default is used",
            ),
            (
                "shasum:\n  size: 384",
                "warning `shasum.size` must be `256` or `512`; the default is used",
            ),
            (
                "build_constraints:\n  max_size: 4t",
                "error `build_constraints.max_size` must be a number of bytes, or a number followed by `m` or `g`",
            ),
            (
                "mirrors:\n  http://a/: yes",
                "error `mirrors.http://a/` must be the address of a mirror, behind the beginning of the addresses that it serves; \
                 both begin with `http://`, `https://` or `ftp://`",
            ),
            (
                "mirrors:\n  h/: http://a/",
                "error `mirrors.h/` must be the address of a mirror, behind the beginning of the addresses that it serves; \
                 both begin with `http://`, `https://` or `ftp://`",
            ),
            (
                "sync:\n  sparse: true",
                "note `sync.sparse` has no effect here",
            ),
            (
                "bundle:\n  shasum_size: \"512\"",
                "warning what `bundle.shasum_size` sets is not there yet in this version",
            ),
            ("[]", "error expected a map of sections"),
        ] {
            assert_eq!(one(text).1, [message], "{text}");
        }
        let (_, problems) = read_files(&[], Some("none.yml"));
        assert_eq!(
            problems,
            ["error `/none.yml` cannot be read: no such file or directory"]
        );
    }
}
