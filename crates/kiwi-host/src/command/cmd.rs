//! The command as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::environment;
use super::mask;
use crate::sandbox::Sandbox;

/// Where a command runs.
#[derive(Clone, Debug, Default)]
pub enum Place {
    /// With the host's files, in the enclosure of the build.
    #[default]
    Host,
    /// Inside a root tree.
    Tree(Sandbox),
}

/// Bytes that are never printed, such as passwords given to standard input.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Returns the bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        SecretBytes(bytes)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

/// One command: program, arguments, environment, input and place.
///
/// There is no way to mark an argument as secret, because every user of the host can read the arguments of a running
/// program. Secrets go through [`Cmd::stdin_bytes`] or a file with mode 0600. Credentials inside URLs
/// (`https://user:password@..`), which some package managers leave no other way for, are masked when the command is shown.
///
/// The value is shown the way one would type it: `Display` quotes like a shell, and a command inside a tree starts with `chroot TREE`.
#[derive(Clone)]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    inherit_env: bool,
    stdin: Option<SecretBytes>,
    current_dir: Option<PathBuf>,
    place: Place,
    label: Option<String>,
    success_codes: Vec<i32>,
}

impl Cmd {
    /// Creates a command that runs on the host with the base environment and empty standard input.
    ///
    /// A `program` without slash is looked up: on the host in `PATH` and the `sbin` directories, in a tree in the `PATH` of the command.
    pub fn new(program: impl Into<OsString>) -> Self {
        Cmd {
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            inherit_env: false,
            stdin: None,
            current_dir: None,
            place: Place::Host,
            label: None,
            success_codes: vec![0],
        }
    }

    /// Adds one argument. It must not be a secret, see [`Cmd`].
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    pub fn args<I>(mut self, args: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets one environment variable on top of the base environment. Values are never logged.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Sets several environment variables.
    pub fn envs<I, K, V>(mut self, variables: I) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<OsString>,
        V: Into<OsString>,
    {
        self.env
            .extend(variables.into_iter().map(|(k, v)| (k.into(), v.into())));
        self
    }

    /// Starts from the complete environment of this process instead of the base environment.
    ///
    /// For the user's own scripts, which may rely on what the user exported (spec 03 §10).
    pub fn inherit_env(mut self) -> Self {
        self.inherit_env = true;
        self
    }

    /// Gives the program these bytes as standard input. They are never logged and never touch a disk.
    pub fn stdin_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(SecretBytes(bytes.into()));
        self
    }

    /// Sets the working directory; inside a tree it is a path in the tree. Default: the caller's on the host, `/` in a tree.
    pub fn current_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.current_dir = Some(directory.into());
        self
    }

    /// Runs the command inside a root tree.
    pub fn in_tree(mut self, sandbox: &Sandbox) -> Self {
        self.place = Place::Tree(sandbox.clone());
        self
    }

    /// Runs the command with the host's files (the default).
    pub fn on_host(mut self) -> Self {
        self.place = Place::Host;
        self
    }

    /// Names the command in logs, e.g. `bootstrap`; default is the base name of the program.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Replaces the list of exit codes that count as success, by default only 0 (e2fsck also uses 1, for instance).
    pub fn success_codes(mut self, codes: impl Into<Vec<i32>>) -> Self {
        self.success_codes = codes.into();
        self
    }

    /// Returns the program as given.
    pub fn program(&self) -> &OsStr {
        &self.program
    }

    /// Returns the arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.args
    }

    /// Returns the variables set with [`Cmd::env`], without the base environment.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.env
    }

    /// Returns the bytes for standard input.
    pub fn stdin(&self) -> Option<&SecretBytes> {
        self.stdin.as_ref()
    }

    /// Returns the working directory if one was set.
    pub fn directory(&self) -> Option<&Path> {
        self.current_dir.as_deref()
    }

    /// Returns where the command runs.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Tells whether `code` counts as success.
    pub fn is_success(&self, code: i32) -> bool {
        self.success_codes.contains(&code)
    }

    /// Returns the name for logs.
    pub fn log_label(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.program_name())
    }

    /// Returns the base name of the program.
    pub fn program_name(&self) -> String {
        Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program)
            .to_string_lossy()
            .into_owned()
    }

    /// Returns the complete environment the program will see.
    pub fn full_environment(&self) -> BTreeMap<OsString, OsString> {
        let mut full = match (&self.place, self.inherit_env) {
            (Place::Host, false) => environment::host(),
            (Place::Tree(_), false) => environment::tree(),
            (Place::Host, true) => environment::inherited(),
            (Place::Tree(_), true) => environment::inherited_in_tree(),
        };
        full.extend(self.env.clone());
        full
    }
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Place::Tree(sandbox) = &self.place {
            write!(f, "chroot {} ", quoted(sandbox.tree().as_os_str()))?;
        }
        f.write_str(&quoted(&self.program))?;
        for arg in &self.args {
            write!(f, " {}", quoted(arg))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cmd")
            .field("command", &format_args!("{self}"))
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("inherit_env", &self.inherit_env)
            .field("stdin", &self.stdin)
            .field("current_dir", &self.current_dir)
            .finish_non_exhaustive()
    }
}

/// Shows one word as a shell would need it, with credentials masked.
fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let text = mask::url_credentials(&text);
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%~*[]".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_one_would_type() {
        let cases: [(&[&str], &str); 5] = [
            (&["true"], "true"),
            (&["echo", "a b"], "echo 'a b'"),
            (&["echo", ""], "echo ''"),
            (&["echo", "it's"], r"echo 'it'\''s'"),
            (
                &["wget", "https://me:geheim@example.org/x"],
                "wget https://***@example.org/x",
            ),
        ];
        for (words, shown) in cases {
            let command = Cmd::new(words[0]).args(&words[1..]);
            assert_eq!(command.to_string(), shown);
        }
    }

    #[test]
    fn debug_shows_neither_input_nor_values() {
        let command = Cmd::new("chpasswd")
            .stdin_bytes("root:geheim")
            .env("TOKEN", "geheim");
        let shown = format!("{command:?}");
        assert!(
            shown.contains("[11 bytes]") && shown.contains("TOKEN"),
            "{shown}"
        );
        assert!(!shown.contains("geheim"), "{shown}");
    }

    #[test]
    fn tree_commands_name_the_tree() {
        let command = Cmd::new("dracut").in_tree(&Sandbox::new("/build/root"));
        assert_eq!(command.to_string(), "chroot /build/root dracut");
    }
}
