//! The order in which a file system is filled: look at the tree, hand out inodes and blocks, copy the contents on all cores,
//! write the accounts.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::Filled;
use super::attribute::{Attributes, Placed, add_block_checksum};
use super::bytes::{get16, get32};
use super::directory::{Format, Name};
use super::groups::{Groups, Run};
use super::inode::{EXTENTS_FLAG, Inode, attribute_room, checksum_seed, device_block};
use super::mapping::{Extent, Mapping, ROOT_LENGTH, block_map, extents};
use super::superblock::{compat, incompat, ro_compat};
use crate::file_tree::{Content, Contents, Copy, FileTree, Kind, Node, Time};
use crate::{Error, Result};

const ROOT_INODE: u32 = 2;
/// Links a directory can count; with `dir_nlink` more are stored as 1.
const MAX_LINKS: u32 = 65_000;
/// Targets of symbolic links shorter than this live in the inode.
const SHORT_LINK: usize = ROOT_LENGTH;

/// Fills the file system at `offset` of `file`.
pub(super) fn fill(tree: &FileTree<'_>, file: &File, offset: u64) -> Result<Filled> {
    let groups = Groups::read(file, offset)?;
    let nodes = tree.read(groups.block_size())?;
    let mut filler = Filler {
        file,
        created: Time {
            seconds: tree.created,
            nanoseconds: 0,
        },
        inodes: Vec::new(),
        stored: Vec::new(),
        copies: Vec::new(),
        groups,
    };
    filler.check_room(&nodes)?;
    filler.number(&nodes)?;
    // Directories first: they lie together then, and so do the small files, which are written together.
    let is_directory = |index: &usize| nodes[*index].kind == Kind::Directory;
    let (directories, others): (Vec<usize>, Vec<usize>) = (0..nodes.len()).partition(is_directory);
    for index in directories.into_iter().chain(others) {
        filler.place(&nodes, index)?;
    }
    let contents = Contents {
        tree,
        nodes: &nodes,
        file,
        block_size: filler.groups.block_size(),
    };
    contents.copy(&filler.copies)?;
    filler.write_inodes()?;
    filler.groups.super_block.set_write_time(tree.created);
    filler.groups.write()?;
    let super_block = &filler.groups.super_block;
    Ok(Filled {
        inodes: nodes.len() as u64,
        data_bytes: filler.copies.iter().map(|copy| copy.length).sum(),
        free_bytes: super_block.free_blocks() * super_block.block_size(),
    })
}

struct Filler<'a> {
    file: &'a File,
    groups: Groups<'a>,
    created: Time,
    /// Inode number of every node.
    inodes: Vec<u32>,
    /// Finished inodes by number.
    stored: Vec<(u32, Vec<u8>)>,
    copies: Vec<Copy>,
}

/// Where the data of a node is.
struct Stored {
    block: [u8; ROOT_LENGTH],
    flags: u32,
    size: u64,
    blocks: u64,
}

impl Stored {
    fn inline(block: [u8; ROOT_LENGTH], size: u64) -> Self {
        Self {
            block,
            flags: 0,
            size,
            blocks: 0,
        }
    }
}

