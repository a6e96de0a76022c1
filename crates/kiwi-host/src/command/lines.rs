//! Cutting a byte stream into lines.

/// Lines longer than this are cut, so that a program without line ends cannot fill the memory. Bytes.
const LONGEST_LINE: usize = 64 * 1024;

/// Collects bytes and gives out complete lines.
///
/// A carriage return ends a line too, because progress displays use it; the empty lines this makes of `\r\n` are dropped.
#[derive(Debug, Default)]
pub(super) struct LineSplitter {
    partial: Vec<u8>,
    after_return: bool,
}

impl LineSplitter {
    /// Takes the next bytes and calls `emit` for each line that is complete now.
    pub(super) fn feed(&mut self, bytes: &[u8], emit: &mut dyn FnMut(&str)) {
        for &byte in bytes {
            let follows_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if follows_return => {}
                b'\n' => self.flush(emit),
                b'\r' => {
                    self.flush(emit);
                    self.after_return = true;
                }
                _ => {
                    self.partial.push(byte);
                    if self.partial.len() >= LONGEST_LINE {
                        self.flush(emit);
                    }
                }
            }
        }
    }

    /// Gives out what is left at the end of the stream.
    pub(super) fn finish(&mut self, emit: &mut dyn FnMut(&str)) {
        if !self.partial.is_empty() {
            self.flush(emit);
        }
    }

    fn flush(&mut self, emit: &mut dyn FnMut(&str)) {
        emit(&String::from_utf8_lossy(&self.partial));
        self.partial.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_lines_across_chunks() {
        let cases: [(&[&str], &[&str]); 6] = [
            (&["a\nb\n"], &["a", "b"]),
            (&["a", "b\nc"], &["ab", "c"]),
            (&["a\r\nb"], &["a", "b"]),
            (&["a\r", "\nb"], &["a", "b"]),
            (&["10%\r20%\r"], &["10%", "20%"]),
            (&["a\n\nb"], &["a", "", "b"]),
        ];
        for (chunks, expected) in cases {
            let mut lines = Vec::new();
            let mut splitter = LineSplitter::default();
            for chunk in chunks {
                splitter.feed(chunk.as_bytes(), &mut |line| lines.push(line.to_owned()));
            }
            splitter.finish(&mut |line| lines.push(line.to_owned()));
            assert_eq!(lines, expected, "{chunks:?}");
        }
    }

    #[test]
    fn endless_lines_are_cut() {
        let mut count = 0;
        let mut splitter = LineSplitter::default();
        splitter.feed(&vec![b'x'; 3 * LONGEST_LINE], &mut |_| count += 1);
        assert_eq!(count, 3);
    }
}
