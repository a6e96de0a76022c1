//! Help, version and what the arguments may be.

use snapbox::{assert_data_eq, str};

use super::kiwi;

#[test]
fn version_has_the_line_that_scripts_look_for() {
    for option in ["--version", "-v"] {
        let run = kiwi(&[option]);
        assert_eq!(run.code, 0);
        assert_data_eq!(
            run.stdout,
            str![[r#"
KIWI (next generation) version 11.1.6
kiwi-rs 0.1.0

"#]]
        );
    }
}

#[test]
fn help_of_the_program() {
    let run = kiwi(&["-h"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
Builds operating system images from KIWI descriptions, without root and without loop devices

Usage: kiwi-ng [OPTIONS] <SERVICE>

Services:
  system   Build images and the root trees they are made from
  image    Look at descriptions before building
  result   List and bundle what a build has made
  doctor   Check what this machine can build and what is missing
  explain  Explain the code of a message
  schema   Print the schema of descriptions, for editors
  help     Print this message or the help of the given subcommand(s)

Options:
  -h, --help  Print help (see more with '--help')

Global options:
      --type <TYPE>             Build this type of the description, such as oem, oci or ext4
      --profile <NAME>          Select a profile of the description; may be repeated, the order
                                counts
      --kiwi-file <NAME>        Name of the description file in its directory, if it is not
                                config.xml or *.kiwi
      --target-arch <ARCH>      Build for another architecture, such as aarch64
      --setenv <VAR=VALUE>      Set a variable for package managers and scripts; may be repeated
      --shared-cache-dir <DIR>  Directory for downloaded packages that builds share
      --temp-dir <DIR>          Directory for temporary files; it must exist
      --config <FILE>           One more runtime configuration file, which wins over the others
      --debug                   Show every command that is run and its output; the same as
                                --loglevel 10
      --loglevel <LEVEL>        Show messages from this level on: 10 debug, 20 info, 30 warning, 40
                                error
      --logfile <FILE>          Append everything to this file, whatever the log level; `stdout` for
                                standard output alone
      --logsocket <SOCKET>      Send log lines to this listening unix socket
      --log-format <FORMAT>     How to report progress: text, or one JSON object per line [possible
                                values: text, json]
      --color-output            Colour messages even if the output is no terminal
  -v, --version                 Print the version [alias: -V]

Examples:
  Build a disk image as an ordinary user; the result is in /tmp/out:
    kiwi-ng system build --description examples/debian-disk --target-dir /tmp/out

  See what would be built, before anything is downloaded:
    kiwi-ng image plan --description examples/debian-disk

  Find out what this machine can build and what to install for the rest:
    kiwi-ng doctor

  Build another type and profile of the same description:
    kiwi-ng --type oci --profile Small system build --description DIR --target-dir OUT

Exit codes: 0 done; 1 the build failed; 2 the command line or the description is wrong; 3 this host
cannot do it;
4 a repository did not answer, try again; 130 and 143 interrupted.

Every message has a code such as K0201; `kiwi-ng explain K0201` says more about it.

"#]]
    );
}

#[test]
fn help_of_a_command() {
    let run = kiwi(&["system", "create", "-h"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
Make an image from a prepared root tree

Usage: kiwi-ng system create [OPTIONS] --root <DIR> --target-dir <DIR>

Options:
      --root <DIR>          Root tree made by `system prepare`
      --target-dir <DIR>    Directory for the results; made if it does not exist
      --signing-key <FILE>  Trust this key when repositories are checked; may be repeated
      --debug-shell         Open a shell in the root tree when a script or a program in it fails
  -h, --help                Print help (see more with '--help')

Examples:
  kiwi-ng system create --root TREE --target-dir OUT

The root tree does not remember --type and --profile: give the same ones as to `system prepare`.

"#]]
    );
}

#[test]
fn help_is_found_in_every_way() {
    let expected = kiwi(&["system", "build", "--help"]);
    assert_eq!(expected.code, 0);
    for words in [
        &["system", "build", "help"][..],
        &["help", "system", "build"],
        &["system", "help", "build"],
    ] {
        let run = kiwi(words);
        assert_eq!(run.code, 0, "{words:?}");
        assert_eq!(run.stdout, expected.stdout, "{words:?}");
    }
}

/// Every example in a help text is accepted by the parser, so that examples cannot grow old.
#[test]
fn examples_are_accepted() {
    let mut seen = 0;
    check_examples(&kiwi::cli::command(), &mut seen);
    assert!(seen >= 15, "{seen}");
}

fn check_examples(command: &clap::Command, seen: &mut usize) {
    let text = command.get_after_help().map(ToString::to_string);
    let text = text.unwrap_or_default().replace("\\\n", " ");
    for line in text.lines().map(str::trim) {
        if !line.starts_with("kiwi-ng ") {
            continue;
        }
        let words = line.split(['|', '>']).next().unwrap().split_whitespace();
        let parsed = kiwi::cli::Cli::parse_arguments(words.map(Into::into));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
        *seen += 1;
    }
    for inner in command.get_subcommands() {
        check_examples(inner, seen);
    }
}
