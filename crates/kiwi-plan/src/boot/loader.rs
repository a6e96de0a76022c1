//! The boot loader and its settings (spec 01, section 7.2; spec 04, section 17).

use kiwi_description::model::values::{BlankList, BootloaderName, InitrdAction, TargetType};
use kiwi_description::model::{NamedOption, Spanned};

use super::command_line::{Additions, command_line};
use crate::architecture::architecture;
use crate::disk::firmware::Firmware;
use crate::plan::boot::{BootLoader, BootPlan, EncryptedBoot, Xen, ZiplTarget};
use crate::plan::btrfs::BtrfsPlan;
use crate::plan::layers::LuksPlan;
use crate::resolve::Facts;

/// Seconds the menu waits by default.
const TIMEOUT_SECONDS: u32 = 10;
/// Default of `efipartsize` for a loader and its configuration.
const EFI_MIB: u64 = 20;
/// The same for kernels and initrds too: two large ones, and one more while an update replaces them.
const LOADED_EFI_MIB: u64 = 512;

/// What the caller has worked out already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoaderRules<'a> {
    /// What the firmware needs.
    pub firmware: &'a Firmware,
    /// The root device as `root=` names it.
    pub root_device: &'a str,
    /// What the disk adds to the kernel command line.
    pub additions: &'a Additions,
    /// The encryption that `/boot` lies in.
    pub encrypted_boot: Option<&'a LuksPlan>,
    /// There is a boot partition.
    pub boot_partition: bool,
    /// Subvolumes of the root file system.
    pub btrfs: Option<&'a BtrfsPlan>,
}

/// Plans how the disk starts.
pub(crate) fn plan(facts: &Facts<'_>, rules: LoaderRules<'_>) -> BootPlan {
    let kind = facts.kind();
    let written = kind.bootloader.as_ref();
    let settings = written.and_then(|loader| loader.bootloadersettings.as_ref());
    let arguments = command_line(
        kind.boot
            .kernelcmdline
            .as_ref()
            .map(|line| line.value.as_str()),
        rules.root_device,
        rules.additions,
    );
    let output = written.and_then(|loader| loader.output_console.as_ref());
    let input = written.and_then(|loader| loader.input_console.as_ref());
    let row = architecture(&facts.choice.machine).filter(|_| rules.firmware.efi.is_some());
    let loader = match written.map(|loader| *loader.name) {
        Some(BootloaderName::Custom) => BootLoader::Custom,
        Some(BootloaderName::SystemdBoot) => BootLoader::SystemdBoot,
        Some(BootloaderName::Zipl) => BootLoader::Zipl,
        // What is special to s390 is refused elsewhere.
        Some(BootloaderName::Grub2 | BootloaderName::Grub2S390xEmu) | None => BootLoader::Grub2,
    };
    BootPlan {
        loader,
        bios: rules.firmware.bios && matches!(loader, BootLoader::Grub2 | BootLoader::Custom),
        efi: rules.firmware.efi,
        command_line: arguments.line,
        root_argument: arguments.root,
        title: title(facts),
        timeout_seconds: written
            .and_then(|loader| loader.timeout)
            .map_or(TIMEOUT_SECONDS, |it| u32::try_from(*it).unwrap_or(u32::MAX)),
        timeout_style: written
            .and_then(|it| it.timeout_style)
            .map(|it| it.to_string()),
        output_console: consoles(output),
        input_console: match input {
            Some(input) => consoles(Some(input)),
            None => input_of(consoles(output)),
        },
        serial_line: text(written.and_then(|loader| loader.serial_line.as_ref())),
        video_mode: text(written.and_then(|loader| loader.video_mode.as_ref()))
            .unwrap_or_else(|| "auto".to_owned()),
        bls: written.and_then(|loader| loader.bls).is_none_or(|bls| *bls),
        theme: facts.preferences.loader_theme.clone(),
        removable: kind.disk.target_removable.is_some_and(|it| *it),
        install_options: options(settings.map(|settings| settings.installoptions.as_slice())),
        shim_options: options(settings.map(|settings| settings.shimoptions.as_slice())),
        config_options: options(settings.map(|settings| settings.configoptions.as_slice())),
        environment: settings
            .and_then(|settings| settings.environment.as_ref())
            .iter()
            .flat_map(|environment| &environment.envs)
            .map(|variable| (variable.name.value.clone(), variable.value.value.clone()))
            .collect(),
        boot_path: match rules.btrfs {
            _ if rules.boot_partition => "/".to_owned(),
            Some(btrfs) => btrfs.path_in_filesystem("/boot"),
            None => "/boot".to_owned(),
        },
        efi_target: row.and_then(|row| row.efi_target).map(str::to_owned),
        efi_fallback_name: row
            .and_then(|row| row.efi_suffix)
            .map(|suffix| format!("boot{suffix}.efi")),
        unified_kernel: has_unified_kernel(facts),
        cryptodisk: kind.luks.luks.is_some(),
        encrypted_boot: rules.encrypted_boot.map(|luks| EncryptedBoot {
            luks_uuid: luks.uuid.clone(),
            with_passphrase: written
                .and_then(|loader| loader.use_disk_password)
                .is_some_and(|it| *it),
        }),
        xen: xen(facts),
        zipl_target: (loader == BootLoader::Zipl)
            .then(|| zipl_target(written.and_then(|loader| loader.targettype.as_ref()))),
    }
}

