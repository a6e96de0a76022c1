//! The outermost element and what describes the image.

use crate::model::values::DescriptionType;
use crate::schema::define::Kind::{Boolean, Form, Location, Text, Words};
use crate::schema::define::{Element, any, element, many, maybe, one, optional, required, word};
use crate::schema::patterns::{ARCHITECTURES, NAME};

/// The outermost element and what describes the image.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("image", "The root of every description.")
        .attributes(&[
            required("name", Form(&NAME), "Base of all result names, as in `NAME.ARCH-VERSION.EXT`."),
            required("schemaversion", Words(&[word("8.5")]), "Version of the description format the file is written for."),
            optional("displayname", Text, "Title in boot menus and name of virtual machines; the image name when absent."),
            optional("id", Text, "Identifier written to `/etc/ImageID` inside the image."),
            optional("xsi:noNamespaceSchemaLocation", Location, "Where an editor finds the schema; not used for building."),
            optional("xsi:schemaLocation", Location, "Where an editor finds the schema; not used for building."),
        ])
        .at_most_one_of(&["xsi:noNamespaceSchemaLocation", "xsi:schemaLocation"])
        .children(&[
            any("include"), maybe("certificates"), one("description"), many("preferences"), any("profiles"), any("users"), any("drivers"),
            any("strip"), any("repository"), any("containers"), any("packages"), maybe("extension"),
        ]),
    element("include", "Puts the sections of another description file in this place.").since("7.4")
        .attributes(&[
            required("from", Text, "The file to include; `this://` starts at the description directory."),
        ]),
    element("extension", "Data for plugins, in a namespace of their own."),
    element("description", "Says who made the image and what it is.")
        .attributes(&[
            required("type", Words(DescriptionType::WORDS), "Whether this describes a system or a boot image; informative only."),
        ])
        .children(&[one("author"), many("contact"), one("specification"), maybe("license")]),
    element("author", "Name of the person or group who wrote the description.").text(Text),
    element("contact", "Address under which the author can be reached.").text(Text),
    element("specification", "What the image is, in a sentence.").text(Text),
    element("license", "Licence of the description; informative only.").text(Text),
    element("profiles", "Names the profiles that sections can be bound to.").children(&[many("profile")]),
    element("profile", "One selectable variant of the image.")
        .attributes(&[
            required("description", Text, "What the profile is for, in a sentence."),
            required("name", Text, "Name used with `--profile` and in `profiles` attributes."),
            optional("arch", Form(&ARCHITECTURES), "Architectures the profile exists on, separated by commas; all when absent."),
            optional("import", Boolean, "Selects the profile when the command line names none."),
        ])
        .children(&[any("requires")]),
    element("requires", "Another profile that is selected along with this one.")
        .attributes(&[
            required("profile", Text, "Name of the profile to select too."),
            optional("arch", Form(&ARCHITECTURES), "Architectures on which this holds, separated by commas; all when absent.").since("8.4"),
        ]),
];
