//! Variables of the boot loader are written into GRUB's environment block; other loaders have none.
//!
//! Mend: remove `<environment>`, or use the boot loader `grub2`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::BootloaderName;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(loader) = &facts.kind().bootloader else {
        return;
    };
    let environment = loader
        .bootloadersettings
        .as_ref()
        .and_then(|settings| settings.environment.as_ref());
    let has_one = matches!(
        *loader.name,
        BootloaderName::Grub2 | BootloaderName::Grub2S390xEmu | BootloaderName::Custom
    );
    if let (Some(environment), false) = (environment, has_one) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::ENVIRONMENT_NEEDS_GRUB,
                format!("boot loader `{}` has no environment", *loader.name),
            )
            .at(environment.span)
            .related(loader.name.span, "the boot loader")
            .help("remove `<environment>`, or use `grub2`"),
        );
    }
}
