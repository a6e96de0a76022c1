//! Keys, and the items that trees are made of (btrfs.readthedocs.io, "On-disk Format"; `linux/btrfs_tree.h`).

use crate::file_tree::{Kind, Time};

/// Every tree is written in this transaction.
pub(super) const GENERATION: u64 = 1;

/// Numbers of trees and of objects in them.
pub(super) mod object {
    pub(in super::super) const ROOT_TREE: u64 = 1;
    pub(in super::super) const EXTENT_TREE: u64 = 2;
    pub(in super::super) const CHUNK_TREE: u64 = 3;
    pub(in super::super) const DEVICE_TREE: u64 = 4;
    pub(in super::super) const TOP_LEVEL: u64 = 5;
    pub(in super::super) const ROOT_TREE_DIRECTORY: u64 = 6;
    pub(in super::super) const CHECKSUM_TREE: u64 = 7;
    pub(in super::super) const QUOTA_TREE: u64 = 8;
    pub(in super::super) const UUID_TREE: u64 = 9;
    pub(in super::super) const FREE_SPACE_TREE: u64 = 10;
    pub(in super::super) const DATA_RELOCATION_TREE: u64 = (-9_i64).cast_unsigned();
    pub(in super::super) const CHECKSUMS: u64 = (-10_i64).cast_unsigned();
    pub(in super::super) const DEVICES: u64 = 1;
    pub(in super::super) const CHUNKS: u64 = 256;
    /// First number that is free for subvolumes, and inode of the root directory of each.
    pub(in super::super) const FIRST_FREE: u64 = 256;
    /// The one device.
    pub(in super::super) const DEVICE: u64 = 1;
}

/// Types of items.
pub(super) mod kind {
    pub(in super::super) const INODE_ITEM: u8 = 1;
    pub(in super::super) const INODE_REF: u8 = 12;
    pub(in super::super) const INODE_EXTREF: u8 = 13;
    pub(in super::super) const XATTR_ITEM: u8 = 24;
    pub(in super::super) const DIR_ITEM: u8 = 84;
    pub(in super::super) const DIR_INDEX: u8 = 96;
    pub(in super::super) const EXTENT_DATA: u8 = 108;
    pub(in super::super) const EXTENT_CSUM: u8 = 128;
    pub(in super::super) const ROOT_ITEM: u8 = 132;
    pub(in super::super) const ROOT_BACKREF: u8 = 144;
    pub(in super::super) const ROOT_REF: u8 = 156;
    pub(in super::super) const EXTENT_ITEM: u8 = 168;
    pub(in super::super) const METADATA_ITEM: u8 = 169;
    pub(in super::super) const TREE_BLOCK_REF: u8 = 176;
    pub(in super::super) const EXTENT_DATA_REF: u8 = 178;
    pub(in super::super) const BLOCK_GROUP_ITEM: u8 = 192;
    pub(in super::super) const FREE_SPACE_INFO: u8 = 198;
    pub(in super::super) const FREE_SPACE_EXTENT: u8 = 199;
    pub(in super::super) const DEV_EXTENT: u8 = 204;
    pub(in super::super) const DEV_ITEM: u8 = 216;
    pub(in super::super) const CHUNK_ITEM: u8 = 228;
    pub(in super::super) const QGROUP_STATUS: u8 = 240;
    pub(in super::super) const QGROUP_INFO: u8 = 242;
    pub(in super::super) const QGROUP_LIMIT: u8 = 244;
    pub(in super::super) const UUID_SUBVOLUME: u8 = 251;
}

/// What an entry of a directory says about an extended attribute.
pub(super) const ATTRIBUTE_ENTRY: u8 = 8;

/// Items of a tree are sorted by their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) object: u64,
    pub(super) kind: u8,
    pub(super) offset: u64,
}

impl Key {
    pub(super) const LENGTH: usize = 17;

    pub(super) fn new(object: u64, kind: u8, offset: u64) -> Self {
        Self {
            object,
            kind,
            offset,
        }
    }

    /// The key by which directories name a subvolume.
    pub(super) fn of_subvolume(id: u64) -> Self {
        Self::new(id, kind::ROOT_ITEM, u64::MAX)
    }

    pub(super) fn put(self, bytes: &mut [u8]) {
        bytes[..8].copy_from_slice(&self.object.to_le_bytes());
        bytes[8] = self.kind;
        bytes[9..17].copy_from_slice(&self.offset.to_le_bytes());
    }
}

/// A key and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: Key,
    pub(super) data: Vec<u8>,
}

impl Item {
    pub(super) fn new(key: Key, data: impl Into<Data>) -> Self {
        Self {
            key,
            data: data.into().0,
        }
    }
}

/// The bytes of an item, appended field by field, little-endian.
#[derive(Debug, Clone, Default)]
pub(super) struct Data(pub(super) Vec<u8>);

