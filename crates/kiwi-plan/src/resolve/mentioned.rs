//! Paths a description names, for whoever looks at the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kiwi_description::model::ImageDescription;

use super::location::local_path;
use crate::checks::BOOT_DESCRIPTIONS;
use crate::host_facts::normalized;
use crate::selection::Selection;

/// Lists every path that a description or the command line names, absolute, whatever profile or type it belongs to.
///
/// Relative ones start at `directory`, which holds the description, or for the command line at `working_directory`. The
/// caller looks which of them are there and puts the answers into [`crate::host_facts::HostFacts`]: those below the
/// description directory into its listing, the others into `other_paths`. Directories of local repositories are among them, also
/// those that a worker of the build service would have. `host_machine` takes the place of `%arch` without `--target-arch`.
pub fn mentioned_paths(
    description: &ImageDescription,
    selection: &Selection,
    directory: &Path,
    working_directory: &Path,
    host_machine: &str,
) -> BTreeSet<PathBuf> {
    let machine = selection.target_arch.as_deref().unwrap_or(host_machine);
    let mut paths = description_paths(description, directory, machine);
    let arguments = selection
        .set_repository
        .iter()
        .chain(&selection.add_repositories);
    let addresses = arguments
        .flat_map(|argument| argument.source.iter().chain(&argument.signing_keys))
        .chain(&selection.signing_keys)
        .chain(&selection.ca_certificates);
    paths.extend(addresses.filter_map(|it| local_path(it, machine, working_directory, directory)));
    paths
}

fn description_paths(
    description: &ImageDescription,
    directory: &Path,
    machine: &str,
) -> BTreeSet<PathBuf> {
    let mut paths = BTreeSet::new();
    let mut add = |path: &str| {
        if !path.is_empty() {
            paths.insert(normalized(&directory.join(path)));
        }
    };
    for section in &description.packages {
        section
            .archives
            .iter()
            .for_each(|archive| add(&archive.name));
        section.files.iter().for_each(|file| add(&file.name));
    }
    for certificate in description
        .certificates
        .iter()
        .flat_map(|section| &section.certificates)
    {
        add(&certificate.name);
    }
    for kind in description
        .preferences
        .iter()
        .flat_map(|section| &section.types)
    {
        let scripts = [&kind.general.editbootconfig, &kind.general.editbootinstall];
        for script in scripts.into_iter().flatten() {
            add(script);
        }
        let template = kind
            .bootloader
            .as_ref()
            .and_then(|it| it.grub_template.as_ref());
        let vagrant = kind.vagrantconfigs.iter();
        let files = vagrant.filter_map(|it| it.embedded_vagrantfile.as_ref());
        files.chain(template).for_each(|file| add(file));
        if let Some(file) = kind
            .luks
            .luks
            .as_ref()
            .and_then(|luks| passphrase_file(luks))
        {
            add(file);
        }
        if let Some(boot) = &kind.boot.boot {
            let installed = Path::new(BOOT_DESCRIPTIONS).join(boot.as_str());
            add(&installed.to_string_lossy());
        }
    }
    for profile in description
        .profiles
        .iter()
        .flat_map(|section| &section.profiles)
    {
        add(&profile.name);
    }
    for repository in &description.repositories {
        repository.customize.iter().for_each(|script| add(script));
    }
    let sources = description
        .repositories
        .iter()
        .map(|repository| &repository.source);
    let addresses = sources.flat_map(|source| {
        let keys = source.signing.iter().map(|signing| &signing.key);
        std::iter::once(&source.path).chain(keys)
    });
    paths.extend(addresses.filter_map(|it| local_path(it, machine, directory, directory)));
    paths
}

/// The file that a `luks` attribute names instead of holding the passphrase itself.
pub fn passphrase_file(luks: &str) -> Option<&str> {
    let named = ["/", "file:", "dir:"];
    let path = written_path(luks);
    (named.iter().any(|start| luks.starts_with(start)) && !path.is_empty()).then_some(path)
}

/// The path of a local address as it is written, or nothing.
fn written_path(address: &str) -> &str {
    let address = address.trim();
    if address.starts_with('/') {
        return address;
    }
    match address.split_once(':') {
        Some(("this", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some(("dir" | "file", rest)) => match rest.strip_prefix("//") {
            Some(after) if after.starts_with("./") || after.starts_with("../") => after,
            Some(after) => after.find('/').map_or("", |slash| &after[slash..]),
            None => rest,
        },
        _ => "",
    }
}
