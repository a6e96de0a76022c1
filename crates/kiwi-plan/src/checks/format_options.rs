//! `formatoptions` must be known to the format, with values it takes. The reference hands them to `qemu-img` when everything else
//! is built; a wrong one fails there.
//!
//! Mend: correct the option, or remove it.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_description::model::values::VagrantProvider;

use crate::format::options::{self, FormatOption, Kind, Options};
use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let (Some(format), Some(written)) = (kind.output.format, &kind.output.formatoptions) else {
        return;
    };
    let provider = kind.vagrantconfigs.first().map(|config| *config.provider);
    let provider = provider.unwrap_or(VagrantProvider::Libvirt);
    let Some(known) = options::known(format.disk, provider) else {
        return;
    };
    if known.is_empty() {
        // That none of them has an effect is said elsewhere.
        return;
    }
    for option in Options::of(facts).iter() {
        let place = facts.places.word(written.span, &option.key);
        if let Some(problem) = look(option, known, &format.to_string()) {
            diagnostics.push(problem.at(place));
        }
    }
}

fn look(option: &FormatOption, known: &[(&str, Kind)], format: &str) -> Option<Diagnostic> {
    let key = option.key.as_str();
    let Some((_, kind)) = known.iter().find(|(name, _)| *name == key) else {
        let message = format!("the format `{format}` has no option `{key}`");
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let all = format!("it has {}", quoted(&names));
        let help = did_you_mean(key, names).map_or(all.clone(), |near| format!("{near} {all}"));
        return Some(Diagnostic::error(codes::checks::FORMAT_OPTION, message).help(help));
    };
    if let (Kind::Fixed(only), Some(value)) = (kind, option.value.as_deref())
        && *only != value
    {
        let message = format!("`{key}={value}` has no effect: `{format}` is always `{only}`");
        let problem = Diagnostic::warning(codes::checks::WITHOUT_EFFECT, message);
        return Some(problem.help("remove it"));
    }
    let right = kind.complaint(option.value.as_deref())?;
    let message = match &option.value {
        Some(value) => {
            format!("the option `{key}` of the format `{format}` does not take `{value}`")
        }
        None => format!("the option `{key}` of the format `{format}` needs one value"),
    };
    Some(Diagnostic::error(codes::checks::FORMAT_OPTION, message).help(right))
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
