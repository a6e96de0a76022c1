//! Carries out a build plan.
//!
//! Start reading at `prepare` and `create`: each is the table
//! of contents of one half of a build. The rooms hold one thing per file:
//!
//! - `root`: steps that fill and configure the root tree.
//! - `package_manager`: apt and its kin behind one trait.
//! - `metadata`: package lists of the target directory.
//! - `filesystem`, `partitioner`, `bootloader`, `initrd`, `format`: parts of disks.
//! - `image`: one file per family of image types.
//!
//! Nothing in here decides: sizes, names, lists and command lines come from the plan. Everything
//! runs inside the enclosure of `kiwi-host`, so that the process sees itself as root and every file
//! of the tree with its real owner, whoever started the build.

pub mod bootloader;
pub mod context;
pub mod create;
pub mod distribution;
pub mod error;
pub mod excludes;
pub mod filesystem;
pub mod format;
pub mod image;
pub mod initrd;
pub mod kernel;
pub mod metadata;
pub mod package_manager;
pub mod partitioner;
pub mod prepare;
pub mod progress;
pub mod resize;
pub mod result;
pub mod root;
pub mod signature;
mod snapper;
pub mod system_files;

pub use context::{BuildContext, Places};
pub use create::create;
pub use error::{BuildError, Category};
pub use prepare::prepare;
pub use result::{Artefacts, Record};
pub use root::record::RootTree;
