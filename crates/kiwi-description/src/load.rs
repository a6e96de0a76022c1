//! Finds the description in a directory and reads files into the source map. The only room that touches files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::span::{SourceId, SourceMap, Span};
use crate::syntax::{self, FILE_LIMIT, Parsed, encoding};

/// Finds the description file below a directory.
///
/// A name given with `--kiwi-file` is the only candidate then. Otherwise the first of these is taken: `config.xml`,
/// `image/config.xml` (a prepared root tree has it) and the first `*.kiwi` in the order of names.
pub fn find(directory: &Path, kiwi_file: Option<&Path>) -> Result<PathBuf, Box<Diagnostic>> {
    if let Some(name) = kiwi_file {
        let file = directory.join(name);
        return if file.is_file() {
            Ok(file)
        } else {
            Err(not_found(
                directory,
                &format!("`{}` has no file `{}`", directory.display(), name.display()),
            )
            .in_place("command line --kiwi-file")
            .into())
        };
    }
    let fixed = ["config.xml", "image/config.xml"].map(|name| directory.join(name));
    fixed
        .into_iter()
        .chain(kiwi_files(directory))
        .find(|file| file.is_file())
        .ok_or_else(|| {
            let message = if directory.is_dir() {
                format!("`{}` holds no description", directory.display())
            } else {
                format!("there is no directory `{}`", directory.display())
            };
            not_found(directory, &message)
                .in_place("command line --description")
                .into()
        })
}

fn not_found(directory: &Path, message: &str) -> Diagnostic {
    let names = visible_files(directory);
    let candidates: Vec<_> = names
        .iter()
        .filter(|name| {
            [".xml", ".kiwi", ".yml", ".yaml", ".json", ".json5", ".toml"]
                .iter()
                .any(|end| name.ends_with(end))
        })
        .map(|name| format!("`{name}`"))
        .collect();
    let problem = Diagnostic::error(codes::markup::DESCRIPTION_NOT_FOUND, message);
    match (directory.is_dir(), candidates.is_empty()) {
        (false, _) => problem.help("name the directory that holds the description"),
        (true, true) => problem.help("a description is in `config.xml` or in a file `NAME.kiwi`"),
        (true, false) => problem.help(format!(
            "if it is {}, say so with `--kiwi-file`",
            candidates.join(" or ")
        )),
    }
}

fn kiwi_files(directory: &Path) -> impl Iterator<Item = PathBuf> {
    visible_files(directory)
        .into_iter()
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "kiwi")
        })
        .map(|name| directory.join(name))
}

/// Returns the names in a directory that are text and do not begin with a dot, sorted.
fn visible_files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Reads a file into the source map.
///
/// When the file was named by another one, `origin` is the place of its name.
pub fn read_source(
    path: &Path,
    sources: &mut SourceMap,
    origin: Option<Span>,
) -> Result<SourceId, Box<Diagnostic>> {
    let bytes = read_bytes(path).map_err(|error| {
        let problem = match origin {
            Some(span) if error.kind() == ErrorKind::NotFound => Diagnostic::error(
                codes::markup::INCLUDE_UNREADABLE,
                format!("the included file `{}` does not exist", path.display()),
            )
            .at(span)
            .help("plain names and `this://NAME` start at the directory of the description"),
            Some(span) => Diagnostic::error(
                codes::markup::INCLUDE_UNREADABLE,
                format!(
                    "the included file `{}` cannot be read: {error}",
                    path.display()
                ),
            )
            .at(span)
            .help("plain names and `this://NAME` start at the directory of the description"),
            None => Diagnostic::error(
                codes::markup::UNREADABLE_FILE,
                format!("`{}` cannot be read: {error}", path.display()),
            ),
        };
        Box::new(problem)
    })?;
    if bytes.len() > FILE_LIMIT {
        let message = format!(
            "`{}` is larger than {} MiB, which no description is",
            path.display(),
            FILE_LIMIT >> 20
        );
        let problem = Diagnostic::error(codes::markup::TOO_LARGE, message)
            .help("check that the right file is named");
        return Err(Box::new(match origin {
            Some(span) => problem.at(span),
            None => problem,
        }));
    }
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    encoding::decode(bytes)
        .map(|text| sources.add(path, text))
        .map_err(|error| {
            let source = sources.add(path, shown);
            let offset = error.offset.min(sources.file(source).text().len());
            Diagnostic::error(
                codes::markup::BAD_ENCODING,
                format!("the file is not valid {} from here on", error.encoding),
            )
            .at(Span::new(source, offset..offset))
            .help("convert it to UTF-8, for instance with `iconv`")
            .into()
        })
}

