//! Traps of the kernel command line: the boot loader reads it as a script, and the kernel does not complain about words that it
//! does not know.
//!
//! Mend: as the message says.

use std::ops::Range;

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes, near_miss};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::ImageType;
use kiwi_description::span::Span;

use crate::resolve::Facts;

/// Words that descriptions often have. Only these are suggested, so that the thousands of others are left alone.
const KNOWN: [&str; 21] = [
    "apparmor",
    "biosdevname",
    "console",
    "crashkernel",
    "earlyprintk",
    "enforcing",
    "init",
    "ipv6.disable",
    "loglevel",
    "mitigations",
    "net.ifnames",
    "nomodeset",
    "quiet",
    "rootdelay",
    "rootflags",
    "rootfstype",
    "rootwait",
    "security",
    "selinux",
    "showopts",
    "splash",
];

/// Words near to one of those that mean something else.
const OTHERS: [&str; 6] = [
    "console_msg_format",
    "consoleblank",
    "splashscreen",
    "insit",
    "rinit",
    "rdinit",
];

/// Consoles by the beginning of their names, which a number follows.
const CONSOLES: [&str; 19] = [
    "tty", "ttyS", "ttyAMA", "ttyUSB", "ttyACM", "ttysclp", "ttymxc", "ttyO", "ttySAC", "ttySC",
    "ttyPS", "ttyLP", "ttyMSM", "ttyGS", "ttyMV", "ttySIF", "hvc", "xvc", "lp",
];

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let Some(line) = &facts.kind().boot.kernelcmdline else {
        return;
    };
    let Ok(words) = split(line) else {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::COMMAND_LINE_QUOTE,
                "a quote in the kernel command line is not closed",
            )
            .at(line.span)
            .help("close it, or remove it"),
        );
        return;
    };
    let place = |range: &Range<usize>| place(facts, line, range);
    let grub = matches!(*facts.kind().image, ImageType::Oem | ImageType::Iso);
    for (at, range) in words.iter().enumerate() {
        let word = &line[range.clone()];
        if grub {
            diagnostics.extend(sign(word).map(|it| it.at(place(range))));
        }
        if let Some(first) = words[..at].iter().find(|it| line[(*it).clone()] == *word) {
            diagnostics.push(
                odd(format!("`{word}` is there twice"))
                    .at(place(range))
                    .related(place(first), "the first one")
                    .help("remove one of them"),
            );
            continue;
        }
        diagnostics.extend(root(facts, word).map(|it| it.at(place(range))));
        diagnostics.extend(misspelt(word).map(|it| it.at(place(range))));
    }
}

fn place(facts: &Facts<'_>, line: &Spanned<String>, range: &Range<usize>) -> Span {
    if facts.places.is_literal(line.span, line) {
        line.span.part(range.clone())
    } else {
        line.span
    }
}

/// Splits at blanks outside of quotes; an error when a quote is not closed.
fn split(line: &str) -> Result<Vec<Range<usize>>, ()> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
        if letter.is_whitespace() && quote.is_none() {
            words.extend(start.take().map(|start| start..at));
        } else if start.is_none() {
            start = Some(at);
        }
    }
    words.extend(start.map(|start| start..line.len()));
    quote.map_or(Ok(words), |_| Err(()))
}

/// Signs that GRUB takes for itself.
fn sign(word: &str) -> Option<Diagnostic> {
    let mut quote = None;
    let mut escaped = false;
    for letter in word.chars() {
        let special = match quote {
            None => "$`;&|<>".contains(letter),
            Some('"') => letter == '$' || letter == '`',
            Some(_) => false,
        };
        if special && !escaped {
            let help = match letter {
                '$' | '`' => format!("write `\\{letter}`, or put the word into single quotes"),
                _ => "put the word into double quotes".to_owned(),
            };
            return Some(
                Diagnostic::warning(
                    codes::checks::COMMAND_LINE_SIGN,
                    format!("`{letter}` means something to the boot loader"),
                )
                .help(help),
            );
        }
        escaped = letter == '\\' && !escaped;
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            _ => {}
        }
    }
    None
}

/// A `root=` of a disk is computed; for network boot it must be written.
fn root(facts: &Facts<'_>, word: &str) -> Option<Diagnostic> {
    let own = word.starts_with("root=") && *facts.kind().image == ImageType::Oem;
    own.then(|| {
        Diagnostic::warning(
            codes::checks::COMMAND_LINE_ROOT,
            format!("`{word}` takes the place of the root device of this disk"),
        )
        .help("remove it, unless the root file system really is elsewhere")
    })
}

fn misspelt(word: &str) -> Option<Diagnostic> {
    let (name, value) = word
        .split_once('=')
        .map_or((word, None), |(name, value)| (name, Some(value)));
    if name == "console" {
        return console(value.unwrap_or_default());
    }
    if KNOWN.contains(&name) || OTHERS.contains(&name) || name.len() < 5 {
        return None;
    }
    let near = near_miss(name, KNOWN)?;
    if name.len().abs_diff(near.len()) > 1 {
        return None;
    }
    // `initrd` or `init.d` are no misspelt `init`: short names are too near to too many words.
    (near.len() >= 5).then(|| {
        odd(format!("the kernel does not know `{name}`")).help(format!("did you mean `{near}`?"))
    })
}

