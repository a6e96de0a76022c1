//! The order of all steps: look at the tree, hand out numbers and places, make the trees of files, find out how large the
//! accounts become, copy the contents on all cores, write everything.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::accounts::{
    Block, Device, Root, extent_items, free_space_items, home_of, quota_items, relocation_items,
    root_items, uuid_items,
};
use super::chunks::{Chunk, Use, allocated, chunk_of, divide};
use super::contents::Contents;
use super::item::object;
use super::options::Options;
use super::superblock::SuperBlock;
use super::tree::{Stamp, Tree, block_levels};
use super::volume_tree::Source;
use super::volumes::{Volumes, arrange, derived_uuid};
use super::{Filled, SECTOR};
use crate::file_tree::{FileTree, Time};
use crate::{Error, Result};

/// Bytes of blocks that are written together.
const BATCH: usize = 1 << 20;

/// Makes the file system.
pub(super) fn write(
    tree: &FileTree<'_>,
    file: &File,
    offset: u64,
    bytes: u64,
    options: &Options,
) -> Result<Filled> {
    options.check()?;
    let created = Time {
        seconds: tree.created,
        nanoseconds: 0,
    };
    let volumes = arrange(tree.read(SECTOR)?, options, created)?;
    let contents = Contents::place(&volumes, options);
    let source = Source {
        tree,
        volumes: &volumes,
        contents: &contents,
        options,
        created,
    };
    let mut writer = Writer {
        options,
        volumes: &volumes,
        contents: &contents,
        created,
        file,
        offset,
        bytes: bytes / SECTOR * SECTOR,
        device_uuid: derived_uuid(options, "device"),
        stamp: Stamp {
            uuid: options.uuid.into_bytes(),
            chunk_tree_uuid: derived_uuid(options, "chunk tree"),
            checksum: options.checksum,
        },
        own: Vec::new(),
    };
    for index in 0..volumes.list.len() {
        writer.own.push(source.pack(index)?);
    }
    writer.own.push(writer.checksum_tree(None)?);
    let layout = writer.layout()?;
    let checksums = contents.copy(tree, &volumes.nodes, file, offset, options.checksum)?;
    let checksum_tree = writer.own.len() - 1;
    writer.own[checksum_tree] = writer.checksum_tree(Some(&checksums))?;
    writer.finish(layout)
}

struct Writer<'a> {
    options: &'a Options,
    volumes: &'a Volumes,
    contents: &'a Contents,
    created: Time,
    file: &'a File,
    offset: u64,
    bytes: u64,
    device_uuid: [u8; 16],
    stamp: Stamp,
    /// Trees that depend on no address: those of subvolumes, then the one with checksums.
    own: Vec<Tree>,
}

/// How large everything becomes.
struct Layout {
    chunks: Vec<Chunk>,
    /// Leaves of the extent tree, which lists its own blocks too.
    extent_leaves: u64,
    /// Blocks of trees that are not known before there are chunks.
    accounts: Vec<(u64, Vec<u8>)>,
}

/// Where the blocks of a tree are.
struct Placed {
    tree: u64,
    addresses: Vec<u64>,
    levels: Vec<u8>,
}

impl Placed {
    fn root(&self, node_size: u64) -> Root {
        let last = self.addresses.len() - 1;
        Root {
            tree: self.tree,
            address: self.addresses[last],
            level: self.levels[last],
            bytes: self.addresses.len() as u64 * node_size,
        }
    }
}

