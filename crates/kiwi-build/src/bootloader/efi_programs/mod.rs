//! Where distributions keep programs for EFI firmware: shim, GRUB, systemd-boot, key managers and stubs.
//!
//! One file per family holds its places. A tree is looked through in the places of its own family first, because a file of
//! another family's name may be something else there.

mod debian;
mod fedora;
mod suse;
mod systemd;

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::DiskPlan;

use crate::context::BuildContext;
use crate::distribution::{Distribution, Family};
use crate::error::BuildError;

/// Directory of programs that firmware finds by itself.
pub(super) const FALLBACK: &str = "boot/efi/EFI/BOOT";

/// Where one family keeps programs, best first.
///
/// `{target}` stands for GRUB's platform (`x86_64-efi`), `{suffix}` for the machine in names of EFI programs (`x64`),
/// `{machine}` for its name elsewhere (`x86_64`), and `*` for any directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct EfiPrograms {
    /// The signed first program.
    pub(super) shim: &'static [&'static str],
    /// GRUB as shim accepts it.
    pub(super) signed_grub: &'static [&'static str],
    /// GRUB that is complete without a signature.
    pub(super) plain_grub: &'static [&'static str],
    /// The program that shim starts to manage keys.
    pub(super) key_manager: &'static [&'static str],
}

/// All families, each with its places.
const FAMILIES: [(Family, EfiPrograms); 3] = [
    (Family::Debian, debian::PROGRAMS),
    (Family::Suse, suse::PROGRAMS),
    (Family::Fedora, fedora::PROGRAMS),
];

pub(super) use systemd::{BOOT_LOADER, STUB};

/// Names that depend on the architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EfiNames {
    /// GRUB's platform: `x86_64-efi`.
    pub(super) target: String,
    /// What firmware starts: `bootx64.efi`.
    pub(super) fallback: String,
    /// `x64`.
    pub(super) suffix: String,
    /// `x86_64`.
    pub(super) machine: String,
}

impl EfiNames {
    /// The names for the plan's machine.
    pub(super) fn of(context: &BuildContext<'_>, disk: &DiskPlan) -> Result<Self, BuildError> {
        let machine = &context.plan.identity.architecture;
        let (Some(target), Some(fallback)) = (&disk.boot.efi_target, &disk.boot.efi_fallback_name)
        else {
            return Err(BuildError::Unexpected(format!(
                "nothing starts from EFI firmware on `{machine}`"
            )));
        };
        Ok(Self::new(target, fallback, machine))
    }

    /// The names for 32 bit firmware of 64 bit PCs, when this is such a machine.
    pub(super) fn of_smaller_firmware(&self) -> Option<Self> {
        (self.suffix == "x64").then(|| Self::new("i386-efi", "bootia32.efi", "i386"))
    }

    fn new(target: &str, fallback: &str, machine: &str) -> Self {
        Self {
            target: target.to_owned(),
            suffix: fallback
                .trim_start_matches("boot")
                .trim_end_matches(".efi")
                .to_owned(),
            fallback: fallback.to_owned(),
            machine: machine.to_owned(),
        }
    }

    /// First file that a family's patterns name, the tree's own family first.
    pub(super) fn find(
        &self,
        tree: &TreeDir,
        patterns: impl Fn(&EfiPrograms) -> &'static [&'static str],
    ) -> Option<String> {
        let own = Distribution::of(tree).family;
        let mut families: Vec<_> = FAMILIES.iter().collect();
        families.sort_by_key(|(family, _)| *family != own);
        families
            .into_iter()
            .find_map(|(_, programs)| self.first(tree, patterns(programs)))
    }

    /// First file that one of the patterns names.
    pub(super) fn first(&self, tree: &TreeDir, patterns: &[&str]) -> Option<String> {
        patterns.iter().find_map(|pattern| {
            let path = pattern
                .replace("{target}", &self.target)
                .replace("{suffix}", &self.suffix)
                .replace("{machine}", &self.machine);
            match path.split_once("/*/") {
                None => tree.exists(&path).then_some(path),
                Some((before, after)) => tree
                    .read_dir(before)
                    .ok()?
                    .iter()
                    .map(|name| format!("{before}/{}/{after}", name.to_string_lossy()))
                    .find(|candidate| !candidate.starts_with(FALLBACK) && tree.exists(candidate)),
            }
        })
    }
}

