//! Reads what is to be stored: names, owners, attributes and where files have data.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use super::FileTree;
use crate::{Error, Result};

/// One reading of a tree.
pub(crate) struct Reader<'a> {
    pub(crate) tree: &'a FileTree<'a>,
    /// Block size of the file system that is filled: smaller holes are of no use.
    pub(crate) block_size: u64,
}

/// What a node is, numbered as file systems do beside names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File = 1,
    Directory = 2,
    CharacterDevice = 3,
    BlockDevice = 4,
    Fifo = 5,
    Socket = 6,
    Symlink = 7,
}

/// Seconds since 1970 and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Time {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: u32,
}

/// A file, directory or anything else with an inode.
#[derive(Debug)]
pub(crate) struct Node {
    /// Its first name, relative to the root.
    pub(crate) path: PathBuf,
    /// The directory its first name is in; the root is its own.
    pub(crate) parent: usize,
    pub(crate) kind: Kind,
    /// Kind and permissions.
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) modified: Time,
    /// Extended attributes, names and values as system calls give them.
    pub(crate) attributes: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) content: Content,
    /// How many names it has in what is stored, `.` and `..` not counted.
    pub(crate) names: u32,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Length in bytes, and the parts with data as start and length, multiples of the block size but for the end.
    File(u64, Vec<(u64, u64)>),
    /// Names and which node each stands for, sorted.
    Directory(Vec<(Vec<u8>, usize)>),
    Symlink(Vec<u8>),
    Device(u32, u32),
    Nothing,
}

/// What one look at a name found.
struct Seen {
    name: OsString,
    identity: Option<(u64, u64)>,
    node: Node,
}

