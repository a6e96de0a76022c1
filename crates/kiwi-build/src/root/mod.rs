//! The root tree: what `prepare` puts into it, one subject per file.
//!
//! - [`record`]: the tree as a value, and what is written down about it.
//! - [`skeleton`], [`import`], [`archive`], [`overlay`], [`files`]: files that come from the host and the description.
//! - [`scripts`], [`functions`], [`profile`]: the description's scripts and what they may rely on.
//! - [`groups`], [`users`], [`language`], [`locale`], [`splash`], [`certificates`], [`image_id`], [`selinux`], [`permissions`]:
//!   settings of the installed system.
//! - [`deferred_initrd`]: the one initrd of images whose type makes none of its own.
//! - [`machine_id`], [`leftovers`], [`times`]: what makes two builds of one description alike.
//! - [`measure`]: how large a finished tree is.
//! - [`accounts`], [`password`], [`place`], [`programs`]: small parts the others share.

pub(crate) mod accounts;
pub(crate) mod archive;
pub(crate) mod certificates;
pub(crate) mod deferred_initrd;
pub(crate) mod files;
pub mod functions;
pub(crate) mod groups;
pub(crate) mod image_id;
pub(crate) mod import;
pub(crate) mod language;
pub(crate) mod leftovers;
mod locale;
pub mod machine_id;
pub mod measure;
pub(crate) mod overlay;
pub(crate) mod password;
pub(crate) mod permissions;
pub(crate) mod place;
pub mod profile;
pub mod programs;
pub mod record;
pub mod scripts;
pub mod selinux;
pub(crate) mod skeleton;
pub(crate) mod splash;
pub mod times;
pub(crate) mod users;

#[cfg(test)]
pub(crate) mod testing;