impl Data {
    pub(super) fn u64s(mut self, values: &[u64]) -> Self {
        for value in values {
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    pub(super) fn u32s(mut self, values: &[u32]) -> Self {
        for value in values {
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    pub(super) fn u16s(mut self, values: &[u16]) -> Self {
        for value in values {
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub(super) fn zeros(mut self, count: usize) -> Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }

    pub(super) fn key(mut self, key: Key) -> Self {
        let at = self.0.len();
        self.0.resize(at + Key::LENGTH, 0);
        key.put(&mut self.0[at..]);
        self
    }

    pub(super) fn time(self, time: Time) -> Self {
        self.u64s(&[time.seconds.cast_unsigned()])
            .u32s(&[time.nanoseconds])
    }
}

impl From<Data> for Vec<u8> {
    fn from(data: Data) -> Self {
        data.0
    }
}

impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// `struct btrfs_inode_item`.
#[derive(Debug, Clone, Copy)]
pub(super) struct InodeItem {
    pub(super) size: u64,
    /// Bytes that its contents take, holes not counted.
    pub(super) bytes: u64,
    pub(super) links: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) mode: u32,
    pub(super) device: u64,
    pub(super) flags: u64,
    pub(super) modified: Time,
    pub(super) created: Time,
}

impl InodeItem {
    /// Contents are not protected by checksums.
    pub(super) const NO_CHECKSUM: u64 = 1;
    /// Contents are overwritten in place.
    pub(super) const NO_COPY_ON_WRITE: u64 = 1 << 1;
    /// Set in the copy of an inode that a root item has, else its flags count as never written.
    const ROOT_ITEM_INITIALIZED: u64 = 1 << 31;
    const LENGTH: usize = 160;

    /// An empty directory of root.
    pub(super) fn directory(created: Time) -> Self {
        Self {
            size: 0,
            bytes: 0,
            links: 1,
            uid: 0,
            gid: 0,
            mode: 0o40755,
            device: 0,
            flags: 0,
            modified: created,
            created,
        }
    }

    pub(super) fn data(&self) -> Data {
        Data(Vec::with_capacity(Self::LENGTH))
            .u64s(&[GENERATION, GENERATION, self.size, self.bytes, 0])
            .u32s(&[self.links, self.uid, self.gid, self.mode])
            .u64s(&[self.device, self.flags, 0])
            .zeros(32)
            .time(self.modified)
            .time(self.modified)
            .time(self.modified)
            .time(self.created)
    }
}

/// `struct btrfs_root_item`: where a tree begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct RootItem {
    pub(super) address: u64,
    pub(super) level: u8,
    pub(super) bytes: u64,
    /// Inode of the root directory; zero for trees that are no subvolumes.
    pub(super) root_directory: u64,
    pub(super) read_only: bool,
    pub(super) uuid: [u8; 16],
    pub(super) created: Time,
    pub(super) node_size: u64,
}

impl RootItem {
    const READ_ONLY: u64 = 1;

    pub(super) fn data(&self) -> Data {
        let inode = InodeItem {
            // What every root has, whatever its directory holds.
            size: 3,
            bytes: self.node_size,
            flags: if self.root_directory == 0 {
                0
            } else {
                InodeItem::ROOT_ITEM_INITIALIZED
            },
            ..InodeItem::directory(Time::default())
        };
        let has_times = self.uuid != [0; 16];
        let (transaction, time) = if has_times {
            (GENERATION, self.created)
        } else {
            (0, Time::default())
        };
        let flags = if self.read_only { Self::READ_ONLY } else { 0 };
        inode
            .data()
            .u64s(&[GENERATION, self.root_directory, self.address, 0, self.bytes])
            .u64s(&[0, flags])
            .u32s(&[1])
            // Nothing is half deleted.
            .zeros(Key::LENGTH + 1)
            .bytes(&[self.level])
            .u64s(&[GENERATION])
            .bytes(&self.uuid)
            .zeros(32)
            .u64s(&[transaction, transaction, 0, 0])
            .time(time)
            .time(time)
            .zeros(24 + 64)
    }
}

/// `struct btrfs_dir_item`: an entry of a directory, or an extended attribute.
pub(super) fn directory_entry(location: Option<Key>, kind: u8, name: &[u8], value: &[u8]) -> Data {
    let data = match location {
        Some(location) => Data::default().key(location),
        None => Data::default().zeros(Key::LENGTH),
    };
    data.u64s(&[GENERATION])
        .u16s(&[value.len() as u16, name.len() as u16])
        .bytes(&[kind])
        .bytes(name)
        .bytes(value)
}

/// Bytes of a directory entry without name and value.
pub(super) const DIRECTORY_ENTRY: usize = 30;

/// What a directory entry says about a node.
pub(super) fn entry_kind(kind: Kind) -> u8 {
    // The first numbers are those of all file systems.
    kind as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let inode = InodeItem::directory(Time::default());
        assert_eq!(inode.data().0.len(), InodeItem::LENGTH);
        let root = RootItem {
            address: 0,
            level: 0,
            bytes: 0,
            root_directory: 0,
            read_only: false,
            uuid: [0; 16],
            created: Time::default(),
            node_size: 16384,
        };
        assert_eq!(root.data().0.len(), 439);
        assert_eq!(directory_entry(None, 1, b"", b"").0.len(), DIRECTORY_ENTRY);
    }

    #[test]
    fn keys_sort_by_object_kind_and_offset() {
        let mut keys = [
            Key::new(2, 1, 0),
            Key::new(1, 9, 0),
            Key::new(1, 1, 5),
            Key::new(1, 1, 4),
        ];
        keys.sort();
        assert_eq!(keys.map(|key| key.offset + key.object), [5, 6, 1, 2]);
    }
}
