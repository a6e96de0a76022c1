//! Files the description names must exist: archives, `<file>` sources, certificates, scripts and templates of the boot loader,
//! passphrases, keys. The reference notices them after the bootstrap packages are installed.
//!
//! Mend: add the file, or correct its name; relative names start at the directory of the description.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::{ImageType, PackagesType};
use kiwi_description::span::Span;

use crate::resolve::{Binding, Facts, passphrase_file, translate_key};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut check = |what: &str, name: &Spanned<String>| {
        let path = facts.host.absolute(name);
        if !facts.host.is_file(&path) {
            diagnostics.push(missing(facts, what, name, name.span, &path));
        }
    };
    let rules = facts.package_rules();
    let sections = rules.image_sections().into_iter();
    for section in sections.chain(rules.sections_of(PackagesType::Bootstrap)) {
        section
            .archives
            .iter()
            .for_each(|it| check("archive", &it.name));
        section.files.iter().for_each(|it| check("file", &it.name));
    }
    let certificates = facts.description.certificates.iter().filter(|section| {
        facts.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: None,
        })
    });
    for certificate in certificates.flat_map(|section| &section.certificates) {
        check("certificate", &certificate.name);
    }
    let general = &facts.kind().general;
    for script in [&general.editbootconfig, &general.editbootinstall]
        .into_iter()
        .flatten()
    {
        check("script", script);
    }
    let kind = facts.kind();
    let template = kind
        .bootloader
        .as_ref()
        .and_then(|it| it.grub_template.as_ref());
    if let Some(template) = template.filter(|_| *kind.image == ImageType::Iso) {
        check("template", template);
    }
    // Only the first box is made.
    let vagrant = kind.vagrantconfigs.first();
    if let Some(file) = vagrant.and_then(|it| it.embedded_vagrantfile.as_ref()) {
        check("Vagrantfile", file);
    }
    if let Some(luks) = &kind.luks.luks
        && let Some(path) = passphrase_file(luks)
    {
        check("passphrase file", &Spanned::new(path.to_owned(), luks.span));
    }
    for repository in &facts.repositories {
        let (Some(script), Some(span)) = (&repository.customize, repository.span) else {
            continue;
        };
        let path = facts.host.absolute(script);
        if !facts.host.is_file(&path) {
            diagnostics.push(missing(facts, "script", script, span, &path));
        }
    }
    keys(facts, diagnostics);
}

/// Keys that lie on this host.
fn keys(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    for (key, span) in facts.repositories.iter().flat_map(|it| &it.signing_keys) {
        let Some(span) = *span else { continue };
        let address = translate_key(
            key,
            facts.preferences.release_version.as_deref(),
            &facts.choice.machine,
            &facts.host.description.path,
            facts.host,
        );
        let Some(path) = address
            .as_deref()
            .ok()
            .and_then(|it| it.strip_prefix("file://"))
        else {
            continue;
        };
        if !facts.host.is_file(Path::new(path)) {
            diagnostics.push(missing(facts, "key", key, span, Path::new(path)));
        }
    }
}

fn missing(facts: &Facts<'_>, what: &str, name: &str, span: Span, path: &Path) -> Diagnostic {
    let message = match facts.host.kind(path) {
        Some(_) => format!("the {what} `{name}` is no file"),
        None => format!("the {what} `{name}` does not exist"),
    };
    let directory = &facts.host.description;
    let names: Vec<String> = directory
        .entries
        .keys()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    let help = match near_miss(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("looked for `{}`", path.display()),
    };
    Diagnostic::error(codes::checks::MISSING_FILE, message)
        .at(span)
        .help(help)
}
