//! Options that every command has (spec 02, section 2).

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// The heading of these options in help texts.
pub const GLOBAL_HEADING: &str = "Global options";

/// Options that every command has.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = GLOBAL_HEADING)]
pub struct GlobalOptions {
    /// Build this type of the description, such as oem, oci or ext4
    ///
    /// Without it the type marked `primary` is built, else the first one.
    #[arg(long = "type", value_name = "TYPE")]
    pub build_type: Option<String>,

    /// Select a profile of the description; may be repeated, the order counts
    #[arg(long, value_name = "NAME")]
    pub profile: Vec<String>,

    /// Name of the description file in its directory, if it is not config.xml or *.kiwi
    #[arg(long, value_name = "NAME")]
    pub kiwi_file: Option<PathBuf>,

    /// Build for another architecture, such as aarch64
    ///
    /// Takes the place of what `uname -m` says, in `arch` attributes and in the names of results. Programs of a foreign architecture must
    /// be runnable here (binfmt_misc with qemu-user).
    #[arg(long, value_name = "ARCH")]
    pub target_arch: Option<String>,

    /// Set a variable for package managers and scripts; may be repeated
    #[arg(long, value_name = "VAR=VALUE", value_parser = variable)]
    pub setenv: Vec<(String, String)>,

    /// Directory for downloaded packages that builds share
    ///
    /// Default: /var/cache/kiwi if it can be written, else kiwi in $XDG_CACHE_HOME (~/.cache).
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub shared_cache_dir: Option<PathBuf>,

    /// Directory for temporary files; it must exist
    ///
    /// Default: beside the root tree, so that nothing has to be copied between file systems.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub temp_dir: Option<PathBuf>,

    /// One more runtime configuration file, which wins over the others
    ///
    /// The others are /usr/share/kiwi/kiwi.yml, /etc/kiwi.yml, their *.d directories and ~/.config/kiwi/config.yml.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Show every command that is run and its output; the same as --loglevel 10
    #[arg(long)]
    pub debug: bool,

    /// Show messages from this level on: 10 debug, 20 info, 30 warning, 40 error
    #[arg(long, value_name = "LEVEL", allow_negative_numbers = true)]
    pub loglevel: Option<i32>,

    /// Append everything to this file, whatever the log level; `stdout` for standard output alone
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub logfile: Option<PathBuf>,

    /// Send log lines to this listening unix socket
    #[arg(long, value_name = "SOCKET", value_hint = ValueHint::AnyPath)]
    pub logsocket: Option<PathBuf>,

    /// How to report progress: text, or one JSON object per line
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// Colour messages even if the output is no terminal
    #[arg(long)]
    pub color_output: bool,

    /// Accepted for compatibility; use --debug-shell of the command instead
    #[arg(long, hide = true)]
    pub debug_run_scripts_in_screen: bool,
}

/// Formats of the log on the standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for programs.
    Json,
}

impl GlobalOptions {
    /// Adds what was written further right: lists grow, single values are replaced.
    pub fn add(&mut self, later: &GlobalOptions) {
        fn replace<T: Clone>(old: &mut Option<T>, new: Option<&T>) {
            if new.is_some() {
                *old = new.cloned();
            }
        }
        replace(&mut self.build_type, later.build_type.as_ref());
        self.profile.extend_from_slice(&later.profile);
        replace(&mut self.kiwi_file, later.kiwi_file.as_ref());
        replace(&mut self.target_arch, later.target_arch.as_ref());
        self.setenv.extend_from_slice(&later.setenv);
        replace(&mut self.shared_cache_dir, later.shared_cache_dir.as_ref());
        replace(&mut self.temp_dir, later.temp_dir.as_ref());
        replace(&mut self.config, later.config.as_ref());
        self.debug |= later.debug;
        replace(&mut self.loglevel, later.loglevel.as_ref());
        replace(&mut self.logfile, later.logfile.as_ref());
        replace(&mut self.logsocket, later.logsocket.as_ref());
        replace(&mut self.log_format, later.log_format.as_ref());
        self.color_output |= later.color_output;
        self.debug_run_scripts_in_screen |= later.debug_run_scripts_in_screen;
    }

    /// As [`GlobalOptions::add`], when there are any.
    pub fn add_some(&mut self, later: Option<&GlobalOptions>) {
        if let Some(later) = later {
            self.add(later);
        }
    }
}

/// Splits `VAR=VALUE`.
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as VAR=VALUE".to_owned()),
    }
}
