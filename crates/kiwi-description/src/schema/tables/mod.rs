//! All elements of schema 8.5, one file per section of the description.

mod bootloader;
mod containerconfig;
mod image;
mod image_type;
mod initrd;
mod machine;
mod oemconfig;
mod packages;
mod preferences;
mod repository;
mod storage;
mod system;

use super::define::{Control, Element};

/// The image type, as it decides about attributes of `type`.
const IMAGE: Control = Control::Own("image");
/// The image type, as it decides about children of `type`.
const PARENT_IMAGE: Control = Control::Parent("image");

/// All tables, in the order of the reference manual.
pub(super) const TABLES: &[&[Element]] = &[
    image::ELEMENTS,
    preferences::ELEMENTS,
    image_type::ELEMENTS,
    bootloader::ELEMENTS,
    oemconfig::ELEMENTS,
    storage::ELEMENTS,
    machine::ELEMENTS,
    containerconfig::ELEMENTS,
    initrd::ELEMENTS,
    packages::ELEMENTS,
    repository::ELEMENTS,
    system::ELEMENTS,
];
