//! ext2, ext3 and ext4 have room for a label of 16 bytes. A longer one would be cut off, and a system that looks for its
//! root by the whole label would not find it.
//!
//! Mend: a shorter `rootfs_label`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};

use crate::resolve::Facts;

/// Bytes of the label field in the super block.
const EXT_LABEL: usize = 16;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let general = &facts.kind().general;
    let Some(label) = &general.rootfs_label else {
        return;
    };
    let ext = general
        .filesystem
        .is_some_and(|it| it.as_str().starts_with("ext"));
    if ext && label.len() > EXT_LABEL {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::LABEL_TOO_LONG,
                format!("the label `{}` is longer than {EXT_LABEL} bytes", **label),
            )
            .at(label.span),
        );
    }
}