impl Reader<'_> {
    /// Reads the whole tree. Node 0 is its root, the rest follows in the order of a walk through sorted names.
    pub(crate) fn read(&self) -> Result<Vec<Node>> {
        let metadata = fs::symlink_metadata(self.tree.root).map_err(Error::path(self.tree.root))?;
        let root = self.node(PathBuf::new(), &metadata)?;
        let mut nodes = vec![root];
        let mut links = BTreeMap::new();
        self.directory(0, &mut nodes, &mut links)?;
        Ok(nodes)
    }

    fn directory(
        &self,
        parent: usize,
        nodes: &mut Vec<Node>,
        links: &mut BTreeMap<(u64, u64), usize>,
    ) -> Result<()> {
        let path = nodes[parent].path.clone();
        let full = self.tree.root.join(&path);
        let listing = fs::read_dir(&full).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<Vec<OsString>, _>>()
        });
        let mut names = listing.map_err(Error::path(&full))?;
        names.sort_unstable();
        names.retain(|name| {
            // It belongs to the file system that the tree once was on.
            !(parent == 0 && name == "lost+found")
                && self
                    .tree
                    .exclude
                    .is_none_or(|exclude| !exclude(&path.join(name)))
        });
        let seen: Vec<Seen> = names
            .into_par_iter()
            .with_min_len(16)
            .map(|name| self.look(&path, name))
            .collect::<Result<_>>()?;
        let mut entries = Vec::with_capacity(seen.len());
        let mut directories = Vec::new();
        for Seen {
            name,
            identity,
            mut node,
        } in seen
        {
            node.parent = parent;
            let known = identity.and_then(|identity| links.get(&identity).copied());
            let index = known.unwrap_or(nodes.len());
            if known.is_some() {
                nodes[index].names += 1;
            } else {
                if let Some(identity) = identity {
                    links.insert(identity, index);
                }
                if matches!(node.content, Content::Directory(_)) {
                    directories.push(index);
                }
                nodes.push(node);
            }
            entries.push((name.into_vec(), index));
        }
        nodes[parent].content = Content::Directory(entries);
        for directory in directories {
            self.directory(directory, nodes, links)?;
        }
        Ok(())
    }

    fn look(&self, directory: &Path, name: OsString) -> Result<Seen> {
        let path = directory.join(&name);
        let full = self.tree.root.join(&path);
        let metadata = fs::symlink_metadata(&full).map_err(Error::path(&full))?;
        let several = metadata.nlink() > 1 && !metadata.is_dir();
        Ok(Seen {
            name,
            identity: several.then(|| (metadata.dev(), metadata.ino())),
            node: self.node(path, &metadata)?,
        })
    }

    fn node(&self, path: PathBuf, metadata: &Metadata) -> Result<Node> {
        let full = self.tree.root.join(&path);
        let kind = metadata.file_type();
        let device = || {
            Content::Device(
                rustix::fs::major(metadata.rdev()),
                rustix::fs::minor(metadata.rdev()),
            )
        };
        let (kind, content) = if kind.is_file() {
            (Kind::File, self.file(&full, metadata)?)
        } else if kind.is_dir() {
            (Kind::Directory, Content::Directory(Vec::new()))
        } else if kind.is_symlink() {
            let target = fs::read_link(&full).map_err(Error::path(&full))?;
            let target = target.into_os_string().into_vec();
            (Kind::Symlink, Content::Symlink(target))
        } else if kind.is_char_device() {
            (Kind::CharacterDevice, device())
        } else if kind.is_block_device() {
            (Kind::BlockDevice, device())
        } else if kind.is_fifo() {
            (Kind::Fifo, Content::Nothing)
        } else {
            (Kind::Socket, Content::Nothing)
        };
        Ok(Node {
            parent: 0,
            kind,
            mode: metadata.mode() & 0xffff,
            uid: metadata.uid(),
            gid: metadata.gid(),
            modified: self.time(metadata),
            attributes: self.attributes(&full)?,
            content,
            names: 1,
            path,
        })
    }

    fn time(&self, metadata: &Metadata) -> Time {
        match self.tree.latest {
            Some(latest) if metadata.mtime() >= latest => Time {
                seconds: latest,
                nanoseconds: 0,
            },
            _ => Time {
                seconds: metadata.mtime(),
                nanoseconds: metadata.mtime_nsec() as u32,
            },
        }
    }

    fn attributes(&self, full: &Path) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let unsupported =
            |error: &std::io::Error| error.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error());
        let names = match xattr::list(full) {
            Ok(names) => names,
            Err(error) if unsupported(&error) => return Ok(Vec::new()),
            Err(error) => return Err(Error::path(full)(error)),
        };
        let mut list = Vec::new();
        for name in names.filter(|name| self.keeps(name.as_bytes())) {
            if let Some(value) = xattr::get(full, &name).map_err(Error::path(full))? {
                list.push((name.into_vec(), value));
            }
        }
        Ok(list)
    }

    /// SELinux labels often are the build host's, `trusted.overlay.` is about how the tree was mounted, and `trusted.SGI_ACL_` is
    /// how XFS shows access control lists once more.
    fn keeps(&self, name: &[u8]) -> bool {
        match name {
            b"security.selinux" => self.tree.selinux_labels,
            _ => ![&b"trusted.overlay."[..], b"trusted.SGI_ACL_"]
                .iter()
                .any(|prefix| name.starts_with(prefix)),
        }
    }

    /// Finds where a file has data.
    fn file(&self, full: &Path, metadata: &Metadata) -> Result<Content> {
        let length = metadata.len();
        if length == 0 {
            return Ok(Content::File(0, Vec::new()));
        }
        // Asking where the holes are costs an open file; most have none.
        if metadata.blocks() * 512 >= length {
            return Ok(Content::File(length, vec![(0, length)]));
        }
        let file = File::open(full).map_err(Error::path(full))?;
        let mut parts: Vec<(u64, u64)> = Vec::new();
        let mut at = 0;
        while at < length {
            let data = match seek(&file, SeekFrom::Data(at)) {
                Ok(data) => data.min(length),
                Err(Errno::NXIO) => break,
                Err(error) => return Err(Error::path(full)(error.into())),
            };
            let hole = seek(&file, SeekFrom::Hole(data))
                .map_err(|error| Error::path(full)(error.into()))?
                .min(length);
            let start = data / self.block_size * self.block_size;
            let end = hole.next_multiple_of(self.block_size).min(length);
            match parts.last_mut() {
                Some((first, bytes)) if *first + *bytes >= start => *bytes = end - *first,
                _ if end > start => parts.push((start, end - start)),
                _ => {}
            }
            at = hole.max(data + 1);
        }
        Ok(Content::File(length, parts))
    }
}
