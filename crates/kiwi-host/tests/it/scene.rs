//! What the tests share: users, a tree, the program, and looking at the processes of the host.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

/// The ordinary user that tests as root become.
pub(crate) const USER: &str = "kiwitest";

/// Who runs the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Root,
    User,
}

/// A root tree with a static busybox, and a copy of the program that every user can run.
pub(crate) struct Scene {
    directory: tempfile::TempDir,
    pub(crate) who: Who,
    uid: u32,
}

/// Says loudly that a tool for a test is missing; fails where tools are required.
pub(crate) fn skip(reason: &str) {
    assert!(
        std::env::var_os("KIWI_REQUIRE_JUDGES").is_none(),
        "KIWI_REQUIRE_JUDGES is set, but {reason}"
    );
    say_skipped(reason);
}

/// Says loudly that a test is for another user than the one who runs the tests. No tool could change that.
pub(crate) fn say_skipped(reason: &str) {
    // The harness captures what macros print, but not what is written directly.
    std::io::stderr()
        .write_all(format!("SKIPPED: {reason}\n").as_bytes())
        .expect("standard error can be written");
}

/// Runs a test for every user this process can be.
pub(crate) fn for_everyone(test: impl Fn(&Scene)) {
    for who in [Who::Root, Who::User] {
        if let Some(scene) = Scene::new(who) {
            test(&scene);
        }
    }
}

