//! How the root tree comes to be: everything `system prepare` does.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::InitrdSystem;

use super::addresses::{self, address_error};
use super::{Facts, files, location};
use crate::host_facts::EntryKind;
use crate::plan::Origin;
use crate::plan::root::RootPlan;

/// Plans the root tree.
pub(super) fn plan(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> RootPlan {
    let preferences = &facts.preferences;
    let translated = addresses::translate(facts, diagnostics);
    let mut signing_keys = option_keys(facts, diagnostics);
    option_files(facts, &signing_keys, diagnostics);
    for key in translated
        .iter()
        .flat_map(|repository| &repository.signing_keys)
    {
        if !signing_keys.contains(key) {
            signing_keys.push(key.clone());
        }
    }
    RootPlan {
        package_manager: facts.package_manager,
        release_version: preferences
            .release_version
            .clone()
            .unwrap_or_else(|| "0".to_owned()),
        check_signatures: preferences.check_signatures,
        exclude_documentation: preferences.exclude_documentation,
        locale_filter: preferences.locale_filter.clone(),
        repositories: translated,
        signing_keys,
        clear_cache: facts.selection.clear_cache,
        packages: facts.packages.clone(),
        overlays: files::overlays(&facts.choice, facts.host),
        files: files::imported_files(&facts.package_rules()),
        certificates: files::certificates(
            facts.description.certificates.as_ref(),
            &facts.choice,
            facts.selection,
            facts.host,
            diagnostics,
        ),
        system: facts.system.clone(),
        scripts: files::scripts(&facts.choice, facts.host),
        media_archive: files::media_archive(facts.host),
        // A disk's initrd needs the partition numbers; `create` builds it.
        initrd_at_end_of_prepare: facts.initrd_system != InitrdSystem::Dracut,
    }
}

/// Files of the command line must be there before a tree is prepared.
fn option_files(facts: &Facts<'_>, signing_keys: &[String], diagnostics: &mut Diagnostics) {
    if facts.host.prepared {
        return;
    }
    let keys = signing_keys
        .iter()
        .filter_map(|key| Some(("--signing-key", key.strip_prefix("file://")?)));
    let certificates = facts.selection.ca_certificates.iter();
    let certificates = certificates.map(|path| ("--ca-cert", path.as_str()));
    for (option, path) in keys.chain(certificates) {
        let what = match facts.host.kind(Path::new(path)) {
            Some(EntryKind::File { .. }) => continue,
            Some(EntryKind::Directory | EntryKind::Other) => "is no file",
            None => "does not exist",
        };
        diagnostics.push(
            Diagnostic::error(
                codes::command_line::MISSING_FILE,
                format!("`{path}` {what}"),
            )
            .in_place(format!("command line {option}")),
        );
    }
}

/// `--signing-key`, each once.
fn option_keys(facts: &Facts<'_>, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for written in &facts.selection.signing_keys {
        let address = if written.contains(':') {
            written.clone()
        } else {
            // A plain file name is what people type.
            format!("file:{written}")
        };
        let translated = location::translate_key(
            &address,
            facts.preferences.release_version.as_deref(),
            &facts.choice.machine,
            &facts.host.working_directory,
            facts.host,
        );
        match translated {
            Ok(key) if keys.contains(&key) => {}
            Ok(key) => keys.push(key),
            Err(error) => {
                let origin = Origin::Option("--signing-key".to_owned());
                diagnostics.push(address_error(&error, None, &origin));
            }
        }
    }
    keys
}
