//! What comes from the description directory into the tree: `<file>` elements, overlays, scripts, certificates
//! (spec 03, sections 8 to 10).

use std::collections::BTreeMap;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{CertificateDistribution, PackagesType};
use kiwi_description::model::{Certificates as Written, Packages};

use super::choice::{Binding, Choice};
use super::packages::PackageRules;
use crate::host_facts::{EntryKind, HostFacts};
use crate::places::Places;
use crate::plan::root::{Certificates, Hook, ImportedFile, Overlay, Script};
use crate::selection::Selection;

/// Lists the `<file>` elements: those of the image phase first, then those of bootstrap, each sorted by name.
///
/// Of two definitions of one name the last counts.
pub(super) fn imported_files(rules: &PackageRules<'_>) -> Vec<ImportedFile> {
    let mut files = phase_files(&rules.image_sections(), rules.host, rules.places);
    files.extend(phase_files(
        &rules.sections_of(PackagesType::Bootstrap),
        rules.host,
        rules.places,
    ));
    files
}

fn phase_files(sections: &[&Packages], host: &HostFacts, places: Places<'_>) -> Vec<ImportedFile> {
    let mut files = BTreeMap::new();
    for file in sections.iter().flat_map(|section| &section.files) {
        let text = |value: &Option<kiwi_description::model::Spanned<String>>| {
            value.as_ref().map(|value| value.value.clone())
        };
        files.insert(
            file.name.value.clone(),
            ImportedFile {
                path: host.absolute(&file.name).to_string_lossy().into_owned(),
                target: text(&file.target)
                    .unwrap_or_default()
                    .trim_start_matches('/')
                    .to_owned(),
                owner: text(&file.owner),
                permissions: text(&file.permissions),
                origin: places.origin(file.name.span),
            },
        );
    }
    files.into_values().collect()
}

/// Names of an overlay archive, the first one that is there is used.
const OVERLAY_ARCHIVES: [&str; 6] = [
    "root.tar.gz",
    "root.tar.xz",
    "root.tar.zst",
    "root.tar.bz2",
    "root.tgz",
    "root.tar",
];

/// Lists what is laid over the tree: `root/` or an archive of it, then the directory of each selected profile.
pub(super) fn overlays(choice: &Choice<'_>, host: &HostFacts) -> Vec<Overlay> {
    if host.prepared {
        return Vec::new();
    }
    let path = |name: &str| host.absolute(name);
    let text = |name: &str| path(name).to_string_lossy().into_owned();
    let mut overlays = Vec::new();
    if host.is_directory(&path("root")) {
        overlays.push(Overlay::Directory { path: text("root") });
    } else if let Some(name) = OVERLAY_ARCHIVES
        .iter()
        .find(|name| host.is_file(&path(name)))
    {
        overlays.push(Overlay::Archive { path: text(name) });
    }
    overlays.extend(
        choice
            .profiles
            .iter()
            .filter(|profile| host.is_directory(&path(profile)))
            .map(|profile| Overlay::Directory {
                path: text(profile),
            }),
    );
    overlays
}

/// Lists the scripts of a build; those of the boot loader are named by attributes of the type.
pub(super) fn scripts(choice: &Choice<'_>, host: &HostFacts) -> Vec<Script> {
    let general = &choice.kind.general;
    Hook::ALL
        .into_iter()
        .filter_map(|hook| {
            let path = match hook {
                _ if host.prepared => hook.file_name(),
                Hook::EditBootConfig => general.editbootconfig.as_ref()?.as_str(),
                Hook::EditBootInstall => general.editbootinstall.as_ref()?.as_str(),
                _ => hook.file_name(),
            };
            let path = host.absolute(path);
            host.is_file(&path).then(|| Script {
                hook,
                path: path.to_string_lossy().into_owned(),
            })
        })
        .collect()
}

/// Returns `config-cdroot.tar*`, the first in sorted order.
pub(super) fn media_archive(host: &HostFacts) -> Option<String> {
    host.description
        .entries
        .iter()
        .filter(|(_, kind)| matches!(kind, EntryKind::File { .. }))
        .map(|(path, _)| path)
        .find(|path| path.to_string_lossy().starts_with("config-cdroot.tar"))
        .map(|path| {
            host.description
                .path
                .join(path)
                .to_string_lossy()
                .into_owned()
        })
}

/// Joins the certificates of the description and those of `--ca-cert`.
pub(super) fn certificates(
    written: Option<&Written>,
    choice: &Choice<'_>,
    selection: &Selection,
    host: &HostFacts,
    diagnostics: &mut Diagnostics,
) -> Option<Certificates> {
    let written = written.filter(|section| {
        choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: None,
        })
    });
    let mut files: Vec<String> = written
        .iter()
        .flat_map(|section| &section.certificates)
        .map(|certificate| {
            host.absolute(&certificate.name)
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.extend(selection.ca_certificates.iter().cloned());
    if files.is_empty() {
        return None;
    }
    let target = selection
        .ca_target_distribution
        .clone()
        .or_else(|| written.map(|section| section.target_distribution.to_string()));
    match target {
        Some(target) if CertificateDistribution::NAMES.contains(&target.as_str()) => {
            Some(Certificates {
                target_distribution: target,
                files,
            })
        }
        other => {
            diagnostics.push(unknown_distribution(other.as_deref()));
            None
        }
    }
}

fn unknown_distribution(name: Option<&str>) -> Diagnostic {
    let message = match name {
        Some(name) => format!("certificates cannot be installed for `{name}`"),
        None => "certificates need to know the distribution they are installed for".to_owned(),
    };
    Diagnostic::error(codes::command_line::CA_TARGET_DISTRIBUTION, message)
        .in_place("command line --ca-cert")
        .help(format!(
            "give `--ca-target-distribution` one of {}",
            CertificateDistribution::NAMES.join(", ")
        ))
}
