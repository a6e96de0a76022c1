//! Replaces `<include from="..."/>` below `image` by the sections of the file it names.
//!
//! The included file can be in any markup, whatever the main file is in; the reference reads XML only.
//!
//! The attributes of the included `image` do not count, not even its schema version: what is included is of the version of
//! the main file. An include inside an included file stays where it is; the plan refuses it.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;
use crate::span::{SourceId, SourceMap, Span};
use crate::syntax::{self, FILE_LIMIT, Parsed};

/// How many includes a description may have.
const INCLUDE_LIMIT: usize = 200;

/// Reads a file into the source map; the span is the place that names the file.
pub type ReadSource<'a> =
    dyn FnMut(&Path, &mut SourceMap, Option<Span>) -> Result<SourceId, Box<Diagnostic>> + 'a;

/// Replaces all includes of a description whose file is in `directory`.
pub fn expand(
    root: &mut Node,
    directory: &Path,
    sources: &mut SourceMap,
    read: &mut ReadSource<'_>,
) -> Diagnostics {
    let mut problems = Diagnostics::new();
    if !root.children.iter().any(is_include) {
        return problems;
    }
    let mut includes = 0;
    for child in std::mem::take(&mut root.children) {
        if is_include(&child) {
            includes += 1;
            if let Err(problem) = within_limits(&child, includes, sources) {
                problems.push(*problem);
                break;
            }
            match included_sections(&child, directory, sources, read) {
                Ok(mut parsed) => {
                    root.children.append(&mut parsed.root.children);
                    problems.extend(parsed.notes);
                }
                Err(wrong) => problems.extend(wrong),
            }
        } else {
            root.children.push(child);
        }
    }
    problems
}

/// Includes multiply what is read, so all of them together have a limit.
fn within_limits(
    include: &Node,
    number: usize,
    sources: &SourceMap,
) -> Result<(), Box<Diagnostic>> {
    let read: usize = sources.files().map(|(_, file)| file.text().len()).sum();
    let problem = if number > INCLUDE_LIMIT {
        let message = format!("there are more than {INCLUDE_LIMIT} includes");
        Diagnostic::error(codes::markup::TOO_MANY, message)
    } else if read > 2 * FILE_LIMIT {
        let message = "the description with its includes is too large";
        Diagnostic::error(codes::markup::TOO_LARGE, message)
    } else {
        return Ok(());
    };
    Err(problem
        .at(include.name_span)
        .help("remove what is not needed")
        .into())
}

fn is_include(node: &Node) -> bool {
    node.name == "include" && node.namespace.is_none()
}

fn included_sections(
    include: &Node,
    directory: &Path,
    sources: &mut SourceMap,
    read: &mut ReadSource<'_>,
) -> Result<Parsed, Diagnostics> {
    let Some(from) = include.attribute("from") else {
        return Err(Diagnostic::error(
            codes::markup::INCLUDE_WITHOUT_FROM,
            "`include` names no file",
        )
        .at(include.name_span)
        .help("add `from=\"this://FILE\"`")
        .into());
    };
    let Some(path) = locate(&from.value, directory) else {
        return Err(Diagnostic::error(
            codes::markup::INCLUDE_LOCATION,
            format!("`{}` is no local file", from.value),
        )
        .at(from.value_span)
        .help("store the file beside the description and include `this://FILE`")
        .into());
    };
    let source = read(&path, sources, Some(from.value_span)).map_err(|problem| *problem)?;
    let parsed = syntax::parse_detected(sources, source).map_err(|problems| {
        problems
            .into_iter()
            .map(|problem| problem.related(from.value_span, "included here"))
            .collect::<Diagnostics>()
    })?;
    let root = &parsed.root;
    if root.name != "image" {
        return Err(Diagnostic::warning(
            codes::markup::INCLUDE_ROOT,
            format!(
                "the included file has `{}` instead of `image` and adds nothing",
                root.name
            ),
        )
        .at(root.name_span)
        .related(from.value_span, "included here")
        .help("put its content into `<image> ... </image>`")
        .into());
    }
    Ok(parsed)
}

/// Returns the file a location names, or nothing when it is not local.
///
/// `this://NAME` and plain relative names start at the directory of the description. A host part in `file:` and `dir:`
/// locations counts as first part of a path relative to the current directory, as the reference has it.
fn locate(from: &str, directory: &Path) -> Option<PathBuf> {
    let Some((scheme, rest)) = from.split_once(':') else {
        return Some(directory.join(from));
    };
    let path = match rest.strip_prefix("//") {
        Some(path) => path,
        None => rest,
    };
    match scheme {
        "this" => Some(directory.join(path)),
        "file" | "dir" => Some(PathBuf::from(path)),
        // A colon in the name of a plain file.
        _ if scheme.contains('/') => Some(directory.join(from)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use crate::syntax::xml;

    #[test]
    fn locations() {
        let directory = Path::new("/d");
        for (from, path) in [
            ("this://a/b.xml", Some("/d/a/b.xml")),
            ("this:///abs.xml", Some("/abs.xml")),
            ("a.xml", Some("/d/a.xml")),
            ("/abs.xml", Some("/abs.xml")),
            ("file:///abs.xml", Some("/abs.xml")),
            ("file:/abs.xml", Some("/abs.xml")),
            ("dir:///abs.xml", Some("/abs.xml")),
            ("file://host/a.xml", Some("host/a.xml")),
            ("file:a.xml", Some("a.xml")),
            ("./a:b.xml", Some("/d/./a:b.xml")),
            ("http://host/a.xml", None),
        ] {
            assert_eq!(locate(from, directory), path.map(PathBuf::from), "{from}");
        }
    }

    /// Expands the includes of a text among the given files and returns what became of it, problems last.
    fn expand_in(files: &[(&str, &str)], text: &str) -> (Vec<String>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let mut sources = SourceMap::default();
        let source = sources.add("config.xml", text);
        let mut root = xml::parse(&sources, source).unwrap();
        let problems = expand(
            &mut root,
            directory.path(),
            &mut sources,
            &mut load::read_source,
        );
        let place = |span| {
            let location = sources.location(span);
            let name = location
                .file
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            format!("{name}:{}", location.line)
        };
        (
            root.children
                .iter()
                .map(|child| format!("{} {}", child.name, place(child.span)))
                .collect(),
            problems
                .iter()
                .map(|problem| {
                    format!(
                        "{} {}",
                        problem.code,
                        place(problem.primary.as_ref().unwrap().span)
                    )
                })
                .collect(),
        )
    }

    #[test]
    fn sections_come_in_place() {
        let (sections, problems) = expand_in(
            &[(
                "a.xml",
                "<image>\n<users/>\n<include from='b.xml'/></image>",
            )],
            "<image><x/><include from='this://a.xml'/>\n<y/></image>",
        );
        assert_eq!(
            sections,
            [
                "x config.xml:1",
                "users a.xml:2",
                "include a.xml:3",
                "y config.xml:2"
            ]
        );
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn everything_wrong_is_said() {
        let (sections, problems) = expand_in(
            &[
                ("broken.xml", "<image>\n<a>\n</image>"),
                ("other.xml", "<other/>"),
            ],
            "<image><include/>\n<include from='none.xml'/>\n<include from='broken.xml'/>\n\
             <include from='other.xml'/>\n<include from='ftp://x/y'/></image>",
        );
        assert_eq!(sections, [""; 0]);
        assert_eq!(
            problems,
            [
                "K0111 config.xml:1",
                "K0110 config.xml:2",
                "K0104 broken.xml:3",
                "K0112 other.xml:1",
                "K0114 config.xml:5"
            ]
        );
    }
}