/// Whether `<initrd action="setup"><dracut uefi="true"/></initrd>` asks for a unified kernel image.
pub(crate) fn has_unified_kernel(facts: &Facts<'_>) -> bool {
    facts
        .kind()
        .initrds
        .iter()
        .filter(|initrd| *initrd.action == InitrdAction::Setup)
        .flat_map(|initrd| &initrd.dracut)
        .any(|dracut| dracut.uefi.is_some_and(|it| *it))
}

/// Default of `efipartsize` in MiB, and what it comes from.
///
/// Kernel and initrd lie on the EFI system partition when firmware or systemd-boot loads them.
pub(crate) fn efi_partition_default(facts: &Facts<'_>) -> (u64, &'static str) {
    let systemd_boot = facts
        .kind()
        .bootloader
        .as_ref()
        .is_some_and(|loader| *loader.name == BootloaderName::SystemdBoot);
    if systemd_boot {
        (
            LOADED_EFI_MIB,
            "default of `efipartsize` with `systemd_boot`",
        )
    } else if has_unified_kernel(facts) {
        (
            LOADED_EFI_MIB,
            "default of `efipartsize` with a unified kernel image",
        )
    } else {
        (EFI_MIB, "default of `efipartsize`")
    }
}

/// A Xen host has the hypervisor; a guest is an x86_64 machine of a cloud or of a loader of Xen.
fn xen(facts: &Facts<'_>) -> Option<Xen> {
    let kind = facts.kind();
    if kind.general.xen_server.is_some_and(|it| *it) {
        return Some(Xen::Host);
    }
    let cloud = kind
        .disk
        .firmware
        .as_ref()
        .is_some_and(|firmware| firmware.as_str() == "ec2");
    let loader = kind
        .machine
        .as_ref()
        .is_some_and(|machine| machine.xen_loader.is_some());
    (facts.choice.machine == "x86_64" && (cloud || loader)).then_some(Xen::Guest)
}

/// SCSI by default; on a GPT nothing else is possible.
fn zipl_target(written: Option<&Spanned<TargetType>>) -> ZiplTarget {
    match written.map(|written| **written) {
        Some(TargetType::Cdl) => ZiplTarget::Cdl,
        Some(TargetType::Fba) => ZiplTarget::Fba,
        Some(TargetType::Scsi | TargetType::Gpt) | None => ZiplTarget::Scsi,
    }
}

/// The display name alone, or the image name with the kind of image.
fn title(facts: &Facts<'_>) -> String {
    let identity = &facts.identity;
    identity.display_name.clone().unwrap_or_else(|| {
        format!(
            "{} [ {} ]",
            identity.name,
            identity.build_type.to_uppercase()
        )
    })
}

/// The consoles of a list; `none` stands for no console.
fn consoles(list: Option<&Spanned<BlankList>>) -> Vec<String> {
    list.iter()
        .flat_map(|list| list.iter())
        .filter(|console| *console != "none")
        .cloned()
        .collect()
}

/// Where keys are read when only the output is written: the same terminals, the keyboard in place of screens.
fn input_of(output: Vec<String>) -> Vec<String> {
    let mut input: Vec<String> = Vec::new();
    for console in output {
        let console = match console.as_str() {
            "gfxterm" | "vga_text" | "mda_text" | "morse" | "spkmodem" => "console".to_owned(),
            _ => console,
        };
        if !input.contains(&console) {
            input.push(console);
        }
    }
    input
}

fn options(options: Option<&[NamedOption]>) -> Vec<String> {
    options
        .unwrap_or_default()
        .iter()
        .flat_map(|option| {
            std::iter::once(option.name.value.clone())
                .chain(option.value.iter().map(|value| value.value.clone()))
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn text(value: Option<&Spanned<String>>) -> Option<String> {
    value
        .map(|value| value.value.clone())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_have_no_keys() {
        let list = |words: &str| {
            words
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for (output, input) in [
            ("", ""),
            ("serial console", "serial console"),
            ("serial gfxterm", "serial console"),
            ("gfxterm console", "console"),
        ] {
            assert_eq!(input_of(list(output)), list(input), "{output}");
        }
    }
}
