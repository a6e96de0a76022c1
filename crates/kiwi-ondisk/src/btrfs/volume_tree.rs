//! The items of one subvolume: inodes, names, attributes, where contents lie.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

use rayon::prelude::*;

use super::SECTOR;
use super::checksum::{extended_reference_hash, name_hash};
use super::contents::{Contents, is_inline};
use super::item::{
    ATTRIBUTE_ENTRY, DIRECTORY_ENTRY, Data, GENERATION, InodeItem, Item, Key, directory_entry,
    entry_kind, kind, object,
};
use super::options::Options;
use super::tree::{Tree, largest_item};
use super::volumes::{Inode, Name, Target, Volume, Volumes, inode_number};
use crate::file_tree::{Content, FileTree, Kind, Node, Time};
use crate::{Error, Result};

/// The most names a file can have (`BTRFS_LINK_MAX`).
const MAX_LINKS: usize = 65_535;
/// Inodes whose items are made by one core at a time.
const TOGETHER: usize = 256;
/// `BTRFS_FILE_EXTENT_INLINE` and `BTRFS_FILE_EXTENT_REG`.
const INLINE: u8 = 0;
const REGULAR: u8 = 1;
/// Beginnings of the names of attributes that the file system stores.
const ATTRIBUTES: [&str; 5] = [
    "user.",
    "trusted.",
    "security.",
    "system.posix_acl_access",
    "system.posix_acl_default",
];

/// What the items of a subvolume are made of.
pub(super) struct Source<'a> {
    pub(super) tree: &'a FileTree<'a>,
    pub(super) volumes: &'a Volumes,
    pub(super) contents: &'a Contents,
    pub(super) options: &'a Options,
    pub(super) created: Time,
}

