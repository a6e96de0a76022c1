//! A section bound to a profile that is declared nowhere can never apply. Most often the name is misspelt.
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
                .at(list.span)
                .help_if(hint(name, &declared)),
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
fn attributes(description: &ImageDescription) -> impl Iterator<Item = &Spanned<CommaList>> {
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
