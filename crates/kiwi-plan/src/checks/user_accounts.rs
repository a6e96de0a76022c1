//! Users and groups that no system accepts: they would fail only after all packages are installed.
//!
//! Mend: as the message says.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::User;

use crate::resolve::{Binding, Facts};

/// The largest number; the one above means "nobody asked".
const LARGEST_ID: u64 = 0xffff_fffe;

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let sections = facts.description.users.iter().filter(|section| {
        facts.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: section.arch.as_ref(),
        })
    });
    for user in sections.flat_map(|section| &section.users) {
        check(user, diagnostics);
    }
}

fn check(user: &User, diagnostics: &mut Diagnostics) {
    if !is_name(&user.name) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::BAD_USER,
                format!("`{}` is no name for a user", *user.name),
            )
            .at(user.name.span)
            .help("names have no blanks, colons, commas or slashes and do not start with `-`"),
        );
    }
    if let Some(id) = user.id.filter(|id| **id > LARGEST_ID) {
        diagnostics.push(
            Diagnostic::error(
                codes::checks::BAD_USER,
                format!("{} is too large for a user number", *id),
            )
            .at(id.span),
        );
    }
    let Some(groups) = &user.groups else { return };
    for entry in groups
        .iter()
        .map(|entry| entry.trim())
        .filter(|entry| !entry.is_empty())
    {
        let (name, id) = entry.split_once(':').unwrap_or((entry, "0"));
        let number = id.parse::<u64>().is_ok_and(|id| id <= LARGEST_ID);
        if !is_name(name) || !number {
            diagnostics.push(
                Diagnostic::error(codes::checks::BAD_USER, format!("`{entry}` is no group"))
                    .at(groups.span)
                    .help("a group is a name, or a name and a number as in `web:1001`"),
            );
        }
    }
}

/// What `useradd` and `/etc/passwd` can hold at all; distributions may be stricter.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || ":,/\\\"'".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["root", "a.b", "Tux_1", "svc$"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-x", "a b", "a:b", "a/b", "a,b"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
