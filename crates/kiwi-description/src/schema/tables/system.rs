//! Users, drivers, files to strip, fetched containers and certificates.

use crate::model::values::{CertificateDistribution, ContainerBackend, PasswordFormat, StripType};
use crate::schema::define::Kind::{Boolean, Form, Number, Text, Words};
use crate::schema::define::{Element, element, many, optional, required};
use crate::schema::patterns::{ARCHITECTURES, GROUPS};

/// Users, drivers, files to strip, fetched containers and certificates.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("users", "Users the image has.")
        .attributes(&[
            optional("arch", Form(&ARCHITECTURES), "Architectures this section is for, separated by commas; all when absent.").since("8.3"),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[many("user")]),
    element("user", "One user.")
        .attributes(&[
            required("name", Text, "Login name."),
            required("password", Text, "Password, as a crypt hash unless `pwdformat` says otherwise."),
            optional("groups", Form(&GROUPS), "Groups of the user, separated by commas; the first is the primary one, `NAME:GID` sets its number."),
            optional("home", Text, "Home directory."),
            optional("id", Number, "User number."),
            optional("pwdformat", Words(PasswordFormat::WORDS), "Whether the password is a crypt hash (default) or plain text."),
            optional("realname", Text, "Full name."),
            optional("shell", Text, "Login shell."),
        ]),
    element("drivers", "Kernel drivers for a kiwi initrd.")
        .attributes(&[
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[many("file")]),
    element("strip", "Files that scripts may remove from, or must keep in, the image.")
        .attributes(&[
            required("type", Words(StripType::WORDS), "Whether the files are to delete, tools to keep or libraries to keep."),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[many("file")]),
    element("containers", "Containers fetched into the image from one registry.").since("8.2")
        .attributes(&[
            required("backend", Words(ContainerBackend::WORDS), "Container runtime that loads them."),
            required("source", Text, "Registry or directory the containers come from."),
            optional("arch", Form(&ARCHITECTURES), "Architectures this section is for, separated by commas; all when absent."),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[many("container")]),
    element("container", "One container to fetch.").since("8.2")
        .attributes(&[
            required("name", Text, "Name of the container."),
            optional("arch", Form(&ARCHITECTURES), "Architectures the container is for, separated by commas; all when absent."),
            optional("fetch_only", Boolean, "Only stores the container and does not load it at first boot."),
            optional("path", Text, "Path below the registry."),
            optional("tag", Text, "Tag of the container; default `latest`."),
        ]),
    element("certificates", "Certificates the image trusts.").since("8.4")
        .attributes(&[
            required("target_distribution", Words(CertificateDistribution::WORDS), "Distribution family, which decides where certificates go."),
            optional("profiles", Text, "Profiles this section is for, separated by commas; all when absent."),
        ])
        .children(&[many("certificate")]),
    element("certificate", "One certificate.").since("8.4")
        .attributes(&[
            required("name", Text, "File of the certificate."),
        ]),
];
