//! `image`: looking at descriptions (spec 02, section 8, and our own `plan`).

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use kiwi_description::syntax::Markup;

use super::{BuildOptions, GlobalOptions, RepositoryOptions};

/// Commands of `image`.
#[derive(Clone, Debug, Subcommand)]
pub enum ImageCommand {
    /// Print facts about a description as JSON
    Info(InfoOptions),
    /// Show everything a build would do: packages, partitions, boot, files, programs
    Plan(PlanOptions),
    /// Rewrite a description to the newest schema, in its own files
    Upgrade(UpgradeOptions),
    /// Check descriptions: everything that is wrong with them, for all profiles and build types at once
    Lint(LintOptions),
    /// Write a description in another markup, upgraded to the newest schema
    Convert(ConvertOptions),
    /// Make a disk that was built larger
    Resize(ResizeOptions),
}

/// Options of `image info`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image info --description DIR
  kiwi-ng image info --description DIR --list-profiles
  kiwi-ng --type oem image info --description DIR --print-kiwi-env
  kiwi-ng image info --description DIR --print-yaml")]
pub struct InfoOptions {
    /// Directory with the description
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,
    /// Repositories.
    #[command(flatten)]
    pub repositories: RepositoryOptions,
    /// Also list the profiles of the description
    #[arg(long)]
    pub list_profiles: bool,
    /// Also list the variables that scripts of the description see
    #[arg(long)]
    pub print_kiwi_env: bool,
    /// Also list all packages with what they need (not there yet in this version)
    #[arg(long)]
    pub resolve_package_list: bool,
    /// Also print the upgraded description as XML
    #[arg(long)]
    pub print_xml: bool,
    /// Also print the upgraded description as YAML
    #[arg(long)]
    pub print_yaml: bool,
    /// Also print the upgraded description as TOML; of several forms the first of XML, YAML, TOML is printed
    #[arg(long)]
    pub print_toml: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Options of `image plan`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image plan --description DIR
  kiwi-ng --profile Live image plan --description DIR --add-package htop
  kiwi-ng image plan --description DIR --json | jq .image

Nothing is downloaded, and nothing is written.")]
pub struct PlanOptions {
    /// What to build.
    #[command(flatten)]
    pub options: Box<BuildOptions>,
    /// Print the whole plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Options of `image upgrade`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image upgrade --description DIR
  kiwi-ng image upgrade --description DIR --write
  kiwi-ng image upgrade --description DIR --check
  kiwi-ng --kiwi-file old.kiwi image upgrade --description DIR | less

The changes are printed as a unified diff; only --write changes files. Comments, order and
everything that is not old stay as they are. Included files are upgraded too.

Exit code with --check: 0 nothing is old; 1 something is; 2 the description is wrong.")]
pub struct UpgradeOptions {
    /// Directory with the description
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,
    /// Write the changes into the files
    #[arg(long)]
    pub write: bool,
    /// End with exit code 1 if there is something to change
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Options of `image lint`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image lint .
  kiwi-ng image lint --strict appliances/
  kiwi-ng image lint --format sarif . > lint.sarif
  kiwi-ng --target-arch aarch64 --profile Live image lint appliances/arm

Without --profile and --type every build of a description is looked at: without a profile, with each single
one, and for each of these all build types. Exit codes: 0 nothing to mend (but perhaps warnings), 2 errors.")]
pub struct LintOptions {
    /// Descriptions, and directories to look for them
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LintFormat,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Formats of the findings of `image lint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people, with the place in the description.
    #[default]
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for services that show findings in a change.
    Sarif,
    /// Annotations of GitHub workflows.
    Github,
}

/// Options of `image convert`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image convert --description DIR --to yaml
  kiwi-ng image convert --description DIR --to toml --output DIR/config.toml

The description is checked, upgraded to the newest schema, and written with its includes in place. Comments are not kept.
A description that is not called config.xml is found by its name: kiwi-ng --kiwi-file config.toml ...")]
pub struct ConvertOptions {
    /// Directory with the description
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub description: PathBuf,
    /// Markup to write
    #[arg(long, value_name = "MARKUP")]
    pub to: TargetMarkup,
    /// File to write, which is replaced; the standard output otherwise
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Markups that `image convert` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TargetMarkup {
    /// XML.
    #[value(help = None)]
    Xml,
    /// YAML.
    #[value(help = None)]
    Yaml,
    /// TOML.
    #[value(help = None)]
    Toml,
    /// JSON.
    #[value(help = None)]
    Json,
}

impl From<TargetMarkup> for Markup {
    fn from(target: TargetMarkup) -> Self {
        match target {
            TargetMarkup::Xml => Markup::Xml,
            TargetMarkup::Yaml => Markup::Yaml,
            TargetMarkup::Toml => Markup::Toml,
            TargetMarkup::Json => Markup::Json,
        }
    }
}

/// Options of `image resize`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng image resize --target-dir OUT --size 20g
  kiwi-ng --type oem image resize --target-dir OUT --size 2048m

The partitions stay as they are; the system takes the new space when it starts first. When the description has
a format, such as qcow2, the disk is converted again. Give the same --type and --profile as to the build.")]
pub struct ResizeOptions {
    /// Directory the disk was built into
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub target_dir: PathBuf,
    /// New size in bytes, or with `m` in MiB, or with `g` in GiB; not smaller than it is
    #[arg(long, value_name = "SIZE", value_parser = disk_size)]
    pub size: u64,
    /// Root tree the disk was made from [default: build/image-root in the target directory]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: Option<PathBuf>,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Reads a size: digits, and `m` or `g` in either case.
fn disk_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.strip_suffix(['m', 'M', 'g', 'G']) {
        Some(digits) if text.ends_with(['m', 'M']) => (digits, 20),
        Some(digits) => (digits, 30),
        None => (text, 0),
    };
    let number = Some(digits)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse::<u64>().ok());
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(|| {
            "it is a number of bytes, or a number with `m` or `g`, such as `20g`".to_owned()
        })
}

impl ImageCommand {
    /// Returns the global options behind the command.
    pub(super) fn globals(&self) -> &GlobalOptions {
        match self {
            Self::Info(options) => &options.globals,
            Self::Plan(options) => &options.globals,
            Self::Upgrade(options) => &options.globals,
            Self::Lint(options) => &options.globals,
            Self::Convert(options) => &options.globals,
            Self::Resize(options) => &options.globals,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, expected) in [
            ("512", Some(512)),
            ("3m", Some(3 << 20)),
            ("3M", Some(3 << 20)),
            ("20g", Some(20 << 30)),
            ("2G", Some(2 << 30)),
            ("", None),
            ("g", None),
            ("+1", None),
            ("1.5g", None),
            ("1gb", None),
            ("20t", None),
            ("99999999999g", None),
        ] {
            assert_eq!(disk_size(text).ok(), expected, "{text}");
        }
    }
}
