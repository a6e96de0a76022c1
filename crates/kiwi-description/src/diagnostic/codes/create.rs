//! Codes for disks, file systems and other results (K09xx).

codes! {
    TREE_LACKS = 901: "the root tree lacks something the image needs",
        "The image needs a kernel, a boot loader or another program from its own packages, and none brought it.",
        "Add the package the message names to the `packages` of the description.";
    TOO_SMALL = 902: "a size is too small",
        "What is to be stored does not fit into the size the description gives to a disk, partition or file system.",
        "Raise the size to at least what the message says, or remove it so that it is computed.";
    NO_SPACE = 903: "no space left",
        "The file system of the target directory, the cache or the temporary files is full.",
        "Free space there, or choose other places with `--target-dir`, `--shared-cache-dir` and `--temp-dir`.";
    TOO_LARGE = 904: "a result is larger than allowed",
        "The runtime configuration limits the size of results with `build_constraints/max_size`.",
        "Make the image smaller, or raise the limit.";
    ON_DISK = 905: "something cannot be stored in its format",
        "A partition table, file system or archive has limits, such as the length of a name, that the content exceeds.",
        "See the message for the limit and what exceeds it.";
    RESIZE = 906: "a disk cannot be resized",
        "`image resize` makes the raw disk in a target directory larger, and converts it again when the description has a format. \
         What is not there, is no disk or would become smaller cannot be resized.",
        "Name the directory a disk was built into and a size that is not smaller than the disk is.";
}
