//! Unpacks the outer shell of Debian packages, so that dpkg need not decompress.
//!
//! A package is an `ar` archive of three members: `debian-binary`, a control archive and a data
//! archive (deb(5)). dpkg decompresses them on one processor while it installs; we do it beforehand
//! on all of them and hand dpkg the same packages with plain tar members.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// First bytes of an `ar` archive.
const AR_MAGIC: &[u8; 8] = b"!<arch>\n";
/// Bytes of a member's header.
const HEADER: usize = 60;
/// Where the size stands in a header, ten decimal digits padded with blanks.
const SIZE_FIELD: std::ops::Range<usize> = 48..58;
/// Last two bytes of a header.
const HEADER_END: &[u8; 2] = b"`\n";

/// Writes the package `source` to `destination` with its members decompressed.
///
/// Members in a compression that dpkg alone knows are copied as they are.
pub(super) fn expand(source: &Path, destination: &Path) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 17, File::open(source)?);
    let mut writer = BufWriter::with_capacity(1 << 18, File::create(destination)?);
    let mut magic = [0; AR_MAGIC.len()];
    reader.read_exact(&mut magic)?;
    if &magic != AR_MAGIC {
        return Err(damaged("it is not an ar archive"));
    }
    writer.write_all(AR_MAGIC)?;
    while let Some(member) = next_member(&mut reader)? {
        let mut content = (&mut reader).take(member.size);
        match member.compression() {
            Some((name, compression)) => {
                copy_expanded(name, compression, &mut content, &mut writer)?;
            }
            None => copy_member(&member, &mut content, &mut writer)?,
        }
        io::copy(&mut content, &mut io::sink())?;
        if member.size % 2 == 1 {
            reader.read_exact(&mut [0])?;
        }
    }
    writer.flush()
}

/// Compressions of deb(5) that are undone here.
#[derive(Clone, Copy)]
enum Compression {
    Gzip,
    Xz,
    Zstd,
}

struct Member {
    name: String,
    size: u64,
}

impl Member {
    /// Name without compression suffix, and the compression.
    fn compression(&self) -> Option<(&str, Compression)> {
        let (stem, suffix) = self.name.rsplit_once('.')?;
        let compression = match suffix {
            "gz" => Compression::Gzip,
            "xz" => Compression::Xz,
            "zst" => Compression::Zstd,
            _ => return None,
        };
        matches!(stem, "control.tar" | "data.tar").then_some((stem, compression))
    }
}

fn next_member(reader: &mut impl Read) -> io::Result<Option<Member>> {
    let mut header = [0; HEADER];
    let mut filled = 0;
    while filled < HEADER {
        match reader.read(&mut header[filled..])? {
            0 if filled == 0 => return Ok(None),
            0 => return Err(damaged("it ends within a header")),
            count => filled += count,
        }
    }
    if &header[58..] != HEADER_END {
        return Err(damaged("a header is wrong"));
    }
    let text = |range| String::from_utf8_lossy(&header[range]).trim().to_owned();
    Ok(Some(Member {
        name: text(0..16).trim_end_matches('/').to_owned(),
        size: text(SIZE_FIELD)
            .parse()
            .map_err(|_| damaged("a size is not a number"))?,
    }))
}

fn header(name: &str, size: u64) -> Vec<u8> {
    format!(
        "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, 0, "100644"
    )
    .into_bytes()
}

fn copy_member(
    member: &Member,
    content: &mut impl Read,
    writer: &mut impl Write,
) -> io::Result<()> {
    writer.write_all(&header(&member.name, member.size))?;
    if io::copy(content, writer)? != member.size {
        return Err(damaged("it is cut off"));
    }
    if member.size % 2 == 1 {
        writer.write_all(b"\n")?;
    }
    Ok(())
}

fn copy_expanded(
    name: &str,
    compression: Compression,
    content: &mut impl Read,
    writer: &mut BufWriter<File>,
) -> io::Result<()> {
    let start = writer.stream_position()?;
    writer.write_all(&header(name, 0))?;
    let size = match compression {
        Compression::Gzip => io::copy(&mut flate2::read::MultiGzDecoder::new(content), writer)?,
        Compression::Xz => io::copy(
            &mut liblzma::read::XzDecoder::new_multi_decoder(content),
            writer,
        )?,
        Compression::Zstd => io::copy(&mut zstd::stream::read::Decoder::new(content)?, writer)?,
    };
    if size % 2 == 1 {
        writer.write_all(b"\n")?;
    }
    let end = writer.stream_position()?;
    writer.seek(SeekFrom::Start(start))?;
    writer.write_all(&header(name, size))?;
    writer.seek(SeekFrom::Start(end))?;
    Ok(())
}

fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = AR_MAGIC.to_vec();
        for (name, content) in members {
            bytes.extend(header(name, content.len() as u64));
            bytes.extend(content);
            if content.len() % 2 == 1 {
                bytes.push(b'\n');
            }
        }
        bytes
    }

    #[test]
    fn members_are_expanded() {
        let directory = tempfile::tempdir().expect("a directory");
        let plain = b"odd".to_vec();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(&plain).expect("memory");
        let packed = package(&[
            ("debian-binary", b"2.0\n".to_vec()),
            (
                "control.tar.zst",
                zstd::encode_all(&plain[..], 1).expect("zstd"),
            ),
            ("data.tar.xz", xz.finish().expect("xz")),
        ]);
        let expected = package(&[
            ("debian-binary", b"2.0\n".to_vec()),
            ("control.tar", plain.clone()),
            ("data.tar", plain),
        ]);
        let (source, destination) = (directory.path().join("a"), directory.path().join("b"));
        std::fs::write(&source, packed).expect("written");
        expand(&source, &destination).expect("expanded");
        assert_eq!(std::fs::read(&destination).expect("read"), expected);
    }

    #[test]
    fn damage_is_an_error() {
        let directory = tempfile::tempdir().expect("a directory");
        let whole = package(&[(
            "data.tar.zst",
            zstd::encode_all(&b"x"[..], 1).expect("zstd"),
        )]);
        for bytes in [&b"nothing"[..], &whole[..20], &whole[..whole.len() - 4]] {
            let source = directory.path().join("a");
            std::fs::write(&source, bytes).expect("written");
            assert!(expand(&source, &directory.path().join("b")).is_err());
        }
    }
}
