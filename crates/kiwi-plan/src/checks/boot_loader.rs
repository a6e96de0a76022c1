//! Not every boot loader exists on every machine: systemd-boot and unified kernel images are EFI programs, and `zipl` writes the
//! boot records of s390, on a machine of that kind and as root.
//!
//! Mend: choose firmware and boot loader that belong together, or build on such a machine.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::{BootloaderName, ImageType, InitrdAction};
use kiwi_description::span::Span;

use crate::boot::has_unified_kernel;
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    if *facts.kind().image != ImageType::Oem {
        return;
    }
    needs_efi(facts, diagnostics);
    needs_mainframe(facts, diagnostics);
    whole_key(facts, diagnostics);
}

fn needs_efi(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let firmware = kind
        .disk
        .firmware
        .as_ref()
        .map(|firmware| firmware.as_str());
    let default = crate::architecture::architecture(&facts.choice.machine)
        .and_then(|row| row.firmware.first().copied());
    let firmware = firmware.or(default).unwrap_or("none");
    if matches!(firmware, "efi" | "uefi") {
        return;
    }
    if let Some(loader) = &kind.bootloader
        && *loader.name == BootloaderName::SystemdBoot
    {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::LOADER_NEEDS_EFI,
                format!("`systemd_boot` is an EFI program, and the firmware is `{firmware}`"),
            )
            .at(loader.name.span)
            .help("write `firmware=\"efi\"`, or use the boot loader `grub2`"),
        );
    }
    if has_unified_kernel(facts) {
        let place = unified_kernel_span(facts).unwrap_or(kind.span);
        diagnostics.push(
            Diagnostic::error(
                codes::checks::UNIFIED_KERNEL_NEEDS_EFI,
                format!(
                    "a unified kernel image is an EFI program, and the firmware is `{firmware}`"
                ),
            )
            .at(place)
            .help("write `firmware=\"efi\"` or `firmware=\"uefi\"`, or remove `uefi`"),
        );
    }
}

fn unified_kernel_span(facts: &Facts<'_>) -> Option<Span> {
    let initrds = facts.kind().initrds.iter();
    initrds
        .filter(|initrd| *initrd.action == InitrdAction::Setup)
        .flat_map(|initrd| &initrd.dracut)
        .find_map(|dracut| dracut.uefi.filter(|uefi| **uefi))
        .map(|uefi| uefi.span)
}

fn needs_mainframe(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(loader) = &facts.kind().bootloader else {
        return;
    };
    if *loader.name != BootloaderName::Zipl {
        return;
    }
    let machine = &facts.choice.machine;
    if !machine.starts_with("s390") {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::LOADER_OF_OTHER_MACHINE,
                format!("`zipl` starts s390 machines, and the image is for `{machine}`"),
            )
            .at(loader.name.span)
            .help(
                "use the boot loader `grub2`, or choose another architecture with `--target-arch`",
            ),
        );
    } else if !facts.host.machine.starts_with("s390") || !facts.host.is_root {
        let host = &facts.host.machine;
        let reason = if host.starts_with("s390") {
            "this build does not run as root".to_owned()
        } else {
            format!("this is a `{host}`")
        };
        diagnostics.push(
            Diagnostic::error(
                codes::checks::LOADER_NEEDS_HOST,
                format!("`zipl` writes boot records on s390 machines only, as root, and {reason}"),
            )
            .at(loader.name.span)
            .help(
                "build on an s390 machine as root, or use the boot loader `custom` and install one yourself",
            ),
        );
    }
}

fn whole_key(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let settings = &facts.host.settings;
    let missing = match (&settings.secure_boot_key, &settings.secure_boot_certificate) {
        (Some(_), None) => "secure_boot_signing_certificate_file",
        (None, Some(_)) => "secure_boot_signing_key_file",
        _ => return,
    };
    diagnostics.push(
        Diagnostic::error(
            codes::checks::HALF_SIGNING_KEY,
            format!("the runtime configuration has half of a signing key: `credentials.{missing}` is not set"),
        )
        .at(facts.kind().span)
        .help("set both the key and its certificate, or neither"),
    );
}

#[cfg(test)]
mod tests {
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    /// Codes of the errors for a build type on a machine, built on a host.
    fn codes(kind: &str, machine: &str, host_machine: &str, is_root: bool) -> Vec<String> {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>{kind}</preferences>
            <repository><source path="host:/"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let mut host = host();
        host.machine = host_machine.to_owned();
        host.is_root = is_root;
        let selection = Selection {
            target_arch: Some(machine.to_owned()),
            ..Selection::default()
        };
        let resolved = resolve(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host: &host,
        });
        match resolved {
            Ok(_) => Vec::new(),
            Err(problems) => problems
                .iter()
                .filter(|it| it.severity == kiwi_description::diagnostic::Severity::Error)
                .map(|it| it.code.to_string())
                .collect(),
        }
    }

    #[test]
    fn loaders_and_machines() {
        let disk = |attributes: &str, loader: &str| {
            format!(r#"<type image="oem" filesystem="ext4" {attributes}>{loader}</type>"#)
        };
        let systemd = r#"<bootloader name="systemd_boot"/>"#;
        let zipl = r#"<bootloader name="zipl"/>"#;
        let unified = r#"<initrd action="setup"><dracut uefi="true"/></initrd>"#;
        for (kind, machine, host, is_root, expected) in [
            (disk("", systemd), "x86_64", "x86_64", true, &["K0370"][..]),
            (
                disk("firmware=\"efi\"", systemd),
                "x86_64",
                "x86_64",
                true,
                &[],
            ),
            (disk("", systemd), "aarch64", "x86_64", true, &[]),
            (disk("", unified), "x86_64", "x86_64", true, &["K0371"]),
            (
                disk("firmware=\"uefi\"", unified),
                "x86_64",
                "x86_64",
                true,
                &[],
            ),
            (disk("", zipl), "x86_64", "x86_64", true, &["K0372"]),
            (disk("", zipl), "s390x", "x86_64", true, &["K0373"]),
            (disk("", zipl), "s390x", "s390x", false, &["K0373"]),
            (disk("", zipl), "s390x", "s390x", true, &[]),
        ] {
            assert_eq!(
                codes(&kind, machine, host, is_root),
                expected,
                "{kind} {machine} on {host}"
            );
        }
    }
}
