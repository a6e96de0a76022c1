//! Codes for programs and abilities of the host (K06xx).

codes! {
    TOOL_MISSING = 601: "a program of the host is missing",
        "The build calls this program on the host, and it is neither in `PATH` nor in the usual directories for system programs.",
        "Install the package that holds it; `kiwi-ng doctor` lists all missing programs with one command to install them.";
    PROGRAM_MISSING = 602: "a program is missing in the root tree",
        "The build calls this program inside the image's root tree, and no installed package brought it.",
        "Add the package that holds it to the `packages` of the description.";
    SANDBOX = 603: "commands cannot be run inside the root tree",
        "Commands of the image run in namespaces of their own with the root tree at `/`. The kernel or a security policy of this \
         host refused to make them.",
        "`kiwi-ng doctor` says what is forbidden and how to allow it.";
    HOST_CANNOT = 604: "this host cannot build it",
        "The image needs an ability that this host, or a program in the version installed here, does not have.",
        "Follow the advice of the message, or build on a newer host.";
    TOOL_TOO_OLD = 605: "a program of the host is too old",
        "The build uses an ability of this program that only newer versions have.",
        "Install a newer version; `kiwi-ng doctor` lists the versions found and needed.";
    NO_ENCLOSURE = 606: "builds cannot be set apart from this host",
        "Every build runs in namespaces of its own, so that it needs no root and leaves nothing behind. The kernel or a \
         security policy of this host refused to make them.",
        "`kiwi-ng doctor` says what is forbidden and how to allow it.";
    PROCESS = 607: "the operating system refused something basic",
        "A process, a pipe or a signal handler could not be set up; usually a limit was reached.",
        "Raise the limits (`ulimit -a`), or end other programs.";
    FEW_IDS = 608: "the build has few user and group ids",
        "An ordinary user builds with subordinate ids, so that files of the image can belong to other users than root. There are          fewer of them than distributions use, or none; packages whose files belong to a missing id cannot be installed.",
        "Give the user 65536 ids in `/etc/subuid` and `/etc/subgid`, for instance with `usermod --add-subuids`, and install          `newuidmap` and `newgidmap`; `kiwi-ng doctor` says what is missing.";
}
