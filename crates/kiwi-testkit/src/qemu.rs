//! Booting an image in QEMU, by software emulation, with a serial console.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::guest_shell;
pub use crate::guest_shell::CommandOutput;
use crate::judges::{require_judge, skipped};
pub use crate::qemu_options::{DiskInterface, Firmware, GuestOptions};
use crate::qemu_options::{find_firmware, firmware_arguments, machine_arguments};
use crate::serial_console::SerialConsole;

const QEMU: &str = "qemu-system-x86_64";

/// How long a command in the guest may take if nothing else is said.
const COMMAND: Duration = Duration::from_secs(180);

/// True if QEMU and the firmware are there; else says so as a missing judge does.
///
/// # Panics
/// As [`require_judge`].
pub fn can_boot(firmware: Firmware) -> bool {
    if require_judge(QEMU).is_none() {
        return false;
    }
    let there = find_firmware(firmware).is_some();
    if !there && firmware != Firmware::Bios {
        skipped(&format!("no firmware for {firmware:?} (package ovmf)"));
    }
    there || firmware == Firmware::Bios
}

/// A running virtual machine. It ends when this value is dropped.
///
/// If the test has panicked by then, what the console has shown is printed and
/// the whole transcript is left in a file.
pub struct Guest {
    child: Child,
    console: SerialConsole,
    commands: u32,
    errors: Option<JoinHandle<String>>,
    /// Holds the variables of the firmware.
    _directory: TempDir,
}

