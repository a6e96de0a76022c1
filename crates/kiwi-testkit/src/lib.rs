//! Package repositories, fake tools and image inspectors for tests.
//!
//! | module | for |
//! |---|---|
//! | [`judges`] | finding the foreign program that judges what we wrote |
//! | [`qemu`] | booting an image, logging in on its serial console, running commands |
//! | [`serial_console`] | the console itself: waiting for text, seeing that a boot failed |
//! | [`tree_compare`] | two trees or file systems, what differs in them |
//! | [`mod@shared`] | finding the data beside the repository |
//! | [`ext4`] | reading ext2, ext3 and ext4 out of an image, without mounting |
//!
//! Nothing here is part of the program; only tests depend on this crate.

// Tests start foreign programs themselves: what runs through the project's own
// command runner would not be judged by an outsider.
#![allow(clippy::disallowed_types)]

pub mod ext4;
mod ext4_inode;
mod guest_shell;
pub mod judges;
pub mod qemu;
mod qemu_options;
pub mod serial_console;
pub mod shared;
mod terminal_text;
pub mod tree_compare;
mod tree_listing;
