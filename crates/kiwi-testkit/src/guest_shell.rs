//! A shell on a serial console: logging in, running commands, reading results.
//!
//! What a console shows is not only what a command prints: the terminal echoes
//! and wraps input, the shell prompts, the kernel writes messages in between. So
//! the command travels as base64 and its output comes back as base64, between
//! marks that the echo cannot contain, with a checksum. The output waits in a
//! file of the guest, and is asked for again if it arrives damaged.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::serial_console::SerialConsole;

/// Where the command and its output wait in the guest, one place per shell.
const GUEST_FILE: &str = "/tmp/.kiwi-testkit.$$";

/// How much base64 is sent in one line. A terminal takes 4095 bytes in a line.
const LINE_LENGTH: usize = 1000;

/// How often a damaged output is asked for again.
const ATTEMPTS: usize = 5;

/// How long a login and other small steps may take in an emulated guest.
const STEP: Duration = Duration::from_secs(120);

/// What a command in the guest has left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its exit code.
    pub code: i32,
    /// All that it has printed, standard output and standard error together.
    pub text: String,
}

/// How a guest asks for the password, in the languages of the guests of our tests.
const PASSWORD_PROMPTS: [&str; 2] = ["assword: ", "asswort: "];

/// How a guest refuses a password.
const REFUSED: &str = "Login incorrect";

/// Logs in at a login prompt, waiting for it at most `timeout`.
pub(crate) fn login(
    console: &mut SerialConsole,
    user: &str,
    password: &str,
    timeout: Duration,
) -> Result<()> {
    console
        .expect("login: ", timeout)
        .context("no login prompt")?;
    console.send_line(user)?;
    let prompts = ["# ", "$ ", "> ", REFUSED];
    // A user without a password is not asked for one.
    let asked = [&PASSWORD_PROMPTS[..], &prompts[..]].concat();
    let mut answer = console
        .expect_any(&asked, STEP)
        .context("no password prompt")?;
    if answer < PASSWORD_PROMPTS.len() {
        console.send_line(password)?;
        answer = PASSWORD_PROMPTS.len()
            + console
                .expect_any(&prompts, STEP)
                .context("no shell after the login")?;
    }
    if asked[answer] != REFUSED {
        // What looked like a prompt may be part of a greeting: ask the shell.
        console.send_line("echo KIWI-'LOGGED'-IN; export TERM=dumb SYSTEMD_PAGER=cat LC_ALL=C")?;
        let answers = ["KIWI-LOGGED-IN", REFUSED];
        if console
            .expect_any(&answers, STEP)
            .context("no shell after the login")?
            == 0
        {
            return Ok(());
        }
    }
    bail!(
        "the guest does not accept the password of `{user}`\n{}",
        console.tail()
    );
}

/// Runs a command in the shell of the guest. `number` makes its marks unique.
pub(crate) fn run(
    console: &mut SerialConsole,
    number: u32,
    command: &str,
    timeout: Duration,
) -> Result<CommandOutput> {
    let deadline = Instant::now() + timeout;
    send_command(console, number, command)?;

    // The quotes keep the echo of these lines from looking like a mark.
    console.send_line(&format!(
        "base64 -d < {GUEST_FILE}.in > {GUEST_FILE}.sh; \
         (. {GUEST_FILE}.sh) < /dev/null > {GUEST_FILE}.out 2>&1; \
         echo KIWI-{number}-'CODE' $? KIWI-{number}-'DONE'"
    ))?;
    let left = deadline.saturating_duration_since(Instant::now());
    let code = console
        .expect_between(
            &format!("KIWI-{number}-CODE"),
            &format!("KIWI-{number}-DONE"),
            left,
        )
        .with_context(|| format!("`{command}` does not end"))?;
    let code = code
        .trim()
        .parse()
        .with_context(|| format!("exit code `{code}`"))?;

    for attempt in 0..ATTEMPTS {
        let mark = format!("KIWI-{number}-{attempt}");
        console.send_line(&format!(
            "echo {mark}-'BEGIN'; base64 {GUEST_FILE}.out; echo; \
             sha256sum < {GUEST_FILE}.out; echo {mark}-'END'"
        ))?;
        let answer =
            console.expect_between(&format!("{mark}-BEGIN"), &format!("{mark}-END"), STEP)?;
        if let Some(bytes) = unpack(&answer) {
            console.send_line(&format!(
                "rm -f {GUEST_FILE}.in {GUEST_FILE}.sh {GUEST_FILE}.out"
            ))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            return Ok(CommandOutput { code, text });
        }
    }
    bail!(
        "the output of `{command}` is damaged {ATTEMPTS} times\n{}",
        console.tail()
    )
}

