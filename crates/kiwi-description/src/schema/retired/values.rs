//! Values that are gone.

use super::Retired;

/// What package managers find out by themselves.
const NOT_NEEDED: &str = "remove it: the package manager finds out by itself";

/// Values that are gone, by element and attribute.
#[rustfmt::skip] // one line per value
pub const VALUES: &[Retired] = &[
    value("type", "image", "vmx", "7.2", "use `oem`, with `<oem-resize>false</oem-resize>` in `oemconfig` to keep the disk at its size"),
    value("type", "image", "clicfs", "7.6", "use `oem` with `overlayroot=\"true\"`"),
    value("type", "devicepersistency", "by-path", "7.3", "use `by-uuid`"),
    value("type", "luksOS", "sle11", "7.5", "remove it, or use `sle12`"),
    value("bootloader", "name", "isolinux", "7.6", "use `grub2`"),
    value("bootloader", "targettype", "LDL", "7.3", "use `CDL`"),
    value("machine", "ovftype", "powervm", "8.4", "remove it: only `vmware` is left"),
    value("machine", "ovftype", "xen", "8.4", "remove it: only `vmware` is left"),
    value("machine", "ovftype", "zvm", "8.4", "remove it: only `vmware` is left"),
    value("packagemanager", "", "apt-get", "7.3", "it is called `apt` now"),
    value("packagemanager", "", "yum", "7.3", "use `dnf4` or `dnf5`"),
    value("packagemanager", "", "dnf", "7.5", "use `dnf4` or `dnf5`"),
    value("packages", "type", "vmx", "7.2", "use `oem`"),
    value("repository", "type", "rpm-dir", "8.0", NOT_NEEDED),
    value("repository", "type", "yast2", "7.0", NOT_NEEDED),
    value("repository", "type", "red-carpet", "7.0", NOT_NEEDED),
    value("repository", "type", "slack-site", "7.0", NOT_NEEDED),
    value("repository", "type", "up2date-mirrors", "7.0", NOT_NEEDED),
    value("repository", "type", "urpmi", "7.0", NOT_NEEDED),
    value("certificates", "target_distribution", "rhel", "8.4", "use `redhat`"),
];

/// Makes a value that is gone; an empty attribute stands for the text of the element.
const fn value(
    element: &'static str,
    attribute: &'static str,
    value: &'static str,
    until: &'static str,
    advice: &'static str,
) -> Retired {
    Retired {
        element,
        name: attribute,
        value: Some(value),
        until,
        advice,
    }
}
