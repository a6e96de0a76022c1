//! Settings that exist for some package managers only.
//!
//! Mend: remove them, or use the package manager they are meant for.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::span::Span;

use crate::plan::root::PackageManager;
use crate::resolve::{Binding, Facts};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut report = Report {
        manager: facts.package_manager,
        diagnostics,
    };
    repositories(facts, &mut report);
    preferences(facts, &mut report);
    let rules = facts.package_rules();
    for section in facts
        .description
        .packages
        .iter()
        .filter(|section| rules.applies(section))
    {
        for module in &section.collection_modules {
            let dnf = [PackageManager::Dnf4, PackageManager::Dnf5];
            report.only("collectionModule", &dnf, Some(module.span));
        }
    }
}

struct Report<'d> {
    manager: PackageManager,
    diagnostics: &'d mut Diagnostics,
}

impl Report<'_> {
    /// Warns about a setting that is there and not for the package manager of this build.
    fn only(&mut self, name: &str, managers: &[PackageManager], place: Option<Span>) {
        let Some(span) = place.filter(|_| !managers.contains(&self.manager)) else {
            return;
        };
        let names: Vec<String> = managers
            .iter()
            .map(|manager| format!("`{}`", manager.name()))
            .collect();
        self.diagnostics.push(
            Diagnostic::warning(
                codes::checks::FOR_OTHER_PACKAGE_MANAGER,
                format!("`{name}` means nothing to {}", self.manager.name()),
            )
            .at(span)
            .help(format!("remove it; it is for {}", names.join(", "))),
        );
    }
}

fn repositories(facts: &Facts<'_>, report: &mut Report<'_>) {
    use PackageManager::{Apt, Dnf4, Dnf5, Microdnf, Pacman};
    for repository in &facts.description.repositories {
        let applies = facts.choice.applies(Binding {
            profiles: repository.profiles.as_ref(),
            arch: repository.arch.as_ref(),
        });
        if !applies {
            continue;
        }
        let apt = [Apt];
        report.only(
            "architectures",
            &apt,
            place(repository.architectures.as_ref()),
        );
        let lists = [Apt, Pacman];
        report.only("components", &lists, place(repository.components.as_ref()));
        report.only(
            "distribution",
            &lists,
            place(repository.distribution.as_ref()),
        );
        let dnf = [Dnf4, Dnf5, Microdnf];
        report.only("sourcetype", &dnf, place(repository.sourcetype.as_ref()));
    }
}

fn preferences(facts: &Facts<'_>, report: &mut Report<'_>) {
    use PackageManager::{Dnf4, Dnf5, Microdnf, Zypper};
    // Addresses of signing keys may have the release in them, whatever the package manager.
    let mut keys = facts.repositories.iter().flat_map(|it| &it.signing_keys);
    let in_keys = keys.any(|(key, _)| key.contains("releasever"));
    for section in &facts.choice.preferences {
        let dnf = [Dnf4, Dnf5, Microdnf];
        let release = section.release_version.as_ref().filter(|_| !in_keys);
        report.only("release-version", &dnf, place(release));
        let rpm = [Dnf4, Dnf5, Microdnf, Zypper];
        let filter = section.rpm_locale_filtering.filter(|it| **it);
        report.only("rpm-locale-filtering", &rpm, place(filter.as_ref()));
    }
}

fn place<T>(setting: Option<&Spanned<T>>) -> Option<Span> {
    setting.map(|setting| setting.span)
}
