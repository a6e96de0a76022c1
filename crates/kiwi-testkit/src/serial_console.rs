//! A serial console: waiting for text, sending lines, noticing a failed boot.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::terminal_text::PlainText;

/// Texts after which waiting for a login is pointless.
///
/// Kernel panic, the emergency shells of dracut, systemd and initramfs-tools,
/// prompts of GRUB without a menu, firmware that found nothing to boot.
pub const BOOT_FAILURES: [&str; 15] = [
    "Kernel panic - not syncing",
    "Entering emergency mode",
    "You are in emergency mode",
    "dracut:/#",
    "Cannot open access to console, the root account is locked",
    "Give root password for maintenance",
    "(initramfs)",
    "grub rescue>",
    "grub>",
    "Verifying shim SBAT data failed",
    "bad shim signature",
    "UEFI Interactive Shell",
    "No bootable device",
    "No bootable option or device was found",
    "not a bootable disk",
];

/// How many lines of the transcript an error shows.
const SHOWN_LINES: usize = 60;

/// Both ends of a console, with all that has been read from it so far.
///
/// A thread reads, so that the guest never waits for the test. Text that an
/// `expect` has found is used up: the next one looks behind it.
pub struct SerialConsole {
    shared: Arc<Shared>,
    writer: Box<dyn Write + Send>,
    used: usize,
    failures: Vec<String>,
}

#[derive(Default)]
struct Shared {
    received: Mutex<Received>,
    changed: Condvar,
}

