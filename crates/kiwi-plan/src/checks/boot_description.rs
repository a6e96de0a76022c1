//! With `initrd_system="kiwi"` the initrd of a disk or network image is built from another description, the boot description.
//! Relative names start at the directory where boot descriptions are installed.
//!
//! Mend: name one that is there, or leave the initrd to dracut.

use std::path::Path;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{ImageType, InitrdSystem};

use crate::resolve::Facts;

/// Where boot descriptions are installed.
pub(crate) const BOOT_DESCRIPTIONS: &str = "/usr/share/kiwi/custom_boot";

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let has_initrd = matches!(*kind.image, ImageType::Oem | ImageType::Pxe);
    if facts.initrd_system != InitrdSystem::Kiwi || !has_initrd {
        return;
    }
    let Some(boot) = &kind.boot.boot else {
        let place = kind
            .boot
            .initrd_system
            .map_or(kind.image.span, |it| it.span);
        diagnostics.push(
            Diagnostic::error(
                codes::checks::NO_BOOT_DESCRIPTION,
                "a kiwi initrd needs a boot description, and `boot` names none",
            )
            .at(place)
            .help("add `boot=\"NAME\"`, or set `initrd_system=\"dracut\"`"),
        );
        return;
    };
    let path = Path::new(BOOT_DESCRIPTIONS).join(boot.as_str());
    if !facts.host.is_directory(&path) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::BOOT_DESCRIPTION_NOT_INSTALLED,
                format!("the boot description `{}` is not installed", **boot),
            )
            .at(boot.span)
            .help(format!(
                "looked for `{}`; with `initrd_system=\"dracut\"` none is needed",
                path.display()
            )),
        );
    }
}
