//! Finds a place for one file, directory or anything else, and makes its inode.

use super::attribute::{self, Attribute};
use super::attribute_leaf;
use super::block::{REMOTE_HEADER, Remote};
use super::directory::{Directory, Name, Stored};
use super::fork::{Extent, Fork, Format};
use super::inode::{AttributeFork, Inode, device};
use super::space::{Owner, Space};
use super::superblock::Geometry;
use crate::file_tree::{Content, Copy, Kind, Node, Time};
use crate::{Error, Result};

/// What the data fork keeps at least, whatever the attributes take: a root of a tree with three pointers.
const MIN_DATA: usize = 56;
/// What the attribute fork has at least: a root of a tree with two pointers.
const MIN_ATTRIBUTES: usize = 40;
/// What a device number takes.
const DEVICE: usize = 8;

/// How data and attributes share an inode.
pub(super) struct AttributePlan {
    /// Bytes of the inode that both share.
    room: usize,
    form: Form,
    /// Where the attribute fork begins, when there is one.
    offset: usize,
}

enum Form {
    Nothing,
    Short(Vec<u8>),
    Blocks,
}

impl AttributePlan {
    pub(super) fn new(attributes: &[Attribute], kind: Kind, geometry: &Geometry) -> Self {
        let room = geometry.inode_room();
        let is_device = matches!(
            kind,
            Kind::CharacterDevice | Kind::BlockDevice | Kind::Fifo | Kind::Socket
        );
        let data = if is_device { DEVICE } else { MIN_DATA };
        if attributes.is_empty() {
            return Self {
                room,
                form: Form::Nothing,
                offset: room,
            };
        }
        let short = attribute::short(attributes).filter(|bytes| bytes.len() <= room - data);
        let length = short.as_ref().map_or(0, Vec::len).max(MIN_ATTRIBUTES);
        Self {
            room,
            form: short.map_or(Form::Blocks, Form::Short),
            offset: if is_device {
                DEVICE
            } else {
                room - length.next_multiple_of(8)
            },
        }
    }

    /// Bytes that the data fork can use.
    pub(super) fn data_room(&self) -> usize {
        self.offset
    }

    pub(super) fn in_blocks(&self) -> bool {
        matches!(self.form, Form::Blocks)
    }
}

/// Places nodes one after the other.
pub(super) struct Placer<'a> {
    pub(super) space: Space<'a>,
    pub(super) nodes: &'a [Node],
    /// Inode number of every node.
    pub(super) inodes: Vec<u64>,
    pub(super) created: Time,
    pub(super) copies: Vec<Copy>,
    pub(super) has_attributes: bool,
}

/// The data of a node.
struct Data {
    fork: Fork,
    size: u64,
    links: u32,
}

