//! The command line: options and their help texts, nothing of what they mean.
//!
//! `kiwi-ng [GLOBAL OPTIONS] SERVICE COMMAND [OPTIONS]`, as the reference has it (spec 02). More is understood than the
//! reference does: global options may also stand behind the service and the command, long options may be shortened as long as
//! they stay clear, and `help` may follow a command.

mod build_options;
mod global;
mod image;
mod result;
mod system;

use std::ffi::OsString;

use clap::{ArgAction, CommandFactory, Parser, Subcommand};

pub use build_options::{BuildOptions, RepositoryOptions};
pub use global::{GLOBAL_HEADING, GlobalOptions, LogFormat};
pub use image::{
    ConvertOptions, ImageCommand, InfoOptions, LintFormat, LintOptions, PlanOptions, ResizeOptions,
    TargetMarkup, UpgradeOptions,
};
pub use result::{ListOptions, ResultCommand};
pub use system::{
    BuildCommand, CreateCommand, DebugOptions, PrepareCommand, RemoveCommand, SystemCommand,
};

/// The release of the reference whose command line, descriptions and results this program follows.
pub const COMPATIBLE_RELEASE: &str = "11.1.6";

/// What `--version` prints behind the name: the line that scripts look for, then who we are.
const VERSION: &str = concat!("version 11.1.6\nkiwi-rs ", env!("CARGO_PKG_VERSION"));

const AFTER_HELP: &str = "\
Examples:
  Build a disk image as an ordinary user; the result is in /tmp/out:
    kiwi-ng system build --description examples/debian-disk --target-dir /tmp/out

  See what would be built, before anything is downloaded:
    kiwi-ng image plan --description examples/debian-disk

  Find out what this machine can build and what to install for the rest:
    kiwi-ng doctor

  Build another type and profile of the same description:
    kiwi-ng --type oci --profile Small system build --description DIR --target-dir OUT

Exit codes: 0 done; 1 the build failed; 2 the command line or the description is wrong; 3 this host cannot do it;
4 a repository did not answer, try again; 130 and 143 interrupted.

Every message has a code such as K0201; `kiwi-ng explain K0201` says more about it.";

/// Builds operating system images from KIWI descriptions, without root and without loop devices.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "kiwi-ng",
    display_name = "KIWI (next generation)",
    version = VERSION,
    disable_version_flag = true,
    infer_long_args = true,
    max_term_width = 100,
    after_help = AFTER_HELP,
    subcommand_value_name = "SERVICE",
    subcommand_help_heading = "Services"
)]
pub struct Cli {
    /// Options for every command.
    #[command(flatten)]
    pub globals: GlobalOptions,

    /// Print the version
    #[arg(short = 'v', long, visible_short_alias = 'V', action = ArgAction::Version, help_heading = GLOBAL_HEADING)]
    pub version: (),

    /// What to do.
    #[command(subcommand)]
    pub service: Service,
}

/// The services.
#[derive(Clone, Debug, Subcommand)]
pub enum Service {
    /// Build images and the root trees they are made from
    #[command(
        subcommand_value_name = "COMMAND",
        subcommand_help_heading = "Commands"
    )]
    System {
        /// Global options behind the service.
        #[command(flatten)]
        globals: Box<GlobalOptions>,
        /// What to do.
        #[command(subcommand)]
        command: Box<SystemCommand>,
    },
    /// Look at descriptions before building
    #[command(
        subcommand_value_name = "COMMAND",
        subcommand_help_heading = "Commands"
    )]
    Image {
        /// Global options behind the service.
        #[command(flatten)]
        globals: Box<GlobalOptions>,
        /// What to do.
        #[command(subcommand)]
        command: Box<ImageCommand>,
    },
    /// List and bundle what a build has made
    #[command(
        subcommand_value_name = "COMMAND",
        subcommand_help_heading = "Commands"
    )]
    Result {
        /// Global options behind the service.
        #[command(flatten)]
        globals: Box<GlobalOptions>,
        /// What to do.
        #[command(subcommand)]
        command: Box<ResultCommand>,
    },
    /// Check what this machine can build and what is missing
    Doctor(DoctorOptions),
    /// Explain the code of a message
    Explain(ExplainOptions),
    /// Print the schema of descriptions, for editors
    Schema(SchemaOptions),
}

/// Options of `doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kiwi-ng doctor
  kiwi-ng doctor --format json | jq .image_types")]
pub struct DoctorOptions {
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Say what to install on this distribution instead of the running one
    #[arg(long, value_name = "NAME")]
    pub distribution: Option<Distribution>,
}

/// Families of distributions as the command line names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Distribution {
    /// Debian, Ubuntu and what is made from them.
    Debian,
    /// openSUSE and SUSE Linux Enterprise.
    Suse,
    /// Fedora, CentOS Stream, RHEL and what is made from them.
    Fedora,
    /// Arch Linux.
    Arch,
    /// Alpine Linux.
    Alpine,
}

/// Formats of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Options of `explain`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kiwi-ng explain K0201
  kiwi-ng explain

Without a code all of them are listed.")]
pub struct ExplainOptions {
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
    /// The code as a message shows it, such as K0201
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// List all codes, as without CODE
    #[arg(long, conflicts_with = "code")]
    pub list: bool,
}

/// Options of `schema`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kiwi-ng schema > image.rng
  kiwi-ng schema --format json > image.schema.json

In an XML description, a line after the XML declaration tells editors where the
schema is:
  <?xml-model href=\"image.rng\" schematypens=\"http://relaxng.org/ns/structure/1.0\"?>
