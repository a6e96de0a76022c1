//! The initrd of an image: made once, compressed on all processors.

mod compression;
mod devices;
mod dracut;
mod early;
mod modules;

use kiwi_host::TreeDir;

use crate::distribution::{Distribution, Family};
use crate::kernel::Kernel;

pub use dracut::build;

/// Path of a kernel's initrd in the tree, without leading slash, as its distribution calls it.
///
/// A file that is there already tells; else the family does.
pub fn path(tree: &TreeDir, kernel: &Kernel) -> String {
    let version = &kernel.version;
    let existing = tree.read_dir("boot").unwrap_or_default();
    let known = existing
        .iter()
        .filter_map(|name| name.to_str())
        .find(|name| name.starts_with("init") && name.contains(version.as_str()));
    match known {
        Some(name) => format!("boot/{name}"),
        None => match Distribution::of(tree).family {
            Family::Debian => format!("boot/initrd.img-{version}"),
            Family::Suse => format!("boot/initrd-{version}"),
            _ => format!("boot/initramfs-{version}.img"),
        },
    }
}
