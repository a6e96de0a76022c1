//! What unquoted words mean in markups that know numbers and booleans.
//!
//! The reference turns such words into numbers and booleans first and into text afterwards, so that `1.10` becomes `1.1`. We
//! do the same and say so, because it is hardly ever meant. The rules for YAML are those of YAML 1.1,
//! <https://yaml.org/type/>, which the reference follows; times stay as written.

use crate::diagnostic::{Diagnostic, codes};
use crate::span::Span;

/// Meaning of an unquoted word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    /// Nothing.
    Null,
    /// The text the reference makes of the word.
    Text(String),
}

/// Returns what an unquoted word means in YAML.
pub(super) fn yaml(word: &str) -> Scalar {
    let text = match word {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => "true".to_owned(),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            "false".to_owned()
        }
        _ => yaml_number(word).unwrap_or_else(|| word.to_owned()),
    };
    Scalar::Text(text)
}

fn yaml_number(word: &str) -> Option<String> {
    let (sign, digits) = split_sign(word);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(format!("{}inf", minus(sign))),
        ".nan" | ".NaN" | ".NAN" if sign.is_empty() => return Some("nan".to_owned()),
        _ => {}
    }
    yaml_integer(sign, digits)
        .or_else(|| sixties(sign, digits))
        .or_else(|| yaml_float(sign, digits))
}

fn yaml_integer(sign: &str, digits: &str) -> Option<String> {
    let plain = digits.replace('_', "");
    let prefixed = |prefix| {
        plain
            .strip_prefix(prefix)
            .filter(|_| digits.starts_with(prefix))
    };
    let (radix, plain) = if let Some(binary) = prefixed("0b") {
        (2, binary)
    } else if let Some(hexadecimal) = prefixed("0x") {
        (16, hexadecimal)
    } else if plain.len() > 1 && plain.starts_with('0') {
        // With a separator before them, `b` and `x` are no digits, and so this is no number.
        (8, &plain[1..])
    } else {
        (10, plain.as_str())
    };
    // A word such as `0_` is left alone, as its digits are gone without the separators.
    integer(sign, plain, radix)
}

/// Numbers to the base of sixty, such as `1:30` for ninety; the last part may have a fraction.
fn sixties(sign: &str, digits: &str) -> Option<String> {
    let is_digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let (first, rest) = whole.split_once(':')?;
    let first_fits = first.starts_with(|digit: char| digit.is_ascii_digit()) && is_digits(first);
    if !first_fits || (fraction.is_none() && first.starts_with('0')) {
        return None;
    }
    let mut value: u64 = first.replace('_', "").parse().ok()?;
    for part in rest.split(':') {
        let small = part.len() <= 2 && !part.contains('_') && is_digits(part);
        let part: u64 = part.parse().ok().filter(|&part| small && part < 60)?;
        value = value.checked_mul(60)?.checked_add(part)?;
    }
    match fraction {
        None => integer(sign, &value.to_string(), 10),
        Some(fraction) if is_digits(fraction) => {
            float(&format!("{sign}{value}.{}", fraction.replace('_', "")))
        }
        Some(_) => None,
    }
}

fn yaml_float(sign: &str, digits: &str) -> Option<String> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let is_digits = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let mantissa_fits = is_digits(whole)
        && is_digits(fraction)
        && (!whole.is_empty()
            || (sign.is_empty() && fraction.starts_with(|first: char| first.is_ascii_digit())));
    // Without a sign the exponent is no exponent to YAML 1.1.
    let exponent_fits = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['+', '-'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    if !mantissa_fits || !exponent_fits {
        return None;
    }
    float(&format!("{sign}{}", digits.replace('_', "")))
}

/// Returns the text of a whole number, whatever its size.
pub(super) fn integer(sign: &str, digits: &str, radix: u32) -> Option<String> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let text = if radix == 10 {
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            "0"
        } else {
            significant
        }
        .to_owned()
    } else {
        // Longer ones than this are no numbers that a description has; they stay as they are.
        u128::from_str_radix(digits, radix).ok()?.to_string()
    };
    let sign = if text == "0" { "" } else { minus(sign) };
    Some(format!("{sign}{text}"))
}

/// Returns the text of a number with fraction or exponent: the shortest that reads back as the same number, with a point or an
/// exponent.
pub(super) fn float(digits: &str) -> Option<String> {
    let number: f64 = digits.parse().ok()?;
    if number.is_infinite() {
        return Some(if number < 0.0 { "-inf" } else { "inf" }.to_owned());
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if (-4..16).contains(&exponent) || number == 0.0 {
        let plain = format!("{number}");
        return Some(if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{mantissa}e{sign}{:02}", exponent.abs()))
}

/// Splits a sign off a number.
pub(super) fn split_sign(word: &str) -> (&str, &str) {
    word.split_at(usize::from(word.starts_with(['+', '-'])))
}

fn minus(sign: &str) -> &str {
    if sign == "-" { "-" } else { "" }
}

/// Warns when a word means another text than was written, apart from its case.
pub(super) fn changed(word: &str, text: &str, place: Span) -> Option<Diagnostic> {
    if word.eq_ignore_ascii_case(text) {
        return None;
    }
    Some(
        Diagnostic::warning(
            codes::markup::VALUE_CHANGED,
            format!("the unquoted `{word}` is read as `{text}`"),
        )
        .at(place)
        .help(format!(
            "write `\"{word}\"` to keep it as it is, or `{text}` if that is meant"
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_they_mean_to_the_reference() {
        for (word, text) in [
            ("abc", "abc"),
            ("8.5", "8.5"),
            ("1.10", "1.1"),
            ("1.15.0", "1.15.0"),
            ("10", "10"),
            ("+5", "5"),
            ("-5", "-5"),
            ("-0", "0"),
            ("0644", "420"),
            ("0o17", "0o17"),
            ("089", "089"),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("_1", "_1"),
            ("-", "-"),
            ("1:30", "90"),
            ("80:60", "80:60"),
            ("users:100", "users:100"),
            ("0:30", "0:30"),
            ("1:30.5", "90.5"),
            ("0_x1", "0_x1"),
            ("1.0", "1.0"),
            ("1.", "1.0"),
            (".5", "0.5"),
            (".", "."),
            ("1e3", "1e3"),
            ("1.5e+3", "1500.0"),
            ("1.0e+16", "1e+16"),
            ("1.0e-5", "1e-05"),
            ("1.25e-7", "1.25e-07"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            (".inf", "inf"),
            ("-.inf", "-inf"),
            ("yes", "true"),
            ("Off", "false"),
            ("y", "y"),
            ("2026-01-02", "2026-01-02"),
            ("4G", "4G"),
            ("1.2-3", "1.2-3"),
        ] {
            assert_eq!(yaml(word), Scalar::Text(text.to_owned()), "{word}");
        }
        for word in ["", "~", "null"] {
            assert_eq!(yaml(word), Scalar::Null, "{word}");
        }
    }
}
