//! Plain text out of what a serial terminal receives.

/// Takes terminal control sequences, carriage returns and zero bytes out of a
/// stream that arrives in pieces.
///
/// Boot loaders draw menus and systemd paints colours; a test looks for words.
/// Sequences as of ECMA-48: CSI, and the strings OSC, DCS, SOS, PM and APC.
#[derive(Debug, Default)]
pub(crate) struct PlainText {
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind ESC, or behind ESC and its intermediate bytes.
    Escape,
    /// Inside a control sequence, up to its final byte.
    Sequence,
    /// Inside a control string, up to BEL or ESC `\`.
    String,
    /// Behind an ESC inside a control string.
    StringEscape,
}

impl PlainText {
    /// Appends the text in `bytes` to `text`.
    #[expect(clippy::match_same_arms, reason = "one arm per transition reads best")]
    pub(crate) fn feed(&mut self, bytes: &[u8], text: &mut Vec<u8>) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (State::Text, 0x1b) => State::Escape,
                (State::Text, b'\r' | 0 | 0x07 | 0x08) => State::Text,
                (State::Text, _) => {
                    text.push(byte);
                    State::Text
                }
                (State::Escape, b'[') => State::Sequence,
                (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
                (State::Escape, 0x1b | 0x20..=0x2f) => State::Escape,
                (State::Sequence | State::StringEscape, 0x1b) => State::Escape,
                (State::Sequence, 0x20..=0x3f) => State::Sequence,
                (State::String, 0x1b) => State::StringEscape,
                (State::String, 0x07) | (State::StringEscape, b'\\') => State::Text,
                (State::String | State::StringEscape, _) => State::String,
                (State::Escape | State::Sequence, _) => State::Text,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_what_is_no_text() {
        let cases: [(&[u8], &str); 9] = [
            (b"plain\ttext\n", "plain\ttext\n"),
            (b"line\r\nnext\r\n", "line\nnext\n"),
            (b"[\x1b[0;32m  OK  \x1b[0m] done", "[  OK  ] done"),
            (b"\x1b[2J\x1b[01;01Hgrub\x1b[5;3Hrescue", "grubrescue"),
            (b"\x1b(Bx\x1bcy", "xy"),
            (b"\x1b]0;title\x07a\x1b]3008;x\x1b\\b", "ab"),
            (b"\x1bP+q6e\x1b\\c", "c"),
            (b"a\0\x08b", "ab"),
            ("ä ✓".as_bytes(), "ä ✓"),
        ];
        for (input, expected) in cases {
            let mut text = Vec::new();
            PlainText::default().feed(input, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), expected, "{input:?}");
        }
    }

    #[test]
    fn a_sequence_may_arrive_in_pieces() {
        let mut plain = PlainText::default();
        let mut text = Vec::new();
        for byte in b"a\x1b[1;31mb\x1b]0;t\x1b\\c" {
            plain.feed(&[*byte], &mut text);
        }
        assert_eq!(text, b"abc");
    }
}
