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
    /// Reports what is wrong.
    apply: fn(&Place<'_, '_>, &mut Diagnostics),
}

/// All rules.
const RULES: &[Rule] = &[
    Rule {
        element: "type",
        apply: build_type::filesystem_for_btrfs_attributes,
    },
    Rule {
        element: "type",
        apply: build_type::verity_metadata_needs_blocks,
    },
    Rule {
        element: "type",
        apply: build_type::integrity_attributes_need_integrity,
    },
    Rule {
        element: "type",
        apply: build_type::derived_disk_needs_container_format,
    },
    Rule {
        element: "type",
        apply: build_type::vagrant_needs_its_configuration,
    },
    Rule {
        element: "containerconfig",
        apply: build_type::container_needs_container_format,
    },
    Rule {
        element: "installmedia",
        apply: bootloader::install_media_are_made,
    },
    Rule {
        element: "luksformat",
        apply: storage::encryption_options_need_encryption,
    },
    Rule {
        element: "partition",
        apply: storage::partition_name_is_free,
    },
    Rule {
        element: "size",
        apply: storage::unpartitioned_fits,
    },
    Rule {
        element: "volume",
        apply: storage::quota_needs_btrfs,
    },
    Rule {
        element: "collectionModule",
        apply: packages::stream_needs_enabled_module,
    },
    Rule {
        element: "packages",
        apply: packages::bootstrap_package_needs_apt,
    },
];

/// Applies all rules for an element.
pub(super) fn apply(place: &Place<'_, '_>, problems: &mut Diagnostics) {
    for rule in RULES.iter().filter(|rule| rule.element == place.node.name) {
        (rule.apply)(place, problems);
    }
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
