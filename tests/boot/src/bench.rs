//! The directory all tests share, and what is built once for all of them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, ensure};

use crate::description::Description;
use crate::identity::Identity;
use crate::program::Kiwi;
use crate::say;

/// Where directories of tests are made, and how their names begin.
const PLACE: &str = "/var/tmp";
const PREFIX: &str = "kiwi-end-to-end.";

/// Quick settings of the compressor: these tests are about what is in an archive.
const SETTINGS: &str = "xz:\n  options: '-0'\n";

/// Everything the tests share.
#[derive(Debug)]
pub struct Bench {
    directory: PathBuf,
    program: PathBuf,
    keep: bool,
    root: Option<Identity>,
    user: Identity,
    made: Mutex<BTreeMap<String, Result<PathBuf, String>>>,
}

impl Bench {
    /// Makes the directory, and removes those of earlier runs that were killed.
    ///
    /// # Errors
    /// The release program is not there, or the directory cannot be made.
    pub fn open() -> Result<Self> {
        sweep()?;
        let keep = std::env::var_os("KIWI_END_TO_END_DIR");
        let directory = keep.as_ref().map_or_else(
            || Path::new(PLACE).join(format!("{PREFIX}{}", std::process::id())),
            PathBuf::from,
        );
        fs_err::create_dir_all(&directory)?;
        fs_err::set_permissions(&directory, PermissionsExt::from_mode(0o755))?;
        // A copy, because another user may not reach the checkout.
        let program = directory.join("kiwi-ng");
        let built = built_program();
        ensure!(
            built.is_file(),
            "there is no `{}`; run `cargo build --release --package kiwi` first",
            built.display()
        );
        let _ = fs_err::remove_file(&program);
        fs_err::copy(built, &program)?;
        fs_err::write(directory.join("settings.yml"), SETTINGS)?;
        let user = Identity::user(&directory.join("home"))?;
        if !crate::identity::is_root() {
            say!(
                "*** SKIPPED: building as root: these tests run as `{}` ***",
                user.name
            );
        }
        Ok(Self {
            program,
            keep: keep.is_some(),
            root: Identity::root(),
            user,
            made: Mutex::default(),
            directory,
        })
    }

    /// Removes the directory, unless it is to be kept.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn close(&self) -> Result<()> {
        if self.keep {
            say!("everything is kept in `{}`", self.directory.display());
            return Ok(());
        }
        remove(&self.directory)
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The program under test.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Root, if the tests run as root.
    pub fn root(&self) -> Option<&Identity> {
        self.root.as_ref()
    }

    /// The ordinary user.
    pub fn user(&self) -> &Identity {
        &self.user
    }

    /// Root first, if there, and the ordinary user.
    pub fn everyone(&self) -> impl Iterator<Item = &Identity> {
        self.root.iter().chain([&self.user])
    }

    /// Root if possible: where it does not matter who builds.
    pub fn anyone(&self) -> &Identity {
        self.root.as_ref().unwrap_or(&self.user)
    }

    /// A call of the program.
    pub fn kiwi(&self, identity: &Identity) -> Kiwi {
        Kiwi::new(identity, &self.program).args([
            "--config".as_ref(),
            self.directory.join("settings.yml").as_os_str(),
        ])
    }