impl Placer<'_> {
    /// Gives a node its blocks, near the group `home`, and makes its inode.
    pub(super) fn place(&mut self, index: usize, home: u32) -> Result<Vec<u8>> {
        let geometry = self.space.geometry;
        let node = &self.nodes[index];
        let number = self.inodes[index];
        let attributes = attribute::translate(&node.attributes)?;
        let plan = AttributePlan::new(&attributes, node.kind, &geometry);
        let owner = Owner {
            home,
            inode: number,
            room: plan.data_room(),
        };
        let Data { fork, size, links } = match &node.content {
            Content::File(length, parts) => Data {
                fork: self.place_file(owner, index, *length, parts)?,
                size: *length,
                links: node.names,
            },
            Content::Directory(entries) => self.place_directory(owner, index, entries)?,
            Content::Symlink(target) => Data {
                fork: self.place_symlink(owner, target)?,
                size: target.len() as u64,
                links: node.names,
            },
            Content::Device(major, minor) => Data {
                fork: device_fork(node, *major, *minor)?,
                size: 0,
                links: node.names,
            },
            Content::Nothing => Data {
                fork: device_fork(node, 0, 0)?,
                size: 0,
                links: node.names,
            },
        };
        let attributes = self.place_attributes(owner, plan, &attributes)?;
        let inode = Inode {
            number,
            mode: node.mode,
            uid: node.uid,
            gid: node.gid,
            links,
            size,
            modified: node.modified,
            created: self.created,
            data: fork,
            attributes,
        };
        Ok(inode.to_bytes(&geometry))
    }

    fn place_attributes(
        &mut self,
        owner: Owner,
        plan: AttributePlan,
        attributes: &[Attribute],
    ) -> Result<Option<AttributeFork>> {
        let fork = match plan.form {
            Form::Nothing => return Ok(None),
            Form::Short(bytes) => Fork::inside(Format::Local, bytes),
            Form::Blocks => {
                let pieces = attribute_leaf::pieces(attributes, owner.inode, &self.space.geometry);
                let owner = Owner {
                    room: plan.room - plan.offset,
                    ..owner
                };
                self.space.place(owner, pieces)?
            }
        };
        self.has_attributes = true;
        Ok(Some(AttributeFork {
            fork,
            offset: plan.offset,
        }))
    }

    fn place_file(
        &mut self,
        owner: Owner,
        index: usize,
        length: u64,
        parts: &[(u64, u64)],
    ) -> Result<Fork> {
        let size = self.space.geometry.block_size as u64;
        let mut placed = Vec::new();
        for (start, bytes) in parts {
            let runs = self.space.allocate(owner.home, bytes.div_ceil(size))?;
            let mut from = *start;
            let mut left = *bytes;
            for (start, blocks) in runs {
                let length = left.min(blocks * size);
                self.copies.push(Copy {
                    node: index,
                    from,
                    to: self.space.position(start),
                    length,
                    whole: false,
                });
                placed.push(Extent {
                    logical: from / size,
                    start,
                    blocks,
                });
                from += length;
                left -= length;
            }
        }
        if let (Some(copy), 1) = (self.copies.last_mut(), placed.len()) {
            copy.whole = copy.length == length;
        }
        self.space.map(owner, &placed)
    }

    fn place_symlink(&mut self, owner: Owner, target: &[u8]) -> Result<Fork> {
        if target.len() <= owner.room {
            return Ok(Fork::inside(Format::Local, target.to_vec()));
        }
        let geometry = &self.space.geometry;
        let size = geometry.block_size;
        let blocks = (target.len() as u64).div_ceil((size - REMOTE_HEADER) as u64);
        let runs = self.space.allocate(owner.home, blocks)?;
        // Blocks side by side have one header together.
        let lengths = runs.iter().map(|(_, blocks)| *blocks as usize * size);
        let pieces = Remote::LINK.pieces(target, 0, lengths, owner.inode, &self.space.geometry);
        self.space.place_in(runs, owner, pieces)
    }

    fn place_directory(
        &mut self,
        owner: Owner,
        index: usize,
        entries: &[(Vec<u8>, usize)],
    ) -> Result<Data> {
        let names: Vec<Name<'_>> = entries
            .iter()
            .map(|(name, node)| Name {
                name,
                inode: self.inodes[*node],
                kind: self.nodes[*node].kind,
            })
            .collect();
        let is_directory = |name: &&Name<'_>| name.kind == Kind::Directory;
        let links = 2 + names.iter().filter(is_directory).count() as u32;
        let directory = Directory {
            inode: owner.inode,
            parent: self.inodes[self.nodes[index].parent],
            names,
        };
        Ok(match directory.store(owner.room, &self.space.geometry)? {
            Stored::Inode(bytes) => Data {
                size: bytes.len() as u64,
                fork: Fork::inside(Format::Local, bytes),
                links,
            },
            Stored::Blocks(pieces, size) => Data {
                fork: self.space.place(owner, pieces)?,
                size,
                links,
            },
        })
    }
}

fn device_fork(node: &Node, major: u32, minor: u32) -> Result<Fork> {
    let bytes = device(major, minor).ok_or_else(|| {
        Error::value(
            "device number",
            format!("{major}:{minor}"),
            format!(
                "`{}` has a number that XFS cannot hold",
                node.path.display()
            ),
        )
    })?;
    Ok(Fork::inside(Format::Device, bytes))
}
