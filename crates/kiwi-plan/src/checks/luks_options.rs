//! Options of `luksformat` are handed to `cryptsetup luksFormat`, which stops at one it does not know.
//!
//! The reference asks the host's cryptsetup. The plan looks at no program, so the options of cryptsetup 2.7 are listed here: a
//! word near to one of them is a typing error, another one may come from a newer release and is a warning.
//!
//! Mend: correct the option.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};

use crate::resolve::Facts;

/// Options of `cryptsetup luksFormat`, without those that are set for the image anyway or cannot work in a build.
const OPTIONS: [&str; 35] = [
    "--align-payload",
    "--cipher",
    "--hash",
    "--header",
    "--hw-opal",
    "--hw-opal-only",
    "--integrity",
    "--integrity-legacy-padding",
    "--integrity-no-wipe",
    "--iter-time",
    "--key-size",
    "--key-slot",
    "--keyslot-cipher",
    "--keyslot-key-size",
    "--label",
    "--luks2-keyslots-size",
    "--luks2-metadata-size",
    "--master-key-file",
    "--offset",
    "--pbkdf",
    "--pbkdf-force-iterations",
    "--pbkdf-memory",
    "--pbkdf-parallel",
    "--perf-no_read_workqueue",
    "--perf-no_write_workqueue",
    "--perf-same_cpu_crypt",
    "--perf-submit_from_crypt_cpus",
    "--sector-size",
    "--subsystem",
    "--timeout",
    "--type",
    "--use-random",
    "--use-urandom",
    "--uuid",
    "--volume-key-file",
];

/// Short forms of some of them.
const SHORT: [&str; 9] = ["-c", "-h", "-i", "-s", "-S", "-o", "-t", "-M", "-q"];

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let format = facts.kind().luksformat.iter();
    for option in format.flat_map(|format| &format.options) {
        let name = option.name.trim();
        let long = name.split('=').next().unwrap_or(name);
        if OPTIONS.contains(&long) || SHORT.contains(&long) {
            continue;
        }
        let message = format!("`cryptsetup luksFormat` has no option `{long}`");
        let near = near_miss(long, OPTIONS);
        let with_dashes = format!("--{long}");
        diagnostics.push(if OPTIONS.contains(&with_dashes.as_str()) {
            Diagnostic::error(codes::checks::LUKS_OPTION, message)
                .at(option.name.span)
                .help(format!("write `{with_dashes}`"))
        } else if let Some(near) = near {
            Diagnostic::error(codes::checks::LUKS_OPTION, message)
                .at(option.name.span)
                .help(format!("did you mean `{near}`?"))
        } else {
            Diagnostic::warning(codes::checks::LUKS_OPTION, message)
                .at(option.name.span)
                .help("`cryptsetup --help` lists the options of this host's version")
        });
    }
}
