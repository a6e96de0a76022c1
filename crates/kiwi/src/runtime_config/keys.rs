//! The keys of the runtime configuration, and what each one sets (spec 01, section 12.3).

use std::path::PathBuf;

use kiwi_description::diagnostic::{Code, Diagnostic, Diagnostics, codes, did_you_mean};
use kiwi_plan::host_facts::RuntimeSettings;

use super::syntax::{Setting, Value};

/// What becomes of a key.
enum Effect {
    /// It sets something.
    Sets(fn(&mut RuntimeSettings, &Value) -> Result<(), Wrong>),
    /// It sets something that later versions of this program do.
    Later,
    /// It tunes a program that this program does not call.
    None,
}

/// Why a value cannot be used: what is allowed instead.
enum Wrong {
    /// The default is used, with a warning, as the reference does.
    Ignored(&'static str),
    /// Nothing can be built: going on could make the wrong thing.
    Refused(&'static str),
}

/// Section and key, and the effect.
type Row = (&'static str, &'static str, Effect);

const BOOLEAN: Wrong = Wrong::Ignored("`true` or `false`");

/// The section of ours that maps addresses to mirrors; its keys are prefixes of addresses.
const MIRRORS: &str = "mirrors";

const TABLE: &[Row] = &[
    ("build_constraints", "max_size", Effect::Sets(max_size)),
    (
        "bundle",
        "compress",
        Effect::Sets(|settings, value| boolean(&mut settings.bundle_compress, value)),
    ),
    (
        "bundle",
        "has_package_changes",
        Effect::Sets(|settings, value| boolean(&mut settings.has_package_changes, value)),
    ),
    ("bundle", "shasum_size", Effect::Later),
    ("container", "compress", Effect::Sets(container_compress)),
    (
        "credentials",
        "secure_boot_signing_certificate_file",
        Effect::Sets(|settings, value| absolute(&mut settings.secure_boot_certificate, value)),
    ),
    (
        "credentials",
        "secure_boot_signing_key_file",
        Effect::Sets(|settings, value| absolute(&mut settings.secure_boot_key, value)),
    ),
    (
        "credentials",
        "verification_metadata_signing_key_file",
        Effect::Later,
    ),
    ("iso", "media_tag_tool", Effect::Later),
    ("iso", "tool_category", Effect::None),
    ("mapper", "part_mapper", Effect::None),
    ("obs", "api_url", Effect::None),
    (
        "obs",
        "download_url",
        Effect::Sets(|settings, value| {
            settings.obs_download_url = Some(text(value)?);
            Ok(())
        }),
    ),
    (
        "obs",
        "public",
        Effect::Sets(|settings, value| boolean(&mut settings.obs_public, value)),
    ),
    ("obs", "user", Effect::None),
    ("oci", "archive_tool", Effect::None),
    ("runtime_checks", "disable", Effect::Sets(disable_checks)),
    ("shasum", "size", Effect::Sets(checksum_bits)),
    ("sync", "sparse", Effect::None),
    ("xz", "options", Effect::Sets(xz_options)),
];

/// Applies the settings of one file on top of what earlier files set; returns warnings and errors.
pub(super) fn apply(settings: &mut RuntimeSettings, file: &[Setting]) -> Diagnostics {
    file.iter()
        .filter_map(|setting| apply_one(settings, setting).err())
        .map(|problem| *problem)
        .collect()
}

fn apply_one(settings: &mut RuntimeSettings, setting: &Setting) -> Result<(), Box<Diagnostic>> {
    let name = format!("{}.{}", setting.section, setting.key);
    if setting.section == MIRRORS {
        return mirror(settings, setting)
            .map_err(|wrong| wrong_value(setting, &name, &wrong).into());
    }
    let row = TABLE
        .iter()
        .find(|(section, key, _)| *section == setting.section && *key == setting.key);
    match row {
        None => Err(unknown(setting).into()),
        // An empty value is what a commented-out default leaves behind.
        Some(_) if setting.value == Value::Empty => Ok(()),
        Some((_, _, Effect::Sets(set))) => set(settings, &setting.value)
            .map_err(|wrong| wrong_value(setting, &name, &wrong).into()),
        Some((_, _, Effect::Later)) => Err(at_key(
            codes::command_line::NOT_THERE_YET,
            setting,
            format!("what `{name}` sets is not there yet in this version"),
        )
        .into()),
        Some((_, _, Effect::None)) => Err(Diagnostic::note(
            codes::command_line::CONFIGURATION_WITHOUT_EFFECT,
            format!("`{name}` has no effect here"),
        )
        .at(setting.key_span)
        .into()),
    }
}

fn at_key(code: Code, setting: &Setting, message: String) -> Diagnostic {
    Diagnostic::warning(code, message).at(setting.key_span)
}

fn unknown(setting: &Setting) -> Diagnostic {
    let code = codes::command_line::CONFIGURATION_UNKNOWN;
    let sections = || {
        TABLE
            .iter()
            .map(|(section, _, _)| *section)
            .chain([MIRRORS])
    };
    if !sections().any(|section| section == setting.section) {
        return Diagnostic::warning(code, format!("unknown section `{}`", setting.section))
            .at(setting.section_span)
            .help_if(did_you_mean(&setting.section, sections()));
    }
    let keys = TABLE
        .iter()
        .filter(|(section, _, _)| *section == setting.section)
        .map(|(_, key, _)| *key);
    let message = format!(
        "unknown key `{}` in section `{}`",
        setting.key, setting.section
    );
    at_key(code, setting, message).help_if(did_you_mean(&setting.key, keys))
}

fn wrong_value(setting: &Setting, name: &str, wrong: &Wrong) -> Diagnostic {
    let code = codes::command_line::CONFIGURATION_VALUE;
    match wrong {
        Wrong::Ignored(allowed) => Diagnostic::warning(
            code,
            format!("`{name}` must be {allowed}; the default is used"),
        ),
        Wrong::Refused(allowed) => Diagnostic::error(code, format!("`{name}` must be {allowed}")),
    }
    .at(setting.value_span)
}

fn text(value: &Value) -> Result<String, Wrong> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        _ => Err(Wrong::Ignored("a text")),
    }
}

