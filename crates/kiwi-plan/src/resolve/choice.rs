//! Architecture, profiles and build type: which sections of the description count (spec 01, sections 4.1 to 4.3).

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::values::CommaList;
use kiwi_description::model::{ImageDescription, Preferences, Profile, Spanned, Type};

use crate::selection::Selection;

/// What was chosen, before anything is looked up.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// Machine name everything is filtered by and built for.
    pub machine: String,
    /// Selected profiles in the order of their selection.
    pub profiles: Vec<String>,
    /// Preferences that apply, in document order.
    pub preferences: Vec<&'a Preferences>,
    /// The build type.
    pub kind: &'a Type,
}

/// A section that may be bound to profiles and architectures.
#[derive(Clone, Copy)]
pub struct Binding<'a> {
    /// `profiles` of the section.
    pub profiles: Option<&'a Spanned<CommaList>>,
    /// `arch` of the section.
    pub arch: Option<&'a Spanned<CommaList>>,
}

impl Choice<'_> {
    /// Tells whether a section applies.
    pub fn applies(&self, binding: Binding<'_>) -> bool {
        selected(&self.profiles, binding.profiles) && self.built_for(binding.arch)
    }

    /// Tells whether an element with an `arch` attribute applies.
    pub fn built_for(&self, arch: Option<&Spanned<CommaList>>) -> bool {
        matches(&self.machine, arch)
    }
}

/// Chooses profiles and build type.
///
/// # Errors
/// Profiles or build types that are not there, all of them.
pub fn choose<'a>(
    description: &'a ImageDescription,
    selection: &Selection,
    host_machine: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Choice<'a>> {
    let machine = selection
        .target_arch
        .clone()
        .unwrap_or_else(|| host_machine.to_owned());
    let profiles = choose_profiles(description, selection, &machine, diagnostics)?;
    let preferences: Vec<_> = description
        .preferences
        .iter()
        .filter(|section| {
            selected(&profiles, section.profiles.as_ref())
                && matches(&machine, section.arch.as_ref())
        })
        .collect();
    let kind = choose_type(description, selection, &profiles, &preferences, diagnostics)?;
    Some(Choice {
        machine,
        profiles,
        preferences,
        kind,
    })
}

/// A comma list of architectures matches when the machine name is in it, letter by letter, or when it is absent.
///
/// `ix86` stands for all 32 bit Intel machines; the reference, which compares the plain name, never matches it.
pub(super) fn matches(machine: &str, arch: Option<&Spanned<CommaList>>) -> bool {
    arch.is_none_or(|list| {
        list.has(machine) || list.has(crate::architecture::file_name_architecture(machine))
    })
}

/// A section applies without a `profiles` attribute, or when one of its names is selected.
pub(super) fn selected(profiles: &[String], attribute: Option<&Spanned<CommaList>>) -> bool {
    attribute.is_none_or(|list| list.is_empty() || list.iter().any(|name| profiles.contains(name)))
}

/// Profiles that exist on this machine; of two with one name the later counts, in the place of the first.
pub(super) fn known_profiles<'a>(
    description: &'a ImageDescription,
    machine: &str,
) -> Vec<&'a Profile> {
    let mut known: Vec<&Profile> = Vec::new();
    for profile in description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
    {
        if !matches(machine, profile.arch.as_ref()) {
            continue;
        }
        match known.iter_mut().find(|other| *other.name == *profile.name) {
            Some(earlier) => *earlier = profile,
            None => known.push(profile),
        }
    }
    known
}

pub(super) fn choose_profiles(
    description: &ImageDescription,
    selection: &Selection,
    machine: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let known = known_profiles(description, machine);
    if selection.profiles.is_empty() {
        let imported = known
            .iter()
            .filter(|profile| profile.import.as_ref().is_some_and(|import| **import));
        return Some(imported.map(|profile| profile.name.value.clone()).collect());
    }
    let mut result = Vec::new();
    let mut complete = true;
    for name in &selection.profiles {
        if known.iter().any(|profile| *profile.name == *name) {
            complete &= add_with_requirements(name, &known, machine, &mut result, diagnostics);
        } else {
            complete = false;
            diagnostics.push(unknown_profile(name, description, &known, machine));
        }
    }
    complete.then_some(result)
}

