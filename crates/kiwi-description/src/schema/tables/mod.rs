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

use super::define::{Control, Element, Section};

/// The image type, as it decides about attributes of `type`.
const IMAGE: Control = Control::Own("image");
/// The image type, as it decides about children of `type`.
const PARENT_IMAGE: Control = Control::Parent("image");

/// All sections, in the order of the reference manual.
pub(super) const SECTIONS: &[Section] = &[
    section("image", "Image, author and profiles", image::ELEMENTS),
    section("preferences", "Preferences", preferences::ELEMENTS),
    section("type", "Build types", image_type::ELEMENTS),
    section("bootloader", "Boot loader", bootloader::ELEMENTS),
    section(
        "oemconfig",
        "First start and installation of disks",
        oemconfig::ELEMENTS,
    ),
    section(
        "storage",
        "Sizes, volumes, partitions and encryption",
        storage::ELEMENTS,
    ),
    section(
        "machine",
        "Virtual machines and Vagrant boxes",
        machine::ELEMENTS,
    ),
    section("containerconfig", "Containers", containerconfig::ELEMENTS),
    section("initrd", "Initrd", initrd::ELEMENTS),
    section("packages", "Packages and other content", packages::ELEMENTS),
    section("repository", "Repositories", repository::ELEMENTS),
    section(
        "system",
        "Users, drivers, containers to fetch and certificates",
        system::ELEMENTS,
    ),
];

const fn section(name: &'static str, title: &'static str, elements: &'static [Element]) -> Section {
    Section {
        name,
        title,
        elements,
    }
}
