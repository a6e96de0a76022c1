//! A password in plain text can be read by everybody who can read the description, and such files travel.
//!
//! Mend: a hash made with `openssl passwd -6`, and no `pwdformat`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::values::PasswordFormat;

use crate::resolve::{Binding, Facts};

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let sections = facts.description.users.iter().filter(|section| {
        facts.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: section.arch.as_ref(),
        })
    });
    for user in sections.flat_map(|section| &section.users) {
        if user
            .pwdformat
            .is_some_and(|format| *format == PasswordFormat::Plain)
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::checks::PLAIN_PASSWORD,
                    format!("the password of `{}` is in plain text", *user.name),
                )
                .at(user.password.span)
                .help("put a hash here, made with `openssl passwd -6`, and remove `pwdformat`"),
            );
        }
    }
}
