//! How the image starts.

use std::ops::Not;

use serde::{Deserialize, Serialize};

/// Boot loader, its settings and the kernel command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootPlan {
    /// Boot loader.
    pub loader: BootLoader,
    /// The image starts from a BIOS.
    pub bios: bool,
    /// The image starts from EFI, and how.
    pub efi: Option<EfiMode>,
    /// Whole kernel command line, `root=` included.
    pub command_line: String,
    /// The `root=` word alone.
    pub root_argument: String,
    /// Title of the menu entry.
    pub title: String,
    /// Seconds until the default entry starts.
    pub timeout_seconds: u32,
    /// `countdown`, `hidden` or `menu`.
    pub timeout_style: Option<String>,
    /// GRUB terminals for output, empty: not set.
    pub output_console: Vec<String>,
    /// GRUB terminals for input, empty: not set.
    pub input_console: Vec<String>,
    /// GRUB's `serial` command.
    pub serial_line: Option<String>,
    /// GRUB's `gfxmode`.
    pub video_mode: String,
    /// Boot Loader Specification entries where the image's GRUB knows them.
    pub bls: bool,
    /// GRUB theme.
    pub theme: Option<String>,
    /// Install for removable media: no firmware entry.
    pub removable: bool,
    /// `bootloadersettings/installoption`, flattened to arguments.
    pub install_options: Vec<String>,
    /// `bootloadersettings/shimoption`, flattened to arguments.
    pub shim_options: Vec<String>,
    /// `bootloadersettings/configoption`, flattened to arguments.
    pub config_options: Vec<String>,
    /// GRUB environment block: name and value.
    pub environment: Vec<(String, String)>,
    /// `/boot` as GRUB sees it: `/` with a boot partition of its own, else `/boot`.
    pub boot_path: String,
    /// Architecture name of GRUB's EFI modules, such as `x86_64-efi`.
    pub efi_target: Option<String>,
    /// File name firmware starts from removable media, such as `bootx64.efi`.
    pub efi_fallback_name: Option<String>,
    /// Kernel, initrd and command line become one EFI program.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub unified_kernel: bool,
    /// Some file system of the disk is encrypted, so that GRUB's tools have to expect it.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub cryptodisk: bool,
    /// How GRUB opens the file system with `/boot`, when it is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_boot: Option<EncryptedBoot>,
    /// What the machine has to do with Xen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xen: Option<Xen>,
    /// How `zipl` writes to the disk, on s390.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zipl_target: Option<ZiplTarget>,
}

/// A `/boot` that GRUB has to decrypt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncryptedBoot {
    /// UUID of the LUKS header.
    pub luks_uuid: String,
    /// GRUB's first configuration has the passphrase, with `use_disk_password`.
    pub with_passphrase: bool,
}

/// Sides of a hypervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Xen {
    /// The image starts the hypervisor.
    Host,
    /// The image starts under the hypervisor.
    Guest,
}

/// Disks that `zipl` knows, by how the machine reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ZiplTarget {
    /// DASD with compatible disk layout.
    Cdl,
    /// Fixed block disk.
    Fba,
    /// SCSI disk.
    Scsi,
}

impl ZiplTarget {
    /// The word of `targettype` in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cdl => "CDL",
            Self::Fba => "FBA",
            Self::Scsi => "SCSI",
        }
    }
}

/// Boot loaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootLoader {
    /// GRUB 2.
    Grub2,
    /// systemd-boot.
    SystemdBoot,
    /// `zipl`.
    Zipl,
    /// None of ours: the description's scripts install one.
    Custom,
}

/// How EFI starts the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EfiMode {
    /// GRUB is started by the firmware directly.
    Plain,
    /// The distribution's signed shim starts its signed GRUB.
    Secure,
}

/// How the initrd is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitrdPlan {
    /// dracut modules to add.
    pub add_modules: Vec<String>,
    /// dracut modules to leave out.
    pub omit_modules: Vec<String>,
    /// Drivers to add.
    pub add_drivers: Vec<String>,
    /// Drivers to leave out.
    pub omit_drivers: Vec<String>,
    /// Files of the tree to put in, absolute.
    pub install_files: Vec<String>,
    /// The tree's first boot grows the root file system.
    pub resize_root: bool,
}
