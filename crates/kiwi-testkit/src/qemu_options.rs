//! How a guest is started: the options, and what they mean to QEMU.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::serial_console::BOOT_FAILURES;

/// Where distributions keep the UEFI firmware: code, and the variables it
/// starts with. Debian and Ubuntu, Fedora, openSUSE, Arch.
const UEFI: [(&str, &str); 5] = [
    (
        "/usr/share/OVMF/OVMF_CODE_4M.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.fd",
    ),
    (
        "/usr/share/OVMF/OVMF_CODE.fd",
        "/usr/share/OVMF/OVMF_VARS.fd",
    ),
    (
        "/usr/share/edk2/ovmf/OVMF_CODE.fd",
        "/usr/share/edk2/ovmf/OVMF_VARS.fd",
    ),
    (
        "/usr/share/qemu/ovmf-x86_64-code.bin",
        "/usr/share/qemu/ovmf-x86_64-vars.bin",
    ),
    (
        "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
        "/usr/share/edk2/x64/OVMF_VARS.4m.fd",
    ),
];

/// The same with Microsoft's keys enrolled, so that Secure Boot is enforced.
const UEFI_SECURE_BOOT: [(&str, &str); 3] = [
    (
        "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.ms.fd",
    ),
    (
        "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd",
        "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd",
    ),
    (
        "/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin",
        "/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin",
    ),
];

/// What the guest boots with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firmware {
    /// `SeaBIOS`.
    Bios,
    /// OVMF with its own copy of the variables, Secure Boot off.
    Uefi,
    /// OVMF that starts only what Microsoft's keys have signed.
    UefiSecureBoot,
}

/// What the disk hangs on in the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskInterface {
    /// `virtio-blk`.
    Virtio,
    /// A SATA disk.
    Sata,
    /// `virtio-scsi`.
    Scsi,
    /// NVMe.
    Nvme,
    /// A USB stick, as a hybrid ISO sees it.
    Usb,
    /// A SATA optical drive.
    Optical,
}

impl DiskInterface {
    /// Returns the devices that the drive `disk` needs.
    fn devices(self) -> &'static [&'static str] {
        match self {
            Self::Virtio => &["virtio-blk-pci,drive=disk,bootindex=1"],
            Self::Sata => &["ide-hd,drive=disk,bootindex=1"],
            Self::Scsi => &["virtio-scsi-pci", "scsi-hd,drive=disk,bootindex=1"],
            Self::Nvme => &["nvme,drive=disk,serial=kiwi,bootindex=1"],
            Self::Usb => &["qemu-xhci", "usb-storage,drive=disk,bootindex=1"],
            Self::Optical => &["ide-cd,drive=disk,bootindex=1"],
        }
    }
}

/// How a guest is started.
#[derive(Debug, Clone)]
pub struct GuestOptions {
    /// The image.
    pub disk: PathBuf,
    /// Its format, as QEMU calls it: `raw`, `qcow2`, `vmdk`, `vdi`, `vhdx`, `vpc`.
    pub format: String,
    /// What the disk hangs on; virtio.
    pub interface: DiskInterface,
    /// What the guest boots with; BIOS.
    pub firmware: Firmware,
    /// Memory of the guest in MiB; 1024.
    pub memory: u32,
    /// Whether the image stays as it is, whatever the guest writes; true.
    pub snapshot: bool,
    /// Whether the guest goes on after a reset; else QEMU ends. False.
    pub reboots: bool,
    /// Further arguments for QEMU, say a second disk.
    pub extra: Vec<String>,
    /// Texts on the console after which nothing good will come; see
    /// [`BOOT_FAILURES`].
    pub failures: Vec<String>,
}

impl GuestOptions {
    /// Returns the options for a raw or other image with the defaults named at
    /// the fields.
    pub fn new(disk: impl Into<PathBuf>, format: impl Into<String>) -> Self {
        Self {
            disk: disk.into(),
            format: format.into(),
            interface: DiskInterface::Virtio,
            firmware: Firmware::Bios,
            memory: 1024,
            snapshot: true,
            reboots: false,
            extra: Vec::new(),
            failures: BOOT_FAILURES.map(String::from).to_vec(),
        }
    }

    /// Sets the firmware.
    pub fn firmware(self, firmware: Firmware) -> Self {
        Self { firmware, ..self }
    }
}

