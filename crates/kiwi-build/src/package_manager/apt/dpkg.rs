//! dpkg inside the tree.

use std::path::{Path, PathBuf};

use kiwi_host::command::{Cmd, STATUS_FD, Streams};
use kiwi_host::sandbox::Access;

use super::failure;
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::progress::{Counter, Unit};

/// Where the package files are visible inside the tree while dpkg runs.
const PACKAGES: &str = "/.kiwi-packages";

/// Answers to questions nobody can be asked, and speed that a tree nobody has booted can afford.
const FORCED: [&str; 3] = ["--force-unsafe-io", "--force-confdef", "--force-confold"];

/// Runs dpkg in the tree of one build.
pub(super) struct Dpkg<'a> {
    context: BuildContext<'a>,
    packages: PathBuf,
    /// A `policy-rc.d` that lets no service start.
    policy: PathBuf,
}

impl<'a> Dpkg<'a> {
    /// dpkg over the tree, with the package files of `packages`; `policy` is a script that exits 101.
    pub(super) fn new(context: BuildContext<'a>, packages: &Path, policy: &Path) -> Self {
        Self {
            context,
            packages: packages.to_path_buf(),
            policy: policy.to_path_buf(),
        }
    }

    /// Unpacks and configures package files; the first packages of a tree, which need each other.
    pub(super) fn install(&self, files: &[String]) -> Result<(), BuildError> {
        self.run(
            &["--force-depends", "--install"],
            &inside(files),
            files.len() * 2,
        )
    }

    /// Unpacks package files.
    pub(super) fn unpack(&self, files: &[String]) -> Result<(), BuildError> {
        self.run(
            &["--force-depends", "--no-triggers", "--unpack"],
            &inside(files),
            files.len(),
        )
    }

    /// Configures unpacked packages.
    pub(super) fn configure(&self, names: &[String]) -> Result<(), BuildError> {
        self.run(
            &["--force-depends", "--no-triggers", "--configure"],
            names,
            names.len(),
        )
    }

    /// Configures whatever is left and runs what packages triggered.
    pub(super) fn configure_pending(&self) -> Result<(), BuildError> {
        self.run(&["--configure", "--pending"], &[], 0)
    }

    /// Removes packages with their scripts.
    pub(super) fn remove(&self, names: &[String]) -> Result<(), BuildError> {
        self.run(&["--force-depends", "--remove"], names, names.len())
    }

    /// Removes packages whatever depends on them.
    pub(super) fn remove_by_force(&self, names: &[String]) -> Result<(), BuildError> {
        self.run(
            &[
                "--force-remove-reinstreq",
                "--force-remove-essential",
                "--force-depends",
                "--no-triggers",
                "--remove",
            ],
            names,
            names.len(),
        )
    }

    fn run(&self, options: &[&str], operands: &[String], steps: usize) -> Result<(), BuildError> {
        let sandbox = self
            .context
            .sandbox()
            .bind(&self.packages, PACKAGES, Access::ReadOnly)
            .bind(&self.policy, "/usr/sbin/policy-rc.d", Access::ReadOnly);
        let mut command = Cmd::new("dpkg")
            .in_tree(&sandbox)
            .label("system")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("DEBCONF_NONINTERACTIVE_SEEN", "true")
            .env("LANG", "C")
            .env("LC_ALL", "C")
            // Kernel and dracut packages make no initrd then; it is made once, where it is needed.
            .env("INITRD", "No")
            .args(FORCED)
            .args(["--status-fd", &STATUS_FD.to_string()]);
        if self.context.plan.root.exclude_documentation {
            command = command.args([
                "--path-exclude=/usr/share/man/*",
                "--path-exclude=/usr/share/doc/*",
                "--path-include=/usr/share/doc/*/copyright",
            ]);
        }
        let command = command.args(options).args(operands);
        let mut counter = Counter::new("packages", Unit::Packages, steps as u64);
        let mut done = 0;
        let mut on_status = |line: &str| {
            if line.starts_with("status:")
                && (line.ends_with(": unpacked") || line.ends_with(": installed"))
            {
                done += 1;
                if steps > 0 {
                    counter.set(done.min(steps as u64));
                }
            }
        };
        let mut on_line = |_, _: &str| {};
        self.context
            .runner
            .execute(
                &command,
                Streams {
                    on_line: Some(&mut on_line),
                    on_status: Some(&mut on_status),
                    ..Streams::default()
                },
            )
            .map_err(|error| failure::tool("installing packages", error))?;
        Ok(())
    }
}

fn inside(files: &[String]) -> Vec<String> {
    files
        .iter()
        .map(|name| format!("{PACKAGES}/{name}"))
        .collect()
}
