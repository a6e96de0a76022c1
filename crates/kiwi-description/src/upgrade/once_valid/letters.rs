//! Texts with letters that their place has no room for.

use crate::diagnostic::Diagnostics;
use crate::node::Node;
use crate::schema::patterns::{ISO_TEXT, NAME};
use crate::upgrade::rewrites::{for_each, read_as};

/// Aliases become file names; letters that cannot be in one become `_`, and aliases that get equal by that stay apart.
pub(super) fn free_aliases(root: &mut Node, problems: &mut Diagnostics) {
    let mut taken: Vec<String> = Vec::new();
    for_each(root, "repository", &mut |repository| {
        taken.extend(repository.value("alias").map(str::to_owned));
    });
    for_each(root, "repository", &mut |repository| {
        let Some(alias) = repository.attribute_mut("alias") else {
            return;
        };
        if (NAME.matches)(&alias.value) {
            return;
        }
        if alias.value.trim().is_empty() {
            repository.take_attribute("alias");
            return;
        }
        let is_safe = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        let safe = |letter| if is_safe(letter) { letter } else { '_' };
        let mut name: String = alias.value.trim().chars().map(safe).collect();
        while taken.contains(&name) {
            name.push('_');
        }
        problems.push(read_as(
            format!("the alias `{}` becomes `{name}`", alias.value),
            alias.value_span,
            "use letters, digits, `_`, `-` and `.`",
        ));
        taken.push(name.clone());
        alias.value = name;
    });
}

/// The publisher stands in the header of an ISO image, which has room for few letters.
pub(super) fn free_publishers(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        let Some(publisher) = build_type.attribute_mut("publisher") else {
            return;
        };
        if (ISO_TEXT.matches)(&publisher.value) {
            return;
        }
        let fits = |letter: char| (ISO_TEXT.matches)(letter.encode_utf8(&mut [0; 4]));
        let safe = |letter| if fits(letter) { letter } else { '_' };
        let text: String = publisher.value.chars().take(128).map(safe).collect();
        if text.trim().is_empty() {
            build_type.take_attribute("publisher");
            return;
        }
        problems.push(read_as(
            format!("the publisher becomes `{text}`, which fits into the header of an ISO image"),
            publisher.value_span,
            "use at most 128 ASCII letters, digits, blanks and common punctuation",
        ));
        publisher.value = text;
    });
}
