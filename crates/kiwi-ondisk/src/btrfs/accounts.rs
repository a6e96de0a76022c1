//! Items of the trees that hold no files: what is where, whose it is, and what is free.

use super::chunks::{Chunk, Use, allocated};
use super::contents::Extent;
use super::item::{
    Data, GENERATION, InodeItem, Item, Key, RootItem, directory_entry, entry_kind, kind, object,
};
use super::options::Options;
use super::volumes::{Volume, Volumes};
use super::{SECTOR, checksum};
use crate::file_tree::{Kind, Time};

/// Data is spread over devices in pieces of this length (`BTRFS_STRIPE_LEN`).
const STRIPE: u64 = 65536;
/// `BTRFS_EXTENT_FLAG_DATA` and `BTRFS_EXTENT_FLAG_TREE_BLOCK`.
const DATA_EXTENT: u64 = 1;
const TREE_BLOCK: u64 = 2;
/// Name of the entry that names the default subvolume.
const DEFAULT: &[u8] = b"default";

/// The device and its ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device<'a> {
    pub(super) bytes: u64,
    pub(super) chunks: &'a [Chunk],
    pub(super) uuid: [u8; 16],
    pub(super) chunk_tree_uuid: [u8; 16],
    pub(super) filesystem: [u8; 16],
}

/// A block of a tree: what the extent tree says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) address: u64,
    pub(super) owner: u64,
    pub(super) level: u8,
}

/// Where the root of a tree is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Root {
    pub(super) tree: u64,
    pub(super) address: u64,
    pub(super) level: u8,
    /// Bytes of the whole tree.
    pub(super) bytes: u64,
}

impl Device<'_> {
    /// `struct btrfs_dev_item`, also part of the super block.
    pub(super) fn item(&self) -> Data {
        let sector = SECTOR as u32;
        Data::default()
            .u64s(&[object::DEVICE, self.bytes, allocated(self.chunks)])
            .u32s(&[sector, sector, sector])
            .u64s(&[0, GENERATION, 0])
            .u32s(&[0])
            .bytes(&[0, 0])
            .bytes(&self.uuid)
            .bytes(&self.filesystem)
    }

    /// `struct btrfs_chunk` with its stripes.
    pub(super) fn chunk(&self, chunk: &Chunk) -> Data {
        let data = Data::default()
            .u64s(&[chunk.length, object::EXTENT_TREE, STRIPE, chunk.flags()])
            .u32s(&[STRIPE as u32, STRIPE as u32, SECTOR as u32])
            .u16s(&[chunk.copies as u16, 1]);
        chunk.stripes().fold(data, |data, start| {
            data.u64s(&[object::DEVICE, start]).bytes(&self.uuid)
        })
    }

    /// Items of the chunk tree.
    pub(super) fn chunk_items(&self) -> Vec<Item> {
        let key = Key::new(object::DEVICES, kind::DEV_ITEM, object::DEVICE);
        let chunks = self.chunks.iter().map(|chunk| {
            let key = Key::new(object::CHUNKS, kind::CHUNK_ITEM, chunk.start);
            Item::new(key, self.chunk(chunk))
        });
        std::iter::once(Item::new(key, self.item()))
            .chain(chunks)
            .collect()
    }

    /// Items of the device tree.
    pub(super) fn device_items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self
            .chunks
            .iter()
            .flat_map(|chunk| {
                chunk.stripes().map(|start| {
                    let data = Data::default()
                        .u64s(&[
                            object::CHUNK_TREE,
                            object::CHUNKS,
                            chunk.start,
                            chunk.length,
                        ])
                        .bytes(&self.chunk_tree_uuid);
                    Item::new(Key::new(object::DEVICE, kind::DEV_EXTENT, start), data)
                })
            })
            .collect();
        items.sort_unstable_by_key(|item| item.key);
        items
    }
}

/// Items of the extent tree; `used` has the bytes that are taken of each chunk.
pub(super) fn extent_items(
    chunks: &[Chunk],
    used: &[u64],
    blocks: &[Block],
    extents: &[Extent],
    volumes: &[Volume],
) -> Vec<Item> {
    let groups = chunks.iter().zip(used).map(|(chunk, used)| {
        let key = Key::new(chunk.start, kind::BLOCK_GROUP_ITEM, chunk.length);
        let data = Data::default().u64s(&[*used, object::CHUNKS, chunk.flags()]);
        Item::new(key, data)
    });
    let blocks = blocks.iter().map(|block| {
        let key = Key::new(block.address, kind::METADATA_ITEM, block.level.into());
        let data = Data::default()
            .u64s(&[1, GENERATION, TREE_BLOCK])
            .bytes(&[kind::TREE_BLOCK_REF])
            .u64s(&[block.owner]);
        Item::new(key, data)
    });
    let extents = extents.iter().map(|extent| {
        let key = Key::new(extent.address, kind::EXTENT_ITEM, extent.length);
        let data = Data::default()
            .u64s(&[1, GENERATION, DATA_EXTENT])
            .bytes(&[kind::EXTENT_DATA_REF])
            .u64s(&[volumes[extent.volume].id, extent.inode, extent.from])
            .u32s(&[1]);
        Item::new(key, data)
    });
    let mut items: Vec<Item> = groups.chain(blocks).chain(extents).collect();
    items.sort_unstable_by_key(|item| item.key);
    items
}

