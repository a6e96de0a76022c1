//! How the image starts.

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
}

/// Boot loaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BootLoader {
    /// GRUB 2.
    Grub2,
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
