//! Settings of the image as a whole.

use crate::model::values::PackageManager;
use crate::schema::define::Kind::{Boolean, Form, Text, Words};
use crate::schema::define::{Element, any, element, maybe, optional};
use crate::schema::patterns::{ARCHITECTURES, LOCALES};

/// Settings of the image as a whole.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("preferences", "Settings of the image as a whole and the build types it offers.")
        .attributes(&[
            optional("arch", Form(&ARCHITECTURES), "Architectures this section is for, separated by commas; all when absent.").since("7.3"),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[
            maybe("bootsplash-theme"), maybe("bootloader-theme"), maybe("keytable"), maybe("locale"), maybe("packagemanager"),
            maybe("release-version"), maybe("rpm-locale-filtering"), maybe("rpm-check-signatures"), maybe("rpm-excludedocs"),
            any("showlicense"), maybe("timezone"), any("type"), maybe("version"),
        ]),
    element("bootsplash-theme", "Plymouth theme shown while the system starts.").text(Text),
    element("bootloader-theme", "GRUB theme of the boot menu.").text(Text),
    element("keytable", "Console keyboard layout.").text(Text),
    element("locale", "Languages of the image, `ll_CC` separated by commas; the first one is set as system locale.").text(Form(&LOCALES)),
    element("packagemanager", "Package manager that installs the image.").text(Words(PackageManager::WORDS)),
    element("release-version", "Distribution release passed to `dnf4`, `dnf5` and `microdnf`.").since("7.4").text(Text),
    element("rpm-locale-filtering", "Installs only the translations of the languages in `locale`.").since("6.9").text(Boolean),
    element("rpm-check-signatures", "Makes the package manager refuse unsigned packages.").text(Boolean),
    element("rpm-excludedocs", "Leaves out documentation files of packages.").text(Boolean),
    element("showlicense", "Licence text to show at first boot; handed to scripts only.").text(Text),
    element("timezone", "Time zone of the system, as below `/usr/share/zoneinfo`.").text(Text),
    element("version", "Version of the image, `MAJOR.MINOR.RELEASE`; part of all result names.").text(Text),
];