impl Writer<'_> {
    fn node_size(&self) -> usize {
        self.options.node_size as usize
    }

    fn checksum_tree(&self, checksums: Option<&[u8]>) -> Result<Tree> {
        let items =
            self.contents
                .checksum_items(self.options.checksum, self.node_size(), checksums);
        Tree::pack(object::CHECKSUM_TREE, self.node_size(), items)
    }

    fn device<'c>(&self, chunks: &'c [Chunk]) -> Device<'c> {
        Device {
            bytes: self.bytes,
            chunks,
            uuid: self.device_uuid,
            chunk_tree_uuid: self.stamp.chunk_tree_uuid,
            filesystem: self.stamp.uuid,
        }
    }

    /// Finds chunks in which everything has room: the accounts of all blocks are in blocks themselves.
    fn layout(&self) -> Result<Layout> {
        let mut layout = Layout {
            chunks: Vec::new(),
            extent_leaves: 1,
            accounts: Vec::new(),
        };
        loop {
            // More chunks make more accounts and these more chunks, until nothing changes.
            let levels = |trees: &[(u64, Vec<u8>)]| -> u64 {
                let own = self.own.iter().map(Tree::blocks).sum::<u64>();
                own + trees.iter().map(|(_, it)| it.len() as u64).sum::<u64>()
            };
            let blocks = levels(&layout.accounts);
            let extent_blocks = block_levels(layout.extent_leaves, self.node_size()).len() as u64;
            let metadata = (blocks + extent_blocks) * self.node_size() as u64;
            let chunks = divide(
                self.bytes,
                &self.contents.chunks,
                metadata,
                self.options.metadata,
            )?;
            let next = self.measured(chunks, layout.extent_leaves)?;
            let same = next.extent_leaves == layout.extent_leaves
                && levels(&next.accounts) == blocks
                && next.chunks == layout.chunks;
            layout = next;
            if same {
                return Ok(layout);
            }
        }
    }

    /// Makes all accounts once, to see how large they become.
    fn measured(&self, chunks: Vec<Chunk>, extent_leaves: u64) -> Result<Layout> {
        let node_size = self.node_size();
        let shape = |tree: &Tree| (tree.owner, block_levels(tree.leaves(), node_size));
        // No item's length depends on an address.
        let accounts: Vec<(u64, Vec<u8>)> = self
            .accounts(&chunks, &[], &vec![0; chunks.len()], &[])?
            .iter()
            .map(shape)
            .collect();
        let layout = Layout {
            chunks,
            extent_leaves,
            accounts,
        };
        let placed = self.place(&layout);
        let extent_leaves = self.extent_tree(&layout.chunks, &placed)?.leaves();
        Ok(Layout {
            extent_leaves,
            ..layout
        })
    }

    /// All trees that are no subvolumes but for the extent tree and the chunk tree, in the order of their blocks; `roots` has
    /// those of the root tree, `quota` what each subvolume takes.
    fn accounts(
        &self,
        chunks: &[Chunk],
        roots: &[Root],
        used: &[u64],
        quota: &[u64],
    ) -> Result<Vec<Tree>> {
        let options = self.options;
        let node_size = u64::from(options.node_size);
        let volumes = &self.volumes.list;
        let mut trees = vec![
            (object::CHUNK_TREE, self.device(chunks).chunk_items()),
            (object::DEVICE_TREE, self.device(chunks).device_items()),
            (object::UUID_TREE, uuid_items(volumes)),
            (
                object::DATA_RELOCATION_TREE,
                relocation_items(node_size, self.created),
            ),
        ];
        if options.quota {
            let quota = if quota.is_empty() {
                vec![0; volumes.len()]
            } else {
                quota.to_vec()
            };
            let items = quota_items(volumes, &options.quota_groups, &quota);
            trees.push((object::QUOTA_TREE, items));
        }
        if options.free_space_tree {
            trees.push((object::FREE_SPACE_TREE, free_space_items(chunks, used)));
        }
        let named: Vec<Root> = if roots.is_empty() {
            let own = self.own.iter().map(|tree| tree.owner);
            own.chain(trees.iter().map(|(tree, _)| *tree))
                .chain([object::EXTENT_TREE])
                .map(|tree| Root {
                    tree,
                    address: 0,
                    level: 0,
                    bytes: 0,
                })
                .filter(in_root_tree)
                .collect()
        } else {
            roots.to_vec()
        };
        let items = root_items(&named, self.volumes, options, self.created);
        trees.push((object::ROOT_TREE, items));
        trees
            .into_iter()
            .map(|(tree, items)| Tree::pack(tree, self.node_size(), items))
            .collect()
    }

    /// Gives every block its address: one after the other in the chunks for trees.
    fn place(&self, layout: &Layout) -> Vec<Placed> {
        let step = u64::from(self.options.node_size);
        let free = |contains| {
            layout
                .chunks
                .iter()
                .filter(move |chunk| chunk.contains == contains)
                .flat_map(move |chunk| (chunk.start..chunk.end()).step_by(step as usize))
        };
        let mut system = free(Use::System);
        let mut metadata = free(Use::Metadata);
        let own = self
            .own
            .iter()
            .map(|tree| (tree.owner, block_levels(tree.leaves(), self.node_size())));
        let extent_tree = (
            object::EXTENT_TREE,
            block_levels(layout.extent_leaves, self.node_size()),
        );
        own.chain(layout.accounts.iter().cloned())
            .chain([extent_tree])
            .map(|(tree, levels)| {
                let count = levels.len();
                let addresses = match home_of(tree) {
                    Use::System => system.by_ref().take(count).collect(),
                    _ => metadata.by_ref().take(count).collect(),
                };
                Placed {
                    tree,
                    addresses,
                    levels,
                }
            })
            .collect()
    }

    /// Bytes of each chunk that are taken.
    fn used(&self, chunks: &[Chunk], placed: &[Placed]) -> Vec<u64> {
        let step = u64::from(self.options.node_size);
        let mut used: Vec<u64> = chunks
            .iter()
            .map(|chunk| match chunk.contains {
                Use::Data => self.contents.used(chunk),
                _ => 0,
            })
            .collect();
        for address in placed.iter().flat_map(|tree| &tree.addresses) {
            used[chunks.partition_point(|chunk| chunk.end() <= *address)] += step;
        }
        used
    }

    fn extent_tree(&self, chunks: &[Chunk], placed: &[Placed]) -> Result<Tree> {
        let blocks: Vec<Block> = placed
            .iter()
            .flat_map(|tree| {
                let both = tree.addresses.iter().zip(&tree.levels);
                both.map(|(address, level)| Block {
                    address: *address,
                    owner: tree.tree,
                    level: *level,
                })
            })
            .collect();
        let items = extent_items(
            chunks,
            &self.used(chunks, placed),
            &blocks,
            &self.contents.extents,
            &self.volumes.list,
        );
        Tree::pack(object::EXTENT_TREE, self.node_size(), items)
    }

    /// Writes all trees and the super blocks.
    fn finish(self, layout: Layout) -> Result<Filled> {
        let node_size = u64::from(self.options.node_size);
        let chunks = &layout.chunks;
        let placed = self.place(&layout);
        let used = self.used(chunks, &placed);
        let all: Vec<Root> = placed.iter().map(|tree| tree.root(node_size)).collect();
        let roots: Vec<Root> = all.iter().copied().filter(in_root_tree).collect();
        let quota: Vec<u64> = (0..self.volumes.list.len())
            .map(|index| self.contents.bytes_of(index) + all[index].bytes)
            .collect();
        let accounts = self.accounts(chunks, &roots, &used, &quota)?;
        let extent_tree = self.extent_tree(chunks, &placed)?;

        let find = |tree| {
            all.iter()
                .copied()
                .find(|root| root.tree == tree)
                .expect("every tree was placed")
        };
        let super_block = SuperBlock {
            options: self.options,
            device: self.device(chunks),
            root: find(object::ROOT_TREE),
            chunk: find(object::CHUNK_TREE),
            roots: &roots,
            used_bytes: used.iter().sum(),
            default_subvolume: self.volumes.default,
        };
        let (file, offset, stamp) = (self.file, self.offset, self.stamp);
        let filled = Filled {
            inodes: self
                .volumes
                .list
                .iter()
                .map(|volume| volume.inodes.len() as u64)
                .sum(),
            data_bytes: self.contents.extents.iter().map(|it| it.length).sum(),
            metadata_bytes: all.iter().map(|root| root.bytes).sum(),
            unallocated_bytes: self.bytes.saturating_sub(allocated(chunks)),
        };
        let super_blocks = super_block.copies();
        let trees = self.own.into_iter().chain(accounts).chain([extent_tree]);
        for (tree, placed) in trees.zip(&placed) {
            debug_assert_eq!(tree.owner, placed.tree);
            let blocks = tree.finish(stamp, &placed.addresses);
            write_blocks(file, offset, chunks, &blocks)?;
        }
        for (position, bytes) in super_blocks {
            file.write_all_at(&bytes, offset + position)
                .map_err(Error::io("writing the super block"))?;
        }
        Ok(filled)
    }
}

/// The root tree and the chunk tree are named by the super block instead.
fn in_root_tree(root: &Root) -> bool {
    !matches!(root.tree, object::ROOT_TREE | object::CHUNK_TREE)
}

/// Writes blocks, neighbours together.
fn write_blocks(
    file: &File,
    offset: u64,
    chunks: &[Chunk],
    blocks: &[(u64, Vec<u8>)],
) -> Result<()> {
    let neighbours = |first: &(u64, Vec<u8>), next: &(u64, Vec<u8>)| {
        first.0 + first.1.len() as u64 == next.0 && chunk_of(chunks, first.0).end() > next.0
    };
    for run in blocks.chunk_by(neighbours) {
        for part in run.chunks(BATCH / run[0].1.len()) {
            let bytes: Vec<u8> = part.iter().flat_map(|(_, it)| it).copied().collect();
            for position in chunk_of(chunks, part[0].0).positions(part[0].0) {
                file.write_all_at(&bytes, offset + position)
                    .map_err(Error::io("writing the file system"))?;
            }
        }
    }
    Ok(())
}
