//! Upgrades the text of a description: the files themselves, to the newest schema version.
//!
//! The written tree and the upgraded one are compared, and each difference becomes a small change of the text, so that
//! comments, order, blank lines and everything the upgrade does not touch stay as they are. Included files are upgraded too.
//! Before anything is given out, the changed texts are read again and must give the upgraded tree.
//!
//! Start reading at [`rewrite`]. Nothing is written here; the program does that.

mod compare;
mod edits;
mod layout;
mod unified;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::node::Node;
use crate::span::{SourceId, SourceMap, Span};
use crate::syntax::{Markup, detect, xml, xml_write};
use crate::upgrade::NEWEST;
use crate::{Failure, include, load, schema, upgrade};

pub use edits::{Edit, Edits};
pub use unified::unified_diff;

/// A description whose text was upgraded in memory.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// The texts as they were read.
    pub source_map: SourceMap,
    /// What the upgrade says, and what else is to say about the description; no errors.
    pub diagnostics: Diagnostics,
    /// The main file.
    pub file: PathBuf,
    /// The files that change, the main file first, then included ones in the order they were included.
    pub changed: Vec<ChangedFile>,
}

/// One file that changes.
#[derive(Clone, Debug)]
pub struct ChangedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text, without byte order mark.
    pub before: String,
    /// What changes in it.
    pub edits: Edits,
    /// The new text.
    pub after: String,
    /// Whether another file includes it.
    pub included: bool,
}

/// Finds the description in a directory and upgrades its text and that of included files.
///
/// A description with errors is not upgraded: they are easier to mend where they were made.
pub fn rewrite(directory: &Path, kiwi_file: Option<&Path>) -> Result<Rewritten, Box<Failure>> {
    let mut source_map = SourceMap::default();
    match rewrite_into(&mut source_map, directory, kiwi_file) {
        Ok((file, diagnostics, changed)) => Ok(Rewritten {
            source_map,
            diagnostics,
            file,
            changed,
        }),
        Err(diagnostics) => Err(Box::new(Failure {
            source_map,
            diagnostics: diagnostics.sorted(),
        })),
    }
}

fn rewrite_into(
    sources: &mut SourceMap,
    directory: &Path,
    kiwi_file: Option<&Path>,
) -> Result<(PathBuf, Diagnostics, Vec<ChangedFile>), Diagnostics> {
    let file = load::find(directory, kiwi_file).map_err(|problem| *problem)?;
    let base = file.parent().unwrap_or(directory).to_owned();
    let mut before = read_xml(&file, sources)?;
    let mut problems = include::expand(&mut before, &base, sources, &mut load::read_source);
    let mut after = before.clone();
    match upgrade::upgrade(&mut after) {
        Ok(notes) => problems.extend(notes),
        Err(errors) => {
            problems.extend(errors);
            return Err(problems);
        }
    }
    problems.extend(schema::check(&after));
    if problems.has_errors() {
        return Err(problems);
    }
    let changed = changed_files(&before, &after, sources)?;
    assert_same(&file, &base, &changed, &after, before.name_span)?;
    Ok((file, problems.sorted(), changed))
}

/// Reads the main file, which must be XML.
fn read_xml(file: &Path, sources: &mut SourceMap) -> Result<Node, Diagnostics> {
    let source = load::read_source(file, sources, None).map_err(|problem| *problem)?;
    let markup = detect(file, sources.file(source).text());
    if markup == Markup::Xml {
        return Ok(xml::parse(sources, source).map_err(|problem| *problem)?);
    }
    Err(Diagnostic::error(
        codes::markup::REWRITE_MARKUP,
        format!("the description is {markup}, and only XML is upgraded in place"),
    )
    .at(Span::new(source, 0..0))
    .help("change it by hand; `kiwi-ng image plan` says what is old in it")
    .into())
}

/// Returns the files that differ between the two trees, the main file first.
fn changed_files(
    before: &Node,
    after: &Node,
    sources: &SourceMap,
) -> Result<Vec<ChangedFile>, Diagnostics> {
    let main = before.span.source;
    let mut edits = compare::compare(before, after, sources);
    // A file may be included more than once, and is then read as often.
    let mut seen: BTreeMap<&Path, Edits> = BTreeMap::new();
    let mut changed = Vec::new();
    for (source, file) in sources.files() {
        if source != main
            && let Some(version) = own_version(source, sources)
        {
            edits.add(source, version.range(), NEWEST);
        }
        let edits = edits.take(source).map_err(|overlap| {
            conflict("two changes want the same place")
                .at(Span::new(source, overlap.at..overlap.at))
        })?;
        if let Some(earlier) = seen.insert(file.path(), edits.clone()) {
            if earlier != edits {
                return Err(other_text_wanted(source, file.path()).into());
            }
            continue;
        }
        if !edits.is_empty() {
            let before = file.text().to_owned();
            changed.push(ChangedFile {
                path: file.path().to_owned(),
                after: edits.apply(&before),
                before,
                edits,
                included: source != main,
            });
        }
    }
    Ok(changed)
}

/// Returns the place of the schema version that an included file announces, when it is not the newest.
///
/// It does not count there, but would be a lie after the upgrade.
fn own_version(source: SourceId, sources: &SourceMap) -> Option<Span> {
    let root = xml::parse(sources, source).ok()?;
    let version = root.attribute("schemaversion")?;
    (root.name == "image" && version.value != NEWEST).then_some(version.value_span)
}

fn other_text_wanted(source: SourceId, path: &Path) -> Diagnostic {
    let path = path.display();
    conflict(&format!(
        "`{path}` is included more than once, and would need another text each time"
    ))
    .at(Span::new(source, 0..0))
}

fn conflict(message: &str) -> Diagnostic {
    Diagnostic::error(codes::markup::REWRITE_CONFLICT, message)
        .help("upgrade the file by hand; nothing was written")
}

/// Reads the changed texts again; they must give the upgraded tree.
fn assert_same(
    file: &Path,
    base: &Path,
    changed: &[ChangedFile],
    expected: &Node,
    place: Span,
) -> Result<(), Diagnostics> {
    let mut sources = SourceMap::default();
    let mut read = |path: &Path, sources: &mut SourceMap, origin: Option<Span>| match changed
        .iter()
        .find(|file| file.path == path)
    {
        Some(file) => Ok(sources.add(path, file.after.as_str())),
        None => load::read_source(path, sources, origin),
    };
    let source = read(file, &mut sources, None).map_err(|problem| *problem)?;
    let again = xml::parse(&sources, source).ok().and_then(|mut root| {
        let problems = include::expand(&mut root, base, &mut sources, &mut read);
        (!problems.has_errors()).then_some(root)
    });
    if again.is_some_and(|again| meaning(&again) == meaning(expected)) {
        return Ok(());
    }
    let message = "the changed text would not describe the same as the upgraded description";
    Err(conflict(message).at(place).into())
}

/// Returns what a tree says, without places and the order of attributes, which means nothing.
fn meaning(node: &Node) -> String {
    let mut node = node.clone();
    node.visit_mut(&mut |node| node.attributes.sort_by(|a, b| a.name.cmp(&b.name)));
    xml_write::to_xml(&node)
}

#[cfg(test)]
mod tests;
