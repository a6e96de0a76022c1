//! Descriptions in YAML as people write them, judged by the JSON Schema.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

use crate::judges::json_validator;

const GOOD: &str = "
image:
  '@schemaversion': 8.5
  '@name': my-image
  description:
    '@type': system
    author: me
    contact: [me@example.org, us@example.org]
    specification: 2024
  preferences:
    - version: 1.2.3
      packagemanager: apt
      rpm-check-signatures: false
      locale:
      type:
        '@image': oem
        '@filesystem': ext4
        '@installiso': true
        '@bootpartsize': 500
        size:
          '@unit': G
          '#text': 10
        oemconfig:
          oem-swapsize: 512
          oem-resize: true
        machine:
          '@memory': '1024'
  repository:
    '@type': apt-deb
    source: {'@path': 'host:/'}
  packages:
    - '@type': bootstrap
      package: {'@name': base-files}
    - '@type': image
      package:
        - '@name': linux-image-amd64
        - '@name': systemd
          '@arch': x86_64
";

/// What is changed, from and to.
const BAD: &[(&str, &str)] = &[
    ("'@name': my-image", "'@name': my image"),
    ("8.5", "8.4"),
    ("'@type': system", "'@typ': system"),
    ("    author: me\n", ""),
    ("'@image': oem", "'@image': vmx"),
    ("'@filesystem': ext4", "'@fsmountoptions': noatime"),
    ("'@installiso': true", "'@installiso': maybe"),
    ("'@bootpartsize': 500", "'@bootpartsize': -1"),
    ("'@bootpartsize': 500", "'@compressed': true"),
    ("'#text': 10", "'#text': ten"),
    ("oem-swapsize: 512", "oem-swapsize: [512, 513]"),
    ("oem-resize: true", "oem-resize: 3"),
    ("package: {'@name': base-files}", "package: base-files"),
    ("source: {'@path': 'host:/'}", "source: host:/"),
    ("  repository:", "  repositories:"),
    ("image:", "picture:"),
];

/// Changes that keep the description good.
const GOOD_TOO: &[(&str, &str)] = &[
    ("locale:\n", "locale: en_US\n"),
    ("author: me", "author: {'#text': me}"),
    ("author: me", "author: [me]"),
    ("'@installiso': true", "'@installiso': '1'"),
    ("'@bootpartsize': 500", "'@bootpartsize': '500'"),
    ("oem-resize: true", "oem-resize: 'true'"),
    ("  packages:", "  strip: []\n  packages:"),
];

fn value(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).expect("well-formed YAML");
    json(&documents[0])
}

fn json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(value)) => Value::from(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Value(Scalar::FloatingPoint(value)) => Value::from(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => Value::from(value.as_ref()),
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_str().expect("a text").to_owned(), json(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => panic!("no plain data: {other:?}"),
    }
}

fn changed(change: &(&str, &str)) -> Value {
    assert!(GOOD.contains(change.0), "{}", change.0);
    value(&GOOD.replacen(change.0, change.1, 1))
}

#[test]
fn good_descriptions_are_accepted() {
    let validator = json_validator();
    // `locale` is there but empty, and its text is no locale.
    assert!(!validator.is_valid(&value(GOOD)));
    for change in GOOD_TOO {
        let text = GOOD.replacen(change.0, change.1, 1);
        assert_ne!(text, GOOD, "{change:?}");
        let text = text.replacen("      locale:\n", "", 1);
        if let Err(error) = validator.validate(&value(&text)) {
            panic!("{change:?}: {error} at {}", error.instance_path());
        }
    }
}

#[test]
fn bad_descriptions_are_refused() {
    let validator = json_validator();
    for change in BAD {
        assert!(!validator.is_valid(&changed(change)), "{change:?}");
    }
}
