//! Members of "newc" cpio archives, which initrds are made of.
//!
//! Format: `driver-api/early-userspace/buffer-format` of the kernel documentation. Headers are text: a magic number and
//! thirteen fields of eight hexadecimal digits. Names and data are padded to four bytes, counted from the archive's start.

/// First bytes of every header.
const MAGIC: &[u8; 6] = b"070701";
/// Fields of a header.
const FIELDS: usize = 13;
/// Digits of a field.
const DIGITS: usize = 8;
/// Bytes of a header.
const HEADER: usize = MAGIC.len() + FIELDS * DIGITS;
/// Names and data begin at multiples of this.
const ALIGNMENT: usize = 4;
/// Whole archives are padded to this, as cpio does it.
pub const BLOCK: usize = 512;
/// Name of the member that ends an archive.
pub const TRAILER: &[u8] = b"TRAILER!!!";

/// What a header says about a member, apart from the lengths of its name and data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Number that members of one file with several names share.
    pub inode: u32,
    /// Kind and permissions, as in `st_mode`.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// How many names the file has.
    pub links: u32,
    /// Modification time in seconds since 1970.
    pub mtime: u32,
    /// Major and minor number of the device the file was on.
    pub device: (u32, u32),
    /// Major and minor number of a device node.
    pub special: (u32, u32),
}

/// One member of an archive in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// What its header says.
    pub header: Header,
    /// Its name without the zero byte at its end.
    pub name: &'a [u8],
    /// Its content.
    pub data: &'a [u8],
    /// Where the next member begins.
    pub next: usize,
}

/// Reads the member at `position`; nothing when there is none, or not all of it.
pub fn member(archive: &[u8], position: usize) -> Option<Member<'_>> {
    let bytes = archive.get(position..position.checked_add(HEADER)?)?;
    if !bytes.starts_with(MAGIC) {
        return None;
    }
    let mut fields = [0; FIELDS];
    for (field, digits) in fields
        .iter_mut()
        .zip(bytes[MAGIC.len()..].chunks_exact(DIGITS))
    {
        *field = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let [
        inode,
        mode,
        uid,
        gid,
        links,
        mtime,
        size,
        major,
        minor,
        special_major,
        special_minor,
        name_size,
        _,
    ] = fields;
    let name_start = position + HEADER;
    let name = archive.get(name_start..name_start.checked_add(name_size as usize)?)?;
    let data_start = (name_start + name.len()).next_multiple_of(ALIGNMENT);
    let data = archive.get(data_start..data_start.checked_add(size as usize)?)?;
    let next = (data_start + data.len()).next_multiple_of(ALIGNMENT);
    (next <= archive.len()).then_some(Member {
        header: Header {
            inode,
            mode,
            uid,
            gid,
            links,
            mtime,
            device: (major, minor),
            special: (special_major, special_minor),
        },
        name: name.strip_suffix(b"\0")?,
        data,
        next,
    })
}

/// Appends a member to an archive that begins at the start of `archive`.
///
/// # Panics
/// If name or data have more than 4 GiB, which the format cannot express.
pub fn append(archive: &mut Vec<u8>, header: &Header, name: &[u8], data: &[u8]) {
    let length = |bytes: usize| u32::try_from(bytes).expect("initrds hold small files only");
    let fields = [
        header.inode,
        header.mode,
        header.uid,
        header.gid,
        header.links,
        header.mtime,
        length(data.len()),
        header.device.0,
        header.device.1,
        header.special.0,
        header.special.1,
        length(name.len() + 1),
        0,
    ];
    archive.extend_from_slice(MAGIC);
    for field in fields {
        archive.extend_from_slice(format!("{field:08X}").as_bytes());
    }
    archive.extend_from_slice(name);
    archive.push(0);
    archive.resize(archive.len().next_multiple_of(ALIGNMENT), 0);
    archive.extend_from_slice(data);
    archive.resize(archive.len().next_multiple_of(ALIGNMENT), 0);
}

/// Appends the end of an archive and its padding.
pub fn finish(archive: &mut Vec<u8>) {
    let header = Header {
        links: 1,
        ..Header::default()
    };
    append(archive, &header, TRAILER, b"");
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let header = Header {
            inode: 7,
            mode: 0o100_644,
            uid: 1,
            gid: 2,
            links: 1,
            mtime: 1_700_000_000,
            device: (8, 1),
            special: (5, 1),
        };
        let members: [(&[u8], &[u8]); 3] = [(b"a", b""), (b"dir/bcd", b"12345"), (b"e", b"1234")];
        let mut archive = Vec::new();
        for (name, data) in members {
            append(&mut archive, &header, name, data);
        }
        finish(&mut archive);
        assert_eq!(archive.len() % BLOCK, 0);
        let mut position = 0;
        for (name, data) in members {
            let found = member(&archive, position).unwrap();
            assert_eq!((found.header, found.name, found.data), (header, name, data));
            position = found.next;
        }
        assert_eq!(member(&archive, position).unwrap().name, TRAILER);
    }

    #[test]
    fn what_is_cut_off_or_broken_is_no_member() {
        let mut archive = Vec::new();
        append(&mut archive, &Header::default(), b"name", b"data");
        for length in 0..archive.len() {
            assert_eq!(member(&archive[..length], 0), None, "{length} bytes");
        }
        for (at, byte) in [(0, b'1'), (20, b'x'), (54, b'F'), (94, b'F')] {
            let mut broken = archive.clone();
            broken[at] = byte;
            assert_eq!(member(&broken, 0), None, "byte {at}");
        }
        assert_eq!(member(&archive, usize::MAX), None);
    }
}
