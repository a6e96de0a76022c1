//! What a tree holds: every path with owner, mode, attributes and content.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::ext4::{Ext4, Node};
use crate::guest_shell::hexadecimal;

/// What a path is, with what makes it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A file.
    File {
        /// Length in bytes.
        size: u64,
        /// SHA-256 of the content, in hexadecimal digits.
        digest: String,
    },
    /// A symbolic link and its target.
    Link(PathBuf),
    /// A character device, major and minor number.
    CharacterDevice(u32, u32),
    /// A block device, major and minor number.
    BlockDevice(u32, u32),
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory => formatter.write_str("directory"),
            Self::File { size, digest } => {
                let start = digest.get(..12).unwrap_or(digest);
                write!(formatter, "file of {size} bytes, sha256 {start}")
            }
            Self::Link(target) => write!(formatter, "link to `{}`", target.display()),
            Self::CharacterDevice(major, minor) => {
                write!(formatter, "character device {major}:{minor}")
            }
            Self::BlockDevice(major, minor) => write!(formatter, "block device {major}:{minor}"),
            Self::Pipe => formatter.write_str("pipe"),
            Self::Socket => formatter.write_str("socket"),
        }
    }
}

/// One path of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Permission bits, with set-user-id, set-group-id and sticky bit.
    pub mode: u32,
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Time of the last change of the data, seconds since 1970.
    pub mtime: i64,
    /// Extended attributes, access control lists and capabilities among them.
    pub attributes: BTreeMap<String, Vec<u8>>,
    /// The first path, in sorted order, that is a hard link to the same file;
    /// nothing if this is the first or the only one.
    pub hard_link_to: Option<PathBuf>,
}

/// All paths of a tree, beginning with `/`, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The entries by path.
    pub entries: BTreeMap<PathBuf, Entry>,
}

impl Listing {
    /// Lists a directory. Does not follow links; stays on the file system.
    ///
    /// # Errors
    /// If something cannot be read, as foreign files without being root.
    pub fn of_directory(directory: &Path) -> Result<Self> {
        let mut listing = Self::default();
        let mut seen = HashMap::new();
        for found in WalkDir::new(directory)
            .same_file_system(true)
            .sort_by_file_name()
        {
            let found = found?;
            let data = found.metadata()?;
            let inside = found.path().strip_prefix(directory)?;
            let path = Path::new("/").join(inside);
            let hard_link_to = first_name(
                &mut seen,
                (data.dev(), data.ino()),
                data.nlink(),
                data.is_dir(),
                &path,
            );
            let entry = Entry {
                kind: kind_of(found.path(), &data)?,
                mode: data.mode() & 0o7777,
                uid: data.uid(),
                gid: data.gid(),
                mtime: data.mtime(),
                attributes: attributes_of(found.path())?,
                hard_link_to,
            };
            listing.entries.insert(path, entry);
        }
        Ok(listing)
    }

    /// Lists the ext2, ext3 or ext4 file system at byte `offset` of an image.
    ///
    /// # Errors
    /// As [`Ext4`].
    pub fn of_ext4(image: &Path, offset: u64) -> Result<Self> {
        let file_system = Ext4::open(image, offset)?;
        let mut listing = Self::default();
        let mut seen = HashMap::new();
        let root = file_system.root()?;
        let mut open = vec![(PathBuf::from("/"), root)];
        // Depth first in the order of names, as the walk over a directory does.
        while let Some((path, node)) = open.pop() {
            let entry = ext4_entry(&file_system, &path, &node, &mut seen)
                .with_context(|| format!("`{}` in `{}`", path.display(), image.display()))?;
            if entry.kind == Kind::Directory {
                for (name, child) in file_system.directory(&node)?.into_iter().rev() {
                    open.push((path.join(OsString::from_vec(name)), child));
                }
            }
            listing.entries.insert(path, entry);
        }
        Ok(listing)
    }

    /// Replaces every user and group id, say to undo a user namespace's mapping.
    pub fn map_owners(&mut self, map: impl Fn(u32) -> u32) {
        for entry in self.entries.values_mut() {
            entry.uid = map(entry.uid);
            entry.gid = map(entry.gid);
        }
    }
}

/// Notes the name of a file and returns its first one if it has several.
fn first_name<Key: std::hash::Hash + Eq>(
    seen: &mut HashMap<Key, PathBuf>,
    key: Key,
    links: u64,
    is_directory: bool,
    path: &Path,
) -> Option<PathBuf> {
    if links < 2 || is_directory {
        return None;
    }
    let first = seen.entry(key).or_insert_with(|| path.to_owned());
    (first != path).then(|| first.clone())
}

fn kind_of(path: &Path, data: &std::fs::Metadata) -> Result<Kind> {
    let kind = data.file_type();
    let device = data.rdev();
    let major = (device >> 8 & 0xfff) as u32;
    let minor = (device & 0xff | device >> 12 & 0xf_ff00) as u32;
    Ok(if kind.is_dir() {
        Kind::Directory
    } else if kind.is_symlink() {
        Kind::Link(fs_err::read_link(path)?)
    } else if kind.is_char_device() {
        Kind::CharacterDevice(major, minor)
    } else if kind.is_block_device() {
        Kind::BlockDevice(major, minor)
    } else if kind.is_fifo() {
        Kind::Pipe
    } else if kind.is_socket() {
        Kind::Socket
    } else {
        let mut file = fs_err::File::open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            hash.update(&buffer[..count]);
        }
        Kind::File {
            size: data.len(),
            digest: hexadecimal(&hash.finalize()),
        }
    })
}

fn attributes_of(path: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut attributes = BTreeMap::new();
    let names = xattr::list(path).with_context(|| format!("attributes of `{}`", path.display()))?;
    for name in names {
        if let Some(value) = xattr::get(path, &name)? {
            attributes.insert(String::from_utf8_lossy(name.as_bytes()).into_owned(), value);
        }
    }
    Ok(attributes)
}

fn ext4_entry(
    file_system: &Ext4,
    path: &Path,
    node: &Node,
    seen: &mut HashMap<u32, PathBuf>,
) -> Result<Entry> {
    let (major, minor) = node.device();
    let kind = match node.mode() >> 12 {
        0o04 => Kind::Directory,
        0o12 => Kind::Link(OsString::from_vec(file_system.link_target(node)?).into()),
        0o02 => Kind::CharacterDevice(major, minor),
        0o06 => Kind::BlockDevice(major, minor),
        0o01 => Kind::Pipe,
        0o14 => Kind::Socket,
        _ => {
            let data = file_system.data(node)?;
            Kind::File {
                size: node.size(),
                digest: hexadecimal(&Sha256::digest(&data)),
            }
        }
    };
    let (uid, gid) = node.owner();
    let is_directory = kind == Kind::Directory;
    Ok(Entry {
        kind,
        mode: node.mode() & 0o7777,
        uid,
        gid,
        mtime: node.mtime(),
        attributes: file_system.attributes(node)?,
        hard_link_to: first_name(seen, node.number, node.links().into(), is_directory, path),
    })
}
