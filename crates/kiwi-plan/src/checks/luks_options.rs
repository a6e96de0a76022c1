//! Options of `luksformat` are those of `cryptsetup luksFormat`, which stops at one it does not know.
//!
//! The reference asks the host's cryptsetup. Here the container is formatted by this program, which follows the options of cryptsetup
//! 2.6 to 2.8; one that it cannot follow is an error, one that changes nothing is a warning.
//!
//! Mend: correct the option, or remove it.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use kiwi_ondisk::luks::options::Problem;

use crate::disk::{luks_format, storage};
use crate::ids::Ids;
use crate::resolve::Facts;

/// Options people write, for the one that was meant.
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

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(plan) = storage::luks(facts, true, &Ids::blank()) else {
        return;
    };
    let options = facts.kind().luksformat.iter();
    let options: Vec<_> = options.flat_map(|format| &format.options).collect();
    let place = |name: &str| {
        let option = options.iter().find(|option| option.name.trim() == name);
        option.map_or(facts.kind().span, |option| option.name.span)
    };
    match luks_format::parsed(&plan) {
        Ok(parsed) => {
            for idle in parsed.without_effect {
                diagnostics.push(
                    Diagnostic::warning(
                        codes::checks::LUKS_OPTION,
                        format!("`{}` changes nothing: {}", idle.option, idle.reason),
                    )
                    .at(place(idle.option.trim()))
                    .help("remove it"),
                );
            }
        }
        Err(error) => {
            let place = place(error.option.trim());
            let problem =
                Diagnostic::error(codes::checks::LUKS_OPTION, error.to_string()).at(place);
            diagnostics.push(match error.problem {
                Problem::Unknown => problem.help(meant(error.option.trim())),
                _ => problem.help("correct it, or remove it"),
            });
        }
    }
}

/// Which option was meant, as far as one can tell.
fn meant(written: &str) -> String {
    let long = written.split('=').next().unwrap_or(written);
    let with_dashes = format!("--{long}");
    if OPTIONS.contains(&with_dashes.as_str()) {
        return format!("write `{with_dashes}`");
    }
    match near_miss(long, OPTIONS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "options are those of `cryptsetup luksFormat`, see its manual page".to_owned(),
    }
}
