//! Where distributions keep GRUB.

use std::path::Path;

use kiwi_host::TreeDir;
use kiwi_plan::plan::disk::DiskPlan;

use crate::error::BuildError;

/// Directories with GRUB's data, in the order they are looked through.
const DATA: [&str; 4] = [
    "usr/share/grub2",
    "usr/lib/grub2",
    "usr/share/grub",
    "usr/lib/grub",
];
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
        if let Some(font) = find_data(tree, "unicode.pf2") {
            tree.create_dir_all(format!("{boot}/fonts"), 0o755)?;
            copy(
                tree,
                Path::new(&font),
                Path::new(&format!("{boot}/fonts/unicode.pf2")),
            )?;
        }
        let Some(theme) = &disk.boot.theme else {
            return Ok(());
        };
        let Some(from) = find_data(tree, &format!("themes/{theme}")) else {
            tracing::warn!("the root tree has no GRUB theme `{theme}`, so the menu is plain text");
            return Ok(());
        };
        copy_directory(tree, &from, &format!("{boot}/themes/{theme}"))
    }
}

/// Directory of the modules for a platform such as `i386-pc`, without leading slash.
pub(super) fn modules(tree: &TreeDir, target: &str) -> Result<String, BuildError> {
    find_data(tree, target).ok_or_else(|| BuildError::TreeLacks {
        what: format!("the root tree has no GRUB modules for `{target}`"),
        mend: match target {
            "i386-pc" => "add GRUB for BIOS (Debian: `grub-pc-bin`), or set `eficsm=\"false\"` \
                          if the image need not start from a BIOS"
                .into(),
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

/// Copies a file within the tree, unless it would replace one with the same content.
pub(super) fn copy(tree: &TreeDir, from: &Path, to: &Path) -> Result<(), BuildError> {
    tree.create_file(to, 0o644, tree.read(from)?)?;
    Ok(())
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
