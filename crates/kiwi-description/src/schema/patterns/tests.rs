use proptest::prelude::*;
use proptest::string::string_regex;
use regex::Regex;

use super::*;

fn whole(pattern: &Pattern) -> Regex {
    Regex::new(&format!("^(?:{})$", pattern.regex)).expect("the expression is valid")
}

#[test]
fn forms() {
    let long = "x".repeat(129);
    let cases: &[(&Pattern, &[&str], &[&str])] = &[
        (&NAME, &["a", "A-b_c.9"], &["", "a b", "ä", "a/b", "a+b"]),
        (&SHORT_NAME, &["CDROM", &long[..32]], &["", &long[..33]]),
        (
            &ISO_TEXT,
            &["SUSE LINUX GmbH", "a/b:c?", &long[..128]],
            &["", "a@b", "ä", "[x]", &long],
        ),
        (
            &LOCALES,
            &["C", "POSIX", "en_US", "en_US,de_DE", "C,ast_ES"],
            &[
                "",
                "en",
                "EN_us",
                "en_US,C",
                "en_US, de_DE",
                "en_US.UTF-8",
                "abcd_EF",
                "en_US,",
            ],
        ),
        (
            &MAC_ADDRESS,
            &["00:0C:6e:aa:57:2f"],
            &[
                "",
                "00:0C:6e:aa:57",
                "00:0C:6e:aa:57:2f:",
                "0:0C:6e:aa:57:2ff",
            ],
        ),
        (&NUMBER, &["0", "007"], &["", "-1", "+1", "1.0"]),
        (&BLOCKS, &["", "12", "all"], &["none", "-1"]),
        (
            &VOLUME_SIZE,
            &["1", "1M", "1G", "all"],
            &["", "M", "1T", "1MB", "all "],
        ),
        (
            &PARTITION_SIZE,
            &["1", "10M", "2G"],
            &["", "all", "G", "1 G"],
        ),
        (
            &VHD_TAG,
            &["01234567-89ab-cdef-0123-456789abcdef"],
            &[
                "",
                "01234567-89AB-cdef-0123-456789abcdef",
                "01234567-89abcdef-0123-456789abcdef",
            ],
        ),
        (&GROUPS, &["root", "a,b:12,c.d"], &["", "a,", "a, b", "a;b"]),
        (
            &ARCHITECTURES,
            &["x86_64", "x86_64,aarch64"],
            &["", "x86", "x86_64, aarch64", "x86_64,"],
        ),
        (
            &PORT,
            &["80", "80/tcp", "53/udp"],
            &["", "80/", "/tcp", "80/sctp", "80/tcp/udp"],
        ),
        (
            &GRUB_OUTPUT,
            &["none", "serial console", "none gfxterm"],
            &["", "console none", "serial,console", "at_keyboard"],
        ),
        (&GRUB_INPUT, &["at_keyboard", "none"], &["gfxterm", ""]),
        (
            &FILE_ATTRIBUTES,
            &["no-copy-on-write", "synchronous-updates,no-copy-on-write"],
            &["", "x"],
        ),
        (
            &PACKAGE_VERSION,
            &["1.0.65535.0"],
            &["1.0.0", "1.0.0.65536", "01.0.0.0", "1.0.0.", "1.0.0.0.0"],
        ),
        (
            &KEY_LOCATION,
            &["file:///k", "https://h/k", "this://k"],
            &["", "k", "/k", "obs://k"],
        ),
        (
            &CONTAINER_FORMAT,
            &["oci:raw", "docker:vhd-fixed"],
            &["", "oci:", "oci:vagrant", "raw", "podman:raw"],
        ),
    ];
    assert_eq!(cases.len(), ALL.len());
    for (pattern, good, bad) in cases {
        let regex = whole(pattern);
        for text in *good {
            assert!(
                (pattern.matches)(text),
                "{} should accept {text:?}",
                pattern.name
            );
            assert!(regex.is_match(text), "{} as regex: {text:?}", pattern.name);
        }
        for text in *bad {
            assert!(
                !(pattern.matches)(text),
                "{} should refuse {text:?}",
                pattern.name
            );
            assert!(!regex.is_match(text), "{} as regex: {text:?}", pattern.name);
        }
    }
}

proptest! {
    /// A text made by the expression, with one letter more, less or changed, is judged alike by expression and function.
    #[test]
    fn expressions_say_the_same_as_functions(
        (at, text) in (0..ALL.len()).prop_flat_map(|at| {
            (Just(at), string_regex(ALL[at].regex).expect("the expression is valid"))
        }),
        place in 0.0..1.0_f64,
        letter in "[ -~]",
        edit in 0..4_u8,
    ) {
        let pattern = ALL[at];
        // The functions know numbers up to 64 bits only, and texts reach them with blanks collapsed.
        prop_assume!(text.len() < 200 && !has_long_number(&text));
        let mut changed: Vec<char> = text.chars().collect();
        let place = (place * changed.len() as f64) as usize;
        let letter = letter.chars().next().expect("one letter");
        match edit {
            0 => changed.insert(place, letter),
            1 if !changed.is_empty() => drop(changed.remove(place)),
            2 if !changed.is_empty() => changed[place] = letter,
            _ => {}
        }
        let changed = crate::schema::collapse(&changed.into_iter().collect::<String>()).into_owned();
        prop_assert_eq!(
            (pattern.matches)(&changed),
            whole(pattern).is_match(&changed),
            "{} {:?}",
            pattern.name,
            changed
        );
    }
}

fn has_long_number(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_digit())
        .any(|digits| digits.len() > 18)
}
