//! Rules that look at more than one attribute or element.
//!
//! Conditions on a single deciding attribute are in the tables; the rest is here, one function per rule, by element.

mod bootloader;
mod build_type;
mod packages;
mod storage;

use crate::diagnostic::Diagnostics;
use crate::model::values::Value;
use crate::node::{Attribute, Node};

/// An element and those around it.
pub(super) struct Place<'a, 'b> {
    /// The element.
    pub(super) node: &'a Node,
    /// The elements around it, outermost first.
    pub(super) ancestors: &'b [&'a Node],
}

impl<'a> Place<'a, '_> {
    /// Returns the element so many levels up, 1 being the parent.
    fn above(&self, levels: usize) -> Option<&'a Node> {
        let at = self.ancestors.len().checked_sub(levels)?;
        Some(self.ancestors[at])
    }
}

/// One rule.
struct Rule {
    /// Element it is about.
    element: &'static str,
    /// What it demands, in a sentence.
    statement: &'static str,
    /// Reports what is wrong.
    apply: fn(&Place<'_, '_>, &mut Diagnostics),
}

/// All rules.
const RULES: &[Rule] = &[
    Rule {
        element: "type",
        statement: "The `btrfs_` attributes need `filesystem=\"btrfs\"`, and no `preferlvm` of `systemdisk`.",
        apply: build_type::filesystem_for_btrfs_attributes,
    },
    Rule {
        element: "type",
        statement: "`embed_verity_metadata` needs `verity_blocks`.",
        apply: build_type::verity_metadata_needs_blocks,
    },
    Rule {
        element: "type",
        statement: "`embed_integrity_metadata` and `integrity_legacy_hmac` need `standalone_integrity`.",
        apply: build_type::integrity_attributes_need_integrity,
    },
    Rule {
        element: "type",
        statement: "`derived_from` of a disk needs a `format` that puts the disk into a container, such as `oci:qcow2`.",
        apply: build_type::derived_disk_needs_container_format,
    },
    Rule {
        element: "type",
        statement: "`format=\"vagrant\"` needs a `vagrantconfig`.",
        apply: build_type::vagrant_needs_its_configuration,
    },
    Rule {
        element: "containerconfig",
        statement: "In a type with a `format`, that must be one that puts the disk into a container, such as `oci:qcow2`.",
        apply: build_type::container_needs_container_format,
    },
    Rule {
        element: "installmedia",
        statement: "The type needs `installiso` or `installpxe`.",
        apply: bootloader::install_media_are_made,
    },
    Rule {
        element: "luksformat",
        statement: "The type needs `luks`.",
        apply: storage::encryption_options_need_encryption,
    },
    Rule {
        element: "partition",
        statement: "`name` must not be one of the partitions made anyway: `root`, `readonly`, `boot`, `prep`, `spare`, `swap`, `efi_csm` and `efi`.",
        apply: storage::partition_name_is_free,
    },
    Rule {
        element: "size",
        statement: "`unpartitioned` cannot be more than the size.",
        apply: storage::unpartitioned_fits,
    },
    Rule {
        element: "volume",
        statement: "`quota` needs `filesystem=\"btrfs\"` of the type.",
        apply: storage::quota_needs_btrfs,
    },
    Rule {
        element: "collectionModule",
        statement: "`stream` needs `enable=\"true\"`.",
        apply: packages::stream_needs_enabled_module,
    },
    Rule {
        element: "packages",
        statement: "`bootstrap_package` needs the package manager `apt`.",
        apply: packages::bootstrap_package_needs_apt,
    },
];

/// Applies all rules for an element.
pub(super) fn apply(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    for rule in RULES.iter().filter(|rule| rule.element == place.node.name) {
        (rule.apply)(place, problems);
    }
}

/// Returns what the rules about an element demand, a sentence each.
pub fn statements(element: &str) -> impl Iterator<Item = &'static str> {
    let rules = RULES.iter().filter(move |rule| rule.element == element);
    rules.map(|rule| rule.statement)
}

/// Returns an attribute whose value is true.
fn true_attribute<'a>(node: &'a Node, name: &str) -> Option<&'a Attribute> {
    node.attribute(name)
        .filter(|attribute| bool::read(&attribute.value) == Some(true))
}

/// Tells whether a disk format puts the disk into a container.
fn is_container_format(format: &str) -> bool {
    format.starts_with("oci:") || format.starts_with("docker:")
}
