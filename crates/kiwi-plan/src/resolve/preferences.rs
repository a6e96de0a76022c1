//! Preferences of several sections become one value each: for some the first section counts, for some the last
//! (spec 01, section 4.4).

use kiwi_description::model::values::{CommaList, PackageManager};
use kiwi_description::model::{Preferences, Spanned};

use crate::plan::root;
use crate::selection::Selection;

/// The settings of all sections that apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreferenceValues {
    /// First `version`.
    pub version: Option<Spanned<String>>,
    /// First `packagemanager`.
    pub package_manager: Option<Spanned<PackageManager>>,
    /// `--set-release-version`, else the first `release-version`.
    pub release_version: Option<String>,
    /// First `rpm-check-signatures`.
    pub check_signatures: bool,
    /// First `rpm-excludedocs`.
    pub exclude_documentation: bool,
    /// Locales kept when `rpm-locale-filtering` is on; empty: all.
    pub locale_filter: Vec<String>,
    /// Last `keytable`.
    pub keytable: Option<String>,
    /// Last `timezone`.
    pub timezone: Option<String>,
    /// Last `locale`, as written.
    pub locale: Option<CommaList>,
    /// Every `bootsplash-theme`, in order.
    pub splash_themes: Vec<String>,
    /// Last `bootloader-theme`.
    pub loader_theme: Option<String>,
    /// First `showlicense` of the last section, present or not.
    pub show_license: Option<String>,
}

/// Merges the sections that apply, given in document order.
pub(super) fn merge(sections: &[&Preferences], selection: &Selection) -> PreferenceValues {
    PreferenceValues {
        version: first(sections, |section| section.version.clone()),
        package_manager: first(sections, |section| section.packagemanager),
        release_version: selection
            .release_version
            .clone()
            .or_else(|| first(sections, |section| text(section.release_version.as_ref()))),
        check_signatures: first(sections, |section| section.rpm_check_signatures)
            .is_some_and(|it| *it),
        exclude_documentation: first(sections, |section| section.rpm_excludedocs)
            .is_some_and(|it| *it),
        locale_filter: locale_filter(sections),
        keytable: last(sections, |section| text(section.keytable.as_ref())),
        timezone: last(sections, |section| text(section.timezone.as_ref())),
        locale: last(sections, |section| {
            section.locale.as_ref().map(|locale| locale.value.clone())
        }),
        splash_themes: sections
            .iter()
            .filter_map(|section| text(section.bootsplash_theme.as_ref()))
            .collect(),
        loader_theme: last(sections, |section| text(section.bootloader_theme.as_ref())),
        show_license: sections
            .last()
            .and_then(|section| section.showlicenses.first())
            .map(|license| license.value.clone()),
    }
}

impl PreferenceValues {
    /// The package manager, `dnf4` when none is written.
    pub fn package_manager(&self) -> root::PackageManager {
        match self
            .package_manager
            .map_or(PackageManager::Dnf4, |written| *written)
        {
            PackageManager::Apk => root::PackageManager::Apk,
            PackageManager::Apt => root::PackageManager::Apt,
            PackageManager::Zypper => root::PackageManager::Zypper,
            PackageManager::Dnf4 => root::PackageManager::Dnf4,
            PackageManager::Dnf5 => root::PackageManager::Dnf5,
            PackageManager::Microdnf => root::PackageManager::Microdnf,
            PackageManager::Pacman => root::PackageManager::Pacman,
        }
    }

    /// `LANG` of the system: `POSIX` if the list has it, else its first entry in UTF-8.
    pub fn system_locale(&self) -> Option<String> {
        let list = self.locale.as_ref()?;
        if list.has("POSIX") {
            return Some("POSIX".to_owned());
        }
        list.first().map(|name| format!("{}.UTF-8", name.trim()))
    }
}

fn locale_filter(sections: &[&Preferences]) -> Vec<String> {
    let wanted = first(sections, |section| section.rpm_locale_filtering).is_some_and(|it| *it);
    if !wanted {
        return Vec::new();
    }
    let listed = first(sections, |section| section.locale.clone());
    let listed = listed.iter().flat_map(|list| list.iter());
    ["POSIX", "C", "C.UTF-8"]
        .into_iter()
        .map(str::to_owned)
        .chain(listed.map(|name| name.trim().to_owned()))
        .collect()
}

fn first<T>(sections: &[&Preferences], value: impl Fn(&Preferences) -> Option<T>) -> Option<T> {
    sections.iter().find_map(|section| value(section))
}

fn last<T>(sections: &[&Preferences], value: impl Fn(&Preferences) -> Option<T>) -> Option<T> {
    sections.iter().rev().find_map(|section| value(section))
}

fn text(value: Option<&Spanned<String>>) -> Option<String> {
    value.map(|value| value.value.clone())
}
