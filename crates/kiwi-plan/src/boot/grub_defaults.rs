//! What is set in the image's `/etc/default/grub` (spec 04, section 18.1).

use crate::plan::BuildPlan;
use crate::plan::disk::Persistency;
use crate::plan::image::ImagePlan;

/// What the tree says about its GRUB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrubTree {
    /// The tree's `grub-mkconfig` knows `GRUB_ENABLE_BLSCFG`.
    pub knows_bls: bool,
    /// `GRUB_DEFAULT` is set in the file already.
    pub default_is_set: bool,
    /// The theme's file, as GRUB will see it, when the theme of the plan is installed.
    pub theme_file: Option<String>,
    /// The background picture of that theme.
    pub background_file: Option<String>,
}

/// Returns names and values to set, the values quoted as the shell needs them; none for images that are no disks.
///
/// A name that the file has already gets the new value in its place.
pub fn grub_defaults(plan: &BuildPlan, tree: &GrubTree) -> Vec<(&'static str, String)> {
    let ImagePlan::Disk(disk) = &plan.image else {
        return Vec::new();
    };
    let boot = &disk.boot;
    let mut all = Defaults(Vec::new());
    all.plain("GRUB_TIMEOUT", &boot.timeout_seconds.to_string());
    all.plain("GRUB_GFXMODE", &boot.video_mode);
    // A theme that is not there cannot be shown, and a picture without it is of no use.
    let no_picture = boot.theme.is_some() && tree.theme_file.is_none();
    let output = console(&boot.output_console, tree, no_picture);
    all.quoted("GRUB_TERMINAL_OUTPUT", &output);
    let input = if boot.input_console.is_empty() {
        "console".to_owned()
    } else {
        terminals(&boot.input_console, no_picture)
    };
    all.quoted("GRUB_TERMINAL_INPUT", &input);
    let without_root: Vec<_> = boot
        .command_line
        .split_whitespace()
        .filter(|word| !word.starts_with("root="))
        .collect();
    if !without_root.is_empty() {
        all.quoted("GRUB_CMDLINE_LINUX_DEFAULT", &without_root.join(" "));
    }
    match disk.persistency {
        Persistency::ByUuid => {}
        Persistency::ByLabel => {
            if boot.root_argument.starts_with("root=LABEL") {
                all.quoted("GRUB_CMDLINE_LINUX", &boot.root_argument);
                all.plain("SUSE_REMOVE_LINUX_ROOT_PARAM", "true");
            }
            all.plain("GRUB_ENABLE_LINUX_LABEL", "true");
            all.plain("GRUB_DISABLE_LINUX_UUID", "true");
        }
        Persistency::ByPartuuid => {
            all.plain("GRUB_DISABLE_LINUX_UUID", "true");
            all.plain("GRUB_DISABLE_LINUX_PARTUUID", "false");
        }
    }
    let identity = &plan.identity;
    all.quoted(
        "GRUB_DISTRIBUTOR",
        identity.display_name.as_ref().unwrap_or(&identity.name),
    );
    if let Some(style) = &boot.timeout_style {
        all.plain("GRUB_TIMEOUT_STYLE", style);
    }
    let serial = |list: &[String]| list.iter().any(|console| console == "serial");
    if let Some(line) = &boot.serial_line
        && (serial(&boot.output_console) || serial(&boot.input_console))
    {
        all.quoted("GRUB_SERIAL_COMMAND", line);
    }
    if let Some(theme) = &tree.theme_file {
        all.plain("GRUB_THEME", theme);
    }
    if let Some(background) = &tree.background_file {
        all.plain("GRUB_BACKGROUND", background);
    }
    let root = disk.root_filesystem().and_then(|it| it.btrfs.as_ref());
    if root.is_some_and(|btrfs| btrfs.snapper) {
        all.plain("SUSE_BTRFS_SNAPSHOT_BOOTING", "true");
    }
    if boot.cryptodisk {
        all.plain("GRUB_ENABLE_CRYPTODISK", "y");
    }
    if boot.bls && tree.knows_bls {
        all.plain("GRUB_ENABLE_BLSCFG", "true");
    }
    if !tree.default_is_set {
        all.plain("GRUB_DEFAULT", "saved");
    }
    all.0
}

/// Output goes to the text console unless the description says otherwise, or has a theme that can be shown.
fn console(written: &[String], tree: &GrubTree, no_picture: bool) -> String {
    if !written.is_empty() {
        terminals(written, no_picture)
    } else if tree.theme_file.is_some() {
        "gfxterm".to_owned()
    } else {
        "console".to_owned()
    }
}

