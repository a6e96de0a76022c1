//! The host side: running programs, the sandbox, scratch directories, copying and signals.
//!
//! This is the only crate that starts processes and the only one with `unsafe` code.
//!
//! # Where to start reading
//! - [`command`]: [`Cmd`] is a command as a value, [`Runner`] carries it out, [`Recorder`] stands in for it in tests.
//! - [`enclosure`]: the outer layer, namespaces around the whole build. The program's `main` starts with it.
//! - [`sandbox`]: the inner layer, the surroundings of commands that run inside the root tree.
//! - [`resolve`]: [`TreeDir`] reads and writes files of a tree from outside without being led out of it by links.
//! - [`copy`]: overlays, and copying of large files without filling holes.
//! - [`scratch`], [`atomic`], [`remove`]: work in progress, complete results, cleaning up.
//! - [`view`]: changing a tree for one image only.
//! - [`userns`], [`idmap`]: whether this host allows builds without root, and with which ids.
//! - [`signals`]: how Ctrl-C reaches long work.
//! - [`tools`]: which programs of the host a build may call and which packages have them.
#![allow(unsafe_code)]

pub mod atomic;
pub mod command;
pub mod copy;
pub mod enclosure;
pub mod idmap;
mod init;
pub mod random;
pub mod remove;
pub mod resolve;
pub mod sandbox;
pub mod scratch;
pub mod signals;
mod spawn;
mod syscall;
pub mod tools;
pub mod userns;
pub mod view;

pub use atomic::AtomicFile;
pub use command::{
    Call, Cmd, CommandError, Failure, Output, Place, Recorder, Reply, Runner, Status, Stream,
    Streams, SystemRunner,
};
pub use copy::{CopyError, CopyOptions, copy_data, copy_tree};
pub use enclosure::{Enclosure, EnclosureError, Entered};
pub use resolve::{TreeDir, TreeError};
pub use sandbox::{Access, Bind, Sandbox, SandboxError};
pub use scratch::Scratch;
pub use signals::{Interrupt, Interrupted};
pub use view::View;
