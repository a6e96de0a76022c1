//! How options and their values are spelled.

use super::table::{self, Entry};
use super::{OptionError, Problem, Request};

/// One option with its value.
pub(super) struct Word<'a> {
    /// As it was written, without an attached value.
    pub(super) shown: &'a str,
    /// Which one it is.
    pub(super) entry: &'static Entry,
    /// Its value, which is there if the option has one.
    pub(super) value: Option<&'a str>,
}

/// What `luksOS="sle12"` stands for.
const SLE12: [(&str, &str); 3] = [
    ("--cipher", "aes-xts-plain64"),
    ("--key-size", "256"),
    ("--hash", "sha1"),
];

/// Puts everything that was asked for in one line.
pub(super) fn words<'a>(request: &Request<'a>) -> Result<Vec<Word<'a>>, OptionError> {
    let mut words = Vec::new();
    let attribute = |shown, option, value| Word {
        shown,
        entry: table::by_name(option).expect("attributes stand for options of the table"),
        value: Some(value),
    };
    if let Some(version) = request.version {
        words.push(attribute("luks_version", "--type", version));
    }
    for (name, value) in request.options {
        words.push(word(name, *value)?);
    }
    if let Some(pbkdf) = request.pbkdf {
        words.push(attribute("luks_pbkdf", "--pbkdf", pbkdf));
    }
    match request.operating_system {
        Some("sle12") => {
            words.extend(SLE12.map(|(option, value)| attribute("luksOS", option, value)));
        }
        Some(other) => {
            return Err(OptionError {
                option: "luksOS".into(),
                problem: Problem::Value {
                    value: other.into(),
                    expected: "only `sle12` is known".into(),
                },
            });
        }
        None => {}
    }
    Ok(words)
}

fn word<'a>(name: &'a str, value: Option<&'a str>) -> Result<Word<'a>, OptionError> {
    let name = name.trim();
    let (shown, attached) = split(name);
    let entry = match shown.strip_prefix('-') {
        Some(letter) if !letter.starts_with('-') => {
            letter.chars().next().and_then(table::by_letter)
        }
        _ => table::by_name(shown),
    };
    let problem = |problem| OptionError {
        option: shown.to_owned(),
        problem,
    };
    let entry = entry.ok_or_else(|| problem(Problem::Unknown))?;
    // A value beside `--name=value` would be taken for another argument.
    if attached.is_some() && value.is_some() {
        return Err(problem(Problem::TakesNoValue));
    }
    let value = attached.or(value);
    match (entry.has_value, value) {
        (true, None) => Err(problem(Problem::NeedsValue)),
        // An attribute that is there and empty adds nothing to the command line.
        (false, Some("")) => Ok(Word {
            shown,
            entry,
            value: None,
        }),
        (false, Some(_)) => Err(problem(Problem::TakesNoValue)),
        _ => Ok(Word {
            shown,
            entry,
            value,
        }),
    }
}

/// Parts `--name=value`, `-nvalue` and `-n=value`.
fn split(name: &str) -> (&str, Option<&str>) {
    if name.starts_with("--") {
        return match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
    }
    let short = name.strip_prefix('-').and_then(|rest| rest.chars().next());
    let Some(letter) = short else {
        return (name, None);
    };
    let (shown, rest) = name.split_at(1 + letter.len_utf8());
    match rest.strip_prefix('=').unwrap_or(rest) {
        "" => (shown, None),
        value => (shown, Some(value)),
    }
}

impl Word<'_> {
    /// The value as it is; every option that sets something has one.
    pub(super) fn text(&self) -> &str {
        self.value.unwrap_or_default()
    }

    /// The value as a decimal number.
    pub(super) fn number<N: std::str::FromStr>(&self) -> Result<N, OptionError> {
        let text = self.text();
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(|| self.bad_value("a decimal number is expected"))
    }

    /// The value as a number of bytes: `16384`, `16k`, `16KiB`, `1M`, `1MB` (1000000).
    pub(super) fn bytes(&self) -> Result<u64, OptionError> {
        let text = self.text();
        let end = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, suffix) = text.split_at(end);
        let mut letters = suffix.chars();
        let power = match letters.next() {
            None => Some((0, false)),
            Some('k' | 'K') => Some((1, true)),
            Some('m' | 'M') => Some((2, true)),
            Some('g' | 'G') => Some((3, true)),
            Some('t' | 'T') => Some((4, true)),
            Some(_) => None,
        };
        let base: u64 = match letters.as_str() {
            "" | "iB" => 1024,
            "B" => 1000,
            _ => 0,
        };
        let bytes = power
            .filter(|(_, unit)| base != 0 && (*unit || suffix.is_empty()))
            .and_then(|(power, _)| number.parse::<u64>().ok()?.checked_mul(base.pow(power)));
        bytes.ok_or_else(|| self.bad_value("a size such as `16384`, `16k` or `1M` is expected"))
    }
}
