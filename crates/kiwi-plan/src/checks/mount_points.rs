//! File systems beside the root: where they are mounted, and that there is one at all.
//!
//! Mend: absolute paths, each once, and a `filesystem` for what is mounted.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::span::Span;

use super::storage::{written_partitions, written_volumes};
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let mut mounted: Vec<(&str, Span)> = Vec::new();
    for volume in written_volumes(facts).filter(|it| !it.name.contains("@root")) {
        let place = volume.mountpoint.as_ref().unwrap_or(&volume.name);
        once(place, &mut mounted, diagnostics);
    }
    for partition in written_partitions(facts) {
        let Some(place) = &partition.mountpoint else {
            continue;
        };
        absolute(place, diagnostics);
        once(place, &mut mounted, diagnostics);
        if partition.filesystem.is_none() {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::MOUNT_POINT,
                    format!(
                        "the partition `{}` has a mount point, but no file system",
                        *partition.name
                    ),
                )
                .at(place.span)
                .help("add `filesystem=\"ext4\"`, or remove `mountpoint`"),
            );
        }
    }
    let spare = &facts.kind().spare;
    if let Some(place) = &spare.spare_part_mountpoint {
        absolute(place, diagnostics);
        once(place, &mut mounted, diagnostics);
        if spare.spare_part.is_some() && spare.spare_part_fs.is_none() {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::MOUNT_POINT,
                    "the spare partition has a mount point, but no file system",
                )
                .at(place.span)
                .help("add `spare_part_fs=\"ext4\"`, or remove `spare_part_mountpoint`"),
            );
        }
    }
}

fn absolute(place: &Spanned<String>, diagnostics: &mut Diagnostics) {
    if !place.starts_with('/') {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::MOUNT_POINT,
                format!("the mount point `{}` is no absolute path", **place),
            )
            .at(place.span)
            .help(format!("write `/{}`", **place)),
        );
    }
}

fn once<'a>(
    place: &'a Spanned<String>,
    mounted: &mut Vec<(&'a str, Span)>,
    diagnostics: &mut Diagnostics,
) {
    let path = place.trim().trim_matches('/');
    match mounted.iter().find(|(other, _)| *other == path) {
        None => mounted.push((path, place.span)),
        Some((_, first)) => diagnostics.push(
            Diagnostic::error(
                codes::checks::MOUNT_POINT,
                format!("two file systems are mounted at `/{path}`"),
            )
            .at(place.span)
            .related(*first, "the first one")
            .help("choose another mount point for one of them"),
        ),
    }
}