/// Returns the arguments for all but the firmware.
pub(crate) fn machine_arguments(options: &GuestOptions) -> Vec<OsString> {
    let machine = match options.firmware {
        // Without graphics SeaBIOS shows on the serial port what goes to the
        // screen: what it says itself, and the prompt of a GRUB core image that
        // has not found its modules.
        Firmware::Bios => "q35,graphics=off",
        Firmware::Uefi => "q35",
        // This firmware keeps its variables in system management mode.
        Firmware::UefiSecureBoot => "q35,smm=on",
    };
    let snapshot = if options.snapshot { "on" } else { "off" };
    let memory = options.memory.to_string();
    let mut arguments: Vec<OsString> = [
        "-nodefaults",
        "-machine",
        machine,
        "-accel",
        "tcg",
        "-cpu",
        // Nested paging and five-level page tables only cost time in emulation.
        "max,la57=off,svm=off",
        "-smp",
        "2",
        "-m",
        &memory,
        "-display",
        "none",
        "-device",
        "VGA",
        "-device",
        "virtio-rng-pci",
        "-chardev",
        "stdio,id=serial,signal=off",
        "-serial",
        "chardev:serial",
    ]
    .map(OsString::from)
    .to_vec();
    if !options.reboots {
        arguments.push("-no-reboot".into());
    }
    let mut drive = OsString::from("if=none,id=disk,file=");
    drive.push(escape(&options.disk));
    drive.push(format!(",format={},snapshot={snapshot}", options.format));
    if options.interface == DiskInterface::Optical {
        drive.push(",media=cdrom");
    }
    arguments.extend(["-drive".into(), drive]);
    for device in options.interface.devices() {
        arguments.extend(["-device".into(), device.into()]);
    }
    arguments
}

/// Doubles the commas of a path: a single one ends a value for QEMU.
fn escape(path: &Path) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut bytes = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        bytes.push(*byte);
        if *byte == b',' {
            bytes.push(b',');
        }
    }
    OsString::from_vec(bytes)
}

/// Finds code and variables of the firmware; nothing for BIOS, which QEMU has.
pub(crate) fn find_firmware(firmware: Firmware) -> Option<(PathBuf, PathBuf)> {
    let places: &[(&str, &str)] = match firmware {
        Firmware::Bios => &[],
        Firmware::Uefi => &UEFI,
        Firmware::UefiSecureBoot => &UEFI_SECURE_BOOT,
    };
    let (code, variables) = places
        .iter()
        .find(|(code, variables)| Path::new(code).is_file() && Path::new(variables).is_file())?;
    Some((code.into(), variables.into()))
}

/// Returns the arguments for the firmware, with a copy of its variables.
pub(crate) fn firmware_arguments(firmware: Firmware, directory: &Path) -> Result<Vec<OsString>> {
    if firmware == Firmware::Bios {
        return Ok(Vec::new());
    }
    let (code, variables) =
        find_firmware(firmware).with_context(|| format!("no firmware for {firmware:?}"))?;
    let copy = directory.join("variables.fd");
    fs_err::write(&copy, fs_err::read(variables)?)?;
    let mut arguments = Vec::new();
    for (unit, file, access) in [(0, &code, "on"), (1, &copy, "off")] {
        let mut drive = OsString::from(format!(
            "if=pflash,format=raw,unit={unit},readonly={access},file="
        ));
        drive.push(escape(file));
        arguments.extend(["-drive".into(), drive]);
    }
    if firmware == Firmware::UefiSecureBoot {
        arguments.push("-global".into());
        arguments.push("driver=cfi.pflash01,property=secure,value=on".into());
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_paths_are_doubled() {
        assert_eq!(escape(Path::new("/a,b/c,,d")), "/a,,b/c,,,,d");
    }

    #[test]
    fn every_choice_shows_in_the_arguments() {
        let mut options = GuestOptions::new("/x.qcow2", "qcow2");
        let line = |options: &GuestOptions| {
            machine_arguments(options)
                .join(" ".as_ref())
                .into_string()
                .unwrap()
        };
        let first = line(&options);
        for part in [
            "file=/x.qcow2,format=qcow2,snapshot=on",
            "-no-reboot",
            "virtio-blk-pci",
            "-m 1024",
            "graphics=off",
            "-smp 2",
        ] {
            assert!(first.contains(part), "{first}");
        }
        options.snapshot = false;
        options.reboots = true;
        options.memory = 512;
        options.interface = DiskInterface::Optical;
        options.firmware = Firmware::UefiSecureBoot;
        let second = line(&options);
        for part in ["snapshot=off,media=cdrom", "ide-cd", "-m 512", "smm=on"] {
            assert!(second.contains(part), "{second}");
        }
        assert!(!second.contains("-no-reboot"), "{second}");
    }
}