/// Items of the free space tree: every chunk is full up to some point.
pub(super) fn free_space_items(chunks: &[Chunk], used: &[u64]) -> Vec<Item> {
    chunks
        .iter()
        .zip(used)
        .flat_map(|(chunk, used)| {
            let free = chunk.length - used;
            let info = Item::new(
                Key::new(chunk.start, kind::FREE_SPACE_INFO, chunk.length),
                Data::default().u32s(&[u32::from(free > 0), 0]),
            );
            let extent = (free > 0).then(|| {
                let key = Key::new(chunk.start + used, kind::FREE_SPACE_EXTENT, free);
                Item::new(key, Data::default())
            });
            std::iter::once(info).chain(extent)
        })
        .collect()
}

/// Items of the root tree.
pub(super) fn root_items(
    roots: &[Root],
    volumes: &Volumes,
    options: &Options,
    created: Time,
) -> Vec<Item> {
    let node_size = u64::from(options.node_size);
    let mut items: Vec<Item> = roots
        .iter()
        .map(|root| {
            let volume = volumes.list.iter().find(|volume| volume.id == root.tree);
            let has_files = volume.is_some() || root.tree == object::DATA_RELOCATION_TREE;
            let item = RootItem {
                address: root.address,
                level: root.level,
                bytes: root.bytes,
                root_directory: if has_files { object::FIRST_FREE } else { 0 },
                read_only: volume.is_some_and(|volume| volume.read_only),
                uuid: volume.map_or([0; 16], |volume| volume.uuid),
                created,
                node_size,
            };
            Item::new(Key::new(root.tree, kind::ROOT_ITEM, 0), item.data())
        })
        .collect();
    items.extend(directory_items(
        object::ROOT_TREE_DIRECTORY,
        node_size,
        created,
    ));
    let location = Key::of_subvolume(volumes.default);
    items.push(Item::new(
        Key::new(
            object::ROOT_TREE_DIRECTORY,
            kind::DIR_ITEM,
            checksum::name_hash(DEFAULT),
        ),
        directory_entry(Some(location), entry_kind(Kind::Directory), DEFAULT, b""),
    ));
    items.push(name_item(
        object::TOP_LEVEL,
        object::ROOT_TREE_DIRECTORY,
        DEFAULT,
    ));
    for volume in &volumes.list {
        let Some(place) = &volume.place else {
            continue;
        };
        let parent = volumes.list[place.parent].id;
        let data = Data::default()
            .u64s(&[place.name.directory, place.name.index])
            .u16s(&[place.name.name.len() as u16])
            .bytes(&place.name.name);
        let forward = Key::new(parent, kind::ROOT_REF, volume.id);
        let back = Key::new(volume.id, kind::ROOT_BACKREF, parent);
        items.push(Item::new(forward, data.clone()));
        items.push(Item::new(back, data));
    }
    items.sort_unstable_by_key(|item| item.key);
    items
}

/// The items of a tree that has nothing but a root directory.
pub(super) fn relocation_items(node_size: u64, created: Time) -> Vec<Item> {
    directory_items(object::FIRST_FREE, node_size, created).to_vec()
}

/// An empty root directory.
fn directory_items(number: u64, node_size: u64, created: Time) -> [Item; 2] {
    let inode = InodeItem {
        bytes: node_size,
        ..InodeItem::directory(created)
    };
    [
        Item::new(Key::new(number, kind::INODE_ITEM, 0), inode.data()),
        name_item(number, number, b".."),
    ]
}

fn name_item(object: u64, directory: u64, name: &[u8]) -> Item {
    let data = Data::default()
        .u64s(&[0])
        .u16s(&[name.len() as u16])
        .bytes(name);
    Item::new(Key::new(object, kind::INODE_REF, directory), data)
}

/// Items of the uuid tree: which subvolume has which id.
pub(super) fn uuid_items(volumes: &[Volume]) -> Vec<Item> {
    let mut items: Vec<Item> = volumes
        .iter()
        .map(|volume| {
            let half = |at| {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(&volume.uuid[at..at + 8]);
                u64::from_le_bytes(bytes)
            };
            let key = Key::new(half(0), kind::UUID_SUBVOLUME, half(8));
            Item::new(key, Data::default().u64s(&[volume.id]))
        })
        .collect();
    items.sort_unstable_by_key(|item| item.key);
    items
}

/// Items of the quota tree; `bytes` says what each subvolume takes, all of it its own.
pub(super) fn quota_items(volumes: &[Volume], groups: &[(u16, u64)], bytes: &[u64]) -> Vec<Item> {
    const VERSION: u64 = 1;
    const ON: u64 = 1;
    const LIMITS_BYTES: u64 = 1;
    let status = Data::default().u64s(&[VERSION, GENERATION, ON, 0]);
    let mut items = vec![Item::new(Key::new(0, kind::QGROUP_STATUS, 0), status)];
    let own = volumes
        .iter()
        .zip(bytes)
        .map(|(volume, bytes)| (volume.id, *bytes, volume.limit));
    let further = groups
        .iter()
        .map(|(level, number)| (u64::from(*level) << 48 | number, 0, None));
    for (group, bytes, limit) in own.chain(further) {
        let info = Data::default().u64s(&[GENERATION, bytes, bytes, bytes, bytes]);
        items.push(Item::new(Key::new(0, kind::QGROUP_INFO, group), info));
        let flags = if limit.is_some() { LIMITS_BYTES } else { 0 };
        let limits = Data::default().u64s(&[flags, limit.unwrap_or(0), 0, 0, 0]);
        items.push(Item::new(Key::new(0, kind::QGROUP_LIMIT, group), limits));
    }
    items.sort_unstable_by_key(|item| item.key);
    items
}

/// Whether blocks of a tree lie in the system chunk.
pub(super) fn home_of(tree: u64) -> Use {
    if tree == object::CHUNK_TREE {
        Use::System
    } else {
        Use::Metadata
    }
}
