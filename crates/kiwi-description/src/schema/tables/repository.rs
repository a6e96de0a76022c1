//! Repositories.

use crate::model::values::{RepositoryType, SourceType};
use crate::schema::define::Control::Own;
use crate::schema::define::Kind::{Boolean, Form, Integer, Text, Words};
use crate::schema::define::{Element, any, element, one, optional, required};
use crate::schema::patterns::{ARCHITECTURES, KEY_LOCATION, NAME};

/// Repositories.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("repository", "A place that packages come from.")
        .attributes(&[
            optional("alias", Form(&NAME), "Short name of the repository."),
            optional("arch", Form(&ARCHITECTURES), "Architectures this section is for, separated by commas; all when absent.").since("8.1"),
            optional("architectures", Form(&ARCHITECTURES), "Architectures to read from the repository, separated by commas (apt).").since("8.2")
                .only_for(Own("type"), &["apt-deb"]),
            optional("components", Text, "Components of the repository, separated by blanks; default `main` (apt)."),
            optional("customize", Text, "Script called with each repository file that is written.").since("7.4"),
            optional("distribution", Text, "Distribution to use; without it the repository is a flat one (apt)."),
            optional("imageinclude", Boolean, "Also configures the repository in the image."),
            optional("imageonly", Boolean, "Configures the repository only in the image, not for the build."),
            optional("package_gpgcheck", Boolean, "Checks signatures of packages."),
            optional("password", Text, "Password at the server."),
            optional("priority", Integer, "Priority compared with the other repositories."),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
            optional("repository_gpgcheck", Boolean, "Checks signatures of the repository metadata."),
            optional("sourcetype", Words(SourceType::WORDS), "What the location names: a tree, a metalink or a list of mirrors.").since("7.1"),
            optional("type", Words(RepositoryType::WORDS), "Kind of repository; only a hint."),
            optional("username", Text, "User name at the server."),
        ])
        .at_most_one_of(&["imageinclude", "imageonly"])
        .children(&[one("source")]),
    element("source", "Location of a repository.")
        .attributes(&[
            required("path", Text, "Address or directory of the repository."),
        ])
        .children(&[any("signing")]),
    element("signing", "A key that signs the packages of the repository.").since("7.4")
        .attributes(&[
            required("key", Form(&KEY_LOCATION), "Location of the public key."),
        ]),
];
