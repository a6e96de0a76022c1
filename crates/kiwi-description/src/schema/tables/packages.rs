//! Packages and other content.

use crate::model::values::{PackagesType, PatternType};
use crate::schema::define::Control::{Own, Parent};
use crate::schema::define::Kind::{Boolean, Form, Text, Words};
use crate::schema::define::{Element, any, element, optional, required};
use crate::schema::patterns::{ARCHITECTURES, NAME};

/// Packages and other content.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("packages", "Packages and other content of one build phase.")
        .attributes(&[
            required("type", Words(PackagesType::WORDS), "Phase or build type the section is for."),
            optional("bootstrap_package", Text, "Package that holds a prepared root tree (apt).").since("7.5")
                .only_for(Own("type"), &["bootstrap"]),
            optional("patternType", Words(PatternType::WORDS), "Whether recommended packages are installed too; default `onlyRequired`."),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[
            any("archive"), any("file").since("8.1"), any("ignore"), any("namedCollection"), any("collectionModule"), any("product"), any("package"),
        ]),
    element("archive", "A tar archive unpacked into the root tree.")
        .attributes(&[
            required("name", Text, "File of the archive, relative to the description directory."),
            optional("bootinclude", Boolean, "Puts the archive into a kiwi initrd too."),
            optional("target_dir", Text, "Directory to unpack to; default `/`.").since("7.4"),
        ]),
    element("file", "A file: copied in `packages`, a driver in `drivers`, a path in `strip`.")
        .attributes(&[
            required("name", Text, "Name or location of the file."),
            optional("arch", Form(&ARCHITECTURES), "Architectures; not used."),
            optional("owner", Text, "Owner and group, as `chown` takes them.").since("8.1"),
            optional("permissions", Text, "Mode, as `chmod` takes it.").since("8.1"),
            optional("target", Text, "Where the file goes; the root directory when absent.").since("8.1"),
        ]),
    element("ignore", "A package that must not be installed.")
        .attributes(&[
            required("name", Text, "Name of the package."),
            optional("arch", Form(&ARCHITECTURES), "Architectures this holds for, separated by commas; all when absent."),
        ]),
    element("namedCollection", "A group of packages: pattern or group, as the package manager calls it.")
        .attributes(&[
            required("name", Text, "Name of the collection."),
            optional("arch", Form(&ARCHITECTURES), "Architectures this holds for, separated by commas; all when absent."),
        ]),
    element("collectionModule", "A module stream of dnf to enable or disable.").since("7.4")
        .attributes(&[
            required("enable", Boolean, "Whether the module is enabled or disabled."),
            required("name", Form(&NAME), "Name of the module."),
            optional("arch", Form(&ARCHITECTURES), "Architectures; not used."),
            optional("stream", Form(&NAME), "Stream of the module."),
        ])
        .only_for(Parent("type"), &["bootstrap"]),
    element("product", "A product of zypper.")
        .attributes(&[
            required("name", Text, "Name of the product."),
            optional("arch", Form(&ARCHITECTURES), "Architectures; not used."),
        ]),
    element("package", "One package.")
        .attributes(&[
            required("name", Text, "Name of the package."),
            optional("arch", Form(&ARCHITECTURES), "Architectures this holds for, separated by commas; all when absent."),
            optional("bootdelete", Boolean, "Removes the package from a kiwi initrd."),
            optional("bootinclude", Boolean, "Adds the package to a kiwi initrd."),
        ]),
];
