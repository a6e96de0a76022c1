//! Content of the initrd.

use crate::model::values::InitrdAction;
use crate::schema::define::Kind::{Boolean, Text, Words};
use crate::schema::define::{Element, any, element, optional, required};

/// Content of the initrd.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("installmedia", "Settings of the installation media.").since("7.3").children(&[any("initrd")]),
    element("initrd", "What the initrd contains.").since("7.3")
        .attributes(&[
            required("action", Words(InitrdAction::WORDS), "Whether the listed modules and drivers are added, left out, or are all there is."),
        ])
        .children(&[any("dracut")]),
    element("dracut", "One dracut module or driver.").since("7.3")
        .attributes(&[
            optional("driver", Text, "Name of a kernel driver.").since("8.3"),
            optional("module", Text, "Name of a dracut module."),
            optional("uefi", Boolean, "Builds a unified kernel image instead of a plain initrd.").since("8.3"),
        ]),
];
