//! `--set-type-attr`: an attribute of the selected build type, as if it stood in the description.

use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::model::build_model;
use kiwi_description::node::Node;
use kiwi_description::span::Span;
use kiwi_description::{Loaded, schema};

use super::Selection;
use crate::resolve::choose;

/// Sets the attributes of `--set-type-attr` in a description and builds its model again.
///
/// The reference sets any text at all and fails somewhere later; here the schema judges the attribute and its value like
/// those of the description, and messages point into the option.
///
/// # Errors
/// No such profile or build type; an attribute the schema does not have or does not allow for the type; a bad value.
pub fn apply_type_attributes(
    loaded: &mut Loaded,
    selection: &Selection,
    host_machine: &str,
) -> Result<(), Diagnostics> {
    if selection.type_attributes.is_empty() {
        return Ok(());
    }
    let mut diagnostics = Diagnostics::new();
    let choice = choose(&loaded.image, selection, host_machine, &mut diagnostics);
    let Some(choice) = choice else {
        return Err(diagnostics.sorted());
    };
    let place = choice.kind.span;
    let mut root = loaded.root.clone();
    let mut options: Vec<Span> = Vec::new();
    for (name, value) in &selection.type_attributes {
        // Whoever shows the place of a mistake must not show the passphrase.
        let shown = if name == "luks" { "..." } else { value };
        let option = format!("--set-type-attr {name}={shown}");
        let text = format!("{name}={shown}");
        let span = loaded.source_map.add_whole(option, text);
        options.push(span);
        root.visit_mut(&mut |node: &mut Node| {
            if node.name == "type" && node.name_span == place {
                node.set_attribute(name, value.as_str(), span);
            }
        });
    }
    let from_options = |span: Span| options.iter().any(|option| option.source == span.source);
    let problems: Diagnostics = schema::check(&root)
        .into_iter()
        .filter(|problem| {
            problem.is_error()
                || problem
                    .primary
                    .as_ref()
                    .is_some_and(|it| from_options(it.span))
        })
        .collect();
    if problems.has_errors() {
        return Err(problems);
    }
    loaded.image = build_model(&root)?;
    loaded.root = root;
    loaded.diagnostics.extend(problems);
    Ok(())
}
