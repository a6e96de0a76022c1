//! Diagnostics about descriptions in YAML, JSON and TOML point to the bytes that are wrong.

mod support;

use kiwi_description::syntax::Markup;
use support::trees::{told, whole_way};

const YAML: &str = r##"# Ärger
image:
  "@schemaversion": "8.5"
  "@name": sample
  description:
    "@type": system
    author: Jürgen
    contact: j@example.org
    specification: A sample
  profiles:
    profile:
      - "@name": One
        "@description": first
      - {"@name": Two, "@description": second}
  preferences:
    - version: "1.2.3"
      packagemanager: apt
    - "@profiles": One
      type:
        "@image": oem
        "@filesystem": ext4
        size: {"@unit": G, "#text": 4}
  repository:
    source: {"@path": "http://example.org"}
  packages:
    - "@type": image
      package: [{"@name": bash}, {"@name": vim}]
    - "@type": bootstrap
      package:
        "@name": apt
"##;

const JSON: &str = r##"{
  "image": {
    "@schemaversion": "8.5", "@name": "sample",
    "description": {
      "@type": "system", "author": "Jürgen", "contact": "j@example.org", "specification": "A sample"
    },
    "profiles": {"profile": [
      {"@name": "One", "@description": "first"},
      {"@name": "Two", "@description": "second"}
    ]},
    "preferences": [
      {"version": "1.2.3", "packagemanager": "apt"},
      {"@profiles": "One", "type": {"@image": "oem", "@filesystem": "ext4", "size": {"@unit": "G", "#text": 4}}}
    ],
    "repository": {"source": {"@path": "http://example.org"}},
    "packages": [
      {"@type": "image", "package": [{"@name": "bash"}, {"@name": "vim"}]},
      {"@type": "bootstrap", "package": {"@name": "apt"}}
    ]
  }
}
"##;

const TOML: &str = r##"# Ärger
[image]
"@schemaversion" = "8.5"
"@name" = 'sample'
[image.description]
"@type" = "system"
author = "Jürgen"
contact = "j@example.org"
specification = """A sample"""
[[image.profiles.profile]]
"@name" = "One"
"@description" = "first"
[[image.profiles.profile]]
"@name" = "Two"
"@description" = "second"
[[image.preferences]]
version = "1.2.3"
packagemanager = "apt"
[[image.preferences]]
"@profiles" = "One"
type."@image" = "oem"
type."@filesystem" = "ext4"
type.size = {"@unit" = "G", "#text" = 4}
[image.repository]
source = {"@path" = "http://example.org"}
[[image.packages]]
"@type" = "image"
package = [{"@name" = "bash"}, {"@name" = "vim"}]
[[image.packages]]
"@type" = "bootstrap"
package."@name" = "apt"
"##;

/// Makes one mistake after the other and tells what is said about each.
fn mistakes(text: &str, markup: Markup, changes: &[(&str, &str)]) -> String {
    let (sources, right, notes) = whole_way(text, markup);
    if let Err(problems) = right {
        let told: Vec<_> = problems.iter().map(|it| told(it, &sources)).collect();
        panic!("{markup}: {told:?}");
    }
    assert!(notes.is_empty(), "{markup}: {notes:?}");
    let mut all = String::new();
    for (old, new) in changes {
        assert_eq!(text.matches(old).count(), 1, "{markup}: {old}");
        let (sources, result, notes) = whole_way(&text.replace(old, new), markup);
        all.push_str(&format!("{}\n", new.trim()));
        let problems = result.err().unwrap_or_default();
        assert!(!notes.is_empty() || !problems.is_empty(), "{markup}: {new}");
        for problem in notes.iter().chain(&problems) {
            all.push_str(&format!("    {}\n", told(problem, &sources)));
        }
    }
    all
}

