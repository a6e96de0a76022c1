//! `system`: building (spec 02, sections 4 to 6 and 9).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{BuildOptions, GlobalOptions};

/// Commands of `system`.
#[derive(Clone, Debug, Subcommand)]
pub enum SystemCommand {
    /// Build an image: prepare and create in one go
    Build(BuildCommand),
    /// Make the root tree of an image
    Prepare(PrepareCommand),
    /// Make an image from a prepared root tree
    Create(CreateCommand),
    /// Remove a root tree, whoever owns the files in it
    Remove(RemoveCommand),
    /// Update the packages of a root tree (not there yet in this version)
    Update(LaterCommand),
    /// Store a root tree as a container (not there yet in this version)
    Stash(LaterCommand),
    /// Build on top of stored root trees (not there yet in this version)
    Stackbuild(LaterCommand),
    /// Build in a virtual machine (not there yet in this version)
    Boxbuild(LaterCommand),
}

/// `system build`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  Build what the description says:
    kiwi-ng system build --description DIR --target-dir OUT

  The same with one more repository and package:
    kiwi-ng system build --description DIR --target-dir OUT \\
        --add-repo https://example.org/debian,apt-deb,extra,,,,,main,bookworm --add-package htop

  Build again after a failure, keeping the root tree:
    kiwi-ng system build --description DIR --target-dir OUT --allow-existing-root

Afterwards OUT holds the image, kiwi.result.json which lists what was made, and build/ with the root tree
(image-root) and the whole log (image-root.log).")]
pub struct BuildCommand {
    /// What to build.
    #[command(flatten)]
    pub options: Box<BuildOptions>,
    /// Directory for the results; made if it does not exist
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub target_dir: PathBuf,
    /// Go on with a root tree that exists, as after a failed build
    #[arg(long)]
    pub allow_existing_root: bool,
    /// Looking into failures.
    #[command(flatten)]
    pub debug: DebugOptions,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// `system prepare`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  Make a root tree, look into it, then make the image from it:
    kiwi-ng system prepare --description DIR --root TREE
    kiwi-ng system create --root TREE --target-dir OUT")]
pub struct PrepareCommand {
    /// What to build.
    #[command(flatten)]
    pub options: Box<BuildOptions>,
    /// Directory of the new root tree
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: PathBuf,
    /// Go on with a root tree that exists
    #[arg(long)]
    pub allow_existing_root: bool,
    /// Looking into failures.
    #[command(flatten)]
    pub debug: DebugOptions,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// `system create`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng system create --root TREE --target-dir OUT

The root tree does not remember --type and --profile: give the same ones as to `system prepare`.")]
pub struct CreateCommand {
    /// Root tree made by `system prepare`
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: PathBuf,
    /// Directory for the results; made if it does not exist
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub target_dir: PathBuf,
    /// Trust this key when repositories are checked; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub signing_key: Vec<String>,
    /// Looking into failures.
    #[command(flatten)]
    pub debug: DebugOptions,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// `system remove`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  kiwi-ng system remove --root OUT/build/image-root

The files of a root tree that was made by an ordinary user belong to that user's subordinate ids, so that `rm -rf`
may not be allowed to remove them. This command is.")]
pub struct RemoveCommand {
    /// The root tree to remove
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub root: PathBuf,
    /// Global options behind the command.
    #[command(flatten)]
    pub globals: Box<GlobalOptions>,
}

/// Looking into failures.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct DebugOptions {
    /// Open a shell in the root tree when a script or a program in it fails
    #[arg(long)]
    pub debug_shell: bool,
}

/// A command that later versions will have: whatever it is given is accepted and answered with that.
#[derive(Clone, Debug, Args)]
pub struct LaterCommand {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<OsString>,
}

impl SystemCommand {
    /// Returns the global options behind the command.
    pub(super) fn globals(&self) -> Option<&GlobalOptions> {
        match self {
            Self::Build(command) => Some(&command.globals),
            Self::Prepare(command) => Some(&command.globals),
            Self::Create(command) => Some(&command.globals),
            Self::Remove(command) => Some(&command.globals),
            Self::Update(_) | Self::Stash(_) | Self::Stackbuild(_) | Self::Boxbuild(_) => None,
        }
    }
}
