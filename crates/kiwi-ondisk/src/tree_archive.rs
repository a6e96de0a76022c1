//! Tar archives of whole trees.
//!
//! The tree is walked in the order of the names' bytes, so equal trees give equal archives. A second thread walks and reads
//! ahead while the calling one writes (and hashes or compresses behind the writer), which keeps two cores busy.
//! Owners are stored as numbers, as they are seen by this process: run it where uid 0 is the tree's root, that is as root or
//! in the user namespace that made the tree.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{BufWriter, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use crate::tar_stream::{Entry, EntryKind, TarStream};
use crate::{Error, Result};

/// Bytes that travel at once from the reading to the writing thread.
const CHUNK: usize = 256 << 10;
/// Messages that may wait; with [`CHUNK`] this bounds memory to some 16 MiB.
const READ_AHEAD: usize = 64;

/// A tree to be archived and how.
pub struct TreeArchive<'a> {
    root: &'a Path,
    prefix: PathBuf,
    latest: Option<i64>,
    selinux_labels: bool,
    exclude: Option<&'a (dyn Fn(&Path) -> bool + Sync)>,
}

/// What went into an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Archived {
    /// Files, directories and everything else.
    pub entries: u64,
    /// Bytes of file contents.
    pub data_bytes: u64,
    /// Sockets, relative to the tree's root; tar knows none, so they are left out.
    pub skipped_sockets: Vec<PathBuf>,
}

impl<'a> TreeArchive<'a> {
    /// Archives everything below `root`; the names in the archive are relative to it and the root itself is no entry.
    pub fn new(root: &'a Path) -> Self {
        Self {
            root,
            prefix: PathBuf::new(),
            latest: None,
            selinux_labels: false,
            exclude: None,
        }
    }

    /// Puts everything below the directory `prefix` in the archive, which is not an entry itself.
    pub fn prefix(mut self, prefix: impl Into<PathBuf>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Stores no modification time after this one (seconds since 1970, usually `SOURCE_DATE_EPOCH`).
    pub fn latest_time(mut self, seconds: Option<i64>) -> Self {
        self.latest = seconds;
        self
    }

    /// Stores SELinux labels too; they are left out otherwise, because they often are the build host's.
    pub fn selinux_labels(mut self, wanted: bool) -> Self {
        self.selinux_labels = wanted;
        self
    }

    /// Leaves out what `exclude` says yes to, asked with each path relative to the root; directories with all below them.
    pub fn exclude(mut self, exclude: &'a (dyn Fn(&Path) -> bool + Sync)) -> Self {
        self.exclude = Some(exclude);
        self
    }

    /// Writes the archive, including its end.
    pub fn write<W: Write>(&self, writer: W) -> Result<Archived> {
        let (sender, receiver) = mpsc::sync_channel(READ_AHEAD);
        thread::scope(|scope| {
            let reader = thread::Builder::new().name("tree-reader".into());
            reader
                .spawn_scoped(scope, || {
                    let mut walk = Walk {
                        archive: self,
                        out: sender,
                        links: BTreeMap::new(),
                    };
                    if let Err(Stop::Failed(error)) = walk.directory(Path::new("")) {
                        // The writer has stopped listening only if it failed itself.
                        let _ = walk.out.send(Message::Failed(error));
                    }
                })
                .map_err(Error::io("starting a thread"))?;
            write_messages(receiver, writer)
        })
    }

    fn name_in_archive(&self, path: &Path) -> Vec<u8> {
        self.prefix.join(path).into_os_string().into_vec()
    }
}

/// What the reading thread tells the writing one.
enum Message {
    Entry(Entry),
    Data(Vec<u8>),
    Socket(PathBuf),
    Failed(Error),
}

/// Why the walk ends early.
enum Stop {
    Failed(Error),
    /// The writing side is gone.
    Unwanted,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn write_messages<W: Write>(messages: mpsc::Receiver<Message>, writer: W) -> Result<Archived> {
    let failed = Error::io("writing the archive");
    let mut stream = TarStream::new(BufWriter::with_capacity(CHUNK, writer));
    let mut archived = Archived::default();
    for message in messages {
        match message {
            Message::Entry(entry) => {
                archived.entries += 1;
                stream
                    .entry(&entry)
                    .map_err(Error::path(PathBuf::from(OsString::from_vec(entry.path))))?;
            }
            Message::Data(bytes) => {
                archived.data_bytes += bytes.len() as u64;
                stream.data(&bytes).map_err(&failed)?;
            }
            Message::Socket(path) => archived.skipped_sockets.push(path),
            Message::Failed(error) => return Err(error),
        }
    }
    stream.finish().map_err(&failed)?;
    Ok(archived)
}

struct Walk<'a> {
    archive: &'a TreeArchive<'a>,
    out: mpsc::SyncSender<Message>,
    /// First name in the archive of every file with several.
    links: BTreeMap<(u64, u64), Vec<u8>>,
}

impl Walk<'_> {
    fn send(&self, message: Message) -> Result<(), Stop> {
        self.out.send(message).map_err(|_| Stop::Unwanted)
    }

