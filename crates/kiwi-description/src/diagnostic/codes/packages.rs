//! Codes for package managers, repositories and the network (K07xx).

codes! {
    UNKNOWN_PACKAGE = 701: "no repository offers a package",
        "The description or the command line asks for a package, and none of the repositories that are used for the build has \
         one of that name. Names are looked up before anything but metadata is downloaded.",
        "Correct the name, add the repository that has the package, or select the profile or architecture it is meant for.";
    REPOSITORY_UNREACHABLE = 702: "a repository cannot be reached",
        "Its address does not lead to a repository, or the network or the server did not answer.",
        "Check the address and the network, then try again: this error has exit code 4, by which scripts can tell that another \
         try may help.";
    REPOSITORY_UNTRUSTED = 703: "a repository is not trusted",
        "The repository is not signed, or signed with a key that nothing in the description trusts. Packages from it could be \
         anybody's.",
        "Name its key with `<source><signing key=\"...\"/></source>` or `--signing-key`. If it is not signed on purpose, set \
         `repository_gpgcheck=\"false\"`.";
    PACKAGES_CONFLICT = 704: "packages cannot be installed together",
        "Two of the requested packages exclude each other, or one needs something that no repository has.",
        "Remove one of the packages the message names, or add the repository that has what is missing.";
    NOTHING_TO_REMOVE = 705: "no package to remove is installed",
        "None of the packages that are to be deleted or uninstalled is in the root tree, so that the list is probably wrong.",
        "Correct the names, or remove the section.";
    SIGNING_KEY = 706: "a signing key cannot be used",
        "The file does not exist, cannot be fetched, or holds no public key.",
        "Check the address of the key.";
    PACKAGE_DAMAGED = 707: "a package is damaged",
        "A downloaded package has not the size or checksum its repository promises, or cannot be unpacked.",
        "Run again with `--clear-cache` to fetch it anew.";
    PACKAGE_MANAGER = 708: "the package manager failed",
        "A program of the package manager ended with an error; its last lines are shown, all of them are in the log file.",
        "The last lines usually say what is wrong, often a package's own script that fails.";
}