#[derive(Default)]
struct Received {
    text: Vec<u8>,
    ended: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Received> {
        // The reading thread only appends; its text is good even if it panicked.
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SerialConsole {
    /// Starts reading. `failures` are texts that end every wait with an error.
    pub fn new(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
        failures: Vec<String>,
    ) -> Self {
        let shared = Arc::new(Shared::default());
        let receiving = Arc::clone(&shared);
        thread::spawn(move || receive(reader, &receiving));
        Self {
            shared,
            writer: Box::new(writer),
            used: 0,
            failures,
        }
    }

    /// Waits until the console shows `text`.
    ///
    /// # Errors
    /// If the time is over, the guest has ended, or the boot has failed.
    pub fn expect(&mut self, text: &str, timeout: Duration) -> Result<()> {
        self.expect_any(&[text], timeout).map(|_| ())
    }

    /// Waits until the console shows one of `texts`; returns which one came first.
    ///
    /// # Errors
    /// As [`expect`](Self::expect).
    pub fn expect_any(&mut self, texts: &[&str], timeout: Duration) -> Result<usize> {
        let deadline = Instant::now() + timeout;
        let longest = texts
            .iter()
            .copied()
            .chain(self.failures.iter().map(String::as_str));
        let longest = longest.map(str::len).max().unwrap_or(0);
        let mut from = self.used;
        let mut received = self.shared.lock();
        loop {
            let new = &received.text[from..];
            let hit = texts
                .iter()
                .enumerate()
                .filter_map(|(index, text)| Some((find(new, text.as_bytes())?, index)))
                .min();
            let failure = self
                .failures
                .iter()
                .filter_map(|text| Some((find(new, text.as_bytes())?, text)))
                .min();
            match (hit, failure) {
                // A test may wait for a failure; then it is none.
                (Some((place, index)), failure)
                    if failure.as_ref().is_none_or(|(failed, _)| place <= *failed) =>
                {
                    self.used = from + place + texts[index].len();
                    return Ok(index);
                }
                (_, Some((_, text))) => {
                    let text = text.clone();
                    drop(received);
                    bail!("the guest shows `{text}`\n{}", self.tail());
                }
                _ => {}
            }
            let now = Instant::now();
            if received.ended || now >= deadline {
                let why = if received.ended {
                    "the guest has ended"
                } else {
                    "timeout"
                };
                drop(received);
                bail!(
                    "{why} while waiting for `{}`\n{}",
                    texts.join("` or `"),
                    self.tail()
                );
            }
            // A text may lie across the border of two pieces.
            from = self.used.max(received.text.len().saturating_sub(longest));
            let (next, _) = self
                .shared
                .changed
                .wait_timeout(received, deadline - now)
                .unwrap_or_else(PoisonError::into_inner);
            received = next;
        }
    }

    /// Sends a line, ended as the return key does.
    ///
    /// # Errors
    /// If the guest has ended.
    pub fn send_line(&mut self, line: &str) -> Result<()> {
        self.writer
            .write_all(format!("{line}\r").as_bytes())
            .and_then(|()| self.writer.flush())
            .with_context(|| format!("the console takes no input\n{}", self.tail()))
    }

    /// Returns what was shown between two marks that come in this order, and
    /// uses the text up to the end of the second one up.
    pub(crate) fn expect_between(
        &mut self,
        begin: &str,
        end: &str,
        timeout: Duration,
    ) -> Result<String> {
        self.expect(begin, timeout)?;
        let start = self.used;
        self.expect(end, timeout)?;
        let received = self.shared.lock();
        let text = &received.text[start..self.used - end.len()];
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// True if nothing more will come.
    pub(crate) fn has_ended(&self) -> bool {
        self.shared.lock().ended
    }

    /// Returns all text that the console has shown, without control sequences.
    pub fn transcript(&self) -> String {
        String::from_utf8_lossy(&self.shared.lock().text).into_owned()
    }

    /// Returns the last lines of the transcript, indented, for an error message.
    pub fn tail(&self) -> String {
        let transcript = self.transcript();
        let lines: Vec<&str> = transcript.lines().collect();
        let first = lines.len().saturating_sub(SHOWN_LINES);
        let mut tail = format!(
            "last lines of the console ({} of {}):\n",
            lines.len() - first,
            lines.len()
        );
        for line in &lines[first..] {
            let _ = writeln!(tail, "  | {line}");
        }
        tail
    }
}

fn receive(mut reader: impl Read, shared: &Shared) {
    let mut plain = PlainText::default();
    let mut buffer = [0; 4096];
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut received = shared.lock();
        plain.feed(&buffer[..count], &mut received.text);
        received.ended = count == 0;
        shared.changed.notify_all();
        if count == 0 {
            return;
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    while let Some(step) = text[from..].iter().position(|byte| *byte == first) {
        if text[from + step..].starts_with(part) {
            return Some(from + step);
        }
        from += step + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    /// A console and its far end.
    fn console() -> (SerialConsole, UnixStream) {
        let (near, far) = UnixStream::pair().unwrap();
        let failures = BOOT_FAILURES.map(String::from).to_vec();
        (
            SerialConsole::new(near.try_clone().unwrap(), near, failures),
            far,
        )
    }

    #[test]
    fn used_text_is_not_found_again() {
        let (mut console, mut far) = console();
        far.write_all(b"login: one\r\nlogin: two\r\n").unwrap();
        console.expect("login:", SOON).unwrap();
        console.expect("login:", SOON).unwrap();
        console.expect("two", SOON).unwrap();
        let error = console.expect("login:", SOON).unwrap_err().to_string();
        assert!(
            error.starts_with("timeout while waiting for `login:`\n"),
            "{error}"
        );
        assert!(error.contains("  | login: two"), "{error}");
    }

    #[test]
    fn the_first_in_the_text_wins() {
        let (mut console, mut far) = console();
        far.write_all(b"b a").unwrap();
        assert_eq!(console.expect_any(&["a", "b"], SOON).unwrap(), 1);
        assert_eq!(console.expect_any(&["a", "b"], SOON).unwrap(), 0);
    }

    #[test]
    fn text_may_arrive_in_pieces() {
        let (mut console, mut far) = console();
        let sender = thread::spawn(move || {
            for piece in ["lo", "g\x1b[0", "min:", " "] {
                thread::sleep(Duration::from_millis(20));
                far.write_all(piece.as_bytes()).unwrap();
            }
            far
        });
        console.expect("login: ", Duration::from_secs(5)).unwrap();
        drop(sender.join().unwrap());
    }

    #[test]
    fn a_failed_boot_ends_the_wait() {
        for text in BOOT_FAILURES {
            let (mut console, mut far) = console();
            far.write_all(format!("loading\r\n{text} more\r\nlogin: ").as_bytes())
                .unwrap();
            let started = Instant::now();
            let error = console
                .expect("login:", Duration::from_secs(60))
                .unwrap_err();
            assert!(
                error.to_string().contains(&format!("shows `{text}`")),
                "{error}"
            );
            assert!(started.elapsed() < Duration::from_secs(30));
        }
    }

    #[test]
    fn a_test_may_wait_for_a_failure() {
        let (mut console, mut far) = console();
        far.write_all(b"\r\ngrub rescue> ").unwrap();
        console.expect("grub rescue>", SOON).unwrap();
    }

    #[test]
    fn the_end_of_the_guest_ends_the_wait() {
        let (mut console, far) = console();
        drop(far);
        let error = console
            .expect("login:", Duration::from_secs(60))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("the guest has ended"), "{error}");
    }

    #[test]
    fn sends_the_return_key() {
        let (mut console, mut far) = console();
        console.send_line("root").unwrap();
        let mut bytes = [0; 5];
        far.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"root\r");
    }

    #[test]
    fn find_finds_parts() {
        for (text, part, place) in [
            ("abc", "abc", Some(0)),
            ("aab", "ab", Some(1)),
            ("abab", "b", Some(1)),
            ("abc", "d", None),
            ("ab", "abc", None),
            ("", "a", None),
            ("a", "", None),
        ] {
            assert_eq!(
                find(text.as_bytes(), part.as_bytes()),
                place,
                "{text} {part}"
            );
        }
    }
}
