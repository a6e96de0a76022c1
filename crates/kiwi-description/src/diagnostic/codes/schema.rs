//! Codes for the schema: elements, attributes, values and rules between them (K02xx).

codes! {
    UNKNOWN_ELEMENT = 201: "unknown element",
        "The schema has no element of this name in this place. Elements that exist elsewhere are unknown here too.",
        "Correct the name, or move the element to where it belongs; the reference lists the children of each element.";
    UNKNOWN_ATTRIBUTE = 202: "unknown attribute",
        "The schema has no attribute of this name on this element.",
        "Correct the name, or move the attribute to the element it belongs to.";
    BAD_VALUE = 203: "value not allowed",
        "The value of an attribute, or the text of an element, is none of those that are allowed.",
        "Use one of the values listed, or one of the form described.";
    MISSING_ATTRIBUTE = 204: "required attribute missing",
        "The element means nothing without this attribute, and there is no default for it.",
        "Add the attribute.";
    MISSING_ELEMENT = 205: "required element missing",
        "The schema demands a child element that is not there.",
        "Add the element.";
    TOO_MANY = 206: "element given more than once",
        "Only one of this element may stand here; with two it would be a matter of luck which one counts.",
        "Keep one of them, or move the other into a section of its own, bound to a profile.";
    UNEXPECTED_TEXT = 207: "text where none is allowed",
        "This element holds other elements or attributes only. Text here is often a forgotten tag or comment mark.",
        "Remove the text or put it into the element it was meant for.";
    WRONG_VERSION = 208: "wrong schema version",
        "After all upgrades the description must be of the newest schema version.",
        "Set `schemaversion` to the version the file is written for.";
    WRONG_ROOT = 209: "the outermost element is not `image`",
        "A description consists of one `image` element that holds all the others.",
        "Wrap the content into `<image schemaversion=\"8.5\" name=\"NAME\"> ... </image>`.";
    FOREIGN_NAMESPACE = 210: "element in a foreign namespace",
        "Elements of the description are in no namespace. Others are allowed below `extension` only.",
        "Remove the namespace declaration, or move the element into `extension`.";
    EXTENSION_NAMESPACE = 211: "extension data without a namespace of its own",
        "Each child of `extension` must be in a foreign namespace, and each namespace prefix may occur once.",
        "Declare a namespace on the element and merge children that use the same prefix.";
    EXCLUSIVE_ATTRIBUTES = 212: "attributes that exclude each other",
        "Only one of these attributes makes sense at a time.",
        "Keep one of them.";
    NOT_FOR_THIS = 220: "not allowed for this kind",
        "Which attributes and elements are allowed depends on another attribute, most often on `image` of `type`: what makes \
         sense for a disk does not for a container.",
        "Remove it, or choose the kind that was meant.";
    NO_EFFECT = 221: "without effect for this kind",
        "The schema allows this, but for the chosen kind nothing comes of it.",
        "Remove it, or choose the kind that was meant.";
    REQUIRED_FOR_THIS = 222: "missing for this kind",
        "Another attribute makes this attribute or element mandatory.",
        "Add what is missing.";
    NEEDS_OTHER = 223: "makes sense only together with something else",
        "The attribute or element builds on another one that is not there or has another value.",
        "Add what it builds on, or remove it.";
    CONFLICT = 224: "does not go with something else",
        "Two settings contradict each other, so that only one of them could be followed.",
        "Remove one of them.";
    RESERVED_NAME = 225: "reserved name",
        "The name is used for a partition that is made anyway.",
        "Choose another name.";
}
