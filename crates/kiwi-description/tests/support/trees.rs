//! Trees in every markup: reading texts without files, comparing what came out.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics};
use kiwi_description::model::{ImageDescription, build_model};
use kiwi_description::node::Node;
use kiwi_description::span::{SourceMap, Span};
use kiwi_description::syntax::{self, Markup, Parsed};
use kiwi_description::{include, schema, upgrade};

/// All markups a description can be in.
pub(crate) const MARKUPS: [Markup; 4] = [Markup::Xml, Markup::Yaml, Markup::Json, Markup::Toml];

/// The usual name of a description in a markup.
pub(crate) fn file_name(markup: Markup) -> &'static str {
    match markup {
        Markup::Xml => "config.xml",
        Markup::Yaml => "config.yaml",
        Markup::Json => "config.json",
        Markup::Toml => "config.toml",
        Markup::Ini => "config.ini",
    }
}

/// Reads a text.
pub(crate) fn parse(text: &str, markup: Markup) -> (SourceMap, Result<Parsed, Diagnostics>) {
    let mut sources = SourceMap::default();
    let source = sources.add(file_name(markup), text);
    let parsed = syntax::parse(&sources, source, markup);
    (sources, parsed)
}

/// Writes a tree; the test fails when the markup cannot hold one.
pub(crate) fn write(root: &Node, markup: Markup) -> String {
    syntax::write(root, markup).expect("the markup can hold a description")
}

/// A tree without places, children of one name together and names sorted: what is the same in all markups.
pub(crate) fn canonical(root: &Node) -> Node {
    let nowhere = SourceMap::default().add_whole("", "");
    let mut root = root.clone();
    root.visit_mut(&mut |node| {
        (node.span, node.name_span) = (nowhere, nowhere);
        for attribute in &mut node.attributes {
            (attribute.span, attribute.value_span) = (nowhere, nowhere);
        }
        if let Some(text) = &mut node.text {
            text.span = nowhere;
        }
        node.children.sort_by(|a, b| a.name.cmp(&b.name));
    });
    root
}

/// Takes a text through everything this crate does and returns the model, or all that is wrong.
///
/// Includes find nothing.
pub(crate) fn whole_way(
    text: &str,
    markup: Markup,
) -> (
    SourceMap,
    Result<(Node, ImageDescription), Diagnostics>,
    Diagnostics,
) {
    let (mut sources, parsed) = parse(text, markup);
    let mut notes = Diagnostics::new();
    let result = parsed.and_then(|parsed| {
        notes.extend(parsed.notes);
        let mut root = parsed.root;
        let mut problems = include::expand(
            &mut root,
            Path::new("/nowhere"),
            &mut sources,
            &mut |path, _, origin| {
                let message = format!("no {}", path.display());
                let problem = Diagnostic::error(
                    kiwi_description::diagnostic::codes::markup::INCLUDE_UNREADABLE,
                    message,
                );
                Err(match origin {
                    Some(span) => problem.at(span),
                    None => problem,
                }
                .into())
            },
        );
        problems.extend(upgrade::upgrade(&mut root)?);
        problems.extend(schema::check(&root));
        if problems.has_errors() {
            return Err(problems);
        }
        notes.extend(problems);
        let image = build_model(&root)?;
        Ok((root, image))
    });
    (sources, result, notes)
}

/// Says where a diagnostic points, what stands there, and what it says.
pub(crate) fn told(problem: &Diagnostic, sources: &SourceMap) -> String {
    let place = |span: Span| {
        let location = sources.location(span);
        format!(
            "{}:{} `{}`",
            location.line,
            location.column,
            sources.slice(span)
        )
    };
    let primary = problem.primary.as_ref();
    let mut told = format!(
        "{} {}: {}",
        problem.code,
        primary.map_or("nowhere".to_owned(), |label| place(label.span)),
        problem.message
    );
    for label in &problem.related {
        told.push_str(&format!("; {}: {}", label.text, place(label.span)));
    }
    told
}
