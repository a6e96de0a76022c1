//! Tar archives, entry by entry.
//!
//! Specification: POSIX.1-2017, utility `pax`, "ustar Interchange Format" and "pax Extended Header". Numbers that do not fit
//! their octal field are written in base 256, which GNU tar introduced and every reader of today knows. Extended attributes are
//! records `SCHILY.xattr.NAME`, as star, GNU tar, libarchive, Go and the container tools write them.

use std::io::{self, Seek, SeekFrom, Write};

/// Everything in an archive is a multiple of this.
pub(crate) const BLOCK: usize = 512;
/// Bytes of the name and link fields; longer ones go into an extended header.
pub(crate) const NAME_BYTES: usize = 100;

/// One entry: all that is known about a file but its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path in the archive, without leading slash; directories need no closing one.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits, including set-id and sticky (0 to 0o7777).
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Modification time in seconds since 1970.
    pub mtime: i64,
    /// Extended attributes, in the order they are to be written.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, whose bytes follow by [`TarStream::data`].
    File {
        /// How many bytes will follow.
        size: u64,
    },
    /// Another name of an entry that was written before.
    HardLink {
        /// Path of that entry.
        target: Vec<u8>,
    },
    /// A symbolic link.
    Symlink {
        /// What it says.
        target: Vec<u8>,
    },
    /// A directory.
    Directory,
    /// A character device.
    CharacterDevice {
        /// Driver number.
        major: u32,
        /// Number within the driver.
        minor: u32,
    },
    /// A block device.
    BlockDevice {
        /// Driver number.
        major: u32,
        /// Number within the driver.
        minor: u32,
    },
    /// A named pipe.
    Fifo,
}

impl Entry {
    /// Makes a file that belongs to root and that all may read, for archives of documents rather than trees.
    pub fn plain_file(path: &str, size: u64, mtime: i64) -> Self {
        let path = path.as_bytes().to_vec();
        Self {
            path,
            kind: EntryKind::File { size },
            mode: 0o644,
            uid: 0,
            gid: 0,
            mtime,
            xattrs: Vec::new(),
        }
    }

    /// Makes a directory that belongs to root and that all may enter.
    pub fn plain_directory(path: &str, mtime: i64) -> Self {
        Self {
            kind: EntryKind::Directory,
            mode: 0o755,
            ..Self::plain_file(path, 0, mtime)
        }
    }
}

/// Writes entries one after the other to `W`.
pub struct TarStream<W> {
    inner: W,
    /// Bytes of the current file that are still to come.
    missing: u64,
    /// Zeros that its last block then needs.
    padding: usize,
}

impl<W: Write> TarStream<W> {
    /// Starts an archive.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            missing: 0,
            padding: 0,
        }
    }

    /// Writes the header of the next entry.
    ///
    /// Fails when bytes of the file before are missing.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.expect_complete()?;
        let path = stored_path(entry);
        let link = link_target(&entry.kind);
        let mut records = Vec::new();
        if path.len() > NAME_BYTES {
            push_record(&mut records, b"path", &path);
        }
        if link.len() > NAME_BYTES {
            push_record(&mut records, b"linkpath", link);
        }
        for (name, value) in &entry.xattrs {
            if name.contains(&b'=') {
                let name = String::from_utf8_lossy(name);
                let message =
                    format!("the extended attribute `{name}` has a name that tar cannot hold");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            push_record(
                &mut records,
                &[b"SCHILY.xattr.", name.as_slice()].concat(),
                value,
            );
        }
        if !records.is_empty() {
            self.extended_header(&path, &records)?;
        }
        self.inner.write_all(&encode(entry, &path, link))?;
        if let EntryKind::File { size } = entry.kind {
            self.missing = size;
            self.padding = padding(size);
        }
        Ok(())
    }

    /// Writes the next bytes of the file whose header was written last; more than announced is an error.
    pub fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.missing = self
            .missing
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "the file is longer than its tar header says",
                )
            })?;
        self.inner.write_all(bytes)?;
        if self.missing == 0 {
            self.inner
                .write_all(&[0; BLOCK][..std::mem::take(&mut self.padding)])?;
        }
        Ok(())
    }

    /// Gives a writer for the bytes of the file whose header was written last.
    pub fn data_writer(&mut self) -> DataWriter<'_, W> {
        DataWriter(self)
    }

    /// Writes a whole file.
    pub fn file(&mut self, path: &str, bytes: &[u8], mtime: i64) -> io::Result<()> {
        self.entry(&Entry::plain_file(path, bytes.len() as u64, mtime))?;
        self.data(bytes)
    }

    /// Ends the archive and gives the inner writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.expect_complete()?;
        self.inner.write_all(&[0; 2 * BLOCK])?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    /// Writes headers that were made elsewhere, behind which `size` bytes will follow.
    pub(crate) fn raw_entry(&mut self, headers: &[u8], size: u64) -> io::Result<()> {
        self.expect_complete()?;
        self.inner.write_all(headers)?;
        self.missing = size;
        self.padding = padding(size);
        Ok(())
    }

    fn expect_complete(&self) -> io::Result<()> {
        if self.missing == 0 {
            return Ok(());
        }
        let message = format!("{} bytes of the file before are missing", self.missing);
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    }

    fn extended_header(&mut self, path: &[u8], records: &[u8]) -> io::Result<()> {
        let base = path.strip_suffix(b"/").unwrap_or(path);
        let base = base.rsplit(|byte| *byte == b'/').next().unwrap_or(base);
        let mut name = [b"PaxHeaders/", base].concat();
        name.truncate(NAME_BYTES);
        let entry = Entry::plain_file("", records.len() as u64, 0);
        let mut header = encode(&entry, &name, b"");
        header[TYPE_FLAG] = b'x';
        set_checksum(&mut header);
        self.inner.write_all(&header)?;
        self.inner.write_all(records)?;
        self.inner
            .write_all(&[0; BLOCK][..padding(records.len() as u64)])
    }
}

