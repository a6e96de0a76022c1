//! Passwords of users are hashes unless `pwdformat` says otherwise. One that is none lets nobody in, and a weak one lets in
//! whoever has the description and a graphics card.
//!
//! Mend: a hash made with `openssl passwd -6`.

use kiwi_description::diagnostic::{Diagnostic, Diagnostics, codes};
use kiwi_description::model::User;
use kiwi_description::model::values::PasswordFormat;

use crate::resolve::{Binding, Facts};

/// What a password of `/etc/shadow` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A hash of today.
    Strong,
    /// A hash of a method that is broken by trying.
    Weak(&'static str),
    /// Nobody can log in with a password, on purpose.
    Locked,
    /// No password is asked for.
    Empty,
    /// Nothing that a password could match.
    NoHash,
}

pub(super) fn run(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let sections = facts.description.users.iter().filter(|section| {
        facts.choice.applies(Binding {
            profiles: section.profiles.as_ref(),
            arch: section.arch.as_ref(),
        })
    });
    for user in sections.flat_map(|section| &section.users) {
        let plain = user
            .pwdformat
            .is_some_and(|format| *format == PasswordFormat::Plain);
        if !plain {
            diagnostics.extend(judge(user));
        }
    }
}

fn judge(user: &User) -> Option<Diagnostic> {
    let name = &*user.name;
    let problem = match kind(&user.password) {
        Kind::Strong | Kind::Locked => return None,
        Kind::Weak(method) => Diagnostic::note(
            codes::checks::WEAK_PASSWORD,
            format!("the password of `{name}` is {method} hash, which is quickly guessed"),
        )
        .help("make a new one with `openssl passwd -6`"),
        Kind::Empty => Diagnostic::warning(
            codes::checks::PASSWORD_NO_HASH,
            format!("`{name}` can log in without a password"),
        )
        .help("put a hash made with `openssl passwd -6` here, or `*` so that no password fits"),
        Kind::NoHash => Diagnostic::warning(
            codes::checks::PASSWORD_NO_HASH,
            format!("the password of `{name}` is no hash, so nobody can log in with it"),
        )
        .help("put a hash made with `openssl passwd -6` here, or say `pwdformat=\"plain\"`"),
    };
    Some(problem.at(user.password.span))
}

fn kind(password: &str) -> Kind {
    let strong = [
        "$5$", "$6$", "$7$", "$y$", "$gy$", "$2a$", "$2b$", "$2x$", "$2y$", "$argon2",
    ];
    let salted = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'.' || letter == b'/';
    // The method, a salt and the hash, as far as can be told without knowing the method.
    let begins = |prefix: &&str| {
        let rest = password.strip_prefix(*prefix);
        rest.is_some_and(|rest| !rest.is_empty() && !rest.ends_with('$'))
    };
    match password {
        "" => Kind::Empty,
        "x" => Kind::Locked,
        _ if password.starts_with(['!', '*']) => Kind::Locked,
        _ if strong.iter().any(&begins) => Kind::Strong,
        _ if begins(&"$1$") => Kind::Weak("an MD5"),
        _ if begins(&"$md5") || begins(&"$sha1$") || begins(&"$3$") => Kind::Weak("an old"),
        _ if password.len() == 13 && password.bytes().all(salted) => Kind::Weak("a DES"),
        _ => Kind::NoHash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (password, expected) in [
            ("$6$salt$abcdefghijklmnopqrstuvwxyz", Kind::Strong),
            ("$y$j9T$abcdefghijklmnopqrstuvwxyz", Kind::Strong),
            ("$1$salt$abcdefghijklmnopqrstuv", Kind::Weak("an MD5")),
            ("ab./01234cdeF", Kind::Weak("a DES")),
            ("!", Kind::Locked),
            ("*", Kind::Locked),
            ("", Kind::Empty),
            ("linux", Kind::NoHash),
            ("$6$", Kind::NoHash),
            ("$6$salt$", Kind::NoHash),
        ] {
            assert_eq!(kind(password), expected, "{password}");
        }
    }
}
