//! LUKS containers: judged by cryptsetup, qemu-img and GRUB, and compared with themselves.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod containers;
#[path = "../judge/mod.rs"]
mod judge;
mod judges;
mod properties;
mod speed;
