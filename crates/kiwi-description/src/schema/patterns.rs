//! Forms of values that are more than a list of words.
//!
//! Each form is a small function over a text whose white space is collapsed; it must accept all of it.

use std::fmt;

/// A named form of values.
pub struct Pattern {
    /// Name of the form in the schema.
    pub name: &'static str,
    /// What is allowed, to follow "must be".
    pub allowed: &'static str,
    /// The form as a regular expression over the whole text, in what XML Schema and ECMA-262 have in common.
    pub regex: &'static str,
    /// Tells whether a text is of this form.
    pub matches: fn(&str) -> bool,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All forms the schema uses.
pub const ALL: &[&Pattern] = &[
    &NAME,
    &SHORT_NAME,
    &ISO_TEXT,
    &LOCALES,
    &MAC_ADDRESS,
    &NUMBER,
    &BLOCKS,
    &VOLUME_SIZE,
    &PARTITION_SIZE,
    &VHD_TAG,
    &GROUPS,
    &ARCHITECTURES,
    &PORT,
    &GRUB_OUTPUT,
    &GRUB_INPUT,
    &FILE_ATTRIBUTES,
    &PACKAGE_VERSION,
    &KEY_LOCATION,
    &CONTAINER_FORMAT,
];

/// Letters, digits, `_`, `-` and `.`.
pub const NAME: Pattern = Pattern {
    name: "safe-posix-name",
    allowed: "letters, digits, `_`, `-` and `.`, at least one",
    regex: r"[a-zA-Z0-9_\-.]+",
    matches: is_name,
};

/// A short name, as ISO volume names are.
pub const SHORT_NAME: Pattern = Pattern {
    name: "safe-posix-short-name",
    allowed: "1 to 32 letters, digits, `_`, `-` or `.`",
    regex: r"[a-zA-Z0-9_\-.]{1,32}",
    matches: |text| is_name(text) && text.len() <= 32,
};

/// Text in the header of an ISO image.
pub const ISO_TEXT: Pattern = Pattern {
    name: "ecma-119-achar-128-text",
    allowed: "1 to 128 letters, digits, blanks, `_` or `! \" # $ % & ' ( ) * + , - . / : ; < = > ?`",
    regex: "[a-zA-Z0-9!-/:-?_ ]{1,128}",
    matches: |text| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'!'..=b'/' | b':'..=b'?' | b'_' | b' ')
            })
    },
};

/// Languages with countries.
pub const LOCALES: Pattern = Pattern {
    name: "locale-name",
    allowed: "locales such as `en_US` separated by commas; the first may be `C` or `POSIX`",
    regex: "(C|POSIX|[a-z]{2,3}_[A-Z]{2})(,[a-z]{2,3}_[A-Z]{2})*",
    matches: |text| {
        let mut items = text.split(',');
        let first = items.next().unwrap_or_default();
        (matches!(first, "C" | "POSIX") || is_locale(first)) && items.all(is_locale)
    },
};

/// A network hardware address.
pub const MAC_ADDRESS: Pattern = Pattern {
    name: "mac-address-type",
    allowed: "six pairs of hexadecimal digits separated by colons",
    regex: "([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}",
    matches: |text| {
        text.split(':').count() == 6
            && text
                .split(':')
                .all(|pair| pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit()))
    },
};

/// Digits only.
pub const NUMBER: Pattern = Pattern {
    name: "number-type",
    allowed: "a whole number",
    regex: "[0-9]+",
    matches: is_number,
};

/// Number of blocks.
pub const BLOCKS: Pattern = Pattern {
    name: "blocks-type",
    allowed: "a number of blocks or `all`",
    regex: "([0-9]*|all)",
    matches: |text| text.is_empty() || is_number(text) || text == "all",
};

