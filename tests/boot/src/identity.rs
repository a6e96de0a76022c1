//! Who builds.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The ordinary user when tests run as root and nobody else is named.
const USER: &str = "kiwitest";

/// Who builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Login name.
    pub name: String,
    /// User.
    pub uid: u32,
    /// First group.
    pub gid: u32,
    /// Where its files are; the cache of packages is below it for all but root.
    pub home: PathBuf,
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_root() { "root" } else { "user" })
    }
}

impl Identity {
    /// Root, if the tests run as root.
    pub fn root() -> Option<Self> {
        is_root().then(|| Self {
            name: "root".into(),
            uid: 0,
            gid: 0,
            home: "/root".into(),
        })
    }

    /// The ordinary user: who runs the tests, or, when that is root, one that is there for tests only, whose home is `home`.
    ///
    /// # Errors
    /// The user cannot be made.
    pub fn user(home: &Path) -> Result<Self> {
        if !is_root() {
            let uid = rustix::process::getuid().as_raw();
            let name = output("id", &["-un"])?;
            let home = std::env::var_os("HOME").context("there is no HOME")?;
            return Ok(Self {
                name,
                uid,
                gid: rustix::process::getgid().as_raw(),
                home: home.into(),
            });
        }
        let name = std::env::var("KIWI_END_TO_END_USER").unwrap_or_else(|_| USER.into());
        if output("id", &["-u", &name]).is_err() {
            output("useradd", &["--create-home", "--shell", "/bin/sh", &name])?;
        }
        let number = |option| -> Result<u32> { Ok(output("id", &[option, &name])?.parse()?) };
        let (uid, gid) = (number("-u")?, number("-g")?);
        ensure!(uid != 0, "`{name}` is root");
        fs_err::create_dir_all(home)?;
        rustix::fs::chown(
            home,
            Some(rustix::fs::Uid::from_raw(uid)),
            Some(rustix::fs::Gid::from_raw(gid)),
        )?;
        Ok(Self {
            name,
            uid,
            gid,
            home: home.to_owned(),
        })
    }

    /// True for root.
    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// The directory for downloaded packages that the program uses by itself.
    pub fn cache(&self) -> PathBuf {
        if self.is_root() {
            "/var/cache/kiwi".into()
        } else {
            self.home.join(".cache/kiwi")
        }
    }

    /// A command run as this user, with an environment in which nothing of the tests' own is left, and which dies with the tests.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if self.uid != rustix::process::getuid().as_raw() {
            command.args([
                format!("--reuid={}", self.uid),
                format!("--regid={}", self.gid),
                "--init-groups".into(),
            ]);
        }
        command.arg("--").arg(program).env_clear();
        command
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", &self.home)
            .env("USER", &self.name)
            .env("LOGNAME", &self.name)
            .env("LANG", "C.UTF-8");
        for (name, value) in std::env::vars_os() {
            let lower = name.to_string_lossy().to_lowercase();
            if lower.ends_with("_proxy") {
                command.env(name, value);
            }
        }
        command
    }

    /// Makes a directory that belongs to this user.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_directory(&self, path: &Path) -> Result<()> {
        fs_err::create_dir_all(path)?;
        rustix::fs::chown(
            path,
            Some(rustix::fs::Uid::from_raw(self.uid)),
            Some(rustix::fs::Gid::from_raw(self.gid)),
        )
        .with_context(|| format!("cannot give away `{}`", path.display()))
    }
}

/// True if the tests run as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs a small program and returns what it prints, without the line end.
///
/// # Errors
/// It is not there, or fails.
pub fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot run `{program}`"))?;
    ensure!(
        output.status.success(),
        "`{program} {}`: {}\n{}",
        arguments.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end_matches('\n')
        .to_owned())
}
