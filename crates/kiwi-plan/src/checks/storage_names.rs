//! Names of volumes and partitions: each once, and with letters that LVM and the partition table can hold.
//!
//! Mend: another name.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::span::Span;

use super::storage::{written_partitions, written_volumes};
use crate::resolve::{Facts, VolumeManager, volume_manager};

/// UTF-16 units of a name in a GPT.
const GPT_NAME: usize = 36;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let lvm = volume_manager(facts.kind()) == Some(VolumeManager::Lvm);
    volumes(facts, lvm, diagnostics);
    let group = facts.kind().systemdisk.as_ref();
    if let Some(name) = group.and_then(|disk| disk.name.as_ref()).filter(|_| lvm)
        && !is_lvm_name(name)
    {
        diagnostics.push(not_possible(
            &format!("`{}` is no name for a volume group", **name),
            name.span,
        ));
    }
    let mut seen: Vec<(String, Span)> = Vec::new();
    for partition in written_partitions(facts) {
        let name = &partition.name;
        once("partition", name, name.span, &mut seen, diagnostics);
        let written = partition.partition_name.as_ref();
        if let Some(long) = written.filter(|it| it.encode_utf16().count() > GPT_NAME) {
            diagnostics.push(not_possible(
                &format!("a partition table has no room for more than {GPT_NAME} letters"),
                long.span,
            ));
        }
    }
}

fn volumes(facts: &Facts<'_>, lvm: bool, diagnostics: &mut Diagnostics) {
    let mut seen = Vec::new();
    for volume in written_volumes(facts) {
        let written = volume.name.trim();
        let name = if let Some((_, name)) = written.split_once("@root=") {
            name.to_owned()
        } else if written == "@root" {
            "@root".to_owned()
        } else if volume.mountpoint.is_some() {
            written.to_owned()
        } else {
            written.trim_start_matches('/').replace('/', "_")
        };
        once("volume", &name, volume.name.span, &mut seen, diagnostics);
        if lvm && name != "@root" && !is_lvm_name(&name) {
            diagnostics.push(not_possible(
                &format!("`{name}` is no name for an LVM volume"),
                volume.name.span,
            ));
        }
    }
}

fn once(
    what: &str,
    name: &str,
    span: Span,
    seen: &mut Vec<(String, Span)>,
    diagnostics: &mut Diagnostics,
) {
    match seen.iter().find(|(other, _)| other == name) {
        None => seen.push((name.to_owned(), span)),
        Some((_, first)) => diagnostics.push(
            Diagnostic::error(
                codes::checks::STORAGE_NAME,
                format!("there are two {what}s with the name `{name}`"),
            )
            .at(span)
            .related(*first, "the first one")
            .help("choose another name for one of them"),
        ),
    }
}

fn not_possible(message: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::checks::STORAGE_NAME, message)
        .at(span)
        .help("choose another name")
}

/// Names that LVM accepts for groups and volumes.
fn is_lvm_name(name: &str) -> bool {
    let reserved = name == "."
        || name == ".."
        || name.starts_with('-')
        || name.starts_with("snapshot")
        || name.starts_with("pvmove");
    let letters = name
        .bytes()
        .all(|letter| letter.is_ascii_alphanumeric() || b"+_.-".contains(&letter));
    (1..=127).contains(&name.len()) && letters && !reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_lvm() {
        for name in ["LVRoot", "home_tux", "a.b+c-d"] {
            assert!(is_lvm_name(name), "{name}");
        }
        for name in ["", "-a", ".", "a b", "a/b", "snapshot1", "pvmove0"] {
            assert!(!is_lvm_name(name), "{name}");
        }
    }
}
