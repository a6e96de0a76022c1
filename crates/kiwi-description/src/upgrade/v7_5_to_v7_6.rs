//! 7.5 to 7.6: with dnf 5 around, `dnf` became `dnf4`.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "packagemanager", &mut |manager| {
        if let Some(name) = manager.text.as_mut().filter(|text| text.value == "dnf") {
            "dnf4".clone_into(&mut name.value);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn dnf_is_dnf4() {
        for (before, after) in [("dnf", "dnf4"), ("dnf5", "dnf5"), ("apt", "apt")] {
            let element = |name| format!("<packagemanager>{name}</packagemanager>");
            assert_upgrade("7.5", &element(before), &element(after));
        }
    }
}