/// Brings the command into a file of the guest, line by line, and waits for each
/// line: what is typed ahead may get lost.
fn send_command(console: &mut SerialConsole, number: u32, command: &str) -> Result<()> {
    let encoded = encode(format!("{command}\n").as_bytes());
    let mut redirection = ">";
    for (index, piece) in encoded.as_bytes().chunks(LINE_LENGTH).enumerate() {
        let piece = std::str::from_utf8(piece).expect("base64 is ascii");
        console.send_line(&format!(
            "echo {piece} {redirection} {GUEST_FILE}.in; echo KIWI-{number}-'SENT'-{index}"
        ))?;
        console.expect(&format!("KIWI-{number}-SENT-{index}"), STEP)?;
        redirection = ">>";
    }
    Ok(())
}

/// Takes the output out of base64 lines and a `sha256sum` line. Other lines are
/// messages of the kernel; nothing if one of them hit a line of ours.
fn unpack(answer: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut sum = None;
    for line in answer.lines().map(str::trim) {
        if let Some(digest) = line.strip_suffix("  -").filter(|digest| digest.len() == 64) {
            sum = Some(digest.to_owned());
        } else if sum.is_none() && !line.is_empty() {
            bytes.extend(decode(line).unwrap_or_default());
        }
    }
    (sum? == hexadecimal(&Sha256::digest(&bytes))).then_some(bytes)
}

