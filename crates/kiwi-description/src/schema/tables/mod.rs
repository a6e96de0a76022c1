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

#[cfg(test)]
mod tests {
    /// Help is one sentence for everything; only words that say it all have none.
    #[test]
    fn everything_has_help() {
        /// Words without help: file systems, machines, versions.
        const OBVIOUS: &[&str] = &[
            "image@schemaversion",
            "type@filesystem",
            "type@bootfilesystem",
            "type@spare_part_fs",
            "type@overlayroot_readonly_filesystem",
            "type@hybridpersistent_filesystem",
            "partition@filesystem",
            "machine@arch",
            "machine@ovftype",
        ];
        let is_sentence = |help: &str| help.len() > 1 && help.ends_with('.') && help.trim() == help;
        for element in crate::schema::elements() {
            assert!(is_sentence(element.help), "{}", element.name);
            for attribute in element.attributes {
                let name = format!("{}@{}", element.name, attribute.name);
                assert!(is_sentence(attribute.help), "{name}");
                let is_obvious = OBVIOUS.contains(&name.as_str());
                for word in attribute.kind.words() {
                    assert_eq!(
                        is_sentence(word.help()),
                        !is_obvious,
                        "{name}={}",
                        word.name
                    );
                }
            }
            let text = element.text.map_or(&[][..], |kind| kind.words());
            assert!(text.iter().all(|word| is_sentence(word.help())));
        }
    }
}