/// Looks at the device of `console=`.
fn console(value: &str) -> Option<Diagnostic> {
    let device = value.split(',').next().unwrap_or_default();
    let device = device.strip_prefix("/dev/").unwrap_or(device);
    let family = device.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let numbered = family.len() < device.len();
    if (numbered || device == "tty") && CONSOLES.contains(&family) {
        return None;
    }
    let problem = odd(format!("`{device}` is no console that is known"));
    if CONSOLES.contains(&family) {
        return Some(problem.help(format!("a number is missing, as in `{family}0`")));
    }
    let number = &device[family.len()..];
    let near = near_miss(family, CONSOLES)?;
    let number = if number.is_empty() { "0" } else { number };
    Some(problem.help(format!("did you mean `{near}{number}`?")))
}

fn odd(message: String) -> Diagnostic {
    Diagnostic::warning(codes::checks::COMMAND_LINE_WORD, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes() {
        for (line, expected) in [
            ("", Ok(vec![])),
            (" a  b ", Ok(vec!["a", "b"])),
            ("a=\"b c\" d", Ok(vec!["a=\"b c\"", "d"])),
            ("a=\"it's\"", Ok(vec!["a=\"it's\""])),
            ("a=\"b c", Err(())),
            ("it's", Err(())),
        ] {
            let words =
                split(line).map(|words| words.into_iter().map(|it| &line[it]).collect::<Vec<_>>());
            assert_eq!(words, expected, "{line}");
        }
    }

    #[test]
    fn signs() {
        for (word, special) in [
            ("console=ttyS0,115200n8", false),
            ("a=$b", true),
            ("a=\\$b", false),
            ("a='$b'", false),
            ("a=\"$b\"", true),
            ("a;b", true),
            ("a=\"b;c\"", false),
            ("a=b&c", true),
        ] {
            assert_eq!(sign(word).is_some(), special, "{word}");
        }
    }

    #[test]
    fn words_of_others_are_left_alone() {
        let words = "acpi acpi_osi audit audit_backlog_limit cgroup_enable cgroup.memory cma debug default_hugepagesz earlycon edd elevator fips \
            fastboot hugepages hugepagesz ignore_loglevel ignition.firstboot ignition.platform.id ima_policy initcall_debug \
            inst.ks intel_iommu iommu isolcpus kgdboc kvm.enable lockdown lsm maxcpus mem memmap module.sig_enforce \
            module_blacklist modprobe.blacklist nameserver net.naming-scheme noapic nofail nohz nohz_full nolapic noplymouth \
            nopti noquiet noresume nosmt nosplash nvme_core.io_timeout panic pci pcie_aspm plymouth.debug printk.devkmsg \
            printk.time processor.max_cstate psi quirks rcu_nocbs rd.auto rd.break rd.debug rd.live.check rd.live.image \
            rd.live.overlay.size rd.kiwi.debug rd.luks.uuid rd.lvm.lv rd.neednet rd.shell rd.udev.log_level reboot resume retbleed \
            rootfsflags scsi_mod.use_blk_mq single slub_debug spectre_v2 swapaccount swiotlb sysrq_always_enabled \
            systemd.firstboot systemd.log_level systemd.log_target systemd.show_status systemd.unified_cgroup_hierarchy \
            systemd.wants threadirqs transparent_hugepage udev.log_level usbcore.autosuspend vconsole.font \
            vconsole.keymap video vmalloc watchdog xen_blkfront.max zswap.enabled ignition.config.url combustion.firstboot \
            multipath rhgb rescue emergency";
        for word in words.split_whitespace() {
            let found = misspelt(word).and_then(|it| it.help);
            assert_eq!(found, None, "{word}");
        }
    }

    #[test]
    fn words_that_are_nearly_known() {
        for (word, help) in [
            ("consol=ttyS0", Some("did you mean `console`?")),
            ("quite", Some("did you mean `quiet`?")),
            ("slpash", Some("did you mean `splash`?")),
            ("net.ifname=0", Some("did you mean `net.ifnames`?")),
            ("console=ttyS", Some("a number is missing, as in `ttyS0`")),
            ("console=ttys0", Some("did you mean `ttyS0`?")),
            ("console=tyyS1,115200", Some("did you mean `ttyS1`?")),
            ("console=ttyAMA0,115200", None),
            ("console=tty", None),
            ("console=hvc0", None),
            ("console=/dev/ttyS0", None),
            ("console=netcon0", None),
            ("quiet", None),
            ("rd.kiwi.debug", None),
            ("rw", None),
            ("consoleblank=0", None),
            ("systemd.log_level=debug", None),
            ("security=selinux", None),
            ("audit=1", None),
            ("elevator=noop", None),
        ] {
            let found = misspelt(word).and_then(|it| it.help);
            assert_eq!(found.as_deref(), help, "{word}");
        }
    }
}