impl Scene {
    pub(crate) fn new(who: Who) -> Option<Scene> {
        let root = rustix::process::geteuid().is_root();
        if who == Who::Root && !root {
            say_skipped("tests as root need root");
            return None;
        }
        let busybox = static_busybox()?;
        for tool in ["newuidmap", "newgidmap", "setpriv"] {
            if kiwi_host::tools::find(tool).is_none() {
                skip(&format!("`{tool}` is not installed"));
                return None;
            }
        }
        let uid = match who {
            Who::Root => 0,
            Who::User if root => make_user(USER),
            Who::User => rustix::process::geteuid().as_raw(),
        };
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        fs::create_dir_all(path.join("tree/bin")).unwrap();
        copy(&busybox, &path.join("tree/bin/busybox"));
        for name in ["sh", "sleep", "cat", "ls"] {
            std::os::unix::fs::symlink("busybox", path.join("tree/bin").join(name)).unwrap();
        }
        copy(&example(), &path.join("enclosed"));
        if root {
            for name in ["", "tree", "tree/bin", "tree/bin/busybox"] {
                chown(path.join(name), Some(uid), Some(uid)).unwrap();
            }
        }
        Some(Scene {
            directory,
            who,
            uid,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn tree(&self) -> PathBuf {
        self.path().join("tree")
    }

    pub(crate) fn uid(&self) -> u32 {
        self.uid
    }

    /// The command line that makes this process the user: nothing, or `setpriv`, which execs (no process between).
    pub(crate) fn become_user(&self) -> Vec<String> {
        if self.who == Who::Root || !rustix::process::geteuid().is_root() {
            return Vec::new();
        }
        let id = self.uid;
        [
            "setpriv",
            &format!("--reuid={id}"),
            &format!("--regid={id}"),
            "--init-groups",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// The program with arguments, after `before` (a program that changes rights and then execs).
    pub(crate) fn command(&self, before: &[&str], arguments: &[&str]) -> Command {
        let mut words: Vec<String> = before.iter().map(|&word| word.to_owned()).collect();
        words.extend(self.become_user());
        words.push(self.path().join("enclosed").display().to_string());
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(&[], arguments).output().unwrap()
    }

    /// Runs a shell script in the tree and returns its output; it must succeed.
    pub(crate) fn script(&self, options: &[&str], script: &str) -> String {
        let tree = self.tree().display().to_string();
        let mut arguments = options.to_vec();
        arguments.extend([tree.as_str(), "sh", "-c", script]);
        let output = self.run(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{:?} {}: {error}",
            self.who,
            output.status
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a script in the tree and waits for the line `ready`.
    pub(crate) fn start(&self, script: &str) -> Running {
        self.start_after(&[], script)
    }

    /// As [`Scene::start`], after a program that changes the surroundings and then execs.
    pub(crate) fn start_after(&self, before: &[&str], script: &str) -> Running {
        let tree = self.tree().display().to_string();
        let mut command = self.command(before, &[&tree, "sh", "-c", script]);
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut running = Running { child };
        let mut lines = BufReader::new(running.child.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next().expect("the script says `ready`").unwrap();
            if line == "ready" {
                return running;
            }
        }
    }
}

/// A running program.
pub(crate) struct Running {
    pub(crate) child: Child,
}

impl Running {
    pub(crate) fn signal(&self, signal: i32) {
        kill(self.child.id().cast_signed(), signal);
    }

    /// Waits for the end, for a time, and returns the exit code or 128 and the signal.
    pub(crate) fn end(&mut self) -> i32 {
        use std::os::unix::process::ExitStatusExt;
        let mut status = None;
        eventually("the program ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let status = status.unwrap();
        status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn kill(pid: i32, signal: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    let signal = rustix::process::Signal::from_named_raw(signal).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

/// Waits until something is so.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "not in time: {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// All processes of the host with a word in their arguments: (pid, arguments).
pub(crate) fn processes_with(word: &str) -> Vec<(i32, String)> {
    let entries = fs::read_dir("/proc").unwrap();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok())
        .filter_map(|pid| {
            let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
            arguments.contains(word).then_some((pid, arguments))
        })
        .collect()
}

/// A stand-in for the host's mounts, which other programs on this machine do not change.
///
/// Its mounts are cut off from the machine's and shared among themselves, as they are on a host with systemd: what a
/// program does not make private is seen here.
pub(crate) struct Host {
    process: Child,
}

impl Host {
    /// Makes one; only root can, and an ordinary user has no way to change the host's mounts in the first place.
    pub(crate) fn new() -> Option<Host> {
        if !rustix::process::geteuid().is_root() {
            say_skipped("a stand-in for the host's mounts needs root");
            return None;
        }
        let script = "mount --make-rshared / && echo ready && exec sleep 1000";
        let mut process = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "sh", "-c", script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let host = Host { process };
        assert_eq!(line, "ready\n");
        Some(host)
    }

    /// The command line that makes a process see these mounts.
    pub(crate) fn enter(&self) -> [String; 4] {
        let id = self.process.id().to_string();
        ["nsenter".into(), "--target".into(), id, "--mount".into()]
    }

    pub(crate) fn mounts(&self) -> Vec<String> {
        let path = format!("/proc/{}/mountinfo", self.process.id());
        let text = fs::read_to_string(path).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Copies a program. In another process, because a file that this one had open for writing may be inherited by what
/// other tests start at the moment, and cannot be executed while they have it.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

/// Makes a user with subordinate ids, once, and returns its number.
fn make_user(name: &str) -> u32 {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let id = |name: &str| {
        let output = Command::new("id").args(["-u", name]).output().unwrap();
        String::from_utf8(output.stdout)
            .unwrap()
            .trim()
            .parse()
            .ok()
    };
    id(name).unwrap_or_else(|| {
        static MAKE: Once = Once::new();
        MAKE.call_once(|| {
            let made = Command::new("useradd")
                .args(["--create-home", name])
                .status();
            assert!(made.unwrap().success(), "useradd {name}");
        });
        id(name).expect("useradd has made the user")
    })
}

/// The example. `cargo test --test it` alone does not build it, and an old one would be tested, so it is built here.
fn example() -> PathBuf {
    static BUILD: Once = Once::new();
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    BUILD.call_once(|| {
        let Some(cargo) = std::env::var_os("CARGO") else {
            return;
        };
        let mut command = Command::new(cargo);
        command.args([
            "build",
            "--quiet",
            "--package",
            "kiwi-host",
            "--example",
            "enclosed",
        ]);
        if profile.ends_with("release") {
            command.arg("--release");
        }
        assert!(
            command.status().unwrap().success(),
            "the example cannot be built"
        );
    });
    let path = profile.join("examples/enclosed");
    assert!(
        path.exists(),
        "`{}` is missing: cargo build --examples",
        path.display()
    );
    path
}

fn static_busybox() -> Option<PathBuf> {
    let found = ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox-static"]
        .iter()
        .map(PathBuf::from)
        .find(|path| {
            fs::read(path).is_ok_and(|bytes| {
                let head = &bytes[..bytes.len().min(8192)];
                // A program that needs a loader names it near its start.
                !head.windows(4).any(|part| part == b"/ld-")
            })
        });
    if found.is_none() {
        skip("there is no static busybox (package busybox-static)");
    }
    found
}
