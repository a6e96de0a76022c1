//! The boot loader and its settings (spec 01, section 7.2; spec 04, section 17).

use kiwi_description::model::values::{BlankList, BootloaderName};
use kiwi_description::model::{NamedOption, Spanned};

use super::command_line::command_line;
use crate::architecture::architecture;
use crate::disk::btrfs_volumes;
use crate::disk::firmware::Firmware;
use crate::plan::boot::{BootLoader, BootPlan};
use crate::plan::btrfs::BtrfsPlan;
use crate::resolve::Facts;

/// Seconds the menu waits by default.
const TIMEOUT_SECONDS: u32 = 10;

/// What the caller has worked out already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoaderRules<'a> {
    /// What the firmware needs.
    pub firmware: &'a Firmware,
    /// The root device as `root=` names it.
    pub root_device: &'a str,
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
        rules.btrfs.and_then(btrfs_volumes::root_flags).as_deref(),
    );
    let output = written.and_then(|loader| loader.output_console.as_ref());
    let input = written.and_then(|loader| loader.input_console.as_ref());
    let row = architecture(&facts.choice.machine).filter(|_| rules.firmware.efi.is_some());
    BootPlan {
        loader: match written.map(|loader| *loader.name) {
            Some(BootloaderName::Custom) => BootLoader::Custom,
            _ => BootLoader::Grub2,
        },
        bios: rules.firmware.bios,
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
