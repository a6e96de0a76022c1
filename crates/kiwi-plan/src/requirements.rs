//! Programs a build calls, on the host and inside the tree, known before it starts.

use crate::plan::boot::{BootLoader, EfiMode};
use crate::plan::disk::DiskPlan;
use crate::plan::filesystem::FileSystem;
use crate::plan::format::FormatPlan;
use crate::plan::image::ImagePlan;
use crate::plan::repository::Location;
use crate::plan::requirement::{Place, Requirement};
use crate::plan::root::{Hook, PackageManager, RootPlan};
use crate::resolve::Facts;

/// Lists the programs of a build, those of the host first, each by name.
pub(crate) fn list(facts: &Facts<'_>, root: &RootPlan, image: &ImagePlan) -> Vec<Requirement> {
    let mut all = Requirements(Vec::new());
    if !facts.host.is_root {
        for program in ["newuidmap", "newgidmap"] {
            all.host(program, "to map user ids of the image without being root");
        }
    }
    if !facts.host.prepared {
        package_manager(root, &mut all);
        tree_setup(root, &mut all);
    }
    scripts(root, &mut all);
    match image {
        ImagePlan::Archive(_) | ImagePlan::Container(_) | ImagePlan::Later(_) => {}
        ImagePlan::FileSystem(plan) => filesystem(plan.filesystem.kind, &mut all),
        ImagePlan::Disk(plan) => {
            let signs = facts.host.settings.secure_boot_key.is_some();
            disk(plan, signs && plan.boot.efi.is_some(), &mut all);
        }
    }
    all.sorted()
}

struct Requirements(Vec<Requirement>);

impl Requirements {
    fn host(&mut self, program: &str, purpose: &str) {
        self.add(program, Place::Host, purpose);
    }

    fn tree(&mut self, program: &str, purpose: &str) {
        self.add(program, Place::Tree, purpose);
    }

    fn add(&mut self, program: &str, place: Place, purpose: &str) {
        let known = self
            .0
            .iter()
            .any(|it| it.program == program && it.place == place);
        if !known {
            self.0.push(Requirement {
                program: program.to_owned(),
                place,
                purpose: purpose.to_owned(),
            });
        }
    }

    fn sorted(mut self) -> Vec<Requirement> {
        self.0
            .sort_by(|a, b| (a.place, &a.program).cmp(&(b.place, &b.program)));
        self.0
    }
}

fn package_manager(root: &RootPlan, all: &mut Requirements) {
    if root.package_manager != PackageManager::Apt {
        all.host(root.package_manager.name(), "to install packages");
        return;
    }
    all.host("apt-get", "to read repositories and fetch packages");
    all.host(
        "apt-cache",
        "to know all package names before anything is fetched",
    );
    all.host("dpkg-deb", "to unpack packages into the empty tree");
    all.tree("dpkg", "to install packages");
    let remote = root.repositories.iter().any(|it| {
        it.used_for_build && matches!(it.location, Location::Remote { .. } | Location::Host)
    });
    if remote {
        all.host("gpgv", "to check the signatures of repositories");
    }
}

fn tree_setup(root: &RootPlan, all: &mut Requirements) {
    let system = &root.system;
    if !system.groups.is_empty() {
        all.tree("groupadd", "to create groups");
    }
    if !system.users.is_empty() {
        all.tree("useradd", "to create users");
        all.tree("usermod", "to change users");
    }
    if system.keytable.is_some() || system.locale.is_some() || system.timezone.is_some() {
        all.tree(
            "systemd-firstboot",
            "to set keyboard, language and time zone",
        );
    }
    if let Some(certificates) = &root.certificates {
        let program = match certificates.target_distribution.as_str() {
            "redhat" | "archlinux" => "update-ca-trust",
            _ => "update-ca-certificates",
        };
        all.tree(program, "to trust the certificates");
    }
}

fn scripts(root: &RootPlan, all: &mut Requirements) {
    for script in &root.scripts {
        match script.hook {
            Hook::EditBootConfig | Hook::EditBootInstall | Hook::ConfigHostOverlay => {
                all.host("bash", "to run scripts of the description");
            }
            _ => all.tree("bash", "to run scripts of the description"),
        }
    }
}

fn filesystem(kind: FileSystem, all: &mut Requirements) {
    match kind {
        FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => {
            all.host("mke2fs", "to make ext file systems from a directory");
        }
        FileSystem::Squashfs => all.host("mksquashfs", "to make the squashfs image"),
        FileSystem::Erofs => all.host("mkfs.erofs", "to make the erofs image"),
        FileSystem::Xfs => all.host("mkfs.xfs", "to make XFS file systems from a directory"),
        // These are written without help.
        FileSystem::Btrfs | FileSystem::Fat16 | FileSystem::Fat32 | FileSystem::Swap => {}
    }
}

fn disk(plan: &DiskPlan, signs: bool, all: &mut Requirements) {
    for kind in plan
        .partitions
        .iter()
        .filter_map(|it| it.filesystem.as_ref())
    {
        filesystem(kind.kind, all);
    }
    if plan.format.as_ref().is_some_and(FormatPlan::needs_qemu) {
        all.host("qemu-img", "to convert the raw disk");
    }
    if plan.initrd.is_some() {
        all.tree("dracut", "to make the initrd");
    }
    if plan.boot.loader == BootLoader::Grub2 {
        all.tree("grub-mkconfig", "to write the boot menu");
        let own_image = plan.boot.bios || plan.boot.efi == Some(EfiMode::Plain);
        if own_image {
            all.tree("grub-mkimage", "to make GRUB's core image");
        }
        if !plan.boot.environment.is_empty() {
            all.tree("grub-editenv", "to write GRUB's environment block");
        }
    }
    if plan.boot.loader == BootLoader::Zipl {
        for program in ["losetup", "mount", "unshare"] {
            all.host(program, "to give `zipl` the disk it writes to");
        }
        all.tree("zipl", "to write the boot record");
    }
    if signs {
        all.host("sbsign", "to sign what EFI firmware starts");
    }
}
