//! Scripts of a description are found by their names. A file whose name is nearly one of them is never called, and nothing else
//! would tell.
//!
//! Mend: the right name, or the attribute that names the script.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};

use crate::host_facts::EntryKind;
use crate::plan::root::Hook;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mentioned = mentioned(facts);
    let names: Vec<&str> = Hook::ALL.iter().map(|hook| hook.file_name()).collect();
    let files = facts.host.description.entries.iter();
    for (path, _) in files.filter(|(_, kind)| matches!(kind, EntryKind::File { .. })) {
        let Some(name) = top_level_script(path) else {
            continue;
        };
        if mentioned.contains(&name) {
            continue;
        }
        if names.contains(&name) {
            unnamed(facts, name, diagnostics);
        } else if let Some(near) = near_miss(name, names.iter().copied())
            && !facts.host.is_file(&facts.host.absolute(near))
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::checks::SCRIPT_NOT_CALLED,
                    format!("nothing calls the script `{name}`"),
                )
                .at(facts.description.span)
                .help(format!(
                    "did you mean `{near}`? Scripts are found by their names"
                )),
            );
        }
    }
}

/// The scripts of the boot loader are called only when an attribute names them.
fn unnamed(facts: &Facts<'_>, name: &str, diagnostics: &mut Diagnostics) {
    let attribute = if name == Hook::EditBootConfig.file_name() {
        "editbootconfig"
    } else if name == Hook::EditBootInstall.file_name() {
        "editbootinstall"
    } else {
        return;
    };
    diagnostics.push(
        Diagnostic::warning(
            codes::checks::SCRIPT_NOT_CALLED,
            format!("the script `{name}` is there, and no build type calls it"),
        )
        .at(facts.description.span)
        .help(format!(
            "add `{attribute}=\"{name}\"` to `type`, or remove it"
        )),
    );
}

fn top_level_script(path: &Path) -> Option<&str> {
    let name = path.to_str()?;
    let script = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("sh"));
    (!name.contains('/') && script).then_some(name)
}

/// Files that the description names.
fn mentioned<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let description = facts.description;
    let types = description.preferences.iter().flat_map(|it| &it.types);
    let scripts = types.flat_map(|kind| {
        let general = &kind.general;
        [&general.editbootconfig, &general.editbootinstall]
    });
    let repositories = description.repositories.iter().map(|it| &it.customize);
    let files = description.packages.iter().flat_map(|it| &it.files);
    scripts
        .chain(repositories)
        .flatten()
        .map(|name| name.as_str())
        .chain(files.map(|file| file.name.as_str()))
        .map(|name| name.trim_start_matches("./"))
        .collect()
}