impl Source<'_> {
    /// Makes the tree of a subvolume.
    pub(super) fn pack(&self, index: usize) -> Result<Tree> {
        let volume = &self.volumes.list[index];
        let items: Vec<Vec<Item>> = (0..volume.inodes.len())
            .into_par_iter()
            .with_min_len(TOGETHER)
            .map(|position| self.items(index, position))
            .collect::<Result<_>>()?;
        let node_size = self.options.node_size as usize;
        Tree::pack(volume.id, node_size, items.into_iter().flatten())
    }

    /// All items of an inode, sorted.
    fn items(&self, index: usize, position: usize) -> Result<Vec<Item>> {
        let volume = &self.volumes.list[index];
        let inode = &volume.inodes[position];
        let node = &self.volumes.nodes[inode.node];
        let number = inode_number(position);
        let mut items = Vec::new();
        let size = match &node.content {
            Content::Directory(_) => inode
                .entries
                .iter()
                .map(|entry| 2 * entry.name.len() as u64)
                .sum(),
            Content::File(length, _) => *length,
            Content::Symlink(target) => target.len() as u64,
            Content::Device(..) | Content::Nothing => 0,
        };
        let bytes = self.content(index, inode, number, &mut items)?;
        if inode.names.len() > MAX_LINKS {
            return Err(complaint(node, "has too many hard links"));
        }
        let links = match node.kind {
            Kind::Directory => 1,
            _ => inode.names.len() as u32,
        };
        let device = match node.content {
            Content::Device(major, minor) => u64::from(major) << 20 | u64::from(minor),
            _ => 0,
        };
        let data = InodeItem {
            size,
            bytes,
            links,
            uid: node.uid,
            gid: node.gid,
            mode: node.mode,
            device,
            flags: flags(volume, node.kind),
            modified: node.modified,
            created: self.created,
        };
        items.push(Item::new(
            Key::new(number, kind::INODE_ITEM, 0),
            data.data(),
        ));
        self.names(node, inode, number, &mut items)?;
        self.attributes(node, number, &mut items)?;
        self.entries(inode, number, &mut items);
        items.sort_unstable_by_key(|item| item.key);
        Ok(items)
    }

    /// Under which names an inode is known.
    fn names(&self, node: &Node, inode: &Inode, number: u64, items: &mut Vec<Item>) -> Result<()> {
        let reference = |directory, index, name: &[u8]| {
            let data = Data::default()
                .u64s(&[index])
                .u16s(&[name.len() as u16])
                .bytes(name);
            (Key::new(number, kind::INODE_REF, directory), data)
        };
        if number == object::FIRST_FREE {
            let (key, data) = reference(number, 0, b"..");
            items.push(Item::new(key, data));
            return Ok(());
        }
        let mut by_directory: BTreeMap<u64, Vec<&Name>> = BTreeMap::new();
        for name in &inode.names {
            by_directory.entry(name.directory).or_default().push(name);
        }
        let room = largest_item(self.options.node_size as usize);
        let mut extended: BTreeMap<u64, Data> = BTreeMap::new();
        for (directory, names) in by_directory {
            let mut item = Item::new(
                Key::new(number, kind::INODE_REF, directory),
                Data::default(),
            );
            for name in names {
                let (_, data) = reference(directory, name.index, &name.name);
                if item.data.len() + data.0.len() <= room {
                    item.data.extend(data.0);
                    continue;
                }
                if !self.options.extended_references {
                    return Err(complaint(
                        node,
                        "has too many names in one directory for a file system without `extref`",
                    ));
                }
                let hash = extended_reference_hash(directory, &name.name);
                let entry = extended.entry(hash).or_default();
                *entry = std::mem::take(entry)
                    .u64s(&[directory, name.index])
                    .u16s(&[name.name.len() as u16])
                    .bytes(&name.name);
            }
            items.push(item);
        }
        items.extend(
            extended
                .into_iter()
                .map(|(hash, data)| Item::new(Key::new(number, kind::INODE_EXTREF, hash), data)),
        );
        Ok(())
    }

    fn attributes(&self, node: &Node, number: u64, items: &mut Vec<Item>) -> Result<()> {
        let room = largest_item(self.options.node_size as usize);
        let mut by_hash: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for (name, value) in &node.attributes {
            if !ATTRIBUTES
                .iter()
                .any(|start| name.starts_with(start.as_bytes()))
            {
                continue;
            }
            let data = by_hash.entry(name_hash(name)).or_default();
            let needed = data.len() + DIRECTORY_ENTRY + name.len() + value.len();
            if needed > room {
                let name = String::from_utf8_lossy(name);
                return Err(complaint(
                    node,
                    &format!(
                        "has an attribute `{name}` of {} bytes, more than the {} bytes for name and value that a node size of {} leaves",
                        value.len(),
                        room - DIRECTORY_ENTRY,
                        self.options.node_size
                    ),
                ));
            }
            data.extend(directory_entry(None, ATTRIBUTE_ENTRY, name, value).0);
        }
        items.extend(
            by_hash
                .into_iter()
                .map(|(hash, data)| Item::new(Key::new(number, kind::XATTR_ITEM, hash), data)),
        );
        Ok(())
    }

    /// What is in a directory, by the hashes of names and by number.
    fn entries(&self, inode: &Inode, number: u64, items: &mut Vec<Item>) {
        let mut by_hash: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for (index, entry) in inode.numbered() {
            let (location, kind_number) = match entry.target {
                Target::Inode(inode, kind_of) => {
                    (Key::new(inode, kind::INODE_ITEM, 0), entry_kind(kind_of))
                }
                Target::Volume(volume) => (
                    Key::of_subvolume(self.volumes.list[volume].id),
                    entry_kind(Kind::Directory),
                ),
            };
            let data = directory_entry(Some(location), kind_number, &entry.name, b"");
            by_hash
                .entry(name_hash(&entry.name))
                .or_default()
                .extend(&data.0);
            items.push(Item::new(Key::new(number, kind::DIR_INDEX, index), data));
        }
        items.extend(
            by_hash
                .into_iter()
                .map(|(hash, data)| Item::new(Key::new(number, kind::DIR_ITEM, hash), data)),
        );
    }

    /// Where the content of an inode is; gives the bytes it takes.
    fn content(
        &self,
        volume: usize,
        inode: &Inode,
        number: u64,
        items: &mut Vec<Item>,
    ) -> Result<u64> {
        let node = &self.volumes.nodes[inode.node];
        let key = |from| Key::new(number, kind::EXTENT_DATA, from);
        let inline = |bytes: &[u8]| {
            let data = Data::default()
                .u64s(&[GENERATION, bytes.len() as u64])
                .bytes(&[0, 0, 0, 0, INLINE])
                .bytes(bytes);
            Item::new(key(0), data)
        };
        match &node.content {
            Content::Symlink(target) => {
                items.push(inline(target));
                return Ok(target.len() as u64);
            }
            Content::File(0, _)
            | Content::Directory(_)
            | Content::Device(..)
            | Content::Nothing => return Ok(0),
            Content::File(length, parts) if is_inline(*length) => {
                let bytes = match self.volumes.made.get(&inode.node) {
                    Some(bytes) => bytes.clone(),
                    None => self.read(node, *length, parts)?,
                };
                items.push(inline(&bytes));
                return Ok(*length);
            }
            Content::File(..) => {}
        }
        let extents = self.contents.of(volume, number);
        let regular = |from, address, length| {
            // A hole is of no length on the device.
            let on_device = if address == 0 { 0 } else { length };
            let data = Data::default()
                .u64s(&[GENERATION, length])
                .bytes(&[0, 0, 0, 0, REGULAR])
                .u64s(&[address, on_device, 0, length]);
            Item::new(key(from), data)
        };
        let mut end = 0;
        let mut taken = 0;
        let hole = |from: u64, to: u64, items: &mut Vec<Item>| {
            if to > from && !self.options.no_holes {
                items.push(regular(from, 0, to - from));
            }
        };
        for extent in extents {
            hole(end, extent.from, items);
            items.push(regular(extent.from, extent.address, extent.length));
            end = extent.from + extent.length;
            taken += extent.length;
        }
        if let Content::File(length, _) = node.content {
            hole(end, length.next_multiple_of(SECTOR), items);
        }
        Ok(taken)
    }

    /// Reads a small file; holes are zeros.
    fn read(&self, node: &Node, length: u64, parts: &[(u64, u64)]) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length as usize];
        if !parts.is_empty() {
            let path = self.tree.root.join(&node.path);
            File::open(&path)
                .and_then(|file| file.read_exact_at(&mut bytes, 0))
                .map_err(Error::path(&path))?;
        }
        Ok(bytes)
    }
}

/// As files get them that are made in a directory where copy-on-write was switched off.
fn flags(volume: &Volume, kind: Kind) -> u64 {
    match kind {
        _ if !volume.no_copy_on_write => 0,
        Kind::File => InodeItem::NO_COPY_ON_WRITE | InodeItem::NO_CHECKSUM,
        _ => InodeItem::NO_COPY_ON_WRITE,
    }
}

fn complaint(node: &Node, reason: &str) -> Error {
    Error::value("file", node.path.display().to_string(), reason)
}
