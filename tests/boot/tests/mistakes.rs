//! Mistakes in descriptions, each of which has to be one error at one place.

/// Changes of the description `tiny`: what is replaced by what, the error, and where it is.
pub(crate) const MISTAKES: [(&str, &str, &str, &str); 9] = [
    (
        "<type image=\"ext4\"/>",
        "<typ image=\"ext4\"/>",
        "K0201",
        "typ image",
    ),
    (
        "<type image=\"ext4\"/>",
        "<type image=\"ext4\" filesytem=\"ext4\"/>",
        "K0202",
        "filesytem",
    ),
    ("image=\"ext4\"", "image=\"ext5\"", "K0203", "ext5"),
    (
        "<package name=\"passwd\"/>",
        "<package nmae=\"passwd\"/>",
        "K0202",
        "nmae",
    ),
    (
        "<package name=\"passwd\"/>",
        "<package arch=\"x86_64\"/>",
        "K0204",
        "package arch",
    ),
    (
        "        <author>The kiwi-rs authors</author>\n",
        "",
        "K0205",
        "description type",
    ),
    (
        "schemaversion=\"8.5\"",
        "schemaversion=\"1.3\"",
        "K0122",
        "1.3",
    ),
    (
        "schemaversion=\"8.5\"",
        "schemaversion=\"9.9\"",
        "K0123",
        "9.9",
    ),
    ("</packages>", "</package>", "K0104", "</package>"),
];