/// Reads a regular file, but not much more of it than a description may have.
fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    // Opening a pipe or device could wait for ever.
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() {
        return Err(std::io::Error::other(if kind.is_dir() {
            "it is a directory"
        } else {
            "it is no regular file"
        }));
    }
    let mut bytes = Vec::new();
    let limit = FILE_LIMIT as u64 + 1;
    std::fs::File::open(path)?
        .take(limit)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the main file of a description: any markup that is understood.
pub fn read_main(path: &Path, sources: &mut SourceMap) -> Result<Parsed, Diagnostics> {
    let source = read_source(path, sources, None).map_err(|problem| *problem)?;
    syntax::parse_detected(sources, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        directory
    }

    #[test]
    fn finds_in_order() {
        let all: &[&str] = &[
            "config.xml",
            "image/config.xml",
            "a.kiwi",
            "b.kiwi",
            ".hidden.kiwi",
        ];
        for (files, kiwi_file, expected) in [
            (all, None, Some("config.xml")),
            (&all[1..], None, Some("image/config.xml")),
            (&all[2..], None, Some("a.kiwi")),
            (&all[3..], None, Some("b.kiwi")),
            (&all[4..], None, None),
            (all, Some("b.kiwi"), Some("b.kiwi")),
            (all, Some("c.kiwi"), None),
        ] {
            let files: Vec<_> = files.iter().map(|&name| (name, "")).collect();
            let directory = directory(&files);
            let found = find(directory.path(), kiwi_file.map(Path::new));
            let expected = expected.map(|name| directory.path().join(name));
            assert_eq!(found.ok(), expected);
        }
    }

    #[test]
    fn says_what_could_be_meant() {
        let with_others = directory(&[("my.xml", ""), ("notes.txt", "")]);
        let problem = find(with_others.path(), None).unwrap_err();
        assert_eq!(
            problem.help.as_deref(),
            Some("if it is `my.xml`, say so with `--kiwi-file`")
        );
        let problem = find(&with_others.path().join("nowhere"), None).unwrap_err();
        assert!(
            problem.message.starts_with("there is no directory"),
            "{}",
            problem.message
        );
    }

    #[test]
    fn every_markup_is_read_by_name_or_content() {
        for (name, text) in [
            ("config.xml", "<image name='x'/>"),
            ("a.kiwi", "<image name='x'/>"),
            ("a.kiwi", "# words\nimage:\n  '@name': x\n"),
            ("a.kiwi", "{\"image\": {\"@name\": \"x\"}}"),
            ("a.kiwi", "{image: {'@name': x}}"),
            ("config.yaml", "image: {'@name': x}"),
            ("config.yml", "image: {'@name': x}"),
            ("config.json", "{\"image\": {\"@name\": \"x\"}}"),
            ("config.json5", "{image: {'@name': 'x',}} // words"),
            ("config.toml", "[image]\n'@name' = 'x'\n"),
        ] {
            let directory = directory(&[(name, text)]);
            let mut sources = SourceMap::default();
            let parsed = read_main(&directory.path().join(name), &mut sources)
                .unwrap_or_else(|problems| panic!("{name} {text}: {problems:?}"));
            assert_eq!(parsed.root.name, "image", "{name} {text}");
            assert_eq!(parsed.root.value("name"), Some("x"), "{name} {text}");
        }
    }

    #[test]
    fn ini_is_refused() {
        for (name, text) in [("a.ini", "image = x"), ("a.kiwi", "[image]\nname = x\n")] {
            let directory = directory(&[(name, text)]);
            let mut sources = SourceMap::default();
            let problems = read_main(&directory.path().join(name), &mut sources).unwrap_err();
            let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, [codes::markup::UNSUPPORTED_MARKUP], "{name}");
        }
    }

    #[test]
    fn bad_bytes_have_a_place() {
        let directory = directory(&[]);
        let path = directory.path().join("config.xml");
        std::fs::write(&path, b"<image>\n \xe4</image>").unwrap();
        let mut sources = SourceMap::default();
        let problems = read_main(&path, &mut sources).unwrap_err();
        let label = problems.iter().next().unwrap().primary.clone().unwrap();
        let location = sources.location(label.span);
        assert_eq!((location.line, location.column), (2, 2));
    }
}