/// Writes the bytes of one file of an archive.
pub struct DataWriter<'a, W>(&'a mut TarStream<W>);

impl<W: Write> Write for DataWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.data(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write + Seek> TarStream<W> {
    /// Writes a file whose name and size are known only after its bytes.
    ///
    /// `produce` writes the bytes and tells the name, at most 100 bytes long. The header is left open and filled in afterwards,
    /// so nothing is stored twice on the way.
    pub(crate) fn late_file<T, E>(
        &mut self,
        mtime: i64,
        produce: impl FnOnce(&mut W) -> Result<(String, T), E>,
    ) -> Result<T, E>
    where
        E: From<io::Error>,
    {
        self.expect_complete()?;
        let header = self.inner.stream_position()?;
        self.inner.write_all(&[0; BLOCK])?;
        let (name, produced) = produce(&mut self.inner)?;
        let size = self.inner.stream_position()? - header - BLOCK as u64;
        self.inner.write_all(&[0; BLOCK][..padding(size)])?;
        let end = self.inner.stream_position()?;
        self.inner.seek(SeekFrom::Start(header))?;
        self.inner.write_all(&encode(
            &Entry::plain_file("", size, mtime),
            name.as_bytes(),
            b"",
        ))?;
        self.inner.seek(SeekFrom::Start(end))?;
        Ok(produced)
    }
}

/// Zeros between the end of a file of `size` bytes and the next header.
fn padding(size: u64) -> usize {
    (size.next_multiple_of(BLOCK as u64) - size) as usize
}

fn stored_path(entry: &Entry) -> Vec<u8> {
    let mut path = entry.path.clone();
    if entry.kind == EntryKind::Directory && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path
}

fn link_target(kind: &EntryKind) -> &[u8] {
    match kind {
        EntryKind::HardLink { target } | EntryKind::Symlink { target } => target,
        _ => &[],
    }
}

/// Appends `LENGTH KEY=VALUE\n`, where LENGTH counts itself.
fn push_record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend(length.to_string().bytes());
    records.push(b' ');
    records.extend(key);
    records.push(b'=');
    records.extend(value);
    records.push(b'\n');
}

pub(crate) const TYPE_FLAG: usize = 156;
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Lays out a ustar header (POSIX.1-2017, table "ustar Header Block").
pub(crate) fn encode(entry: &Entry, path: &[u8], link: &[u8]) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let (flag, size, device) = match entry.kind {
        EntryKind::File { size } => (b'0', size, None),
        EntryKind::HardLink { .. } => (b'1', 0, None),
        EntryKind::Symlink { .. } => (b'2', 0, None),
        EntryKind::CharacterDevice { major, minor } => (b'3', 0, Some((major, minor))),
        EntryKind::BlockDevice { major, minor } => (b'4', 0, Some((major, minor))),
        EntryKind::Directory => (b'5', 0, None),
        EntryKind::Fifo => (b'6', 0, None),
    };
    put_text(&mut header[0..100], path);
    put_number(&mut header[100..108], i128::from(entry.mode & 0o7777));
    put_number(&mut header[108..116], i128::from(entry.uid));
    put_number(&mut header[116..124], i128::from(entry.gid));
    put_number(&mut header[124..136], i128::from(size));
    put_number(&mut header[136..148], i128::from(entry.mtime));
    header[TYPE_FLAG] = flag;
    put_text(&mut header[157..257], link);
    header[257..265].copy_from_slice(b"ustar\x0000");
    let (major, minor) = device.unwrap_or_default();
    put_number(&mut header[329..337], i128::from(major));
    put_number(&mut header[337..345], i128::from(minor));
    set_checksum(&mut header);
    header
}

