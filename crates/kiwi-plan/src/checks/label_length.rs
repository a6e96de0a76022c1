//! File systems have little room for a label. A longer one is refused by the program that makes the file system, after all
//! packages are installed, or cut off, so that a system that looks for it by the whole label does not find it.
//!
//! Mend: a shorter label.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::Filesystem;

use super::storage::{written_partitions, written_volumes};
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let general = &facts.kind().general;
    let root = general.filesystem.map(|it| *it);
    let mut check = |label: &Spanned<String>, filesystem: Option<Filesystem>| {
        let Some((filesystem, room)) = filesystem.and_then(|it| Some((it, room(it)?))) else {
            return;
        };
        if label.len() > room {
            diagnostics.push(
                Diagnostic::error(
                    codes::checks::LABEL_TOO_LONG,
                    format!("the label `{}` is longer than {room} bytes", **label),
                )
                .at(label.span)
                .help(format!(
                    "{filesystem} has room for {room} bytes; choose a shorter label"
                )),
            );
        }
    };
    if let Some(label) = &general.rootfs_label {
        check(label, root);
    }
    for label in written_volumes(facts).filter_map(|it| it.label.as_ref()) {
        check(label, root);
    }
    for partition in written_partitions(facts) {
        // Without a label the name is one, in capital letters.
        let label = partition.label.as_ref().unwrap_or(&partition.name);
        check(label, partition.filesystem.map(|it| *it));
    }
}

/// Bytes of the label field in the super block.
fn room(filesystem: Filesystem) -> Option<usize> {
    match filesystem {
        Filesystem::Ext2 | Filesystem::Ext3 | Filesystem::Ext4 => Some(16),
        Filesystem::Xfs => Some(12),
        Filesystem::Btrfs => Some(255),
        Filesystem::Fat16 | Filesystem::Fat32 => Some(11),
        _ => None,
    }
}
