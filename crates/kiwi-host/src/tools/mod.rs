//! The programs of the host that a build may call: what for, from which package, how new.
//!
//! `kiwi-ng doctor` prints this table with what it finds, plans name the tools they need from it, and a missing program
//! becomes an error that says what to install. Programs that come from inside the image (dracut, grub-mkimage) are not here.

mod family;
mod lookup;
mod table;
mod version;

pub use family::Family;
pub use lookup::{find, find_in};
pub use table::{TOOLS, Tool};
pub use version::{Version, probe};

/// Returns the entry of the program `name`.
pub fn tool(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name)
}
