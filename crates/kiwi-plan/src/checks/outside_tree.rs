//! Paths below the root tree cannot lead out of it, and the overlay of a profile lies in the directory of the description.
//!
//! Only what is written can be seen here. Symbolic links in overlays and archives are resolved inside of the tree when they are
//! copied, so that they lead nowhere else either.
//!
//! Mend: the path as it is inside the image.

use std::path::{Component, Path};

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::PackagesType;

use super::storage::{written_partitions, written_volumes};
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let rules = facts.package_rules();
    let mut check = |what: &str, path: Option<&Spanned<String>>| {
        if let Some(path) = path.filter(|path| climbs(path)) {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::OUTSIDE_TREE,
                    format!("{what} `{}` leads out of the tree", **path),
                )
                .at(path.span)
                .help("write the path as it is inside the image, without `..`"),
            );
        }
    };
    let sections = rules.image_sections().into_iter();
    for section in sections.chain(rules.sections_of(PackagesType::Bootstrap)) {
        for archive in &section.archives {
            check("the target directory", archive.target_dir.as_ref());
        }
        for file in &section.files {
            check("the target", file.target.as_ref());
        }
    }
    for volume in written_volumes(facts) {
        let place = volume.mountpoint.as_ref().unwrap_or(&volume.name);
        check("the mount point", Some(place));
    }
    for partition in written_partitions(facts) {
        check("the mount point", partition.mountpoint.as_ref());
    }
    check(
        "the mount point",
        facts.kind().spare.spare_part_mountpoint.as_ref(),
    );
    profiles(facts, diagnostics);
}

fn profiles(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let all = facts.description.profiles.iter();
    for profile in all.flat_map(|section| &section.profiles) {
        if climbs(&profile.name) || profile.name.starts_with('/') {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::OUTSIDE_TREE,
                    format!(
                        "the overlay of the profile `{}` lies outside of the description",
                        *profile.name
                    ),
                )
                .at(profile.name.span)
                .help("choose a name without `/` and `..`"),
            );
        }
    }
}

fn climbs(path: &str) -> bool {
    Path::new(path.trim())
        .components()
        .any(|part| part == Component::ParentDir)
}