    /// An empty directory that belongs to `identity`; what an earlier run has left there is removed.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn fresh(&self, identity: &Identity, name: &str) -> Result<PathBuf> {
        let parent = self.directory.join(identity.to_string());
        identity.make_directory(&parent)?;
        let path = parent.join(name);
        remove(&path)?;
        identity.make_directory(&path)?;
        Ok(path)
    }

    /// A copy of one of the descriptions of these tests.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn description(&self, name: &str, copy: &str) -> Result<Description> {
        let path = self.directory.join("descriptions").join(copy);
        remove(&path)?;
        Description::copy(name, &path)
    }

    /// The tree of the description `everything`, prepared by `identity` as a disk.
    ///
    /// # Errors
    /// It could not be prepared, now or earlier.
    pub fn tree(&self, identity: &Identity) -> Result<PathBuf> {
        self.once(&format!("{identity}/everything"), || {
            self.prepare(identity, "everything", &disk_profiles())
        })
    }

    /// The tree of the description `tiny`, prepared by `identity`.
    ///
    /// # Errors
    /// As [`tree`](Self::tree).
    pub fn tiny_tree(&self, identity: &Identity) -> Result<PathBuf> {
        self.once(&format!("{identity}/tiny"), || {
            self.prepare(identity, "tiny", &[])
        })
    }

    /// The tree of the description `layouts`, prepared by `identity`.
    ///
    /// # Errors
    /// As [`tree`](Self::tree).
    pub fn layouts_tree(&self, identity: &Identity) -> Result<PathBuf> {
        self.once(&format!("{identity}/layouts"), || {
            let profiles = ["--profile", distribution(), "--profile", "Lvm"];
            self.prepare(identity, "layouts", &profiles)
        })
    }

    /// The directory with the results of one image type, made by `identity` from its tree.
    ///
    /// # Errors
    /// They could not be made, now or earlier.
    pub fn results(&self, identity: &Identity, build_type: &str) -> Result<PathBuf> {
        let name = format!("results-{build_type}");
        let target = self.directory.join(identity.to_string()).join(&name);
        self.once(&format!("{identity}/{name}"), || {
            if self.keep && target.join("kiwi.result.json").exists() {
                say!("using `{}` of an earlier run", target.display());
                return Ok(target.clone());
            }
            let target = self.fresh(identity, &name)?;
            self.create(identity, build_type, &self.tree(identity)?, &target)?;
            Ok(target)
        })
    }

    /// Makes an image of one type from a tree of `everything`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(
        &self,
        identity: &Identity,
        build_type: &str,
        tree: &Path,
        target: &Path,
    ) -> Result<()> {
        self.kiwi(identity)
            .args(["--type", build_type])
            .args(disk_profiles())
            .args(["system", "create", "--root"])
            .args([
                tree.as_os_str(),
                "--target-dir".as_ref(),
                target.as_os_str(),
            ])
            .succeed()?;
        Ok(())
    }

    /// Makes a tree from one of the descriptions.
    fn prepare(&self, identity: &Identity, name: &str, globals: &[&str]) -> Result<PathBuf> {
        let earlier = self
            .directory
            .join(identity.to_string())
            .join(name)
            .join("tree");
        if self.keep && is_prepared(&earlier) {
            say!("using `{}` of an earlier run", earlier.display());
            return Ok(earlier);
        }
        self.share_cache(identity)?;
        let description = self.description(name, &format!("{name}-{identity}"))?;
        let tree = self.fresh(identity, name)?.join("tree");
        self.kiwi(identity)
            .args(globals)
            .args(["system", "prepare", "--description"])
            .args([
                description.path().as_os_str(),
                "--root".as_ref(),
                tree.as_os_str(),
            ])
            .succeed()?;
        Ok(tree)
    }

    /// Gives the ordinary user the packages that root has fetched, so that nothing is fetched twice.
    ///
    /// # Errors
    /// They cannot be copied.
    pub fn share_cache(&self, identity: &Identity) -> Result<()> {
        let Some(root) = self.root.as_ref().filter(|_| !identity.is_root()) else {
            return Ok(());
        };
        self.tree(root)?;
        self.once("cache", || {
            let cache = identity.cache();
            let target = cache.join("apt-get");
            fs_err::create_dir_all(&target)?;
            run(Command::new("cp")
                .arg("-ru")
                .arg("--")
                .arg(root.cache().join("apt-get/."))
                .arg(&target))?;
            let owner = format!("{}:{}", identity.uid, identity.gid);
            run(Command::new("chown")
                .args(["-R", "--", &owner])
                .arg(&identity.home))?;
            Ok(cache)
        })?;
        Ok(())
    }

    /// Does something once, and remembers how it went.
    fn once(&self, key: &str, make: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
        let lock = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(key) {
            let again = |reason: &String| anyhow!("`{key}` could not be made before: {reason}");
            return known.as_ref().map_err(again).cloned();
        }
        let result = make();
        let known = result.as_ref().map_err(|error| {
            let text = format!("{error:#}");
            text.lines().next().unwrap_or_default().to_owned()
        });
        lock().insert(key.to_owned(), known.cloned());
        result
    }
}

/// The arguments that choose a disk of the description `everything` with packages this host has.
pub fn disk_profiles() -> [&'static str; 4] {
    ["--profile", "Disk", "--profile", distribution()]
}

/// The profile of descriptions with packages that this host has.
pub fn distribution() -> &'static str {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    if text.lines().any(|line| line == "ID=ubuntu") {
        "Ubuntu"
    } else {
        "Debian"
    }
}

/// Removes whatever is there, also what belongs to subordinate ids of an ordinary user.
///
/// # Errors
/// It cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let mut command = if crate::identity::is_root() {
        Command::new("rm")
    } else {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--map-auto", "rm"]);
        command
    };
    run(command.args(["-rf", "--one-file-system", "--"]).arg(path))
}

fn is_prepared(tree: &Path) -> bool {
    std::fs::read_to_string(tree.join("image/kiwi-rs.json"))
        .is_ok_and(|text| text.contains("\"finished\": true"))
}

/// The release program, where cargo puts it.
fn built_program() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace.join("target"), |path| workspace.join(path));
    target.join("release/kiwi-ng")
}

fn sweep() -> Result<()> {
    for entry in fs_err::read_dir(PLACE)? {
        let entry = entry?;
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