/// Writes bytes as lower case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes as base64 (RFC 4648) with padding, in one line.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for index in 0..3 {
            bits = bits << 8 | u32::from(group.get(index).copied().unwrap_or(0));
        }
        for index in 0..4 {
            if index <= group.len() {
                let digit = bits >> (18 - 6 * index) & 0x3f;
                text.push(char::from(ALPHABET[digit as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// Reads one line of base64; nothing if it is anything else.
fn decode(line: &str) -> Option<Vec<u8>> {
    let digits = line.trim_end_matches('=');
    if !line.len().is_multiple_of(4) || line.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for digit in digits.bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::judges::require_judge;

    #[test]
    fn base64_both_ways() {
        let long: Vec<u8> = (0..=255).collect();
        let cases: [(&[u8], &str); 5] = [
            (b"", ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"\xff\xfe", "//4="),
        ];
        for (bytes, text) in cases {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).as_deref(), Some(bytes));
        }
        assert_eq!(decode(&encode(&long)), Some(long));
        for bad in ["a", "abc", "a b=", "====", "[1.0] message", "abc$"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn kernel_messages_are_told_from_output() {
        let sum = hexadecimal(&Sha256::digest(b"hello"));
        for (answer, expected) in [
            (format!("\naGVsbG8=\n\n{sum}  -\n"), Some(b"hello".to_vec())),
            (
                format!("\n[   12.5] eth0: up\naGVs\nbG8=\n{sum}  -\n"),
                Some(b"hello".to_vec()),
            ),
            (format!("\naGVs[ 1.0] usb: x\nbG8=\n{sum}  -\n"), None),
            (format!("\naGVsbG8=\n{}", &sum[1..]), None),
            ("\n".to_owned(), None),
        ] {
            assert_eq!(unpack(&answer), expected, "{answer}");
        }
    }

    /// A shell behind a real terminal: with echo, prompt and 80 columns.
    struct Terminal {
        child: Child,
        console: SerialConsole,
    }

    impl Terminal {
        fn start(command: &str) -> Option<Self> {
            let script = require_judge("script")?;
            let mut child = Command::new(script)
                .args(["-q", "-e", "-c", command, "/dev/null"])
                .env("PS1", "\\u@\\h: ")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let input = child.stdin.take().unwrap();
            let output = child.stdout.take().unwrap();
            Some(Self {
                child,
                console: SerialConsole::new(output, input, Vec::new()),
            })
        }

        fn run(&mut self, number: u32, command: &str) -> CommandOutput {
            run(&mut self.console, number, command, Duration::from_secs(30)).unwrap()
        }
    }

    impl Drop for Terminal {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    #[test]
    fn commands_run_behind_a_terminal() {
        for shell in ["bash --norc -i", "sh -i"] {
            let Some(mut terminal) = Terminal::start(shell) else {
                return;
            };
            let long = format!("printf %s '{}' | wc -c", "x".repeat(3000));
            let cases: [(&str, i32, &str); 8] = [
                ("echo hello", 0, "hello\n"),
                ("false", 1, ""),
                ("exit 42", 42, ""),
                ("printf 'no line end'", 0, "no line end"),
                ("echo out; echo err >&2", 0, "out\nerr\n"),
                (
                    "echo \"it's \\\"quoted\\\" \\$HOME\"\necho 'two lines'",
                    0,
                    "it's \"quoted\" $HOME\ntwo lines\n",
                ),
                ("echo KIWI-9-'DONE'; cat", 0, "KIWI-9-DONE\n"),
                (&long, 0, "3000\n"),
            ];
            for (number, (command, code, text)) in (1..).zip(cases) {
                let expected = CommandOutput {
                    code,
                    text: text.to_owned(),
                };
                assert_eq!(
                    terminal.run(number, command),
                    expected,
                    "{shell}: {command}"
                );
            }
            let bytes = terminal.run(90, "head -c 20000 /dev/zero | tr '\\0' 'y'");
            assert_eq!(bytes.text, "y".repeat(20_000));
        }
    }

    #[test]
    fn messages_in_between_do_no_harm() {
        // It ends with the terminal, to which it cannot write any more then.
        let noise = "bash --norc -c 'while sleep 0.02 && echo && echo \"[   12.3456] noise: message\"; do :; done & bash --norc -i'";
        let Some(mut terminal) = Terminal::start(noise) else {
            return;
        };
        for number in 1..5 {
            let output = terminal.run(number, "seq 100; exit 3");
            assert_eq!((output.code, output.text.lines().count()), (3, 100));
        }
    }

    #[test]
    fn logs_in() {
        let getty = |prompt: &str| {
            format!(
                "bash --norc -c 'read -p \"vm login: \" u; read -s -p \"{prompt}\" p; echo; \
                 if [ $u.$p = root.linux ]; then PS1=\"# \" bash --norc -i; else echo; echo {REFUSED}; sleep 20; fi'"
            )
        };
        for prompt in ["Password: ", "Passwort: "] {
            let Some(mut terminal) = Terminal::start(&getty(prompt)) else {
                return;
            };
            login(&mut terminal.console, "root", "linux", STEP).unwrap();
            assert_eq!(terminal.run(1, "echo in").text, "in\n");
        }

        let Some(mut terminal) = Terminal::start(&getty("Password: ")) else {
            return;
        };
        let error = login(&mut terminal.console, "root", "wrong", STEP)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the guest does not accept the password of `root`"),
            "{error}"
        );
    }

    #[test]
    fn a_command_that_hangs_is_named() {
        let Some(mut terminal) = Terminal::start("bash --norc -i") else {
            return;
        };
        let error = run(&mut terminal.console, 1, "sleep 30", Duration::from_secs(2)).unwrap_err();
        assert!(
            format!("{error:#}").starts_with("`sleep 30` does not end: timeout"),
            "{error:#}"
        );
        drop(
            terminal
                .child
                .stdout
                .take()
                .map(|mut output| output.read(&mut [0])),
        );
    }
}
