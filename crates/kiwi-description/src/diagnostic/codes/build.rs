//! Codes for scripts and the other steps of prepare (K08xx).

codes! {
    INTERRUPTED = 800: "interrupted",
        "A signal asked the build to stop: Ctrl-C at the terminal (exit code 130), or somebody ended the program (143). Everything \
         it had started was ended, nothing was left mounted.",
        "Build again; `--allow-existing-root` goes on with the root tree that is there.";
    SCRIPT = 801: "a script of the description failed",
        "One of the scripts of the description, such as `config.sh`, ended with an exit code other than 0.",
        "The last lines it wrote are shown, all of them are in the log file. `--debug-shell` opens a shell in the root tree where \
         the script failed.";
    ROOT_EXISTS = 802: "the root tree exists already",
        "A new root tree is made in an empty directory, because files of an older build could end up in the image.",
        "Use `--allow-existing-root` to go on with it, or remove it: `rm -rf`, or `kiwi-ng system remove` where subordinate ids \
         own files in it.";
    NOT_PREPARED = 803: "not a prepared root tree",
        "`system create` needs a root tree that `system prepare` has finished. The directory is none, or its preparation was \
         interrupted.",
        "Run `kiwi-ng system prepare`, with `--allow-existing-root` to finish one that was interrupted.";
    FILE_VANISHED = 804: "a file of the description does not exist",
        "The description names a script, archive or other file that is not there when the build starts.",
        "Correct the name, or add the file.";
    INPUT_OUTPUT = 810: "a file cannot be read or written",
        "The operating system refused it; the message names the file and the reason.",
        "Check space, permissions and that nothing else changes the directories of the build.";
    COMMAND = 811: "a program failed",
        "A program that the build runs ended with an error; its last lines are shown, all of them are in the log file.",
        "The last lines usually say what is wrong.";
    UNEXPECTED = 812: "something is not as it has to be",
        "A file or the output of a program is not what the build relies on.",
        "See the message; if the description is not the reason, please report it.";
}
