//! Paths inside a root tree, resolved as the booted system would: no symbolic link and no `..` leads out of the tree.
//!
//! `TREE/etc/resolv.conf` may be a link to `/run/..`; opened with the usual functions it would be the *host's* `/run`.
//! [`TreeDir`] opens it below the tree instead. Everything that reads or writes a file of a tree from outside goes through it.
//!
//! The kernel does the work (`openat2` with `RESOLVE_IN_ROOT`, Linux 5.6); before that, [`walk`] does it step by step.

mod error;
mod open;
mod tree_dir;
mod walk;

pub use error::TreeError;
pub use tree_dir::TreeDir;

pub(crate) use tree_dir::{temporary_name, through_proc};

pub(crate) use open::open_in_root;