impl Guest {
    /// Starts the guest; does not wait for anything.
    ///
    /// Ask [`can_boot`] before. The guest dies with the thread that calls this,
    /// so it cannot outlive a killed test where `setpriv` is installed.
    ///
    /// # Errors
    /// If QEMU, the firmware or the image is missing.
    pub fn boot(options: &GuestOptions) -> Result<Self> {
        ensure!(
            options.disk.exists(),
            "there is no image `{}`",
            options.disk.display()
        );
        let qemu = require_judge(QEMU).context("QEMU is not installed")?;
        let directory = tempfile::tempdir().context("scratch directory for the firmware")?;
        let mut arguments = machine_arguments(options);
        arguments.extend(firmware_arguments(options.firmware, directory.path())?);

        let mut command = match require_wrapper() {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL", "--"]).arg(qemu);
                command
            }
            None => Command::new(qemu),
        };
        let mut child = command
            .args(arguments)
            .args(&options.extra)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {QEMU}"))?;
        let input = child.stdin.take().context("QEMU has no input")?;
        let output = child.stdout.take().context("QEMU has no output")?;
        let mut stderr = child.stderr.take().context("QEMU has no error output")?;
        let errors = thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let console = SerialConsole::new(output, input, options.failures.clone());
        Ok(Self {
            child,
            console,
            commands: 0,
            errors: Some(errors),
            _directory: directory,
        })
    }

    /// Waits until the console shows `text`.
    ///
    /// # Errors
    /// If the time is over, QEMU has ended, or the console shows a boot failure.
    pub fn expect(&mut self, text: &str, timeout: Duration) -> Result<()> {
        let result = self.console.expect(text, timeout);
        result.map_err(|error| self.explain(error))
    }

    /// Waits until the console shows one of `texts`; returns which one came first.
    ///
    /// # Errors
    /// As [`expect`](Self::expect).
    pub fn expect_any(&mut self, texts: &[&str], timeout: Duration) -> Result<usize> {
        let result = self.console.expect_any(texts, timeout);
        result.map_err(|error| self.explain(error))
    }

    /// Sends a line to the console.
    ///
    /// # Errors
    /// If QEMU has ended.
    pub fn send_line(&mut self, line: &str) -> Result<()> {
        let result = self.console.send_line(line);
        result.map_err(|error| self.explain(error))
    }

    /// Waits for a login prompt at most `timeout`, and logs in.
    ///
    /// # Errors
    /// If there is no prompt in time, or the guest refuses the password.
    pub fn login(&mut self, user: &str, password: &str, timeout: Duration) -> Result<()> {
        let result = guest_shell::login(&mut self.console, user, password, timeout);
        result.map_err(|error| self.explain(error))
    }

    /// Runs a shell command after a login; waits at most three minutes for it.
    ///
    /// The command may have several lines and any quotes, and has no input. The
    /// guest needs `base64` and `sha256sum` and a `/tmp` to write to.
    ///
    /// # Errors
    /// If it does not end in time. An exit code is a result, no error.
    pub fn run(&mut self, command: &str) -> Result<CommandOutput> {
        self.run_within(command, COMMAND)
    }

    /// As [`run`](Self::run), with another time limit.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_within(&mut self, command: &str, timeout: Duration) -> Result<CommandOutput> {
        self.commands += 1;
        let result = guest_shell::run(&mut self.console, self.commands, command, timeout);
        result.map_err(|error| self.explain(error))
    }

    /// Runs a command that has to succeed, and returns its output without the
    /// line end.
    ///
    /// # Errors
    /// Also if its exit code is not 0.
    pub fn output_of(&mut self, command: &str) -> Result<String> {
        let CommandOutput { code, text } = self.run(command)?;
        ensure!(
            code == 0,
            "`{command}` in the guest: exit code {code}\n{text}"
        );
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Switches the guest off from its own shell, and waits until it is.
    ///
    /// # Errors
    /// If it is not off in time.
    pub fn power_off(mut self, timeout: Duration) -> Result<()> {
        self.send_line("poweroff")?;
        let deadline = Instant::now() + timeout;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().context("cannot wait for QEMU")? {
                ensure!(status.success(), "QEMU ended with {status}");
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!(
            "the guest is not off after {timeout:?}\n{}",
            self.console.tail()
        )
    }

    /// Returns all that the console has shown, without control sequences.
    pub fn transcript(&self) -> String {
        self.console.transcript()
    }

    /// Adds what QEMU itself has to say if it has ended.
    fn explain(&mut self, error: anyhow::Error) -> anyhow::Error {
        if !self.console.has_ended() {
            return error;
        }
        // The console ends a moment before the process does.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let said = self
            .errors
            .take()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        if said.trim().is_empty() {
            error
        } else {
            error.context(format!("QEMU: {}", said.trim()))
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("{}", self.console.tail());
            let file = tempfile::Builder::new()
                .prefix("kiwi-console-")
                .suffix(".log")
                .tempfile();
            if let Some((_, path)) = file.ok().and_then(|file| file.keep().ok())
                && fs_err::write(&path, self.transcript()).is_ok()
            {
                eprintln!("the whole console: `{}`", path.display());
            }
        }
    }
}

/// Finds `setpriv`, which lets QEMU die with the test. Not a judge: works without.
fn require_wrapper() -> Option<PathBuf> {
    let path = Path::new("/usr/bin/setpriv");
    path.is_file().then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A boot sector that greets on the first serial port, and stops.
    fn greeting_disk(directory: &Path) -> PathBuf {
        let mut sector = vec![
            0xfc, // cld
            0x31, 0xc0, 0x8e, 0xd8, // xor ax, ax; mov ds, ax
            0xbe, 0x14, 0x7c, // mov si, text
            0xba, 0xf8, 0x03, // mov dx, 0x3f8
            0xac, // next: lodsb
            0x84, 0xc0, // test al, al
            0x74, 0x03, // jz stop
            0xee, // out dx, al
            0xeb, 0xf8, // jmp next
            0xf4, // stop: hlt
        ];
        sector.extend(b"\r\nhello from the boot sector\r\n\0");
        sector.resize(510, 0);
        sector.extend([0x55, 0xaa]);
        sector.resize(1 << 20, 0);
        let path = directory.join("disk,with comma.raw");
        fs_err::write(&path, sector).unwrap();
        path
    }

    #[test]
    fn boots_a_sector_by_bios() {
        if !can_boot(Firmware::Bios) {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let mut guest =
            Guest::boot(&GuestOptions::new(greeting_disk(directory.path()), "raw")).unwrap();
        guest
            .expect("hello from the boot sector\n", Duration::from_secs(120))
            .unwrap();
        let id = guest.child.id();
        drop(guest);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn a_disk_without_system_fails_early() {
        let directory = tempfile::tempdir().unwrap();
        let disk = directory.path().join("empty.raw");
        fs_err::write(&disk, vec![0; 1 << 20]).unwrap();
        for (firmware, text) in [
            (Firmware::Bios, "not a bootable disk"),
            (Firmware::Uefi, "UEFI Interactive Shell"),
            (
                Firmware::UefiSecureBoot,
                "No bootable option or device was found",
            ),
        ] {
            if !can_boot(firmware) {
                continue;
            }
            let options = GuestOptions::new(&disk, "raw").firmware(firmware);
            let mut guest = Guest::boot(&options).unwrap();
            let error = guest
                .login("root", "linux", Duration::from_secs(300))
                .unwrap_err();
            let expected = format!("the guest shows `{text}`");
            assert!(
                format!("{error:#}").contains(&expected),
                "{firmware:?}: {error:#}"
            );
        }
    }

    #[test]
    fn what_qemu_says_is_shown() {
        if !can_boot(Firmware::Bios) {
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let mut options = GuestOptions::new(greeting_disk(directory.path()), "raw");
        options.extra = vec!["-device".into(), "no-such-device".into()];
        let error = Guest::boot(&options)
            .unwrap()
            .expect("x", Duration::from_secs(60))
            .unwrap_err();
        assert!(format!("{error:#}").contains("no-such-device"), "{error:#}");
    }
}
