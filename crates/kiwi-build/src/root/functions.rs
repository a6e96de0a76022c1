//! The shell functions that hook scripts of a description may call.
//!
//! `prepare` installs them as `/.kconfig` (KIWI's documentation of the helper
//! functions names them). They are plain bash, one file per subject under
//! `assets/kconfig/`, and have their own tests in bash under `tests/kconfig/`.

/// Opens `/.kconfig`: what sourcing it does besides defining functions.
const HEADER: &str = "\
# SPDX-License-Identifier: Apache-2.0
# Functions for the hook scripts of an image description. To be sourced by bash;
# works under `set -e`, `set -u` and `set -o pipefail`.
export LANG=C LC_ALL=C
";

/// The parts in the order in which they appear in `/.kconfig`.
const PARTS: [&str; 11] = [
    include_str!("../../assets/kconfig/messages.sh"),
    include_str!("../../assets/kconfig/services.sh"),
    include_str!("../../assets/kconfig/sysconfig.sh"),
    include_str!("../../assets/kconfig/locale.sh"),
    include_str!("../../assets/kconfig/strip.sh"),
    include_str!("../../assets/kconfig/kernel.sh"),
    include_str!("../../assets/kconfig/firmware.sh"),
    include_str!("../../assets/kconfig/product.sh"),
    include_str!("../../assets/kconfig/vagrant.sh"),
    include_str!("../../assets/kconfig/container.sh"),
    include_str!("../../assets/kconfig/obsolete.sh"),
];

/// Returns the text of `/.kconfig`.
///
/// The same text in every build: it depends on nothing but this program.
pub fn shell_functions() -> String {
    let mut text = String::from(HEADER);
    for part in PARTS {
        text.push('\n');
        for line in part
            .lines()
            .filter(|line| !line.starts_with("# shellcheck "))
        {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_licence_and_locale() {
        let text = shell_functions();
        assert!(text.starts_with("# SPDX-License-Identifier: Apache-2.0\n"));
        assert!(text.contains("\nexport LANG=C LC_ALL=C\n"));
    }

    #[test]
    fn holds_no_character_that_needs_a_locale() {
        let text = shell_functions();
        let strange: Vec<_> = text.lines().filter(|line| !line.is_ascii()).collect();
        assert_eq!(strange, Vec::<&str>::new());
    }
}
