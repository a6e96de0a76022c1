//! Disks inside containers: `oci:qcow2`, `docker:raw` and their kin.

use kiwi_description::model::values::{DiskContainer as Kind, ImageFormat};

use crate::image::disk_container_plan;
use crate::plan::Identity;
use crate::plan::container::{ContainerFormat, ContainerPlan};
use crate::plan::format::DiskContainer;
use crate::resolve::Facts;

/// Plans the container; `suffix` is that of the disk inside.
pub(super) fn plan(
    facts: &Facts<'_>,
    format: ImageFormat,
    kind: Kind,
    suffix: &str,
) -> DiskContainer {
    let container = match kind {
        Kind::Oci => ContainerFormat::Oci,
        Kind::Docker => ContainerFormat::Docker,
    };
    let identity = &facts.identity;
    let stem = match &identity.bundle_format {
        Some(pattern) => expanded(pattern, identity),
        None => identity.result_stem.clone(),
    };
    DiskContainer {
        disk_name: format!("{stem}.{suffix}"),
        container: ContainerPlan {
            file_name: file_name(facts, format),
            // The disk is all there is.
            excludes: Vec::new(),
            ..disk_container_plan(facts, container)
        },
    }
}

/// Name of the container in the target directory.
pub(super) fn file_name(facts: &Facts<'_>, format: ImageFormat) -> String {
    let kind = format
        .container
        .map(|kind| kind.to_string())
        .unwrap_or_default();
    let compressed = facts.host.settings.container_compress.unwrap_or(true);
    let suffix = if compressed { ".xz" } else { "" };
    format!("{}.{kind}.tar{suffix}", facts.identity.result_stem)
}

/// Replaces the placeholders of a bundle's name; the bundle's id, which is not known yet, becomes nothing.
fn expanded(pattern: &str, identity: &Identity) -> String {
    let version = identity.version.clone().unwrap_or_default();
    let parts: Vec<&str> = version.splitn(3, '.').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
    let mut name = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            name.push(letter);
            continue;
        }
        match letters.next() {
            Some('N') => name.push_str(&identity.name),
            Some('P') => name.push_str(&identity.profiles.join("_")),
            Some('A') => name.push_str(&identity.architecture),
            Some('T') => name.push_str(&identity.build_type),
            Some('v') => name.push_str(&version),
            Some('M') => name.push_str(&part(0)),
            Some('m') => name.push_str(&part(1)),
            Some('p') => name.push_str(&part(2)),
            Some('I') => {}
            Some(other) => name.extend(['%', other]),
            None => name.push('%'),
        }
    }
    // It becomes the name of a file in one directory.
    name.replace('/', "_")
}
