//! Codes for finding and reading the description, its markup, includes and upgrade (K01xx).

codes! {
    DESCRIPTION_NOT_FOUND = 101: "no description found",
        "The directory holds none of the files a description can be in: `config.xml`, `image/config.xml` or any `*.kiwi`.",
        "Name the directory that holds the description with `--description`, or the file in it with `--kiwi-file`.";
    UNREADABLE_FILE = 102: "a file of the description cannot be read",
        "The operating system refused to read the file, or it is no regular file.",
        "Check that the file exists and that the current user may read it.";
    BAD_ENCODING = 103: "the file is not text in a known encoding",
        "Descriptions are UTF-8. UTF-16 with a byte order mark and Latin-1 declared in the first line are read too. \
         Anything else would end up as wrong characters in the image.",
        "Convert the file, for instance with `iconv -f OLD -t UTF-8`.";
    NOT_WELL_FORMED = 104: "the file is not well-formed XML",
        "A tag is not closed, a quote is missing or a character is not allowed where it stands, so that the structure of the \
         file is unknown. Reading stops at the first such place.",
        "Mend the place shown and try again; an XML editor shows such errors while typing.";
    DOCUMENT_TYPE = 105: "a document type or entity declaration is not allowed",
        "A description must be plain XML. Entities would let a file pull in other files or grow without limit.",
        "Remove the declaration and write the text out where the entity was used; use `<include from=\"...\"/>` for parts \
         that several descriptions share.";
    UNSUPPORTED_MARKUP = 106: "this markup cannot hold a description",
        "INI files have sections but no deeper nesting, so a description does not fit into one. A file without a telling \
         extension counts as INI when it begins with a section in brackets.",
        "Write the description as XML, YAML, JSON or TOML; the name of a TOML file must end in `.toml`.";
    TOO_DEEP = 107: "elements are nested too deeply",
        "No description needs more than a handful of levels; a file nested hundreds deep is broken or hostile.",
        "Remove the nesting.";
    INCLUDE_UNREADABLE = 110: "an included file cannot be read",
        "`from` of an `include` names a file that does not exist or cannot be read.",
        "Correct the location. `this://NAME` and a plain relative name start at the directory of the description, \
         `/NAME` and `file:///NAME` are absolute. Nothing is fetched from the network.";
    INCLUDE_WITHOUT_FROM = 111: "an include names no file",
        "`include` takes the place of the sections of another file, and `from` says which file that is.",
        "Add `from=\"this://FILE\"`.";
    INCLUDE_ROOT = 112: "an included file is no description",
        "The outermost element of an included file must be `image`; its children are what gets included.",
        "Wrap the content of the file into `<image> ... </image>`.";
    INCLUDE_LOCATION = 114: "the location of an include is not supported",
        "Included files must be local; nothing is fetched from the network.",
        "Store the file beside the description and use `this://NAME`.";
    VERSION_MISSING = 120: "the description names no schema version",
        "`schemaversion` of `image` tells which format the file is written for; without it old constructs cannot be told \
         from mistakes.",
        "Add `schemaversion=\"8.5\"` to `image`.";
    VERSION_INVALID = 121: "the schema version is no number",
        "`schemaversion` of `image` must be a number such as `7.4` or `8.5`.",
        "Write the version the file was made for, or `8.5` for a new file.";
    VERSION_TOO_OLD = 122: "the schema version is too old",
        "Descriptions from schema 1.4 on are upgraded while they are read. What older ones mean is not known.",
        "If the number is a mistake, write the version the file was made for; else write the description anew.";
    VERSION_TOO_NEW = 123: "the schema version is newer than this program",
        "The description may contain things this program does not know, so that the image would not become what was meant.",
        "Use a newer version of this program, or set `schemaversion` to the newest known one if nothing newer is used.";
    UPGRADE_DROPPED = 124: "an old setting is ignored",
        "The description is of an older schema version, and the attribute or element has no meaning in the newest one.",
        "Remove it, or have it removed with `kiwi-ng image upgrade --write`; the message names what counts instead.";
    MALFORMED = 125: "the file is not well-formed YAML, JSON or TOML",
        "A quote or bracket is missing, the indentation does not fit, or a character is not allowed where it stands, so that \
         the structure of the file is unknown. Reading stops at the first such place.",
        "Mend the place shown and try again; an editor that knows the markup shows such errors while typing.";
    DUPLICATE_KEY = 126: "a key is given twice",
        "Other programs silently take one of the two, and which one differs. Several elements of one name are one list behind \
         one key, or in TOML tables with `[[NAME]]`.",
        "Keep one of them, or put both values into one list.";
    VALUE_CHANGED = 127: "an unquoted word is read as something else than it says",
        "YAML, JSON and TOML know numbers and booleans. The value becomes a number first and text afterwards, so that a version \
         `1.10` turns into `1.1`, permissions `0644` into `420`, and in YAML `1:30` into `90` and `yes` into `true`. The \
         reference reads it the same way.",
        "Put the value into quotes to keep it as it is written, or write what it is read as.";
    SHAPE = 128: "the structure of the file is not that of a description",
        "A file is one map with one key, the outermost element. Inside, `@NAME` is an attribute with a text, `#text` the text of \
         an element, every other key an element: a map, a text, nothing, or a list of these for several elements.",
        "Write the place as the message says; `kiwi-ng image convert` shows how any description looks in each markup.";
    BAD_NAME = 129: "a key cannot be the name of an element or attribute",
        "Keys become names of elements and attributes, which begin with a letter and have only letters, digits and a few signs.",
        "Correct the key; the name of an attribute has `@` before it.";
    BAD_CHARACTER = 130: "a character is not allowed in a description",
        "Descriptions are stored as XML in the image, and control characters have no place in XML, however they are written.",
        "Remove the character.";
    TOO_LARGE = 131: "a file of the description is too large",
        "No description comes near this size; the file is probably something else, and reading it could take all memory.",
        "Check that the right file is named.";
    TOO_MANY = 132: "the description has too many elements",
        "No description comes near this number. In YAML an alias counts as often as it is used, so a few lines can stand for \
         millions of values.",
        "Remove what is repeated.";
    ALIAS = 133: "an alias stands for something that contains it",
        "The value would have no end.",
        "Write out what is meant instead of the alias.";
    TAG = 134: "a tag of YAML is not understood",
        "Tags can ask for any kind of value. A description has maps, lists and plain values only; the tags `!!str`, `!!int`, \
         `!!float`, `!!bool`, `!!null`, `!!map` and `!!seq` are known.",
        "Remove the tag.";
    PREFIX = 135: "a namespace prefix is not declared",
        "A name with a colon belongs to a namespace, which must be declared on the element or one around it.",
        "Declare it with `xmlns:PREFIX`, in other markups than XML with the key `@xmlns:PREFIX`, or remove the prefix.";
    TOO_MANY_PROBLEMS = 136: "there are too many problems to show",
        "One mistake, such as a file of another kind, can make everything in it wrong.",
        "Mend the problems that are shown and try again.";
    NOT_WRITTEN = 137: "the converted description cannot be written",
        "The directory does not exist, the file system is full, or the current user may not write there.",
        "Name another file with `--output`, or leave the option out and redirect the standard output.";
    UPGRADE_LOST = 150: "an old setting has no counterpart any more",
        "The description is of an older schema version. The setting had an effect then, and nothing in the newest schema has \
         the same, so that the image becomes something else than it was.",
        "Use what the message names instead, or remove the setting if the effect is not needed.";
    ONCE_VALID = 151: "an old form is read as its successor",
        "The schema version of the description allowed this form, and newer ones refuse it. What comes nearest is taken; the \
         message says what that is.",
        "Write the newer form, or have it written with `kiwi-ng image upgrade --write`.";
    OLD_SPELLING = 152: "a spelling from old manuals",
        "Manuals have shown this for years, or it was right long ago. It works, but other programs that read descriptions \
         may refuse it.",
        "Write it as the message says, or have it written with `kiwi-ng image upgrade --write`.";
    REWRITE_MARKUP = 160: "only XML files are upgraded in place",
        "`image upgrade` changes the text of a file and leaves everything else in it as it is. It knows how to do that with XML \
         only; descriptions in other markups are upgraded in memory each time they are read.",
        "Change the file by hand; the warnings of `kiwi-ng image plan` say what is old in it.";
    REWRITE_ENCODING = 161: "a file to be upgraded is not UTF-8",
        "The file is in UTF-16 or Latin-1, or it changed while it was read. It can be used for building, but to write it back \
         in another encoding would change more than was asked for.",
        "Convert the file, for instance with `iconv -t UTF-8`, correct the encoding in its first line and try again.";
    REWRITE_WRITE = 162: "an upgraded file cannot be written",
        "The operating system refused to write the new file beside the old one, or to put it in its place. The old file is \
         untouched.",
        "Check that the directory may be written and has space.";
    REWRITE_CONFLICT = 163: "the text of a file cannot be upgraded safely",
        "The changed text, when read again, would not describe the same as the upgraded description does, for instance because \
         a file is included twice and each place would need another text. Nothing was written.",
        "Upgrade the file by hand; the message names the place.";
}
