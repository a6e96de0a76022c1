//! The initrd of an image: made once, compressed on all processors.

mod compression;
mod devices;
mod dracut;
mod early;
mod modules;

use kiwi_host::TreeDir;

use crate::distribution::{Distribution, Family};
use crate::kernel::{self, Kernel};

pub use dracut::build;

/// Path of a kernel's initrd in the tree, without leading slash, as its distribution calls it.
///
/// A file that is there already tells, be it of another kernel; else what dracut is configured to; else the family.
pub fn path(tree: &TreeDir, kernel: &Kernel) -> String {
    let name = existing_name(tree, &kernel.version)
        .or_else(|| configured_name(tree, &kernel.version))
        .unwrap_or_else(|| {
            let version = &kernel.version;
            match Distribution::of(tree).family {
                Family::Debian => format!("initrd.img-{version}"),
                Family::Suse => format!("initrd-{version}"),
                _ => format!("initramfs-{version}.img"),
            }
        });
    format!("boot/{name}")
}

/// The name of an initrd of any kernel of the tree, with this version in it.
fn existing_name(tree: &TreeDir, version: &str) -> Option<String> {
    let existing = tree.read_dir("boot").unwrap_or_default();
    let names: Vec<&str> = existing
        .iter()
        .filter_map(|name| name.to_str())
        .filter(|name| name.starts_with("init"))
        .collect();
    let own = names.iter().find(|name| name.contains(version));
    own.map(|name| (*name).to_owned()).or_else(|| {
        let others = kernel::versions(tree);
        names.iter().find_map(|name| {
            let other = others.iter().find(|other| name.contains(other.as_str()))?;
            Some(name.replace(other.as_str(), version))
        })
    })
}

/// `initrdname` of dracut.conf(5): files of the distribution first, later ones win.
fn configured_name(tree: &TreeDir, version: &str) -> Option<String> {
    let mut files = Vec::new();
    for directory in ["usr/lib/dracut/dracut.conf.d", "etc/dracut.conf.d"] {
        if directory.starts_with("etc") {
            files.push("etc/dracut.conf".to_owned());
        }
        let mut names = tree.read_dir(directory).unwrap_or_default();
        names.sort();
        files.extend(
            names
                .iter()
                .filter_map(|name| name.to_str())
                .filter(|name| name.strip_suffix(".conf").is_some())
                .map(|name| format!("{directory}/{name}")),
        );
    }
    let pattern = files
        .iter()
        .filter_map(|path| tree.read_to_string(path).ok())
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| line.trim().strip_prefix("initrdname="))
                .map(|value| value.trim_matches(['"', '\'']).to_owned())
                .collect::<Vec<_>>()
        })
        .next_back()?;
    let name = pattern
        .replace("${kernel}", version)
        .replace("$kernel", version);
    // Anything else of the shell would have to be run.
    (!name.is_empty() && !name.contains(['$', '`', '/'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    fn name(files: &[(&str, &str)]) -> String {
        let bench = Bench::new();
        for (path, text) in files {
            bench.write(path, text);
        }
        let kernel = Kernel {
            path: "boot/vmlinuz-6.1".into(),
            version: "6.1".into(),
        };
        path(&bench.tree(), &kernel)
    }

    #[test]
    fn names_of_distributions() {
        let conf = "usr/lib/dracut/dracut.conf.d/01-dist.conf";
        let debian = ("etc/os-release", "ID=debian\n");
        #[rustfmt::skip]
        let cases: [(&[(&str, &str)], &str); 9] = [
            (&[], "boot/initramfs-6.1.img"),
            (&[debian], "boot/initrd.img-6.1"),
            (&[("etc/os-release", "ID=opensuse\n")], "boot/initrd-6.1"),
            (&[("boot/initrd-6.1", "")], "boot/initrd-6.1"),
            (&[debian, ("boot/initramfs-6.1.img", "")], "boot/initramfs-6.1.img"),
            (&[("lib/modules/5.9/x", ""), ("boot/initrd-5.9", "")], "boot/initrd-6.1"),
            (&[("boot/initrd-5.9", "")], "boot/initramfs-6.1.img"),
            (&[(conf, "# x\ninitrdname=\"initrd-${kernel}\"\n")], "boot/initrd-6.1"),
            (&[(conf, "initrdname=\"a-$kernel\"\n"), ("etc/dracut.conf", "initrdname='b-$kernel'\n")], "boot/b-6.1"),
        ];
        for (files, expected) in cases {
            assert_eq!(name(files), expected, "{files:?}");
        }
    }
}
