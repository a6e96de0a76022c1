//! The page of image types: what each of them may have.

use std::fmt::Write;

use kiwi_description::schema::define::{Element, OnlyFor};
use kiwi_description::schema::element;

use super::markdown::{link, start, words};

/// Elements that need one of some attributes of the type, which not every image type can have.
const NEEDS: &[(&str, &[&str])] = &[
    ("installmedia", &["installiso", "installpxe"]),
    ("luksformat", &["luks"]),
];

/// Makes the page.
pub(super) fn page() -> String {
    let mut out = start("Image types");
    let build_type = element("type").expect("the schema has types");
    let image = build_type.attribute("image").expect("types have an image");
    let everywhere = attributes(build_type, |condition| {
        condition.is_none_or(|it| !it.strict)
    });
    let _ = write!(
        out,
        "\nWhat {} may have depends on its `image`. For all of them: {}.\n",
        link("type"),
        words(everywhere)
    );
    for word in image.kind.words() {
        let _ = write!(out, "\n## `{}`\n\n{}", word.name, word.help());
        if let Some(version) = word.since {
            let _ = write!(out, " Since schema {version}.");
        }
        out.push_str("\n\n");
        let own = attributes(build_type, |condition| {
            condition.is_some_and(|it| it.strict && it.values.contains(&word.name))
        });
        if own.is_empty() {
            out.push_str("- Attributes: only those of all types.\n");
        } else {
            let _ = writeln!(out, "- Attributes: {}.", words(own.iter().copied()));
        }
        let required: Vec<_> = build_type
            .attributes
            .iter()
            .filter(|attribute| {
                attribute
                    .required_for
                    .is_some_and(|condition| condition.values.contains(&word.name))
            })
            .map(|attribute| attribute.name)
            .collect();
        if !required.is_empty() {
            let _ = writeln!(out, "- Required: {}.", words(required));
        }
        let children: Vec<String> = build_type
            .children
            .iter()
            .filter(|child| {
                let condition = element(child.name).and_then(|known| known.only_for);
                let needs = NEEDS.iter().find(|(name, _)| *name == child.name);
                condition.is_none_or(|condition| condition.values.contains(&word.name))
                    && needs.is_none_or(|(_, names)| names.iter().any(|name| own.contains(name)))
            })
            .map(|child| link(child.name))
            .collect();
        let _ = writeln!(out, "- Elements: {}.", children.join(", "));
    }
    out
}

fn attributes(
    build_type: &Element,
    allowed: impl Fn(Option<OnlyFor>) -> bool,
) -> Vec<&'static str> {
    build_type
        .attributes
        .iter()
        .filter(|attribute| allowed(attribute.only_for) && attribute.name != "image")
        .map(|attribute| attribute.name)
        .collect()
}