/// Adds a profile and what it requires, depth first, each once.
fn add_with_requirements(
    name: &str,
    known: &[&Profile],
    machine: &str,
    result: &mut Vec<String>,
    diagnostics: &mut Diagnostics,
) -> bool {
    if result.iter().any(|selected| selected == name) {
        return true;
    }
    let Some(profile) = known.iter().find(|profile| *profile.name == *name) else {
        return true;
    };
    result.push(name.to_owned());
    let mut complete = true;
    for requirement in &profile.requires {
        if !matches(machine, requirement.arch.as_ref()) {
            continue;
        }
        if known
            .iter()
            .any(|other| *other.name == *requirement.profile)
        {
            complete &=
                add_with_requirements(&requirement.profile, known, machine, result, diagnostics);
        } else {
            complete = false;
            diagnostics.push(
                Diagnostic::error(
                    codes::selection::UNKNOWN_PROFILE,
                    format!(
                        "profile `{name}` requires `{}`, which does not exist on `{machine}`",
                        *requirement.profile
                    ),
                )
                .at(requirement.profile.span)
                .help_if(did_you_mean(
                    &requirement.profile,
                    known.iter().map(|profile| profile.name.as_str()),
                )),
            );
        }
    }
    complete
}

fn unknown_profile(
    name: &str,
    description: &ImageDescription,
    known: &[&Profile],
    machine: &str,
) -> Diagnostic {
    let elsewhere = description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
        .find(|profile| *profile.name == *name);
    let names = || known.iter().map(|profile| profile.name.as_str());
    let diagnostic = match elsewhere {
        Some(profile) => Diagnostic::error(
            codes::selection::UNKNOWN_PROFILE,
            format!("profile `{name}` does not exist on `{machine}`"),
        )
        .at(profile.arch.as_ref().map_or(profile.span, |arch| arch.span)),
        None => Diagnostic::error(
            codes::selection::UNKNOWN_PROFILE,
            format!("the description has no profile `{name}`"),
        )
        .in_place("command line --profile"),
    };
    let list = names()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let help = did_you_mean(name, names()).unwrap_or_else(|| {
        if list.is_empty() {
            "the description has no profiles; leave out `--profile`".to_owned()
        } else {
            format!("its profiles are {list}")
        }
    });
    diagnostic.help(help)
}

fn choose_type<'a>(
    description: &ImageDescription,
    selection: &Selection,
    profiles: &[String],
    preferences: &[&'a Preferences],
    diagnostics: &mut Diagnostics,
) -> Option<&'a Type> {
    let candidates: Vec<&Type> = preferences
        .iter()
        .flat_map(|section| &section.types)
        .collect();
    let chosen = match selection.build_type.as_deref() {
        Some(wanted) => {
            let wanted = modern_type(wanted, diagnostics);
            candidates
                .iter()
                .find(|kind| kind.image.as_str() == wanted)
                .copied()
        }
        None => candidates
            .iter()
            .find(|kind| kind.primary.as_ref().is_some_and(|primary| **primary))
            .or(candidates.first())
            .copied(),
    };
    if chosen.is_none() {
        diagnostics.push(no_type(description, selection, profiles, &candidates));
    }
    chosen
}

/// `vmx` was a disk without growing at first boot; it has been `oem` since schema 7.3.
fn modern_type<'s>(wanted: &'s str, diagnostics: &mut Diagnostics) -> &'s str {
    if wanted != "vmx" {
        return wanted;
    }
    diagnostics.push(
        Diagnostic::warning(
            codes::selection::OLD_BUILD_TYPE,
            "build type `vmx` is now called `oem`",
        )
        .in_place("command line --type")
        .help("write `--type oem`"),
    );
    "oem"
}

fn no_type(
    description: &ImageDescription,
    selection: &Selection,
    profiles: &[String],
    candidates: &[&Type],
) -> Diagnostic {
    let with = if profiles.is_empty() {
        "without a profile".to_owned()
    } else {
        format!("with profile {}", profiles.join(", "))
    };
    let mut offered: Vec<&str> = candidates.iter().map(|kind| kind.image.as_str()).collect();
    offered.dedup();
    let help = if let (Some(wanted), false) = (&selection.build_type, offered.is_empty()) {
        did_you_mean(wanted, offered.iter().copied())
            .unwrap_or_else(|| format!("there is {}", quoted(&offered)))
    } else {
        let mut names: Vec<&str> = description
            .preferences
            .iter()
            .filter(|section| !section.types.is_empty())
            .filter_map(|section| section.profiles.as_ref())
            .flat_map(|list| list.iter().map(String::as_str))
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            "add a `<type>` to `<preferences>`".to_owned()
        } else {
            format!("choose one with `--profile`: {}", quoted(&names))
        }
    };
    let diagnostic = match &selection.build_type {
        Some(wanted) => Diagnostic::error(
            codes::selection::NO_BUILD_TYPE,
            format!("the description has no build type `{wanted}` {with}"),
        )
        .in_place("command line --type"),
        None => Diagnostic::error(
            codes::selection::NO_BUILD_TYPE,
            format!("the description has no build type {with}"),
        )
        .at(description.span),
    };
    diagnostic.help(help)
}

fn quoted(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
