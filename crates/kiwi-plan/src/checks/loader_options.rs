//! Options for programs that this program does not call: GRUB and shim come onto the disk without `grub-install` and `shim-install`.
//!
//! Mend: remove the option.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::NamedOption;
use kiwi_description::model::values::{BootloaderName, ImageType};
use kiwi_description::span::Span;

use crate::resolve::Facts;

/// What is done anyway.
const ALWAYS: [&str; 5] = [
    "--removable",
    "--no-nvram",
    "--skip-fs-probe",
    "--force",
    "--recheck",
];
/// The only option for the configuration that means something, to tools of SUSE.
const TRUSTED_BOOT: &str = "--set-trusted-boot";

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let Some(loader) = &kind.bootloader else {
        return;
    };
    if *kind.image != ImageType::Oem {
        return;
    }
    let mut warn = |what: &str, span: Span, why: &str| {
        diagnostics.push(
            Diagnostic::warning(
                codes::checks::WITHOUT_EFFECT,
                format!("`{what}` has no effect {why}"),
            )
            .at(span)
            .help("remove it"),
        );
    };
    if *loader.name == BootloaderName::Custom {
        return;
    }
    if let Some(settings) = &loader.bootloadersettings {
        for option in settings.installoptions.iter().filter(|it| !is_done(it)) {
            let why = "on a disk: the loader is installed without `grub-install`";
            warn(&option.name.value, option.span, why);
        }
        for option in settings.shimoptions.iter().filter(|it| !is_done(it)) {
            let why = "on a disk: shim is installed without `shim-install`";
            warn(&option.name.value, option.span, why);
        }
        for option in &settings.configoptions {
            if option.name.value != TRUSTED_BOOT {
                warn(&option.name.value, option.span, "on a disk");
            }
        }
    }
}

fn is_done(option: &NamedOption) -> bool {
    ALWAYS.contains(&option.name.value.as_str())
}

#[cfg(test)]
mod tests {
    use crate::test_support::{host, loaded};
    use crate::{Input, Selection, resolve};

    fn warnings(loader: &str) -> Vec<String> {
        let loaded = loaded(&format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager>
            <type image="oem" filesystem="ext4" firmware="efi">{loader}<oemconfig><oem-resize>false</oem-resize></oemconfig></type>
            </preferences><repository><source path="host:/"/></repository>
            <packages type="bootstrap"><package name="b"/></packages><packages type="image"/>"#
        ));
        let resolved = resolve(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &Selection::default(),
            host: &host(),
        });
        let resolved = resolved.expect("only warnings");
        resolved
            .warnings
            .iter()
            .map(|it| it.message.clone())
            .collect()
    }

    #[test]
    fn options_of_programs_that_are_not_called() {
        let found = warnings(
            r#"<bootloader name="grub2"><bootloadersettings>
            <shimoption name="--suse-enable-tpm"/>
            <installoption name="--no-nvram"/><installoption name="--modules" value="a"/>
            <configoption name="--set-trusted-boot"/><configoption name="--other"/>
            </bootloadersettings></bootloader>"#,
        );
        for start in ["`--suse-enable-tpm`", "`--modules`", "`--other`"] {
            assert!(found.iter().any(|it| it.starts_with(start)), "{found:?}");
        }
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