impl Filler<'_> {
    fn directory_format(&self, inode: u32) -> Format {
        Format {
            block_size: self.groups.block_size() as usize,
            kinds: self.groups.super_block.has_incompat(incompat::FILETYPE),
            checksum: checksum_seed(&self.groups.super_block, inode),
        }
    }

    /// Says how much is missing before anything is written, in numbers that help.
    fn check_room(&self, nodes: &[Node]) -> Result<()> {
        let size = self.groups.block_size();
        let format = self.directory_format(ROOT_INODE);
        let blocks: u64 = nodes
            .iter()
            .map(|node| match &node.content {
                Content::File(_, parts) => parts.iter().map(|(_, it)| it.div_ceil(size)).sum(),
                Content::Directory(entries) => {
                    let names = entries.iter().map(|(name, _)| name.len());
                    format.blocks([1, 2].into_iter().chain(names))
                }
                Content::Symlink(target) => u64::from(target.len() >= SHORT_LINK),
                Content::Device(..) | Content::Nothing => 0,
            })
            .sum();
        let super_block = &self.groups.super_block;
        let inode_size = super_block.inode_size();
        for (what, needed, available) in [
            (
                "the content of the file system",
                blocks * size,
                super_block.free_blocks() * size,
            ),
            (
                "the inode table of the file system",
                nodes.len() as u64 * inode_size,
                u64::from(super_block.free_inodes()) * inode_size,
            ),
        ] {
            if needed > available {
                return Err(Error::TooSmall {
                    what,
                    needed,
                    available,
                });
            }
        }
        Ok(())
    }

    /// Gives every node its inode.
    fn number(&mut self, nodes: &[Node]) -> Result<()> {
        self.inodes = vec![ROOT_INODE];
        for node in &nodes[1..] {
            let number = self.groups.allocate_inode(node.kind == Kind::Directory)?;
            self.inodes.push(number);
        }
        Ok(())
    }

    /// Gives a node its blocks and makes its inode.
    fn place(&mut self, nodes: &[Node], index: usize) -> Result<()> {
        let node = &nodes[index];
        let number = self.inodes[index];
        let mut links = node.names;
        let mut stored = match &node.content {
            Content::File(length, parts) => self.place_file(index, *length, parts)?,
            Content::Directory(entries) => {
                let (stored, subdirectories) = self.place_directory(nodes, index, entries)?;
                links = 2 + subdirectories;
                stored
            }
            Content::Symlink(target) => self.place_symlink(number, target)?,
            Content::Device(major, minor) => Stored::inline(device_block(*major, *minor), 0),
            Content::Nothing => Stored::inline([0; ROOT_LENGTH], 0),
        };
        if links >= MAX_LINKS {
            if node.kind != Kind::Directory {
                let path = node.path.display().to_string();
                return Err(Error::value("file", path, "has too many hard links"));
            }
            self.groups.super_block.add_ro_compat(ro_compat::DIR_NLINK);
            links = 1;
        }
        let (attributes, attribute_block) = self.place_attributes(node)?;
        if attribute_block != 0 {
            stored.blocks += 1;
        }
        let inode = Inode {
            number,
            mode: node.mode,
            uid: node.uid,
            gid: node.gid,
            size: stored.size,
            links,
            modified: node.modified,
            created: self.created,
            flags: stored.flags,
            blocks: stored.blocks,
            block: stored.block,
            attribute_block,
            attributes,
        };
        let bytes = inode.to_bytes(&self.groups.super_block);
        self.stored.push((number, bytes));
        Ok(())
    }

    fn place_attributes(&mut self, node: &Node) -> Result<(Vec<u8>, u64)> {
        let room = attribute_room(&self.groups.super_block);
        let size = self.groups.block_size() as usize;
        match Attributes::new(&node.attributes)?.place(room, size)? {
            Placed::Inode(bytes) => {
                if !bytes.is_empty() {
                    self.groups.super_block.add_compat(compat::EXT_ATTR);
                }
                Ok((bytes, 0))
            }
            Placed::Block(mut bytes) => {
                self.groups.super_block.add_compat(compat::EXT_ATTR);
                let block = self.groups.allocate_block()?;
                if let Some(seed) = self.groups.super_block.checksum_seed() {
                    add_block_checksum(&mut bytes, block, seed);
                }
                self.write_at(&bytes, self.groups.position(block))?;
                Ok((Vec::new(), block))
            }
        }
    }

    fn place_file(&mut self, index: usize, length: u64, parts: &[(u64, u64)]) -> Result<Stored> {
        const TWO_GIB: u64 = 1 << 31;
        let size = self.groups.block_size();
        let mut placed: Vec<Extent> = Vec::new();
        for (start, bytes) in parts {
            let runs = self.groups.allocate_blocks(bytes.div_ceil(size))?;
            let mut from = *start;
            let mut left = *bytes;
            for Run { start, blocks } in runs {
                let length = left.min(blocks * size);
                self.copies.push(Copy {
                    node: index,
                    from,
                    to: self.groups.position(start),
                    length,
                    whole: false,
                });
                placed.push(Extent {
                    logical: from / size,
                    physical: start,
                    blocks,
                });
                from += length;
                left -= length;
            }
        }
        if let (Some(copy), 1) = (self.copies.last_mut(), placed.len()) {
            copy.whole = copy.length == length;
        }
        if length >= TWO_GIB {
            self.groups.super_block.add_ro_compat(ro_compat::LARGE_FILE);
        }
        self.map(self.inodes[index], &placed, length)
    }

    fn place_symlink(&mut self, number: u32, target: &[u8]) -> Result<Stored> {
        if target.len() < SHORT_LINK {
            let mut block = [0; ROOT_LENGTH];
            block[..target.len()].copy_from_slice(target);
            return Ok(Stored::inline(block, target.len() as u64));
        }
        let physical = self.groups.allocate_block()?;
        self.write_at(target, self.groups.position(physical))?;
        let extent = Extent {
            logical: 0,
            physical,
            blocks: 1,
        };
        self.map(number, &[extent], target.len() as u64)
    }

    /// Stores a directory; also gives the number of directories in it.
    fn place_directory(
        &mut self,
        nodes: &[Node],
        index: usize,
        entries: &[(Vec<u8>, usize)],
    ) -> Result<(Stored, u32)> {
        let number = self.inodes[index];
        let parent = self.inodes[nodes[index].parent];
        let name = |name: &[u8], inode, kind| Name {
            name: name.to_vec(),
            inode,
            kind,
        };
        let mut names = vec![
            name(b".", number, Kind::Directory),
            name(b"..", parent, Kind::Directory),
        ];
        let mut free = Vec::new();
        if index == 0 {
            let (block, lost_found) = self.old_root()?;
            free.push(block);
            names.extend(lost_found.map(|inode| name(b"lost+found", inode, Kind::Directory)));
        }
        names.extend(
            entries
                .iter()
                .map(|(it, node)| name(it, self.inodes[*node], nodes[*node].kind)),
        );
        let subdirectories = names[2..]
            .iter()
            .filter(|name| name.kind == Kind::Directory)
            .count() as u32;

        let size = self.groups.block_size();
        let bytes = self.directory_format(number).write(&names)?;
        let blocks = bytes.len() as u64 / size;
        let mut runs: Vec<Run> = free
            .into_iter()
            .map(|start| Run { start, blocks: 1 })
            .collect();
        runs.extend(self.groups.allocate_blocks(blocks - runs.len() as u64)?);
        let mut placed = Vec::new();
        let mut logical = 0;
        for run in runs {
            let from = (logical * size) as usize;
            let to = from + (run.blocks * size) as usize;
            self.write_at(&bytes[from..to], self.groups.position(run.start))?;
            placed.push(Extent {
                logical,
                physical: run.start,
                blocks: run.blocks,
            });
            logical += run.blocks;
        }
        let stored = self.map(number, &placed, bytes.len() as u64)?;
        Ok((stored, subdirectories))
    }

    /// The block of the directory that mke2fs made, and the inode of `lost+found` in it.
    fn old_root(&self) -> Result<(u64, Option<u32>)> {
        let failed = Error::io("reading the root directory");
        let size = self.groups.block_size();
        let mut inode = [0; 128];
        let at = self.groups.inode_position(ROOT_INODE);
        self.file.read_exact_at(&mut inode, at).map_err(&failed)?;
        let root = &inode[0x28..];
        let has_extents = get32(&inode, 0x20) & EXTENTS_FLAG != 0;
        let block = if has_extents {
            u64::from(get16(root, 18)) << 32 | u64::from(get32(root, 20))
        } else {
            get32(root, 0).into()
        };
        if u64::from(get32(&inode, 0x04)) != size {
            return Err(Error::Malformed {
                what: "the new file system",
                reason: "it is not empty".into(),
            });
        }
        let mut bytes = vec![0; size as usize];
        self.file
            .read_exact_at(&mut bytes, self.groups.position(block))
            .map_err(&failed)?;
        let mut at = 0;
        while at + 8 <= bytes.len() {
            let length = usize::from(get16(&bytes, at + 4));
            let name = usize::from(bytes[at + 6]);
            if bytes.get(at + 8..at + 8 + name) == Some(b"lost+found") {
                return Ok((block, Some(get32(&bytes, at))));
            }
            if length < 8 {
                break;
            }
            at += length;
        }
        Ok((block, None))
    }

    /// Describes where the data of an inode lies.
    fn map(&mut self, inode: u32, placed: &[Extent], size: u64) -> Result<Stored> {
        let with_extents = self.groups.super_block.has_incompat(incompat::EXTENTS);
        let Mapping { root, nodes } = if with_extents {
            let seed = checksum_seed(&self.groups.super_block, inode);
            extents(&mut self.groups, placed, seed)?
        } else {
            block_map(&mut self.groups, placed)?
        };
        for (block, bytes) in &nodes {
            self.write_at(bytes, self.groups.position(*block))?;
        }
        let data: u64 = placed.iter().map(|extent| extent.blocks).sum();
        Ok(Stored {
            block: root,
            flags: if with_extents { EXTENTS_FLAG } else { 0 },
            size,
            blocks: data + nodes.len() as u64,
        })
    }

    fn write_at(&self, bytes: &[u8], position: u64) -> Result<()> {
        self.file
            .write_all_at(bytes, position)
            .map_err(Error::io("writing the file system"))
    }

    /// Writes all inodes, neighbours together.
    fn write_inodes(&mut self) -> Result<()> {
        self.stored.sort_unstable_by_key(|(number, _)| *number);
        let size = self.groups.super_block.inode_size();
        let neighbours = |first: &(u32, Vec<u8>), next: &(u32, Vec<u8>)| {
            self.groups.inode_position(first.0) + size == self.groups.inode_position(next.0)
        };
        for run in self.stored.chunk_by(neighbours) {
            let bytes: Vec<u8> = run
                .iter()
                .flat_map(|(_, bytes)| bytes.iter().copied())
                .collect();
            self.write_at(&bytes, self.groups.inode_position(run[0].0))?;
        }
        Ok(())
    }
}
