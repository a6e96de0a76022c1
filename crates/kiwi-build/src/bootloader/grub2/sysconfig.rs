//! `/etc/sysconfig/bootloader`, from which the tools of SUSE know which loader to update.

use kiwi_host::TreeDir;
use kiwi_plan::plan::boot::EfiMode;
use kiwi_plan::plan::disk::DiskPlan;

use super::defaults::merged;
use super::places::Places;
use crate::error::BuildError;

const DIRECTORY: &str = "etc/sysconfig";
const FILE: &str = "etc/sysconfig/bootloader";
/// What the failsafe entry has besides the normal command line.
const FAILSAFE: &str = "ide=nodma apm=off noresume edd=off nomodeset 3";

/// Brings the plan's settings into the file, where the tree has the directory.
pub(super) fn write(tree: &TreeDir, disk: &DiskPlan, places: &Places) -> Result<(), BuildError> {
    if !tree.exists(DIRECTORY) {
        return Ok(());
    }
    let before = match tree.read_to_string(FILE) {
        Ok(text) => text,
        Err(error) if error.is_not_found() => String::new(),
        Err(error) => return Err(error.into()),
    };
    let settings = settings(disk, places.knows_bls(tree));
    tree.create_file(FILE, 0o644, merged(&before, &settings))?;
    Ok(())
}

fn settings(disk: &DiskPlan, knows_bls: bool) -> Vec<(&'static str, String)> {
    let boot = &disk.boot;
    let kind = match boot.efi {
        None => "grub2",
        Some(_) if boot.bls && knows_bls => "grub2-bls",
        Some(_) => "grub2-efi",
    };
    let place = if boot.efi.is_some() { "none" } else { "mbr" };
    let mut settings = vec![
        ("LOADER_TYPE", kind.to_owned()),
        ("LOADER_LOCATION", place.to_owned()),
        ("DEFAULT_APPEND", boot.command_line.clone()),
        (
            "FAILSAFE_APPEND",
            format!("{} {FAILSAFE}", boot.command_line),
        ),
    ];
    match boot.efi {
        Some(EfiMode::Secure) => settings.push(("SECURE_BOOT", "yes".to_owned())),
        Some(EfiMode::Plain) => settings.push(("SECURE_BOOT", "no".to_owned())),
        None => {}
    }
    if boot
        .config_options
        .iter()
        .any(|option| option == "--set-trusted-boot")
    {
        settings.push(("TRUSTED_BOOT", "yes".to_owned()));
    }
    settings
        .into_iter()
        .map(|(name, value)| (name, quoted(&value)))
        .collect()
}

fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;

    #[test]
    fn kinds_of_loaders() {
        for (efi, bls, kind, place, secure) in [
            (None, false, "grub2", "mbr", None),
            (Some(EfiMode::Plain), false, "grub2-efi", "none", Some("no")),
            (
                Some(EfiMode::Secure),
                false,
                "grub2-efi",
                "none",
                Some("yes"),
            ),
            (
                Some(EfiMode::Secure),
                true,
                "grub2-bls",
                "none",
                Some("yes"),
            ),
        ] {
            let mut disk = disk();
            disk.boot.efi = efi;
            let settings = settings(&disk, bls);
            let value = |name: &str| {
                let found = settings.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| value.trim_matches('"').to_owned())
            };
            assert_eq!(value("LOADER_TYPE").as_deref(), Some(kind));
            assert_eq!(value("LOADER_LOCATION").as_deref(), Some(place));
            assert_eq!(value("SECURE_BOOT").as_deref(), secure);
            assert_eq!(value("TRUSTED_BOOT"), None);
        }
    }

    #[test]
    fn only_where_the_directory_is() {
        let bench = Bench::new();
        bench.write("usr/sbin/grub2-mkconfig", "");
        let places = Places::of(&bench.tree()).unwrap();
        let mut disk = disk();
        disk.boot.config_options = vec!["--set-trusted-boot".into()];
        write(&bench.tree(), &disk, &places).unwrap();
        assert!(!bench.root().join(FILE).exists());
        bench.write(FILE, "# why\nLOADER_TYPE=\"none\"\n");
        write(&bench.tree(), &disk, &places).unwrap();
        assert_eq!(
            bench.read(FILE),
            "# why\nLOADER_TYPE=\"grub2-efi\"\nLOADER_LOCATION=\"none\"\nDEFAULT_APPEND=\"quiet root=UUID=1\"\n\
             FAILSAFE_APPEND=\"quiet root=UUID=1 ide=nodma apm=off noresume edd=off nomodeset 3\"\nSECURE_BOOT=\"no\"\n\
             TRUSTED_BOOT=\"yes\"\n"
        );
    }
}
