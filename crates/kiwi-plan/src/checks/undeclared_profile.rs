//! A section bound to a profile that is declared nowhere can never apply, and a profile that requires one cannot be selected.
//! Most often the name is misspelt.
//!
//! Mend: correct the name, or declare the profile.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::values::CommaList;
use kiwi_description::model::{ImageDescription, Spanned};

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let declared: Vec<&str> = facts
        .description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
        .map(|profile| profile.name.as_str())
        .collect();
    for list in attributes(facts.description) {
        for name in list
            .iter()
            .filter(|name| !declared.contains(&name.as_str()))
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::checks::UNDECLARED_PROFILE,
                    format!("no profile is called `{name}`, so it can never be selected"),
                )
                .at(facts.places.word(list.span, name))
                .help_if(hint(name, &declared)),
            );
        }
    }
    requirements(facts, &declared, diagnostics);
}

/// The same code as when the profile is selected, where it is an error.
fn requirements(facts: &Facts<'_>, declared: &[&str], diagnostics: &mut Diagnostics) {
    let profiles = facts.description.profiles.iter();
    for profile in profiles.flat_map(|section| &section.profiles) {
        for requirement in profile
            .requires
            .iter()
            .filter(|it| !declared.contains(&it.profile.as_str()))
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::selection::UNKNOWN_PROFILE,
                    format!(
                        "profile `{}` requires `{}`, which is declared nowhere",
                        *profile.name, *requirement.profile
                    ),
                )
                .at(requirement.profile.span)
                .help_if(did_you_mean(&requirement.profile, declared.iter().copied())),
            );
        }
    }
}

fn hint(name: &str, declared: &[&str]) -> Option<String> {
    if declared.contains(&name.trim()) {
        return Some("names are compared with their blanks; remove them".to_owned());
    }
    did_you_mean(name, declared.iter().copied())
}

/// All `profiles` attributes of the description.
pub(super) fn attributes(
    description: &ImageDescription,
) -> impl Iterator<Item = &Spanned<CommaList>> {
    let preferences = description
        .preferences
        .iter()
        .map(|it| it.profiles.as_ref());
    let users = description.users.iter().map(|it| it.profiles.as_ref());
    let drivers = description.drivers.iter().map(|it| it.profiles.as_ref());
    let strip = description.strip.iter().map(|it| it.profiles.as_ref());
    let repositories = description
        .repositories
        .iter()
        .map(|it| it.profiles.as_ref());
    let containers = description.containers.iter().map(|it| it.profiles.as_ref());
    let packages = description.packages.iter().map(|it| it.profiles.as_ref());
    let certificates = description
        .certificates
        .iter()
        .map(|it| it.profiles.as_ref());
    preferences
        .chain(users)
        .chain(drivers)
        .chain(strip)
        .chain(repositories)
        .chain(containers)
        .chain(packages)
        .chain(certificates)
        .flatten()
}
