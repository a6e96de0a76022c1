//! Codes for options, arguments and the runtime configuration (K05xx).

codes! {
    NOT_THERE_YET = 501: "not there yet in this version",
        "The command or option is part of KIWI's command line, but this version of the program cannot do it yet. Doing \
         something else in silence would be worse than stopping.",
        "Leave it out, or use a later version; CHANGELOG.md says what each version can do.";
    BAD_REPOSITORY = 502: "a repository on the command line is malformed",
        "`--add-repo` and `--set-repo` take up to eleven fields in a fixed order, separated by commas: source, type, alias, \
         priority, imageinclude, package_gpgcheck, {signing keys}, components, distribution, repo_gpgcheck, sourcetype. \
         A field holds something that cannot stand there.",
        "Count the commas: an empty field still needs its comma. Example for Debian: \
         `--add-repo https://example.org/debian,apt-deb,extra,,,,,main,bookworm`.";
    CA_TARGET_DISTRIBUTION = 503: "certificates for an unknown distribution",
        "Where certificates go depends on the distribution, and it was not said, or is not known.",
        "Use `--ca-target-distribution`, or `target_distribution` of `<certificates>`.";
    CONTAINER_LABEL = 504: "label without value",
        "`--add-container-label` takes `NAME=VALUE`; a label without a value is left out of the container.",
        "Add the value.";
    MISSING_DIRECTORY = 505: "a directory named on the command line does not exist",
        "The directory has to be there before the command starts, because making it could hide a misspelt name.",
        "Correct the name, or make the directory.";
    BAD_DIRECTORY = 506: "a directory cannot be made or written",
        "The operating system does not let the current user make this directory or files in it.",
        "Choose another directory, or change its owner or permissions.";
    BAD_CREDENTIALS = 507: "credentials on the command line cannot be used",
        "The n-th `--add-repo-credentials` belongs to the n-th `--add-repo`. A value that names a file stands for the first \
         line of that file.",
        "Give as many repositories as credentials, and check that the file can be read and is not empty.";
    BAD_TYPE_ATTRIBUTE = 508: "--set-type-attr needs ATTRIBUTE=VALUE",
        "The option sets one attribute of the type that is built; without `=` it is unknown which value is meant.",
        "Write for instance `--set-type-attr filesystem=ext4`.";
    CONFIGURATION_UNREADABLE = 510: "a runtime configuration file cannot be read",
        "The file named with `--config` does not exist, or a configuration file exists but cannot be read.",
        "Correct the name, or let the current user read the file.";
    CONFIGURATION_MALFORMED = 511: "a runtime configuration file has the wrong structure",
        "A runtime configuration is YAML: a map of sections. Each section is a map of keys, or, in the older style, a list of \
         maps with one key each.",
        "Write it as `SECTION:` and, indented below it, `KEY: VALUE`.";
    CONFIGURATION_UNKNOWN = 512: "unknown section or key in a runtime configuration file",
        "This program does not know the section or key, so that it has no effect.",
        "Correct the spelling, or remove it.";
    CONFIGURATION_VALUE = 513: "a value in a runtime configuration file is not allowed",
        "The key is known, but its value cannot be used; the default is used where that is harmless.",
        "Use one of the values the message names.";
    CONFIGURATION_WITHOUT_EFFECT = 514: "a runtime configuration key without effect",
        "KIWI uses this key to choose or tune a program that this program does not call, because it does the work in another way.",
        "Nothing has to be done; the key may stay for KIWI's sake.";
    LOG_FILE = 520: "the log file cannot be opened",
        "Everything a build does is written to a log file; a build without its log would be hard to understand afterwards.",
        "Name a file in a directory that exists and that the current user may write.";
    LOG_SOCKET = 521: "nobody listens at the log socket",
        "`--logsocket` names a unix stream socket at which a program listens before the build starts.",
        "Start the listening program first, for instance `socat UNIX-LISTEN:PATH,fork -`.";
    BAD_EPOCH = 522: "SOURCE_DATE_EPOCH is no number of seconds",
        "The variable makes builds reproducible: it is the newest time anything in the image carries, as whole seconds since \
         the beginning of 1970.",
        "Set it to a number, for instance `SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`, or unset it.";
    UNKNOWN_CODE = 530: "unknown code",
        "No message of this program has this code.",
        "See `kiwi-ng explain --list` for all codes.";
    NOT_A_TREE = 531: "not a root tree",
        "`system remove` removes only directories that this program made: they hold the directory `image` with the description, \
         or are the root tree below a target directory.",
        "Check the path. To remove any other directory use `rm -rf`.";
    NO_RESULTS = 532: "no results in this directory",
        "A build writes `kiwi.result.json` into its target directory when everything else is there. It is missing or unreadable.",
        "Name the directory given to `--target-dir` of the build; if that build failed, build again.";
    MISSING_FILE = 533: "a file named on the command line does not exist",
        "A key or certificate is needed long after the build began, so it is looked for before.",
        "Correct the name. Relative ones start at the working directory.";
}