fn put_text(field: &mut [u8], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

/// Writes octal digits and a closing zero, or base 256 (first bit set, big-endian two's complement) where digits do not do.
pub(crate) fn put_number(field: &mut [u8], number: i128) {
    let digits = field.len() - 1;
    if (0..1 << (3 * digits)).contains(&number) {
        field[..digits].copy_from_slice(format!("{number:0digits$o}").as_bytes());
        return;
    }
    let bytes = number.to_be_bytes();
    let length = field.len();
    field.copy_from_slice(&bytes[bytes.len() - length..]);
    field[0] |= 0x80;
}

/// Sums up all bytes, taking the checksum itself for blanks.
pub(crate) fn set_checksum(header: &mut [u8; BLOCK]) {
    header[CHECKSUM].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_count_their_own_length() {
        let cases = [
            (b"".as_slice(), "7 key=\n"),
            (b"v", "8 key=v\n"),
            (b"vv", "9 key=vv\n"),
            (b"vvv", "11 key=vvv\n"),
        ];
        for (value, expected) in cases {
            let mut records = Vec::new();
            push_record(&mut records, b"key", value);
            assert_eq!(String::from_utf8(records).unwrap(), expected);
        }
        for length in 80..120 {
            let mut records = Vec::new();
            push_record(&mut records, b"key", &vec![b'x'; length]);
            assert!(records.starts_with(format!("{} ", records.len()).as_bytes()));
        }
    }

    #[test]
    fn numbers_fit_their_fields() {
        let cases: [(i128, usize, &[u8]); 6] = [
            (0o755, 8, b"0000755\0"),
            (0o7_777_777, 8, b"7777777\0"),
            (0o10_000_000, 8, &[0x80, 0, 0, 0, 0, 0x20, 0, 0]),
            (0, 12, b"00000000000\0"),
            (1 << 33, 12, &[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]),
            (-1, 12, &[0xff; 12]),
        ];
        for (number, width, expected) in cases {
            let mut field = vec![0; width];
            put_number(&mut field, number);
            assert_eq!(field, expected, "{number}");
        }
    }

    #[test]
    fn announced_and_written_bytes_must_agree() {
        let mut stream = TarStream::new(Vec::new());
        stream.entry(&Entry::plain_file("a", 3, 0)).unwrap();
        assert!(stream.data(b"abcd").is_err());
        assert!(stream.entry(&Entry::plain_file("b", 0, 0)).is_err());
        assert!(stream.finish().is_err());
    }

    #[test]
    fn attribute_names_with_an_equals_sign_are_refused() {
        let entry = Entry {
            xattrs: vec![(b"user.a=b".to_vec(), vec![])],
            ..Entry::plain_file("a", 0, 0)
        };
        let error = TarStream::new(Vec::new()).entry(&entry).unwrap_err();
        assert!(error.to_string().contains("`user.a=b`"));
    }

    #[test]
    fn late_files_may_be_longer_than_octal_can_say() {
        use std::io::Read;
        const SIZE: u64 = 9 << 30;
        let mut stream = TarStream::new(tempfile::tempfile().unwrap());
        let produced = stream.late_file(7, |file| {
            file.seek(SeekFrom::Start(BLOCK as u64 + SIZE))?;
            Ok::<_, io::Error>(("late".into(), 42))
        });
        assert_eq!(produced.unwrap(), 42);
        stream.file("next", b"", 7).unwrap();
        let mut file = stream.finish().unwrap();
        let mut header = [0; BLOCK];
        for (place, name, size) in [
            (0, b"late\0", [0x80, 0, 0, 0, 0, 0, 0, 2, 0x40, 0, 0, 0]),
            (SIZE + BLOCK as u64, b"next\0", *b"00000000000\0"),
        ] {
            file.seek(SeekFrom::Start(place)).unwrap();
            file.read_exact(&mut header).unwrap();
            assert_eq!(
                (&header[..5], &header[124..136]),
                (name.as_slice(), size.as_slice())
            );
        }
    }
}
