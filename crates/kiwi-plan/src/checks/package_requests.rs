//! Packages that one build wants twice in one section, or wants and does not want.
//!
//! A package that is removed again after the scripts is common, but only when another section than the one that asks for it
//! applies less often: a profile may remove what the base installs. So two sections are compared only if the one that removes
//! applies whenever the other does.
//!
//! Mend: remove one of the requests, or bind them to different profiles.

use std::collections::HashMap;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::PackagesType;
use kiwi_description::model::{Packages, Spanned};
use kiwi_description::span::Span;

use crate::resolve::Facts;

pub(super) fn twice(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    for section in all_sections(facts) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for name in packages(facts, section) {
            let Some(first) = seen.insert(name.trim(), name.span) else {
                continue;
            };
            seen.insert(name.trim(), first);
            diagnostics.push(
                Diagnostic::warning(
                    codes::checks::PACKAGE_TWICE,
                    format!("the package `{}` is listed twice", name.trim()),
                )
                .at(name.span)
                .related(first, "the first one")
                .help("remove one of them, or correct its name"),
            );
        }
    }
}

pub(super) fn conflicts(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let rules = facts.package_rules();
    let image = rules.image_sections();
    let bootstrap = rules.sections_of(PackagesType::Bootstrap);
    let phases = || image.iter().chain(&bootstrap);
    for ignored in phases() {
        let names = ignored
            .ignores
            .iter()
            .filter(|it| facts.choice.built_for(it.arch.as_ref()));
        for name in names.map(|it| &it.name) {
            let requested = phases().find_map(|section| find(facts, section, name));
            report(name, requested, "ignored", diagnostics);
        }
    }
    for (kind, word) in [
        (PackagesType::Delete, "deleted again"),
        (PackagesType::Uninstall, "uninstalled again"),
    ] {
        for section in rules.sections_of(kind) {
            let same = |other: &&&Packages| applies_as_often(section, other);
            for name in packages(facts, section) {
                let requested = image
                    .iter()
                    .filter(same)
                    .find_map(|other| find(facts, other, name));
                report(name, requested, word, diagnostics);
            }
        }
    }
}

fn all_sections<'a>(facts: &Facts<'a>) -> Vec<&'a Packages> {
    let rules = facts.package_rules();
    let applies = |section: &&'a Packages| {
        *section.kind == PackagesType::Image
            || section.kind.as_str() == facts.kind().image.as_str()
            || matches!(
                *section.kind,
                PackagesType::Bootstrap | PackagesType::Delete | PackagesType::Uninstall
            )
    };
    let all = facts.description.packages.iter();
    all.filter(applies)
        .filter(|section| rules.applies(section))
        .collect()
}

fn packages<'a>(
    facts: &Facts<'_>,
    section: &'a Packages,
) -> impl Iterator<Item = &'a Spanned<String>> {
    let written = section.packages.iter();
    written
        .filter(|package| facts.choice.built_for(package.arch.as_ref()))
        .map(|package| &package.name)
}

fn find(facts: &Facts<'_>, section: &Packages, name: &Spanned<String>) -> Option<Span> {
    packages(facts, section)
        .find(|other| other.trim() == name.trim())
        .map(|other| other.span)
}

/// Tells whether a section applies whenever another one does.
fn applies_as_often(section: &Packages, other: &Packages) -> bool {
    match (&section.profiles, &other.profiles) {
        (None, _) => true,
        (Some(list), _) if list.is_empty() => true,
        (Some(_), None) => false,
        (Some(list), Some(others)) => {
            !others.is_empty() && others.iter().all(|name| list.has(name))
        }
    }
}

fn report(
    name: &Spanned<String>,
    requested: Option<Span>,
    word: &str,
    diagnostics: &mut Diagnostics,
) {
    let Some(requested) = requested else { return };
    diagnostics.push(
        Diagnostic::warning(
            codes::checks::PACKAGE_CONFLICT,
            format!("the package `{}` is asked for and {word}", name.trim()),
        )
        .at(name.span)
        .related(requested, "asked for here")
        .help("remove one of the two, or bind them to different profiles"),
    );
}