/// The terminals as written, the graphical one as text where there is no picture.
fn terminals(written: &[String], no_picture: bool) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in written {
        let name = match name.as_str() {
            "gfxterm" if no_picture => "console",
            other => other,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

struct Defaults(Vec<(&'static str, String)>);

impl Defaults {
    fn plain(&mut self, name: &'static str, value: &str) {
        let safe = !value.is_empty()
            && value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-./,:".contains(c));
        if safe {
            self.0.push((name, value.to_owned()));
        } else {
            self.quoted(name, value);
        }
    }

    fn quoted(&mut self, name: &'static str, value: &str) {
        let mut text = String::with_capacity(value.len() + 2);
        text.push('"');
        for letter in value.chars() {
            if matches!(letter, '"' | '\\' | '$' | '`') {
                text.push('\\');
            }
            text.push(letter);
        }
        text.push('"');
        self.0.push((name, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    fn defaults(kind: &str, tree: &GrubTree) -> Vec<String> {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>{kind}</preferences>
            <repository><source path="host:/"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let resolved = resolve(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &Selection::default(),
            host: &host(),
        });
        let plan = resolved.expect("the description is right").plan;
        grub_defaults(&plan, tree)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    #[test]
    fn plain_disk() {
        assert_eq!(
            defaults(
                r#"<type image="oem" filesystem="ext4"/>"#,
                &GrubTree::default()
            ),
            [
                "GRUB_TIMEOUT=10",
                "GRUB_GFXMODE=auto",
                "GRUB_TERMINAL_OUTPUT=\"console\"",
                "GRUB_TERMINAL_INPUT=\"console\"",
                "GRUB_DISTRIBUTOR=\"test\"",
                "GRUB_DEFAULT=saved",
            ]
        );
    }

    #[test]
    fn everything() {
        let tree = GrubTree {
            knows_bls: true,
            default_is_set: true,
            theme_file: Some("/boot/grub/themes/t/theme.txt".to_owned()),
            background_file: Some("/boot/grub/themes/t/background.png".to_owned()),
        };
        let kind = r#"<type image="oem" filesystem="ext4" devicepersistency="by-label"
            kernelcmdline="console=ttyS0 x=&quot;a $b&quot;">
            <bootloader name="grub2" timeout="0" timeout_style="hidden" output_console="serial" serial_line="serial --unit=0"/>
            </type>"#;
        assert_eq!(
            defaults(kind, &tree),
            [
                "GRUB_TIMEOUT=0",
                "GRUB_GFXMODE=auto",
                "GRUB_TERMINAL_OUTPUT=\"serial\"",
                "GRUB_TERMINAL_INPUT=\"serial\"",
                "GRUB_CMDLINE_LINUX_DEFAULT=\"console=ttyS0 x=\\\"a \\$b\\\"\"",
                "GRUB_CMDLINE_LINUX=\"root=LABEL=ROOT\"",
                "SUSE_REMOVE_LINUX_ROOT_PARAM=true",
                "GRUB_ENABLE_LINUX_LABEL=true",
                "GRUB_DISABLE_LINUX_UUID=true",
                "GRUB_DISTRIBUTOR=\"test\"",
                "GRUB_TIMEOUT_STYLE=hidden",
                "GRUB_SERIAL_COMMAND=\"serial --unit=0\"",
                "GRUB_THEME=/boot/grub/themes/t/theme.txt",
                "GRUB_BACKGROUND=/boot/grub/themes/t/background.png",
                "GRUB_ENABLE_BLSCFG=true",
            ]
        );
    }

    #[test]
    fn names_by_partition() {
        let kind = r#"<type image="oem" filesystem="ext4" firmware="uefi" devicepersistency="by-partuuid"/>"#;
        let defaults = defaults(kind, &GrubTree::default());
        for line in [
            "GRUB_DISABLE_LINUX_UUID=true",
            "GRUB_DISABLE_LINUX_PARTUUID=false",
        ] {
            assert!(defaults.iter().any(|it| it == line), "{defaults:?}");
        }
    }

    #[test]
    fn without_its_theme_the_menu_is_text() {
        for (output, expected) in [
            ("gfxterm", "console"),
            ("serial gfxterm", "serial console"),
            ("gfxterm console", "console"),
        ] {
            let kind = format!(
                r#"<bootloader-theme>t</bootloader-theme><type image="oem" filesystem="ext4">
                <bootloader name="grub2" output_console="{output}"/></type>"#
            );
            let defaults = defaults(&kind, &GrubTree::default());
            let line = format!("GRUB_TERMINAL_OUTPUT=\"{expected}\"");
            assert!(defaults.contains(&line), "{defaults:?}");
        }
    }

    #[test]
    fn other_images_have_no_grub() {
        assert!(defaults(r#"<type image="tbz"/>"#, &GrubTree::default()).is_empty());
    }
}
