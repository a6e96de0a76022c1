//! Content of the initrd.

use crate::model::values::InitrdAction;
use crate::schema::define::Kind::{Boolean, Text, Words};
use crate::schema::define::{Element, any, element, optional, required};

/// Content of the initrd.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("installmedia", "Settings of the installation media.").children(&[any("initrd")]),
    element("initrd", "What the initrd contains.")
        .attributes(&[
            required("action", Words(InitrdAction::NAMES), "Whether the listed modules and drivers are added, left out, or are all there is."),
        ])
        .children(&[any("dracut")]),
    element("dracut", "One dracut module or driver.")
        .attributes(&[
            optional("driver", Text, "Name of a kernel driver."),
            optional("module", Text, "Name of a dracut module."),
            optional("uefi", Boolean, "Builds a unified kernel image instead of a plain initrd."),
        ]),
];
