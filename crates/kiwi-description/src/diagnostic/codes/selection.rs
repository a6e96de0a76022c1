//! Codes for choosing profile, build type and architecture, and for the plan (K04xx).

codes! {
    UNKNOWN_PROFILE = 401: "unknown profile",
        "A profile was asked for, on the command line or by another profile, that the description does not have, or has for \
         other architectures only.",
        "Use one of the profiles that are listed.";
    NO_BUILD_TYPE = 402: "no such build type",
        "The preferences that apply to the selected profiles offer no build type, or not the one asked for.",
        "Select a profile that has one, or ask for a type that is there.";
    OLD_BUILD_TYPE = 403: "old name of a build type",
        "The build type was merged into another one.",
        "Use the new name.";
    OPTION_WITHOUT_EFFECT = 404: "option without effect",
        "An option of the command line replaces something that the description does not have, so nothing happens.",
        "Remove the option, or add to the description what it is to change.";
    REPOSITORY_ADDRESS = 410: "address of a repository not understood",
        "The address has no scheme, or one that is unknown.",
        "Use `host:/`, `this://PATH`, `dir:///PATH`, `obs://PROJECT/REPOSITORY`, `http://`, `https://` or `ftp://`.";
    FIRMWARE_NOT_POSSIBLE = 411: "firmware and architecture do not go together",
        "Machines of this architecture do not have this firmware.",
        "Use a firmware the architecture has, or build for another architecture with `--target-arch`.";
    PACKAGE_REQUEST_WITHOUT_MEANING = 412: "the package manager does not know this kind of request",
        "Patterns, groups, products and modules exist for some package managers only.",
        "List the packages by name.";
    ARCHITECTURE_MACRO = 413: "`%arch` in the address of a repository",
        "The old documentation shows `%arch` in addresses, but KIWI has not replaced it for years: the package manager gets it as it \
         is written. Here it is the machine name of the build.",
        "Write one repository for each architecture and bind it with `arch`, or use a variable of the package manager such as \
         `$basearch`.";
    ONLY_IN_BUILD_SERVICE = 414: "an address that only the Open Build Service knows",
        "`obsrepositories:/` stands for the repositories that the build service hands to a worker together with the description. \
         Anywhere else, and in the finished image, nobody knows which ones these are.",
        "Name the project and repository with `obs://PROJECT/REPOSITORY`, or add repositories with `--add-repo` and drop those of \
         the description with `--ignore-repos`.";
    NOT_YET = 430: "not built by this version yet",
        "The description is right, but what it asks for comes with a later version of this program. Nothing is left out in \
         silence, so the build stops here.",
        "Remove the setting, or use a version that has it.";
}
