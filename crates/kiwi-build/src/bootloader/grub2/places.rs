//! Where distributions keep GRUB.

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::DiskPlan;

use crate::bootloader::copy;
use crate::bootloader::efi_programs::place;
use crate::error::BuildError;

/// Directories with GRUB's data, in the order they are looked through.
const DATA: [&str; 4] = [
    "usr/share/grub2",
    "usr/lib/grub2",
    "usr/share/grub",
    "usr/lib/grub",
];
/// The font of menus.
const FONT: &str = "unicode.pf2";
/// Directories with programs.
const PROGRAMS: [&str; 4] = ["usr/bin", "usr/sbin", "bin", "sbin"];

/// GRUB in one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// `grub` or `grub2`: directory below `boot` and prefix of the programs.
    pub(super) name: &'static str,
}

impl Places {
    /// Looks for GRUB in `tree`.
    pub(super) fn of(tree: &TreeDir) -> Result<Self, BuildError> {
        for name in ["grub2", "grub"] {
            if find_program(tree, &format!("{name}-mkconfig")).is_some() {
                return Ok(Self { name });
            }
        }
        Err(BuildError::TreeLacks {
            what: "the root tree has no GRUB".into(),
            mend: "add the distribution's GRUB packages (Debian: `grub2-common` with `grub-pc-bin` and \
                   `grub-efi-amd64-bin`) to `<packages type=\"image\">`"
                .into(),
        })
    }

    /// GRUB's directory in the tree, without leading slash.
    pub(super) fn boot_directory(&self) -> String {
        format!("boot/{}", self.name)
    }

    /// Path of one of GRUB's programs inside the tree.
    pub(super) fn program(&self, tree: &TreeDir, suffix: &str) -> Result<String, BuildError> {
        let program = format!("{}-{suffix}", self.name);
        find_program(tree, &program).ok_or_else(|| BuildError::TreeLacks {
            what: format!("the root tree has no `{program}`"),
            mend: "add the distribution's GRUB packages to `<packages type=\"image\">`".into(),
        })
    }

    /// Whether the tree's `grub-mkconfig` can write Boot Loader Specification entries.
    pub(super) fn knows_bls(&self, tree: &TreeDir) -> bool {
        self.program(tree, "mkconfig").is_ok_and(|path| {
            tree.read_to_string(&path)
                .is_ok_and(|text| text.contains("GRUB_ENABLE_BLSCFG"))
        })
    }

    /// Path of a file of the plan's theme as GRUB will see it, when it was copied.
    pub(super) fn theme_file(&self, tree: &TreeDir, disk: &DiskPlan, name: &str) -> Option<String> {
        let theme = disk.boot.theme.as_ref()?;
        let path = format!("{}/themes/{theme}/{name}", self.boot_directory());
        tree.exists(&path).then(|| format!("/{path}"))
    }

    /// Copies the modules of a platform to where GRUB finds them when it starts.
    pub(super) fn copy_modules(&self, tree: &TreeDir, target: &str) -> Result<(), BuildError> {
        let from = modules(tree, target)?;
        let to = format!("{}/{target}", self.boot_directory());
        tree.create_dir_all(&to, 0o755)?;
        for name in tree.read_dir(&from)? {
            let wanted = Path::new(&name).extension().is_some_and(|extension| {
                ["mod", "lst", "o"]
                    .iter()
                    .any(|wanted| extension == *wanted)
            });
            if wanted {
                copy(
                    tree,
                    &Path::new(&from).join(&name),
                    &Path::new(&to).join(&name),
                )?;
            }
        }
        Ok(())
    }

    /// Copies the font, and the theme where one is asked for.
    pub(super) fn copy_font_and_theme(
        &self,
        tree: &TreeDir,
        disk: &DiskPlan,
    ) -> Result<(), BuildError> {
        let boot = self.boot_directory();
        let font = find_data(tree, FONT);
        if let Some(font) = &font {
            tree.create_dir_all(format!("{boot}/fonts"), 0o755)?;
            copy(
                tree,
                Path::new(font),
                Path::new(&format!("{boot}/fonts/{FONT}")),
            )?;
        }
        let Some(theme) = &disk.boot.theme else {
            return Ok(());
        };
        if font.is_none() {
            tracing::warn!(
                "the root tree has no font `{FONT}` for GRUB, so the theme `{theme}` cannot show text"
            );
        }
        if let Some(from) = find_data(tree, &format!("themes/{theme}")) {
            return copy_directory(tree, &from, &format!("{boot}/themes/{theme}"));
        }
        if self.theme_file(tree, disk, "theme.txt").is_none() {
            tracing::warn!("the root tree has no GRUB theme `{theme}`, so the menu is plain text");
        }
        Ok(())
    }
}

/// Copies the font to where programs of the EFI system partition look for it.
pub(super) fn copy_font_to_efi(tree: &TreeDir) -> Result<(), BuildError> {
    const VENDORS: &str = "boot/efi/EFI";
    let Some(font) = find_data(tree, FONT) else {
        return Ok(());
    };
    for vendor in tree.read_dir(VENDORS)? {
        let directory = format!("{VENDORS}/{}/fonts", vendor.to_string_lossy());
        if tree.exists(&directory) {
            let to = place(tree, &directory, FONT);
            copy(tree, Path::new(&font), Path::new(&to))?;
        }
    }
    Ok(())
}

