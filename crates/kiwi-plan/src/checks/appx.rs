//! Windows accepts only `NAME.exe` as the program that starts an application, and letters and digits as its identifier.
//!
//! Mend: correct the name.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::Spanned;
use kiwi_description::model::values::ImageType;

use crate::resolve::Facts;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let kind = facts.kind();
    let config = kind.containerconfig.as_ref();
    let Some(history) = config.and_then(|config| config.history.as_ref()) else {
        return;
    };
    if *kind.image != ImageType::Appx {
        return;
    }
    let mut refuse = |name: &Spanned<String>, message: String, help: &str| {
        let problem = Diagnostic::error(codes::checks::APPX_NAMES, message);
        diagnostics.push(problem.at(name.span).help(help));
    };
    let launcher = history.launcher.as_ref();
    if let Some(launcher) = launcher.filter(|it| !is_program(it)) {
        let message = format!("`{}` is no name of a Windows program", **launcher);
        refuse(
            launcher,
            message,
            "write `NAME.exe`, with letters, digits, `_`, `-` or `.`",
        );
    }
    let application = history.application_id.as_ref();
    if let Some(id) = application.filter(|it| !is_alphanumeric(it)) {
        let message = format!("`{}` is no identifier of a Windows application", **id);
        refuse(id, message, "use letters and digits only");
    }
}

fn is_program(name: &str) -> bool {
    name.strip_suffix(".exe").is_some_and(|stem| {
        !stem.is_empty()
            && stem
                .bytes()
                .all(|letter| letter.is_ascii_alphanumeric() || b"_-.".contains(&letter))
    })
}

fn is_alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, program, id) in [
            ("openSUSE.exe", true, false),
            ("exe", false, true),
            (".exe", false, false),
            ("a b.exe", false, false),
            ("openSUSE15", false, true),
            ("", false, false),
        ] {
            assert_eq!(is_program(name), program, "{name}");
            assert_eq!(is_alphanumeric(name), id, "{name}");
        }
    }
}