In a YAML description, it is a comment:
  # yaml-language-server: $schema=image.schema.json")]
pub struct SchemaOptions {
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
    /// RELAX NG for descriptions in XML, or JSON Schema for those in YAML and JSON
    #[arg(long, value_name = "FORMAT", default_value = "rng")]
    pub format: SchemaFormat,
}

/// Languages the schema can be printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SchemaFormat {
    /// RELAX NG in XML syntax.
    #[default]
    Rng,
    /// JSON Schema.
    Json,
}

impl Cli {
    /// Reads the arguments of this process; prints help, version or what is wrong with them.
    ///
    /// # Errors
    /// Help and version count as errors of kind `DisplayHelp` and `DisplayVersion`, as clap has it.
    pub fn parse_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, clap::Error> {
        let arguments = help_as_last_word(arguments.into_iter().collect());
        let matches = command().try_get_matches_from(arguments)?;
        clap::FromArgMatches::from_arg_matches(&matches)
    }

    /// Returns the global options of all places they may stand in, as one.
    pub fn all_globals(&self) -> GlobalOptions {
        let mut all = self.globals.clone();
        match &self.service {
            Service::System { globals, command } => {
                all.add(globals);
                all.add_some(command.globals());
            }
            Service::Image { globals, command } => {
                all.add(globals);
                all.add(command.globals());
            }
            Service::Result { globals, command } => {
                all.add(globals);
                all.add_some(command.globals());
            }
            Service::Doctor(options) => all.add(&options.globals),
            Service::Explain(options) => all.add(&options.globals),
            Service::Schema(options) => all.add(&options.globals),
        }
        all
    }
}

/// Returns the whole command line as clap sees it, for help, man pages and completions.
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    hide_repeated_globals(&mut command, true);
    command
}

/// Leaves the global options out of the short help of everything but the program itself.
fn hide_repeated_globals(command: &mut clap::Command, top: bool) {
    if !top {
        let whole = std::mem::take(command);
        *command = whole.mut_args(|argument| {
            let global = argument.get_help_heading() == Some(GLOBAL_HEADING);
            argument.hide_short_help(global)
        });
    }
    for inner in command.get_subcommands_mut() {
        hide_repeated_globals(inner, false);
    }
}

/// Turns `SERVICE COMMAND help` at the end into `SERVICE COMMAND --help`, as the reference understands it.
fn help_as_last_word(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let [.., service, command, last] = arguments.as_mut_slice()
        && last == "help"
        && is_command(service, command)
    {
        *last = "--help".into();
    }
    arguments
}

fn is_command(service: &OsString, command: &OsString) -> bool {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    Cli::command()
        .find_subcommand(text(service))
        .is_some_and(|service| service.find_subcommand(text(command)).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        let words = std::iter::once("kiwi-ng").chain(line.split_whitespace());
        Cli::parse_arguments(words.map(OsString::from))
    }

    #[test]
    fn definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn globals_stand_anywhere_and_keep_their_order() {
        let line = "--profile a --type oem --debug system --profile b build --profile c --type iso --description d --target-dir t";
        let globals = parse(line).unwrap().all_globals();
        assert_eq!(globals.profile, ["a", "b", "c"]);
        assert_eq!(globals.build_type.as_deref(), Some("iso"));
        assert!(globals.debug);
    }

    #[test]
    fn what_every_release_of_the_reference_accepted() {
        for line in [
            "system build --description d --target-dir t",
            "system build --descr d --target-d t",
            "system prepare --description=d --root=r --allow-existing-root",
            "system create --root r --target-dir t --signing-key k",
            "--debug --profile P --target-arch=aarch64 system build --allow-existing-root --description d --target-dir t \
             --add-repo dir://./repos/p/r,rpm-md,,99 --add-repo u,rpm-md,x,1 --add-repo-credentials u:p",
            "--loglevel 10 --logfile stdout --color-output image info --description d --list-profiles",
            "--setenv A=b --setenv C= image info --description d",
            "result list --target-dir t",
        ] {
            assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
        }
    }

    #[test]
    fn mistakes_are_usage_errors() {
        use clap::error::ErrorKind;
        for (line, kind) in [
            ("", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            (
                "system",
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
            ),
            ("sytem build", ErrorKind::InvalidSubcommand),
            (
                "system build --target-dir t",
                ErrorKind::MissingRequiredArgument,
            ),
            (
                "system build --description d --target-dir t --nonsense",
                ErrorKind::UnknownArgument,
            ),
            (
                "--loglevel high image info --description d",
                ErrorKind::ValueValidation,
            ),
            (
                "--setenv A image info --description d",
                ErrorKind::ValueValidation,
            ),
            ("--version", ErrorKind::DisplayVersion),
            ("-v", ErrorKind::DisplayVersion),
            ("-h", ErrorKind::DisplayHelp),
            ("help", ErrorKind::DisplayHelp),
            ("help system build", ErrorKind::DisplayHelp),
            ("system build help", ErrorKind::DisplayHelp),
            ("system build -h", ErrorKind::DisplayHelp),
        ] {
            assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
        }
    }

    #[test]
    fn version_names_both() {
        let text = parse("--version").unwrap_err().to_string();
        let mut lines = text.lines();
        let first = format!("KIWI (next generation) version {COMPATIBLE_RELEASE}");
        assert_eq!(lines.next(), Some(first.as_str()));
        assert!(lines.next().unwrap().starts_with("kiwi-rs "));
    }
}