/// Directory of the modules for a platform such as `i386-pc`, without leading slash.
pub(super) fn modules(tree: &TreeDir, target: &str) -> Result<String, BuildError> {
    find_data(tree, target).ok_or_else(|| BuildError::TreeLacks {
        what: format!("the root tree has no GRUB modules for `{target}`"),
        mend: match target {
            "i386-pc" => "add GRUB for BIOS (Debian: `grub-pc-bin`), or set `eficsm=\"false\"` \
                          if the image need not start from a BIOS"
                .into(),
            "powerpc-ieee1275" => "add GRUB for Open Firmware (Debian: `grub-ieee1275-bin`)".into(),
            "x86_64-xen" => "add GRUB for Xen (Debian: `grub-xen-bin`)".into(),
            _ => "add GRUB for EFI (Debian: `grub-efi-amd64-bin`)".into(),
        },
    })
}

/// Path of a program inside the tree, with leading slash.
fn find_program(tree: &TreeDir, name: &str) -> Option<String> {
    PROGRAMS
        .iter()
        .map(|directory| format!("{directory}/{name}"))
        .find(|path| tree.exists(path))
        .map(|path| format!("/{path}"))
}

/// Path of GRUB's data, without leading slash.
pub(super) fn find_data(tree: &TreeDir, name: &str) -> Option<String> {
    DATA.iter()
        .map(|directory| format!("{directory}/{name}"))
        .find(|path| tree.exists(path))
}

fn copy_directory(tree: &TreeDir, from: &str, to: &str) -> Result<(), BuildError> {
    tree.create_dir_all(to, 0o755)?;
    for name in tree.read_dir(from)? {
        let name = name.to_string_lossy();
        let (from, to) = (format!("{from}/{name}"), format!("{to}/{name}"));
        if tree.metadata(&from)?.is_dir() {
            copy_directory(tree, &from, &to)?;
        } else if !(name.ends_with("background.png") && tree.exists(&to)) {
            copy(tree, Path::new(&from), Path::new(&to))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootloader::testing::disk;
    use crate::root::testing::Bench;

    fn tree() -> Bench {
        let bench = Bench::new();
        bench.write("usr/sbin/grub2-mkconfig", "");
        bench.write("usr/share/grub2/unicode.pf2", "font");
        bench.write("usr/share/grub2/themes/t/theme.txt", "theme");
        bench.write("usr/share/grub2/themes/t/background.png", "picture");
        bench.write("usr/share/grub2/themes/t/icons/a.png", "icon");
        bench
    }

    #[test]
    fn themes_are_copied_and_backgrounds_kept() {
        let bench = tree();
        bench.write("boot/grub2/themes/t/background.png", "own picture");
        let places = Places::of(&bench.tree()).unwrap();
        let mut disk = disk();
        disk.boot.theme = Some("t".into());
        places.copy_font_and_theme(&bench.tree(), &disk).unwrap();
        for (path, text) in [
            ("boot/grub2/fonts/unicode.pf2", "font"),
            ("boot/grub2/themes/t/theme.txt", "theme"),
            ("boot/grub2/themes/t/background.png", "own picture"),
            ("boot/grub2/themes/t/icons/a.png", "icon"),
        ] {
            assert_eq!(bench.read(path), text, "{path}");
        }
        assert_eq!(
            places
                .theme_file(&bench.tree(), &disk, "theme.txt")
                .as_deref(),
            Some("/boot/grub2/themes/t/theme.txt")
        );
        disk.boot.theme = Some("absent".into());
        places.copy_font_and_theme(&bench.tree(), &disk).unwrap();
        assert_eq!(places.theme_file(&bench.tree(), &disk, "theme.txt"), None);
    }

    #[test]
    fn fonts_on_the_efi_partition() {
        let bench = tree();
        bench.write("boot/efi/EFI/fedora/fonts/x", "");
        bench.write("boot/efi/EFI/other/x", "");
        copy_font_to_efi(&bench.tree()).unwrap();
        assert_eq!(bench.read("boot/efi/EFI/fedora/fonts/unicode.pf2"), "font");
        assert!(!bench.root().join("boot/efi/EFI/other/fonts").exists());
    }

    #[test]
    fn modules_of_a_platform() {
        let bench = tree();
        bench.write("usr/share/grub2/x86_64-xen/a.mod", "module");
        bench.write("usr/share/grub2/x86_64-xen/a.module", "debug");
        let places = Places::of(&bench.tree()).unwrap();
        places.copy_modules(&bench.tree(), "x86_64-xen").unwrap();
        assert_eq!(bench.read("boot/grub2/x86_64-xen/a.mod"), "module");
        assert!(!bench.root().join("boot/grub2/x86_64-xen/a.module").exists());
        let error = places.copy_modules(&bench.tree(), "i386-pc").unwrap_err();
        assert!(error.to_string().contains("`i386-pc`"));
    }
}
