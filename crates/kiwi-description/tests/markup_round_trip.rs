//! What is written in any markup reads back as the same tree.

mod support;

use kiwi_description::node::{Node, Text};
use kiwi_description::span::{SourceMap, Span};
use kiwi_description::syntax::Markup;
use proptest::prelude::*;
use support::trees::{MARKUPS, canonical, parse, write};

/// A description with something of everything, in the order and layout the writers give it.
const SAMPLE_XML: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<image schemaversion="8.5" name="sample">
  <description type="system">
    <author>J&#252;rgen</author>
    <contact>j@example.org</contact>
    <specification>Two
lines: 1</specification>
  </description>
  <preferences>
    <version>1.10</version>
    <packagemanager>apt</packagemanager>
    <type image="oem" filesystem="ext4" kernelcmdline="console=ttyS0 quiet root=&quot;x&quot; a=b c=d e=f g=h">
      <size unit="G">4</size>
      <oemconfig>
        <oem-resize>false</oem-resize>
      </oemconfig>
    </type>
  </preferences>
  <users/>
  <packages type="image">
    <package name="bash"/>
    <archive name="a.tar"/>
    <package name="vim" arch="x86_64"/>
  </packages>
</image>
"#;

const SAMPLE_YAML: &str = r##"image:
  "@schemaversion": "8.5"
  "@name": sample
  description:
    "@type": system
    author: "Jürgen"
    contact: j@example.org
    specification: "Two\nlines: 1"
  preferences:
    version: "1.10"
    packagemanager: apt
    type:
      "@image": oem
      "@filesystem": ext4
      "@kernelcmdline": "console=ttyS0 quiet root=\"x\" a=b c=d e=f g=h"
      size:
        "@unit": G
        "#text": "4"
      oemconfig:
        oem-resize: false
  users: null
  packages:
    "@type": image
    package:
      - "@name": bash
      - "@name": vim
        "@arch": x86_64
    archive:
      "@name": a.tar
"##;

const SAMPLE_TOML: &str = r##"[image]
"@schemaversion" = "8.5"
"@name" = "sample"
users = {}

[image.description]
"@type" = "system"
author = "Jürgen"
contact = "j@example.org"
specification = "Two\nlines: 1"

[image.preferences]
version = "1.10"
packagemanager = "apt"

[image.preferences.type]
"@image" = "oem"
"@filesystem" = "ext4"
"@kernelcmdline" = "console=ttyS0 quiet root=\"x\" a=b c=d e=f g=h"
size = { "@unit" = "G", "#text" = "4" }
oemconfig = { oem-resize = "false" }

[image.packages]
"@type" = "image"
package = [
    { "@name" = "bash" },
    { "@name" = "vim", "@arch" = "x86_64" },
]
archive = { "@name" = "a.tar" }
"##;

const SAMPLE_JSON: &str = r##"{
    "image": {
        "@schemaversion": "8.5",
        "@name": "sample",
        "description": {
            "@type": "system",
            "author": "Jürgen",
            "contact": "j@example.org",
            "specification": "Two\nlines: 1"
        },
        "preferences": {
            "version": "1.10",
            "packagemanager": "apt",
            "type": {
                "@image": "oem",
                "@filesystem": "ext4",
                "@kernelcmdline": "console=ttyS0 quiet root=\"x\" a=b c=d e=f g=h",
                "size": {
                    "@unit": "G",
                    "#text": "4"
                },
                "oemconfig": {
                    "oem-resize": "false"
                }
            }
        },
        "users": null,
        "packages": {
            "@type": "image",
            "package": [
                {
                    "@name": "bash"
                },
                {
                    "@name": "vim",
                    "@arch": "x86_64"
                }
            ],
            "archive": {
                "@name": "a.tar"
            }
        }
    }
}
"##;

#[test]
fn a_sample_in_every_markup() {
    let (_, sample) = parse(SAMPLE_XML, Markup::Xml);
    let sample = sample.unwrap().root;
    for (markup, text) in [
        (Markup::Yaml, SAMPLE_YAML),
        (Markup::Json, SAMPLE_JSON),
        (Markup::Toml, SAMPLE_TOML),
    ] {
        assert_eq!(write(&sample, markup), text, "{markup}");
        let (_, again) = parse(text, markup);
        assert_eq!(
            canonical(&again.unwrap().root),
            canonical(&sample),
            "{markup}"
        );
    }
}

#[test]
fn namespaces_survive() {
    let text = "<image xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:noNamespaceSchemaLocation='x'>\
                <extension><p:a xmlns:p='urn:p' p:b='1'>t<p:c xml:lang='de'/></p:a></extension></image>";
    let (_, first) = parse(text, Markup::Xml);
    let first = first.unwrap().root;
    for markup in MARKUPS {
        let written = write(&first, markup);
        let (_, again) = parse(&written, markup);
        assert_eq!(
            canonical(&again.unwrap().root),
            canonical(&first),
            "{written}"
        );
    }
}

fn nowhere() -> Span {
    SourceMap::default().add_whole("", "")
}

/// Texts that mean something else in one markup or another.
const HARD_TEXTS: [&str; 32] = [
    "yes",
    "no",
    "null",
    "~",
    "true",
    "off",
    "0x1f",
    "012",
    "1:30",
    "<<",
    "=",
    "2026-01-02",
    "[",
    "{}",
    "'",
    "\"",
    "''",
    "a: b",
    "- a",
    "# a",
    "%",
    "@",
    "`",
    "!a",
    "&a",
    "*a",
    "|\n a",
    ">",
    "]]>",
    "\\",
    "'''",
    "\"\"\"",
];

fn trees() -> impl Strategy<Value = Node> {
    let names = "[a-z][a-z0-9_.-]{0,4}|yes|null|y";
    let texts = prop_oneof![
        "[ -~\u{e4}\u{20ac}\u{1f600}\u{85}\u{2028}\u{feff}\n\t\r]{0,12}",
        "[0-9.:+e_-]{1,6}",
        proptest::sample::select(&HARD_TEXTS[..]).prop_map(str::to_owned),
    ];
    let element = (
        names,
        proptest::collection::btree_map(names, texts.clone(), 0..3),
        texts,
    )
        .prop_map(|(name, attributes, text)| {
            let mut node = Node::new(name, nowhere());
            for (name, value) in attributes {
                node.set_attribute(&name, value, nowhere());
            }
            let text = text.trim();
            node.text = (!text.is_empty()).then(|| Text {
                value: text.to_owned(),
                span: nowhere(),
            });
            node
        });
    element.clone().prop_recursive(4, 40, 5, move |inner| {
        (element.clone(), proptest::collection::vec(inner, 1..5)).prop_map(
            |(mut node, children)| {
                node.children = children;
                node
            },
        )
    })
}

proptest! {
    #[test]
    fn any_tree_reads_back(tree in trees()) {
        for markup in MARKUPS {
            let written = write(&tree, markup);
            let (_, again) = parse(&written, markup);
            let again = again.map_err(|problems| TestCaseError::fail(format!("{markup} {problems:?}\n{written}")))?;
            prop_assert!(again.notes.is_empty(), "{}", written);
            prop_assert_eq!(canonical(&again.root), canonical(&tree), "{}", written);
            prop_assert_eq!(write(&again.root, markup), written);
        }
    }
}
