//! The first page: what there is, how to read it, and how editors use the schema.

use std::fmt::Write;

use kiwi_description::schema;
use kiwi_description::upgrade::NEWEST;

use super::markdown::{file, link, start, table};

/// How the pages are read.
const READING: &str = "
## How to read it

- *For* names the image types, or the values of another attribute, that something is allowed for; empty is everywhere.
- *Since* is the first schema version that had something without a break since then; empty when it is as old as the element
  around it, or older than version 6.9, where the records begin. A description may use everything, whatever version it
  names: it is upgraded first.
- Values are compared after blanks around them are removed and blanks inside are made single ones; free text is taken as it is.
- Children may stand in any order.
- In YAML and JSON, an attribute is a key that begins with `@`, text is the key `#text`, and any other key is a child; a list
  repeats the child. An element with text only may be written as that text.
";

/// How editors use the schema.
const EDITORS: &str = "
## In an editor

`kiwi-ng schema` prints the schema, so that an editor can complete names, show their meaning and mark mistakes:

```console
$ kiwi-ng schema > image.rng
$ kiwi-ng schema --format json > image.schema.json
```

A description in XML names the file in a line after the XML declaration. Editors with a RELAX NG validator (Emacs, oXygen,
VS Code with an XML extension) read it:

```xml
<?xml version=\"1.0\" encoding=\"utf-8\"?>
<?xml-model href=\"image.rng\" type=\"application/xml\" schematypens=\"http://relaxng.org/ns/structure/1.0\"?>
```

A description in YAML names it in a comment, which the YAML language server reads:

```yaml
# yaml-language-server: $schema=image.schema.json
```

One in JSON is bound to its schema in the settings of the editor.

The schemas are those of the newest version and say everything that depends on one attribute, such as which attributes an
image type has. What depends on several is checked by `kiwi-ng` only, as is what the [checks](checks.md) look at. The JSON
Schema wants values without blanks around them.
";

/// Makes the page.
pub(super) fn page() -> String {
    let mut out = start("Reference of image descriptions");
    let _ = write!(
        out,
        "\nEverything a description of schema version {NEWEST} can say.\n\n## Pages\n\n"
    );
    let mut rows: Vec<Vec<String>> = schema::sections()
        .iter()
        .map(|section| {
            let links: Vec<String> = section
                .elements
                .iter()
                .map(|element| link(element.name))
                .collect();
            vec![
                format!("[{}]({})", section.title, file(section)),
                links.join(", "),
            ]
        })
        .collect();
    for (title, page, what) in [
        (
            "Image types",
            "image-types.md",
            "what each image type may have",
        ),
        (
            "Codes of messages",
            "codes.md",
            "what they mean and how to mend it",
        ),
        ("Checks", "checks.md", "what is checked beyond the schema"),
    ] {
        rows.push(vec![format!("[{title}]({page})"), what.to_owned()]);
    }
    out.push_str(&table(&["Page", "Content"], &rows));
    out.push_str(READING);
    out.push_str(EDITORS);
    out
}