#[test]
fn yaml() {
    let told = mistakes(
        YAML,
        Markup::Yaml,
        &[
            ("\"@filesystem\"", "\"@filesytem\""),
            ("packagemanager:", "packagemanger:"),
            ("\"@image\": oem", "\"@image\": 'oemm'"),
            ("    author: Jürgen\n", ""),
            (
                "- \"@name\": One\n        \"@description",
                "- \"@description",
            ),
            ("{\"@name\": Two, ", "{"),
            ("{\"@name\": vim}", "{\"@nam\": vim}"),
            ("{\"@name\": vim}", "null"),
            ("\"@type\": bootstrap", "\"@type\": bootstrapp"),
            ("\"#text\": 4", "\"#text\": 4.50"),
            ("sample\n  desc", "0755\n  desc"),
            ("version: \"1.2.3\"", "version: 1.10"),
            ("size: {\"@unit\": G, ", "size: {\"@unit\": G: "),
            ("contact: j", "author: again\n    contact: j"),
            ("    contact: j", "   contact: j"),
            ("\"@path\": \"http", "\"@path\": [\"http"),
            ("\"@path\": \"http://example.org\"", "\"@path\": [x]"),
            ("  repository:", "  repository: &r\n    users: *r"),
            ("apt\n    - ", "!!python/object apt\n    - "),
            ("first\n", "\"a\\x07b\"\n"),
            ("specification: A", "spec ification: A"),
            ("\"8.5\"", "9.1"),
        ],
    );
    assert_eq!(
        told,
        r##""@filesytem"
    K0202 21:9 `"@filesytem": ext4`: `type` has no attribute `filesytem`
packagemanger:
    K0201 17:7 `packagemanger`: unknown element `packagemanger`
"@image": 'oemm'
    K0203 20:20 `oemm`: `oemm` is no value for `image`

    K0205 5:3 `description`: `description` needs the element `author`
- "@description
    K0204 11:5 `profile`: `profile` needs the attribute `name`
{
    K0204 14:7 `-`: `profile` needs the attribute `name`
{"@nam": vim}
    K0202 27:35 `"@nam": vim`: `package` has no attribute `nam`
null
    K0204 27:34 `n`: `package` needs the attribute `name`
"@type": bootstrapp
    K0203 28:16 `bootstrapp`: `bootstrapp` is no value for `type`
"#text": 4.50
    K0127 22:37 `4.50`: the unquoted `4.50` is read as `4.5`
    K0203 22:37 `4.50`: `4.5` is no value for `size`
0755
  desc
    K0127 4:12 `0755`: the unquoted `0755` is read as `493`
version: 1.10
    K0127 16:16 `1.10`: the unquoted `1.10` is read as `1.1`
size: {"@unit": G:
    K0125 22:26 ``: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
author: again
    contact: j
    K0126 8:5 `author`: the key `author` is given twice; the first one: 7:5 `author`
contact: j
    K0125 8:4 ``: this is not YAML: while parsing a block mapping, did not find expected key
"@path": ["http
    K0125 24:44 ``: this is not YAML: while parsing a flow sequence, expected ',' or ']'
"@path": [x]
    K0128 24:15 `@path`: `@path` needs a text
repository: &r
    users: *r
    K0133 24:12 `*r`: an alias stands for something that contains it
!!python/object apt
    -
    K0134 17:23 `!!python/object apt`: the tag `!!python/object` is not understood
"a\x07b"
    K0130 13:26 `a\x07b`: the character U+0007 is not allowed
spec ification: A
    K0129 9:5 `spec ification`: `spec ification` is no name of an element
9.1
    K0123 3:21 `9.1`: schema version 9.1 is newer than 8.5, the newest one this program knows
"##
    );
}

#[test]
fn json() {
    let told = mistakes(
        JSON,
        Markup::Json,
        &[
            ("\"@filesystem\"", "\"@filesytem\""),
            ("\"packagemanager\"", "\"packagemanger\""),
            ("\"oem\"", "'oemm'"),
            ("\"author\": \"Jürgen\", ", ""),
            ("{\"@name\": \"One\", ", "{"),
            ("{\"@name\": \"Two\", ", "{"),
            ("{\"@name\": \"vim\"}", "{\"@nam\": \"vim\"}"),
            ("{\"@name\": \"vim\"}", "null"),
            ("\"bootstrap\"", "\"bootstrapp\""),
            ("\"#text\": 4", "\"#text\": 4.50"),
            ("\"1.2.3\"", "1.10"),
            ("\"A sample\"", "\"A sample\", \"@type\": \"system\""),
            ("\"first\"}", "\"first\""),
            ("\"Two\"", "\"Two"),
            ("\"sample\",", "sample,"),
            ("\"8.5\", ", "\"8.5\" "),
            ("\"http://example.org\"", "{}"),
            ("\"Jürgen\"", "\"\\u0000\""),
            ("  }\n}\n", "  }\n}\n}"),
        ],
    );
    assert_eq!(
        told,
        r##""@filesytem"
    K0202 13:54 `"@filesytem": "ext4"`: `type` has no attribute `filesytem`
"packagemanger"
    K0201 12:29 `packagemanger`: unknown element `packagemanger`
'oemm'
    K0203 13:48 `oemm`: `oemm` is no value for `image`

    K0205 4:6 `description`: `description` needs the element `author`
{
    K0204 7:19 `profile`: `profile` needs the attribute `name`
{
    K0204 9:7 `{`: `profile` needs the attribute `name`
{"@nam": "vim"}
    K0202 17:58 `"@nam": "vim"`: `package` has no attribute `nam`
null
    K0204 17:57 `n`: `package` needs the attribute `name`
"bootstrapp"
    K0203 18:18 `bootstrapp`: `bootstrapp` is no value for `type`
"#text": 4.50
    K0127 13:109 `4.50`: the unquoted `4.50` is read as `4.5`
    K0203 13:109 `4.50`: `4.5` is no value for `size`
1.10
    K0127 12:19 `1.10`: the unquoted `1.10` is read as `1.1`
"A sample", "@type": "system"
    K0126 5:104 `@type`: the key `@type` is given twice; the first one: 5:8 `@type`
"first"
    K0125 9:7 `{`: this is not JSON: this character is not expected here
"Two
    K0125 9:24 `@`: this is not JSON: this is no value of JSON
sample,
    K0125 3:39 `sample`: this is not JSON: this is no value of JSON
"8.5"
    K0125 3:28 ``: this is not JSON: a comma is missing before this
{}
    K0128 15:32 `@path`: `@path` needs a text
"\u0000"
    K0130 5:37 `\u0000`: the character U+0000 is not allowed
}
}
}
    K0125 22:1 `}`: this is not JSON: something stands behind the end of the value
"##
    );
}

#[test]
fn toml() {
    let told = mistakes(
        TOML,
        Markup::Toml,
        &[
            ("\"@filesystem\"", "\"@filesytem\""),
            ("packagemanager =", "packagemanger ="),
            ("= \"oem\"", "= 'oemm'"),
            ("author = \"Jürgen\"\n", ""),
            ("\"@name\" = \"One\"\n", ""),
            ("\"@name\" = \"Two\"\n", ""),
            ("{\"@name\" = \"vim\"}", "{\"@nam\" = \"vim\"}"),
            ("{\"@name\" = \"vim\"}", "{}"),
            ("\"bootstrap\"", "\"bootstrapp\""),
            ("\"#text\" = 4", "\"#text\" = 4.50"),
            ("\"1.2.3\"", "1.10"),
            ("contact =", "author = 'again'\ncontact ="),
            ("[image.repository]", "[image.description]"),
            ("[image.repository]", "[image.description.author]"),
            ("[image.repository]", "[image.repository"),
            ("'sample'", "sample"),
            ("\"@name\" = 'sample'", "@name = 'sample'"),
            ("\"first\"", "\"first"),
            ("{\"@path\" = \"http://example.org\"}", "{\"@path\" = []}"),
            ("\"second\"", "\"\\u0001\""),
        ],
    );
    assert_eq!(
        told,
        r##""@filesytem"
    K0202 22:6 `"@filesytem" = "ext4"`: `type` has no attribute `filesytem`
packagemanger =
    K0201 18:1 `packagemanger`: unknown element `packagemanger`
= 'oemm'
    K0203 21:18 `oemm`: `oemm` is no value for `image`

    K0205 5:8 `description`: `description` needs the element `author`

    K0204 10:18 `profile`: `profile` needs the attribute `name`

    K0204 13:18 `profile`: `profile` needs the attribute `name`
{"@nam" = "vim"}
    K0202 28:33 `"@nam" = "vim"`: `package` has no attribute `nam`
{}
    K0204 28:32 `{`: `package` needs the attribute `name`
"bootstrapp"
    K0203 30:12 `bootstrapp`: `bootstrapp` is no value for `type`
"#text" = 4.50
    K0127 23:39 `4.50`: the unquoted `4.50` is read as `4.5`
    K0203 23:39 `4.50`: `4.5` is no value for `size`
1.10
    K0127 17:11 `1.10`: the unquoted `1.10` is read as `1.1`
author = 'again'
contact =
    K0126 8:1 `author`: the key `author` is given twice; the first one: 7:1 `author`
[image.description]
    K0126 24:8 `description`: the key `description` is given twice; the first one: 5:8 `description`
[image.description.author]
    K0126 24:20 `author`: the key `author` is given twice; the first one: 7:1 `author`
[image.repository
    K0125 24:18 ``: this is not TOML: unclosed table
sample
    K0125 4:11 `sample`: this is not TOML: string values must be quoted
@name = 'sample'
    K0125 4:1 `@`: this is not TOML: invalid unquoted key
"first
    K0125 12:24 ``: this is not TOML: invalid basic string
{"@path" = []}
    K0128 25:12 `@path`: `@path` needs a text
"\u0001"
    K0130 15:19 `\u0001`: the character U+0001 is not allowed
"##
    );
}
