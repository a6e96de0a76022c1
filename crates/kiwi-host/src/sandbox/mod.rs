//! The inner layer: one command inside the root tree.
//!
//! A [`Sandbox`] says what a command inside the tree sees. For each command the runner starts a helper:
//!
//! ```text
//! build ── helper (this program again, see helper_main) ── pid 1 of new namespaces ── the command
//!          job and report go through pipes                 mounts, switches root,     in the tree
//!                                                          then waits and reaps
//! ```
//!
//! Pid 1 puts the tree at `/` with its own `/proc`, `/dev` and a read-only `/sys`, checks that the switch worked, gives
//! up the capabilities with which a package script could change the host (clock, modules, network, reboot), and starts the command.
//! When the command ends, pid 1 ends; with it every process the command left behind and every mount.
//!
//! The order of reading: [`spec`](Sandbox), `launch` (in the build: mount points, the job), `helper` (in the helper),
//! `setup` and `devices` (in pid 1).

mod devices;
mod error;
mod helper;
mod job;
mod launch;
mod mount_points;
mod network_files;
mod setup;
mod spec;
mod without_sync;

pub use error::SandboxError;
pub use helper::helper_main;
pub use mount_points::remove_stale_mount_points;
pub use spec::{Access, Bind, Sandbox};

pub(crate) use job::{HELPER_ARGUMENT, JOB_FD, REPORT_FD, Report};
pub(crate) use launch::Launch;