/// Path of `name` in a directory of the EFI system partition: as it is written there already, whatever the case of its letters.
///
/// The partition's file system does not tell upper from lower case, the tree's does.
pub(super) fn place(tree: &TreeDir, directory: &str, name: &str) -> String {
    let existing = tree.read_dir(directory).unwrap_or_default();
    let existing = existing
        .iter()
        .filter_map(|other| other.to_str())
        .find(|other| other.eq_ignore_ascii_case(name));
    format!("{directory}/{}", existing.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    /// Chooses a list of places.
    type Pick = fn(&EfiPrograms) -> &'static [&'static str];

    #[test]
    fn programs_are_found_where_each_family_has_them() {
        let x64 = EfiNames::new("x86_64-efi", "bootx64.efi", "x86_64");
        let arm = EfiNames::new("arm64-efi", "bootaa64.efi", "aarch64");
        let shim: Pick = |it| it.shim;
        let grub: Pick = |it| it.signed_grub;
        #[rustfmt::skip]
        let cases: [(&EfiNames, &str, Pick, &str); 12] = [
            (&x64, "debian", shim, "usr/lib/shim/shimx64.efi.signed"),
            (&x64, "debian", shim, "usr/lib/shim/shimx64.efi.signed.latest"),
            (&x64, "debian", grub, "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"),
            (&arm, "debian", grub, "usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed"),
            (&arm, "opensuse", shim, "usr/share/efi/aarch64/shim.efi"),
            (&x64, "opensuse", grub, "usr/share/efi/x86_64/grub.efi"),
            (&x64, "opensuse", grub, "usr/share/grub2/x86_64-efi/grub.efi"),
            (&x64, "opensuse", shim, "usr/lib64/efi/shim.efi"),
            (&x64, "fedora", shim, "boot/efi/EFI/fedora/shimx64.efi"),
            (&x64, "fedora", grub, "boot/efi/EFI/fedora/grubx64.efi"),
            (&arm, "fedora", grub, "boot/efi/EFI/fedora/grubaa64.efi"),
            (&x64, "odd", shim, "boot/efi/EFI/odd/shimx64.efi"),
        ];
        for (names, id, patterns, path) in cases {
            let bench = Bench::new();
            bench.write("etc/os-release", &format!("ID={id}\n"));
            bench.write(path, "x");
            let found = names.find(&bench.tree(), patterns);
            assert_eq!(found.as_deref(), Some(path), "{id}");
        }
    }

    #[test]
    fn the_own_family_comes_first() {
        let bench = Bench::new();
        bench.write("etc/os-release", "ID=opensuse\n");
        bench.write("usr/lib/shim/shimx64.efi.signed", "x");
        bench.write("usr/share/efi/x86_64/shim.efi", "x");
        let names = EfiNames::new("x86_64-efi", "bootx64.efi", "x86_64");
        let found = names.find(&bench.tree(), |it| it.shim);
        assert_eq!(found.as_deref(), Some("usr/share/efi/x86_64/shim.efi"));
    }

    #[test]
    fn names_of_architectures() {
        for (fallback, suffix) in [
            ("bootx64.efi", "x64"),
            ("bootia32.efi", "ia32"),
            ("bootaa64.efi", "aa64"),
            ("bootarm.efi", "arm"),
            ("bootriscv64.efi", "riscv64"),
            ("bootloongarch64.efi", "loongarch64"),
        ] {
            assert_eq!(EfiNames::new("t", fallback, "m").suffix, suffix);
        }
    }

    #[test]
    fn case_of_letters_does_not_count() {
        let bench = Bench::new();
        bench.write("boot/efi/EFI/BOOT/BOOTX64.EFI", "x");
        let tree = bench.tree();
        assert_eq!(
            place(&tree, FALLBACK, "bootx64.efi"),
            "boot/efi/EFI/BOOT/BOOTX64.EFI"
        );
        assert_eq!(
            place(&tree, FALLBACK, "grubx64.efi"),
            "boot/efi/EFI/BOOT/grubx64.efi"
        );
    }
}
