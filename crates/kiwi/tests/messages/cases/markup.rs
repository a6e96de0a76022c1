//! Mistakes that keep the file from being read.

use crate::{Case, change};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        change(
            "K0104",
            "tag closed by another",
            "</preferences>",
            "</preference>",
        ),
        change("K0104", "tag never closed", "</image>\n", ""),
        change(
            "K0104",
            "attribute twice",
            r#"name="clean""#,
            r#"name="clean" name="again""#,
        ),
        change("K0104", "lone ampersand", "<author>A<", "<author>A & B<"),
        change(
            "K0104",
            "unknown entity",
            "<author>A<",
            "<author>A &copy; B<",
        ),
        change(
            "K0104",
            "quote missing",
            r#"name="bash"/>"#,
            r#"name="bash/>"#,
        ),
        change(
            "K0104",
            "comment in a comment",
            "<version>",
            "<!-- a -- b --><version>",
        ),
        change(
            "K0105",
            "document type",
            "<image ",
            "<!DOCTYPE image SYSTEM \"a.dtd\">\n<image ",
        ),
        change(
            "K0104",
            "not XML",
            "<image schemaversion",
            "image schemaversion",
        ),
        change(
            "K0110",
            "include that is not there",
            "<preferences>",
            "<include from=\"this://more.xml\"/>\n    <preferences>",
        ),
        change("K0120", "no schema version", r#"schemaversion="8.5" "#, ""),
        change(
            "K0121",
            "schema version no number",
            r#"schemaversion="8.5""#,
            r#"schemaversion="eight""#,
        ),
        change(
            "K0123",
            "schema version of the future",
            r#"schemaversion="8.5""#,
            r#"schemaversion="9.9""#,
        ),
    ]
}
