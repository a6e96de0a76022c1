//! What a container runtime should know about the image.

use super::PARENT_IMAGE;
use crate::schema::define::Kind::{Boolean, Form, Text};
use crate::schema::define::{Element, any, element, many, maybe, optional, required};
use crate::schema::patterns::{PACKAGE_VERSION, PORT};

/// What a container runtime should know about the image.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("containerconfig", "What a container runtime should know about the image.")
        .attributes(&[
            required("name", Text, "Name of the container."),
            optional("additionalnames", Text, "Further names, separated by commas; `:tag`, `name` or `name:tag`.").since("7.5")
                .only_for(PARENT_IMAGE, &["oem", "docker", "oci"]),
            optional("maintainer", Text, "Who maintains the container; author and contact when absent.")
                .only_for(PARENT_IMAGE, &["oem", "docker", "oci"]),
            optional("tag", Text, "Tag of the container; default `latest`.").only_for(PARENT_IMAGE, &["oem", "docker", "oci"]),
            optional("user", Text, "User the container runs as.").only_for(PARENT_IMAGE, &["oem", "docker", "oci"]),
            optional("workingdir", Text, "Directory the container starts in.").only_for(PARENT_IMAGE, &["oem", "docker", "oci"]),
        ])
        .children(&[
            maybe("entrypoint"), maybe("subcommand"), maybe("expose"), maybe("volumes"), maybe("stopsignal"), maybe("environment"),
            maybe("labels"), maybe("history"),
        ])
        .only_for(PARENT_IMAGE, &["oem", "docker", "oci", "appx"]),
    element("entrypoint", "Program the container always runs.")
        .attributes(&[
            optional("clear", Boolean, "Removes the entry point of the base container."),
            optional("execute", Text, "Program to run."),
        ])
        .exactly_one_of(&["execute", "clear"])
        .children(&[any("argument")]),
    element("subcommand", "Default program, or default arguments of the entry point.")
        .attributes(&[
            optional("clear", Boolean, "Removes the command of the base container."),
            optional("execute", Text, "Program to run, or the first argument."),
        ])
        .exactly_one_of(&["execute", "clear"])
        .children(&[any("argument")]),
    element("argument", "One argument.")
        .attributes(&[
            required("name", Text, "The argument."),
        ]),
    element("expose", "Network ports of the container.").children(&[many("port")]),
    element("port", "One network port.")
        .attributes(&[
            required("number", Form(&PORT), "Port number, optionally with `/tcp` or `/udp`."),
        ]),
    element("volumes", "Paths of the container that hold changing data.").children(&[many("volume")]),
    element("stopsignal", "Signal that stops the container.").since("8.1").text(Text),
    element("labels", "Labels of the container.").children(&[many("label")]),
    element("label", "One label.")
        .attributes(&[
            required("name", Text, "Name of the label."),
            required("value", Text, "Value of the label."),
        ]),
    element("history", "Entry in the history of the container.").since("6.9").text(Text)
        .attributes(&[
            optional("application_id", Text, "Identifier of an appx application.").since("7.1"),
            optional("author", Text, "Author of the entry; author and contact when absent."),
            optional("created_by", Text, "Program that made the container."),
            optional("launcher", Text, "Program that starts an appx application.").since("7.1"),
            optional("package_version", Form(&PACKAGE_VERSION), "Version of an appx package, four numbers.").since("7.1"),
        ]),
];
