//! Settings of the image as a whole.

use super::Spanned;
use super::image_type::Type;
use super::reader::{FromNode, Reader};
use super::values::{CommaList, PackageManager};
use crate::span::Span;

/// Settings of the image as a whole and the build types it offers.
#[derive(Clone, Debug)]
pub struct Preferences {
    /// Place of the element.
    pub span: Span,
    /// Architectures this section is for, separated by commas; all when absent.
    pub arch: Option<Spanned<CommaList>>,
    /// Profiles this section is for, separated by commas; all when absent.
    pub profiles: Option<Spanned<CommaList>>,
    /// Plymouth theme shown while the system starts.
    pub bootsplash_theme: Option<Spanned<String>>,
    /// GRUB theme of the boot menu.
    pub bootloader_theme: Option<Spanned<String>>,
    /// Console keyboard layout.
    pub keytable: Option<Spanned<String>>,
    /// Languages of the image, `ll_CC` separated by commas; the first one is set as system locale.
    pub locale: Option<Spanned<CommaList>>,
    /// Package manager that installs the image.
    pub packagemanager: Option<Spanned<PackageManager>>,
    /// Distribution release passed to `dnf4`, `dnf5` and `microdnf`.
    pub release_version: Option<Spanned<String>>,
    /// Installs only the translations of the languages in `locale`.
    pub rpm_locale_filtering: Option<Spanned<bool>>,
    /// Makes the package manager refuse unsigned packages.
    pub rpm_check_signatures: Option<Spanned<bool>>,
    /// Leaves out documentation files of packages.
    pub rpm_excludedocs: Option<Spanned<bool>>,
    /// Licence text to show at first boot; handed to scripts only.
    pub showlicenses: Vec<Spanned<String>>,
    /// Time zone of the system, as below `/usr/share/zoneinfo`.
    pub timezone: Option<Spanned<String>>,
    /// One way to build the image, chosen by `--type` or `primary`.
    pub types: Vec<Type>,
    /// Version of the image, `MAJOR.MINOR.RELEASE`; part of all result names.
    pub version: Option<Spanned<String>>,
}

impl FromNode for Preferences {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Preferences {
            span: reader.place(),
            arch: reader.attribute("arch"),
            profiles: reader.attribute("profiles"),
            bootsplash_theme: reader.child_text("bootsplash-theme"),
            bootloader_theme: reader.child_text("bootloader-theme"),
            keytable: reader.child_text("keytable"),
            locale: reader.child_text("locale"),
            packagemanager: reader.child_text("packagemanager"),
            release_version: reader.child_text("release-version"),
            rpm_locale_filtering: reader.child_text("rpm-locale-filtering"),
            rpm_check_signatures: reader.child_text("rpm-check-signatures"),
            rpm_excludedocs: reader.child_text("rpm-excludedocs"),
            showlicenses: reader.child_texts("showlicense"),
            timezone: reader.child_text("timezone"),
            types: reader.children("type"),
            version: reader.child_text("version"),
        })
    }
}
