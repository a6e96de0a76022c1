//! Bytes to text: UTF-8, UTF-16 with a byte order mark, and Latin-1 where the XML declaration says so.

/// The bytes are no text in an encoding that is read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset} is not {encoding}")]
pub struct NotText {
    /// Offset of the first byte that does not fit.
    pub offset: usize,
    /// The encoding the file seems to be in.
    pub encoding: &'static str,
}

/// Names under which an XML declaration may announce Latin-1 or its subset ASCII.
const LATIN1: [&str; 6] = [
    "iso-8859-1",
    "iso8859-1",
    "latin1",
    "latin-1",
    "us-ascii",
    "ascii",
];

/// Turns the bytes of a file into text without byte order mark.
pub fn decode(bytes: Vec<u8>) -> Result<String, NotText> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return decode_utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return decode_utf16(rest, u16::from_be_bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) if declares_latin1(error.as_bytes()) => Ok(error
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect()),
        Err(error) => Err(NotText {
            offset: error.utf8_error().valid_up_to(),
            encoding: "UTF-8",
        }),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let mut text = String::with_capacity(bytes.len());
    let mut offset = 2;
    for letter in char::decode_utf16(units) {
        let letter = letter.map_err(|_| NotText {
            offset,
            encoding: "UTF-16",
        })?;
        text.push(letter);
        offset += 2 * letter.len_utf16();
    }
    if bytes.len() % 2 == 1 {
        return Err(NotText {
            offset,
            encoding: "UTF-16",
        });
    }
    Ok(text)
}

fn declares_latin1(bytes: &[u8]) -> bool {
    let Some(declaration) = bytes
        .strip_prefix(b"<?xml")
        .and_then(|rest| rest.split(|&byte| byte == b'>').next())
        .and_then(|declaration| std::str::from_utf8(declaration).ok())
    else {
        return false;
    };
    let Some((_, encoding)) = declaration.split_once("encoding") else {
        return false;
    };
    let encoding = encoding
        .trim_start_matches([' ', '=', '\t'])
        .trim_start_matches(['"', '\'']);
    let end = encoding.find(['"', '\'']).unwrap_or(encoding.len());
    LATIN1.contains(&encoding[..end].to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        for (bytes, text) in [
            (&b"<a/>"[..], "<a/>"),
            (b"\xef\xbb\xbf<a/>", "<a/>"),
            (b"\xff\xfe<\0\xe4\0", "<\u{e4}"),
            (b"\xfe\xff\0<\0\xe4", "<\u{e4}"),
            (
                b"<?xml version='1.0' encoding='ISO-8859-1'?>\xe4",
                "<?xml version='1.0' encoding='ISO-8859-1'?>\u{e4}",
            ),
            (b"", ""),
        ] {
            assert_eq!(decode(bytes.to_vec()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn says_which_byte_is_wrong() {
        for (bytes, offset) in [
            (&b"ab\xe4"[..], 2),
            (b"<?xml version='1.0' encoding='UTF-8'?>\xe4", 38),
            (b"\xff\xfea\0\0", 4),
            (b"\xff\xfea\0\0\xd8b\0", 4),
        ] {
            assert_eq!(decode(bytes.to_vec()).unwrap_err().offset, offset);
        }
    }
}
