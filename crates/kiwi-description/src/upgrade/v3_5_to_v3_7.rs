//! 3.5 to 3.7: answers are `true` and `false`, no longer `yes` and `no`, in whatever case.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// Elements whose text is an answer.
const ANSWERS: [&str; 9] = [
    "oem-swap",
    "oem-home",
    "oem-recovery",
    "oem-kiwi-initrd",
    "oem-sap-install",
    "oem-reboot",
    "rpm-check-signatures",
    "rpm-excludedocs",
    "rpm-force",
];

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for name in ANSWERS {
        for_each(root, name, &mut |answer| {
            if let Some(text) = &mut answer.text {
                text.value = match text.value.to_lowercase().as_str() {
                    "yes" => "true".to_owned(),
                    "no" => "false".to_owned(),
                    other => other.to_owned(),
                };
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn answers() {
        for (before, after) in [
            ("Yes", "true"),
            ("no", "false"),
            ("TRUE", "true"),
            ("x", "x"),
        ] {
            let element = |answer| format!("<rpm-excludedocs>{answer}</rpm-excludedocs>");
            assert_upgrade("3.5", &element(before), &element(after));
        }
        assert_upgrade("3.5", "<rpm-excludedocs/>", "<rpm-excludedocs/>");
    }
}
