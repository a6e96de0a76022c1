//! A profile that no section is bound to, that requires no other one and has no overlay directory selects nothing. With scripts
//! in the description it may be meant for them, and the finding is only a note.
//!
//! Also profiles that are declared twice, of which the earlier one is forgotten.
//!
//! Mend: bind a section to it, or remove it.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, Severity, codes};
use kiwi_description::model::Profile;

use super::undeclared_profile::attributes;
use crate::plan::root::Hook;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let all: Vec<&Profile> = facts
        .description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
        .collect();
    let severity = if has_script(facts) {
        Severity::Note
    } else {
        Severity::Warning
    };
    for profile in &all {
        let name = profile.name.as_str();
        let bound = attributes(facts.description).any(|list| list.has(name));
        let overlay = facts.host.is_directory(&facts.host.absolute(name));
        if !bound && !overlay && profile.requires.is_empty() && !facts.host.prepared {
            diagnostics.push(
                Diagnostic::new(
                    severity,
                    codes::checks::IDLE_PROFILE,
                    format!("nothing depends on the profile `{name}`"),
                )
                .at(profile.name.span)
                .help("bind a section to it with `profiles`, or remove it"),
            );
        }
    }
    for (at, profile) in all.iter().enumerate() {
        let earlier = all[..at]
            .iter()
            .find(|other| *other.name == *profile.name && share_machine(other, profile));
        if let Some(earlier) = earlier {
            diagnostics.push(
                Diagnostic::warning(
                    codes::checks::PROFILE_TWICE,
                    format!(
                        "the profile `{}` is declared twice, and this one counts",
                        *profile.name
                    ),
                )
                .at(profile.name.span)
                .related(earlier.name.span, "forgotten")
                .help("remove one of them"),
            );
        }
    }
}

fn has_script(facts: &Facts<'_>) -> bool {
    Hook::ALL
        .iter()
        .any(|hook| facts.host.is_file(&facts.host.absolute(hook.file_name())))
}

fn share_machine(one: &Profile, other: &Profile) -> bool {
    match (&one.arch, &other.arch) {
        (Some(one), Some(other)) => one.iter().any(|machine| other.has(machine)),
        _ => true,
    }
}
