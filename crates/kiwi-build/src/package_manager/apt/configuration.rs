//! apt's own configuration for one build: private, nothing of the host's but its proxies.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use kiwi_host::command::{Cmd, Runner};
use sha2::{Digest, Sha256};

use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

/// Options of the host's apt that say how to reach repositories, not which ones.
const HOST_OPTIONS: [&str; 4] = [
    "Acquire::http::",
    "Acquire::https::",
    "Acquire::ftp::",
    "Acquire::Retries",
];

/// Directories and files that apt works with during one build.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    /// Private directory, gone after the build: configuration, sources, credentials, keys.
    pub(super) directory: PathBuf,
    /// Package files, shared between builds.
    pub(super) archives: PathBuf,
    /// Repository metadata, shared between builds with the same repositories.
    pub(super) lists: PathBuf,
    /// Locked while metadata or package files change.
    pub(super) lock: PathBuf,
}

impl Workspace {
    /// Makes the directories.
    pub(super) fn create(context: &BuildContext<'_>) -> Result<Self, BuildError> {
        let directory = context.places.scratch.join("apt");
        let shared = context.places.cache.join("apt-get");
        let workspace = Self {
            archives: shared.join("archives"),
            lists: shared.join("lists"),
            lock: shared.join("lock"),
            directory,
        };
        for name in [
            "sources.list.d",
            "preferences.d",
            "auth.conf.d",
            "apt.conf.d",
            "trusted.gpg.d",
            "keyrings",
            "cache",
            "state",
            "log",
            "no-archives/partial",
        ] {
            let path = workspace.directory.join(name);
            fs::create_dir_all(&path).at("create", &path)?;
        }
        let partial = workspace.archives.join("partial");
        fs::create_dir_all(&partial).at("create", &partial)?;
        let status = workspace.empty_status();
        fs::write(&status, "").at("create", &status)?;
        Ok(workspace)
    }

    /// A package database with nothing in it.
    pub(super) fn empty_status(&self) -> PathBuf {
        self.directory.join("state/status")
    }

    /// A directory that never holds package files: with it apt prints the address of every package.
    pub(super) fn no_archives(&self) -> PathBuf {
        self.directory.join("no-archives")
    }

    fn file(&self) -> PathBuf {
        self.directory.join("apt.conf")
    }

    /// Chooses the metadata directory that belongs to the sources just written.
    pub(super) fn select_lists(&mut self, sources: &[u8]) -> Result<(), BuildError> {
        let digest = Sha256::digest(sources);
        let mut name = String::from("lists-");
        for byte in &digest[..8] {
            let _ = write!(name, "{byte:02x}");
        }
        self.lists.set_file_name(name);
        let partial = self.lists.join("partial");
        fs::create_dir_all(&partial).at("create", &partial)
    }

    /// Writes `apt.conf`.
    pub(super) fn write(
        &self,
        context: &BuildContext<'_>,
        trust_host_keys: bool,
    ) -> Result<(), BuildError> {
        let mut text = String::new();
        let plan = &context.plan.root;
        let recommends = [
            plan.packages
                .bootstrap
                .as_ref()
                .is_some_and(|phase| phase.recommended),
            plan.packages.image.recommended,
        ];
        let mut set = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} \"{}\";", value.replace('"', ""));
        };
        let place = |path: &Path| path.display().to_string();
        set("Dir", "/");
        set("Dir::State", &place(&self.directory.join("state")));
        set("Dir::State::lists", &place(&self.lists));
        set("Dir::State::status", &place(&self.empty_status()));
        set("Dir::Cache", &place(&self.directory.join("cache")));
        set("Dir::Cache::archives", &place(&self.archives));
        set("Dir::Etc", &place(&self.directory));
        set("Dir::Log", &place(&self.directory.join("log")));
        if trust_host_keys {
            set("Dir::Etc::trustedparts", "/etc/apt/trusted.gpg.d");
        }
        let architecture = debian_architecture(&context.plan.identity.architecture);
        set("APT::Architecture", architecture);
        set("APT::Architectures", architecture);
        set("APT::Sandbox::User", "root");
        set(
            "APT::Install-Recommends",
            &recommends.contains(&true).to_string(),
        );
        set("APT::Install-Suggests", "false");
        set("APT::Get::Assume-Yes", "true");
        set("APT::Get::Allow-Downgrades", "true");
        set("APT::Get::Allow-Remove-Essential", "true");
        set("APT::Get::Allow-Change-Held-Packages", "true");
        if !plan.check_signatures {
            set("APT::Get::AllowUnauthenticated", "true");
        }
        set("Acquire::Languages", "none");
        set("Acquire::ForceHash", "SHA256");
        set("Acquire::Retries", "3");
        set("quiet", "1");
        for line in host_options(context.runner)? {
            text.push_str(&line);
            text.push('\n');
        }
        let path = self.file();
        fs::write(&path, text).at("write", &path)
    }

    /// A command of the host's apt family that sees only this configuration.
    pub(super) fn command(&self, program: &str) -> Cmd {
        Cmd::new(program)
            .env("APT_CONFIG", self.file())
            .env("LANG", "C")
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
    }
}

/// Debian's name of a machine.
pub(super) fn debian_architecture(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i586" | "i686" | "ix86" => "i386",
        "armv7l" | "armv7hl" => "armhf",
        "armv5el" | "armv5tel" => "armel",
        "ppc64le" => "ppc64el",
        other => other,
    }
}

/// Reads from the host's apt how to reach the network: proxies, certificates, time limits.
fn host_options(runner: &dyn Runner) -> Result<Vec<String>, BuildError> {
    if runner.find("apt-config").is_none() {
        return Ok(Vec::new());
    }
    let output = runner
        .run(&Cmd::new("apt-config").arg("dump").env("LANG", "C"))
        .purpose("reading the host's apt configuration")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text
        .lines()
        .filter(|line| HOST_OPTIONS.iter().any(|prefix| line.starts_with(prefix)))
        .filter(|line| !line.contains(" \"\";"))
        .map(str::to_owned)
        .collect())
}