/// The reference takes any text for true, `"false"` in quotes too; here it means what it says.
fn boolean(slot: &mut Option<bool>, value: &Value) -> Result<(), Wrong> {
    *slot = Some(match value {
        Value::Boolean(truth) => *truth,
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => true,
            "false" | "no" | "off" => false,
            _ => return Err(BOOLEAN),
        },
        _ => return Err(BOOLEAN),
    });
    Ok(())
}

fn container_compress(settings: &mut RuntimeSettings, value: &Value) -> Result<(), Wrong> {
    settings.container_compress = Some(match value {
        Value::Boolean(truth) => *truth,
        Value::Text(text) if text == "xz" || text == "true" => true,
        Value::Text(text) if text == "none" || text == "false" => false,
        _ => return Err(Wrong::Ignored("`true`, `xz`, `false` or `none`")),
    });
    Ok(())
}

/// The reference takes only a quoted number; an unquoted one is as clear.
fn checksum_bits(settings: &mut RuntimeSettings, value: &Value) -> Result<(), Wrong> {
    settings.checksum_bits = Some(match text(value).as_deref() {
        Ok("256") => 256,
        Ok("512") => 512,
        _ => return Err(Wrong::Ignored("`256` or `512`")),
    });
    Ok(())
}

/// A configuration file lies anywhere, so that a relative path would mean nothing.
fn absolute(slot: &mut Option<PathBuf>, value: &Value) -> Result<(), Wrong> {
    const WRONG: Wrong = Wrong::Refused("an absolute path");
    let path = PathBuf::from(text(value).map_err(|_| WRONG)?);
    if !path.is_absolute() {
        return Err(WRONG);
    }
    *slot = Some(path);
    Ok(())
}

fn xz_options(settings: &mut RuntimeSettings, value: &Value) -> Result<(), Wrong> {
    settings.xz_options = Some(match value {
        Value::List(options) => options.clone(),
        other => text(other)?.split_whitespace().map(str::to_owned).collect(),
    });
    Ok(())
}

fn max_size(settings: &mut RuntimeSettings, value: &Value) -> Result<(), Wrong> {
    const WRONG: Wrong = Wrong::Refused("a number of bytes, or a number followed by `m` or `g`");
    let text = text(value).map_err(|_| WRONG)?.to_ascii_lowercase();
    let (digits, unit) = match text.strip_suffix('g') {
        Some(digits) => (digits, 1 << 30),
        None => match text.strip_suffix('m') {
            Some(digits) => (digits, 1 << 20),
            None => (text.as_str(), 1),
        },
    };
    let number: u64 = digits.trim().parse().map_err(|_| WRONG)?;
    settings.max_size = Some(number.checked_mul(unit).ok_or(WRONG)?);
    Ok(())
}

/// Lists of several files are joined.
fn disable_checks(settings: &mut RuntimeSettings, value: &Value) -> Result<(), Wrong> {
    let checks = match value {
        Value::List(checks) => checks.clone(),
        Value::Text(check) => vec![check.clone()],
        _ => return Err(Wrong::Ignored("a list of names")),
    };
    settings.disabled_checks.extend(checks);
    settings.disabled_checks.sort();
    settings.disabled_checks.dedup();
    Ok(())
}

fn is_remote(address: &str) -> bool {
    ["http://", "https://", "ftp://"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
}

fn mirror(settings: &mut RuntimeSettings, setting: &Setting) -> Result<(), Wrong> {
    const WRONG: Wrong = Wrong::Refused(
        "the address of a mirror, behind the beginning of the addresses that it serves; both begin with `http://`, `https://` or \
         `ftp://`",
    );
    let to = match &setting.value {
        Value::Text(address) if is_remote(address) && is_remote(&setting.key) => address.clone(),
        _ => return Err(WRONG),
    };
    settings.mirrors.retain(|(from, _)| *from != setting.key);
    settings.mirrors.push((setting.key.clone(), to));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documentation names each key with its section, and no other.
    #[test]
    fn all_keys_are_documented() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/runtime-configuration.md"
        );
        let text = std::fs::read_to_string(path).expect("the page is there");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        let mut documented: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        let mut known: Vec<String> = TABLE
            .iter()
            .map(|(section, key, _)| format!("{section}.{key}"))
            .chain([format!("{MIRRORS}.PREFIX")])
            .collect();
        documented.sort_unstable();
        known.sort_unstable();
        assert_eq!(documented, known);
    }
}
