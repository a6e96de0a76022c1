//! Password hashes, and where they go (crypt(5), shadow(5)).

use kiwi_host::resolve::TreeDir;
use kiwi_plan::plan::system::Password;
use sha_crypt::{PasswordHasher as _, ShaCrypt};
use sha2::{Digest as _, Sha256};

use super::place::PERMISSIONS;
use crate::error::BuildError;

/// Bytes that become the 16 characters of salt that SHA-512 crypt takes at most.
const SALT_BYTES: usize = 12;

/// What a hash with the number of rounds that is meant without a number begins with.
const DEFAULT_ROUNDS: &str = "$6$rounds=5000$";

/// Seconds of a day, the unit of `/etc/shadow`.
const DAY: u64 = 24 * 60 * 60;

/// The hash of a password. Plain text is hashed with SHA-512 crypt; the salt follows from `seed` and the user's name,
/// so that the same plan gives the same hash.
pub(crate) fn hash(password: &Password, seed: &str, user: &str) -> String {
    match password {
        Password::Encrypted(hash) => hash.clone(),
        Password::Plain(text) => {
            let digest = Sha256::new()
                .chain_update(seed)
                .chain_update([0])
                .chain_update("password")
                .chain_update([0])
                .chain_update(user)
                .finalize();
            ShaCrypt::SHA512
                .hash_password_with_salt(text.as_bytes(), &digest[..SALT_BYTES])
                .expect("the salt has the right size")
                .to_string()
                .replacen(DEFAULT_ROUNDS, "$6$", 1)
        }
    }
}

/// Stores a user's hash in the tree, in `/etc/shadow` where there is one, else in `/etc/passwd`.
///
/// Done by us and not by a program of the tree: no command line shows it and the day of the change is `timestamp`.
pub(crate) fn store(
    tree: &TreeDir,
    user: &str,
    hash: &str,
    timestamp: u64,
) -> Result<(), BuildError> {
    if hash.contains([':', '\n']) {
        return Err(BuildError::Unexpected(format!(
            "the password of user `{user}` is not a hash"
        )));
    }
    let shadow = "etc/shadow";
    if tree.exists(shadow) {
        edit(tree, shadow, |text| {
            with_shadow(text, user, hash, timestamp / DAY)
        })
    } else {
        edit(tree, "etc/passwd", |text| with_passwd(text, user, hash))
    }
}

/// Changes a text file and keeps its owner and mode.
fn edit(tree: &TreeDir, path: &str, change: impl FnOnce(&str) -> String) -> Result<(), BuildError> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = tree.metadata(path)?;
    let text = tree.read_to_string(path)?;
    tree.create_file(path, metadata.mode() & PERMISSIONS, change(&text))?;
    Ok(tree.set_owner(path, metadata.uid(), metadata.gid())?)
}

fn with_shadow(text: &str, user: &str, hash: &str, day: u64) -> String {
    let mut found = false;
    let mut lines: Vec<String> = text
        .lines()
        .map(
            |line| match line.split(':').collect::<Vec<_>>().as_slice() {
                [name, _, _, rest @ ..] if *name == user => {
                    found = true;
                    format!("{user}:{hash}:{day}:{}", rest.join(":"))
                }
                _ => line.to_owned(),
            },
        )
        .collect();
    if !found {
        lines.push(format!("{user}:{hash}:{day}:0:99999:7:::"));
    }
    joined(&lines)
}

fn with_passwd(text: &str, user: &str, hash: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(
            |line| match line.split(':').collect::<Vec<_>>().as_slice() {
                [name, _, rest @ ..] if *name == user => {
                    format!("{user}:{hash}:{}", rest.join(":"))
                }
                _ => line.to_owned(),
            },
        )
        .collect();
    joined(&lines)
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use kiwi_host::command::{Cmd, Runner as _, SystemRunner};
    use kiwi_host::signals::Interrupt;
    use kiwi_testkit::judges::require_judge;

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn encrypted_passwords_stay() {
        let password = Password::Encrypted("$1$xyz$abc".into());
        assert_eq!(hash(&password, "seed", "root"), "$1$xyz$abc");
    }

    #[test]
    fn plain_passwords_are_hashed_with_a_salt_of_their_own() {
        let password = Password::Plain("linux".into());
        let one = hash(&password, "seed", "root");
        let fields: Vec<&str> = one.split('$').collect();
        assert_eq!(fields[..2], ["", "6"], "{one}");
        assert_eq!((fields[2].len(), fields[3].len()), (16, 86), "{one}");
        assert_eq!(one, hash(&password, "seed", "root"));
        assert_ne!(one, hash(&password, "seed", "tux"));
        assert_ne!(one, hash(&password, "other", "root"));
    }

    /// `openssl passwd -6 -salt saltstring 'Hello world!'`, also the test vector of the algorithm's specification.
    #[test]
    fn foreign_programs_agree() {
        if require_judge("openssl").is_none() {
            return;
        }
        let runner = SystemRunner::new(Interrupt::detached().unwrap());
        let ours = hash(&Password::Plain("Hello world!".into()), "seed", "root");
        let salt = ours.split('$').nth(2).unwrap();
        let command = Cmd::new("openssl")
            .args(["passwd", "-6", "-stdin", "-salt", salt])
            .stdin_bytes(*b"Hello world!\n");
        let theirs = runner.run(&command).unwrap();
        assert_eq!(theirs.stdout_text().trim(), ours);
    }

    #[test]
    fn lines_of_shadow() {
        for (text, expected) in [
            (
                "root:*:1:0:99999:7:::\na:!:2::::::\n",
                "root:*:1:0:99999:7:::\na:H:9::::::\n",
            ),
            (
                "root:*:1:0:99999:7:::",
                "root:*:1:0:99999:7:::\na:H:9:0:99999:7:::\n",
            ),
        ] {
            assert_eq!(with_shadow(text, "a", "H", 9), expected);
        }
        assert_eq!(
            with_passwd("aa:x:1:1::/:\na:x:2:2::/:\n", "a", "H"),
            "aa:x:1:1::/:\na:H:2:2::/:\n"
        );
    }

    #[test]
    fn mode_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let bench = Bench::new();
        bench.write("etc/shadow", "a:!:1::::::\n");
        let path = bench.root().join("etc/shadow");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        store(&bench.tree(), "a", "H", 5 * DAY + 7).unwrap();
        assert_eq!(bench.read("etc/shadow"), "a:H:5::::::\n");
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        assert!(store(&bench.tree(), "a", "H:x", 0).is_err());
    }
}
