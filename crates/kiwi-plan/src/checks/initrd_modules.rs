//! Modules of the initrd that distributions have in packages of their own. The reference refuses to build without them.
//!
//! Here the modules for live media, overlays and installation are put into the tree at build time when no package has
//! brought them (design: any description builds), so these are notes. Growing the disk without its package is left out, so
//! that one is a warning.
//!
//! Mend: add one of the packages.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::{ImageType, InitrdSystem, LiveFlags};
use kiwi_description::span::Span;

use crate::boot::REPART_PACKAGES;
use crate::resolve::Facts;

/// Packages of the module that starts live media.
const LIVE: [&str; 2] = ["dracut-kiwi-live", "kiwi-dracut-live"];
/// Packages of the module that puts a writable layer over a read-only root.
const OVERLAY: [&str; 2] = ["dracut-kiwi-overlay", "kiwi-dracut-overlay"];
/// Packages of the module that writes the image to a disk.
const DUMP: [&str; 2] = ["dracut-kiwi-oem-dump", "kiwi-dracut-oem-dump"];

pub(super) fn live(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let dmsquash = kind.live.flags.is_some_and(|it| *it == LiveFlags::Dmsquash);
    if *kind.image == ImageType::Iso && !dmsquash {
        stand_in(
            facts,
            "starts live media",
            &LIVE,
            kind.image.span,
            diagnostics,
        );
    }
}

pub(super) fn overlay(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if let Some(setting) = on(facts.kind().overlay.overlayroot)
        && facts.initrd_system == InitrdSystem::Dracut
    {
        let purpose = "puts a writable layer over the root";
        stand_in(facts, purpose, &OVERLAY, setting, diagnostics);
    }
}

pub(super) fn install(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let media = &facts.kind().install;
    let setting = [media.installiso, media.installstick, media.installpxe]
        .into_iter()
        .find_map(on);
    if let Some(setting) = setting
        && *facts.kind().image == ImageType::Oem
        && facts.initrd_system == InitrdSystem::Dracut
    {
        stand_in(facts, "installs the image", &DUMP, setting, diagnostics);
    }
}

pub(super) fn repart(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let disk = *facts.kind().image == ImageType::Oem;
    let dracut = facts.initrd_system == InitrdSystem::Dracut;
    if !disk || !dracut || !facts.grows() || facts.asks_for_any(&REPART_PACKAGES) {
        return;
    }
    let config = facts.kind().oemconfig.as_ref();
    let place = config
        .and_then(|config| config.oem_resize)
        .map_or(facts.kind().span, |resize| resize.span);
    diagnostics.push(
        Diagnostic::warning(
            codes::checks::DISK_WILL_NOT_GROW,
            "the first boot will not grow the root file system to the size of the disk",
        )
        .at(place)
        .help(format!(
            "add the package `{}` or `{}`, or write `<oem-resize>false</oem-resize>`",
            REPART_PACKAGES[0], REPART_PACKAGES[1]
        )),
    );
}

fn on(setting: Option<Spanned<bool>>) -> Option<Span> {
    setting.filter(|it| **it).map(|it| it.span)
}

fn stand_in(
    facts: &Facts<'_>,
    purpose: &str,
    packages: &[&str; 2],
    span: Span,
    diagnostics: &mut Diagnostics,
) {
    if facts.asks_for_any(packages) {
        return;
    }
    diagnostics.push(
        Diagnostic::note(
            codes::checks::INITRD_MODULE_PACKAGE,
            format!("no package is listed that brings the dracut module that {purpose}"),
        )
        .at(span)
        .help(format!(
            "if none brings it, our own module takes its place; the distribution's is in `{}` or `{}`",
            packages[0], packages[1]
        )),
    );
}