/// Size of a volume.
pub const VOLUME_SIZE: Pattern = Pattern {
    name: "volume-size-type",
    allowed: "a number of MB, a number with suffix `M` or `G`, or `all`",
    regex: "([0-9]+[MG]?|all)",
    matches: |text| text == "all" || is_size(text),
};

/// Size of a partition.
pub const PARTITION_SIZE: Pattern = Pattern {
    name: "partition-size-type",
    allowed: "a number of MB, or a number with suffix `M` or `G`",
    regex: "[0-9]+[MG]?",
    matches: is_size,
};

/// A GUID in small letters.
pub const VHD_TAG: Pattern = Pattern {
    name: "vhd-tag-type",
    allowed: "a GUID in small letters, as in `0123abcd-0123-abcd-0123-0123456789ab`",
    regex: "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}",
    matches: |text| {
        let lengths: Vec<_> = text.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12]
            && text
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f' | b'-'))
    },
};

/// Groups of a user.
pub const GROUPS: Pattern = Pattern {
    name: "groups-list",
    allowed: "groups separated by commas without blanks, each `NAME` or `NAME:NUMBER`",
    regex: r"[a-zA-Z0-9_\-.:]+(,[a-zA-Z0-9_\-.:]+)*",
    matches: |text| {
        text.split(',').all(|group| {
            !group.is_empty()
                && group
                    .bytes()
                    .all(|letter| is_name_letter(letter) || letter == b':')
        })
    },
};

/// Machine names the schema knows.
pub const MACHINES: &[&str] = &[
    "x86_64", "i586", "i686", "ix86", "aarch64", "arm64", "amd64", "armv5el", "armv5tel",
    "armv6hl", "armv6l", "armv7hl", "armv7l", "ppc", "ppc64", "ppc64le", "s390", "s390x",
    "riscv64",
];

/// Architectures.
pub const ARCHITECTURES: Pattern = Pattern {
    name: "arch-name",
    allowed: "architectures separated by commas without blanks, such as `x86_64,aarch64`",
    regex: "(x86_64|i586|i686|ix86|aarch64|arm64|amd64|armv5el|armv5tel|armv6hl|armv6l|armv7hl|armv7l|ppc|ppc64|ppc64le|s390|s390x|riscv64)(,(x86_64|i586|i686|ix86|aarch64|arm64|amd64|armv5el|armv5tel|armv6hl|armv6l|armv7hl|armv7l|ppc|ppc64|ppc64le|s390|s390x|riscv64))*",
    matches: |text| text.split(',').all(|name| MACHINES.contains(&name)),
};

/// Returns what separates the words of a form that is a list, and the words that are allowed.
pub(crate) fn list_words(form: &Pattern) -> Option<(char, &'static [&'static str])> {
    match form.name {
        "arch-name" => Some((',', MACHINES)),
        "grub_console_output" => Some((' ', GRUB_OUTPUT_TERMINALS)),
        "grub_console_input" => Some((' ', GRUB_INPUT_TERMINALS)),
        _ => None,
    }
}

/// A network port.
pub const PORT: Pattern = Pattern {
    name: "portnum-type",
    allowed: "a port number, optionally with `/tcp` or `/udp`",
    regex: "[0-9]+(/(tcp|udp))?",
    matches: |text| {
        let number = text
            .strip_suffix("/tcp")
            .or_else(|| text.strip_suffix("/udp"));
        is_number(number.unwrap_or(text))
    },
};

/// GRUB terminals for output.
pub const GRUB_OUTPUT_TERMINALS: &[&str] = &[
    "console", "gfxterm", "serial", "vga_text", "mda_text", "morse", "spkmodem",
];

/// Output of GRUB.
pub const GRUB_OUTPUT: Pattern = Pattern {
    name: "grub_console_output",
    allowed: "GRUB terminals separated by blanks (`console`, `gfxterm`, `serial`, `vga_text`, `mda_text`, `morse`, `spkmodem`), or `none`",
    regex: "(none|console|gfxterm|serial|vga_text|mda_text|morse|spkmodem)( (console|gfxterm|serial|vga_text|mda_text|morse|spkmodem))*",
    matches: |text| is_terminal_list(text, GRUB_OUTPUT_TERMINALS),
};