    /// Visits what is in a directory, given relative to the root.
    fn directory(&mut self, directory: &Path) -> Result<(), Stop> {
        let full = self.archive.root.join(directory);
        let listing = fs::read_dir(&full).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<Vec<OsString>, _>>()
        });
        let mut names = listing.map_err(Error::path(full))?;
        names.sort_unstable();
        for name in names {
            let path = directory.join(name);
            if self.archive.exclude.is_none_or(|exclude| !exclude(&path)) {
                self.visit(&path)?;
            }
        }
        Ok(())
    }

    fn visit(&mut self, path: &Path) -> Result<(), Stop> {
        let full = self.archive.root.join(path);
        let metadata = fs::symlink_metadata(&full).map_err(Error::path(&full))?;
        if metadata.file_type().is_socket() {
            return self.send(Message::Socket(path.into()));
        }
        let name = self.archive.name_in_archive(path);
        if metadata.nlink() > 1 && !metadata.is_dir() {
            let identity = (metadata.dev(), metadata.ino());
            if let Some(first) = self.links.get(&identity) {
                let kind = EntryKind::HardLink {
                    target: first.clone(),
                };
                return self.send(Message::Entry(self.entry(
                    name,
                    kind,
                    &metadata,
                    Vec::new(),
                )));
            }
            self.links.insert(identity, name.clone());
        }
        let kind = entry_kind(&full, &metadata)?;
        let xattrs = self.xattrs(&full)?;
        self.send(Message::Entry(self.entry(name, kind, &metadata, xattrs)))?;
        if metadata.is_file() {
            self.contents(&full, metadata.len())?;
        } else if metadata.is_dir() {
            self.directory(path)?;
        }
        Ok(())
    }

    fn entry(
        &self,
        path: Vec<u8>,
        kind: EntryKind,
        metadata: &Metadata,
        xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    ) -> Entry {
        Entry {
            path,
            kind,
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            mtime: self
                .archive
                .latest
                .map_or(metadata.mtime(), |latest| metadata.mtime().min(latest)),
            xattrs,
        }
    }

    /// Reads the attributes that belong to the tree and not to the machine it was built on.
    fn xattrs(&self, full: &Path) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let unsupported = |error: &std::io::Error| {
            error.raw_os_error() == Some(rustix::io::Errno::OPNOTSUPP.raw_os_error())
        };
        let names = match xattr::list(full) {
            Ok(names) => names,
            Err(error) if unsupported(&error) => return Ok(Vec::new()),
            Err(error) => return Err(Error::path(full)(error)),
        };
        let mut xattrs = Vec::new();
        for name in names.filter(|name| self.keeps_xattr(name.as_bytes())) {
            if let Some(value) = xattr::get(full, &name).map_err(Error::path(full))? {
                xattrs.push((name.into_vec(), value));
            }
        }
        xattrs.sort_unstable();
        Ok(xattrs)
    }

    fn keeps_xattr(&self, name: &[u8]) -> bool {
        match name {
            b"security.capability" | b"system.posix_acl_access" | b"system.posix_acl_default" => {
                true
            }
            b"security.selinux" => self.archive.selinux_labels,
            _ => name.starts_with(b"user."),
        }
    }

    fn contents(&self, full: &Path, size: u64) -> Result<(), Stop> {
        if size == 0 {
            return Ok(());
        }
        let mut file = File::open(full).map_err(Error::path(full))?;
        let mut left = size;
        while left > 0 {
            let mut chunk = vec![0; left.min(CHUNK as u64) as usize];
            // A file that became shorter since its header was sent ends the archive here, one that grew is cut.
            file.read_exact(&mut chunk).map_err(Error::path(full))?;
            left -= chunk.len() as u64;
            self.send(Message::Data(chunk))?;
        }
        Ok(())
    }
}

fn entry_kind(full: &Path, metadata: &Metadata) -> Result<EntryKind> {
    let kind = metadata.file_type();
    let (major, minor) = (
        rustix::fs::major(metadata.rdev()),
        rustix::fs::minor(metadata.rdev()),
    );
    Ok(if kind.is_file() {
        EntryKind::File {
            size: metadata.len(),
        }
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_symlink() {
        let target = fs::read_link(full).map_err(Error::path(full))?;
        EntryKind::Symlink {
            target: target.into_os_string().into_vec(),
        }
    } else if kind.is_char_device() {
        EntryKind::CharacterDevice { major, minor }
    } else if kind.is_block_device() {
        EntryKind::BlockDevice { major, minor }
    } else {
        EntryKind::Fifo
    })
}