/// GRUB terminals for input.
pub const GRUB_INPUT_TERMINALS: &[&str] = &["console", "serial", "at_keyboard", "usb_keyboard"];

/// Input of GRUB.
pub const GRUB_INPUT: Pattern = Pattern {
    name: "grub_console_input",
    allowed: "GRUB terminals separated by blanks (`console`, `serial`, `at_keyboard`, `usb_keyboard`), or `none`",
    regex: "(none|console|serial|at_keyboard|usb_keyboard)( (console|serial|at_keyboard|usb_keyboard))*",
    matches: |text| is_terminal_list(text, GRUB_INPUT_TERMINALS),
};

/// Attributes of files.
pub const FILE_ATTRIBUTES: Pattern = Pattern {
    name: "fs_attributes",
    allowed: "`no-copy-on-write` and `synchronous-updates`, separated by a comma",
    regex: "(no-copy-on-write|synchronous-updates)(,(no-copy-on-write|synchronous-updates))*",
    matches: |text| {
        text.split(',')
            .all(|word| matches!(word, "no-copy-on-write" | "synchronous-updates"))
    },
};

/// Version of a Windows package.
pub const PACKAGE_VERSION: Pattern = Pattern {
    name: "package-version-type",
    allowed: "four numbers from 0 to 65535 separated by dots",
    regex: r"(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])(\.(0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])){3}",
    matches: |text| text.split('.').count() == 4 && text.split('.').all(is_version_part),
};

/// Location of a signing key.
pub const KEY_LOCATION: Pattern = Pattern {
    name: "simple-uri-type",
    allowed: "a location that begins with `file:`, `this:`, `https:`, `http:` or `ftp:`",
    regex: "(file|this|https|http|ftp):.*",
    matches: |text| {
        ["file:", "this:", "https:", "http:", "ftp:"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
    },
};

/// A disk format inside a container.
pub const CONTAINER_FORMAT: Pattern = Pattern {
    name: "oci_format_type",
    allowed: "`oci:FORMAT` or `docker:FORMAT`",
    regex: "(oci|docker):(gce|ova|qcow2|vmdk|vdi|vhd|vhdx|vhd-fixed|raw)",
    matches: |text| {
        let disk = text
            .strip_prefix("oci:")
            .or_else(|| text.strip_prefix("docker:"));
        disk.is_some_and(|disk| CONTAINED_FORMATS.contains(&disk))
    },
};

/// Disk formats that can be put into a container.
const CONTAINED_FORMATS: &[&str] = &[
    "gce",
    "ova",
    "qcow2",
    "vmdk",
    "vdi",
    "vhd",
    "vhdx",
    "vhd-fixed",
    "raw",
];

fn is_name_letter(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_name_letter)
}

/// Digits only, and no more than can be computed with; the schema knows no limit.
fn is_number(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit()) && text.parse::<u64>().is_ok()
}

fn is_size(text: &str) -> bool {
    is_number(text.strip_suffix(['M', 'G']).unwrap_or(text))
}

fn is_locale(text: &str) -> bool {
    text.split_once('_').is_some_and(|(language, country)| {
        (2..=3).contains(&language.len())
            && language.bytes().all(|letter| letter.is_ascii_lowercase())
            && country.len() == 2
            && country.bytes().all(|letter| letter.is_ascii_uppercase())
    })
}

fn is_terminal_list(text: &str, terminals: &[&str]) -> bool {
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    (first == "none" || terminals.contains(&first)) && words.all(|word| terminals.contains(&word))
}

fn is_version_part(text: &str) -> bool {
    is_number(text) && (text == "0" || !text.starts_with('0')) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests;
