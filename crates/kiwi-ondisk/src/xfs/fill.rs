//! The order in which a file system is filled: look at the tree, share it out over the groups, hand out inodes and blocks, copy
//! the contents on all cores, write the accounts.

use std::fs::File;
use std::os::unix::fs::FileExt;

use rayon::prelude::*;

use super::group::{Finished, Group};
use super::inode;
use super::need;
use super::place::Placer;
use super::space::Space;
use super::superblock::{Geometry, SuperBlock};
use crate::file_tree::{Contents, FileTree, Filled, Time};
use crate::{Error, Result};

/// Inodes that every file system has besides the root: those of a realtime device, should there be one.
const REALTIME_INODES: u32 = 2;

/// Fills the file system at `offset` of `file`.
pub(super) fn fill(tree: &FileTree<'_>, file: &File, offset: u64) -> Result<Filled> {
    let mut super_block = SuperBlock::read(file, offset)?;
    let geometry = super_block.geometry();
    let mut groups = (0..geometry.ag_count)
        .map(|number| Group::read(file, offset, &geometry, number))
        .collect::<Result<Vec<_>>>()?;
    let nodes = tree.read(geometry.block_size as u64)?;
    let needs = nodes
        .par_iter()
        .with_min_len(64)
        .map(|node| need::blocks(node, &geometry))
        .collect::<Result<Vec<_>>>()?;
    need::check_room(&needs, &groups, &geometry)?;
    let homes = need::homes(&nodes, &needs, &groups, &geometry);
    let inodes = number(&homes, &mut groups, &geometry)?;
    let mut placer = Placer {
        nodes: &nodes,
        inodes,
        created: Time {
            seconds: tree.created,
            nanoseconds: 0,
        },
        copies: Vec::new(),
        has_attributes: false,
        space: Space {
            file,
            offset,
            geometry,
            groups,
        },
    };
    for (group, home) in homes.iter().enumerate() {
        fill_group(&mut placer, group as u32, home)?;
    }
    let contents = Contents {
        tree,
        nodes: &nodes,
        file,
        block_size: geometry.block_size as u64,
    };
    contents.copy(&placer.copies)?;
    if placer.has_attributes {
        super_block.add_attributes();
    }
    let free_blocks = write_accounts(placer.space, &mut super_block)?;
    Ok(Filled {
        inodes: nodes.len() as u64,
        data_bytes: placer.copies.iter().map(|copy| copy.length).sum(),
        free_bytes: free_blocks * geometry.block_size as u64,
    })
}

/// Gives every node its inode, in the group where it is at home.
fn number(homes: &[Vec<usize>], groups: &mut [Group], geometry: &Geometry) -> Result<Vec<u64>> {
    let mut inodes = vec![geometry.root_inode; homes.iter().map(Vec::len).sum()];
    for (group, home) in groups.iter_mut().zip(homes) {
        // The root has its number already.
        let home: Vec<usize> = home.iter().copied().filter(|index| *index > 0).collect();
        if home.is_empty() {
            continue;
        }
        let numbers = group.add_inodes(home.len() as u32, geometry)?;
        for (index, number) in home.into_iter().zip(numbers) {
            inodes[index] = geometry.inode(group.number, number);
        }
    }
    Ok(inodes)
}

/// Places all nodes of a group and writes their inodes.
fn fill_group(placer: &mut Placer<'_>, group: u32, home: &[usize]) -> Result<()> {
    let mut table = Vec::new();
    for index in home {
        table.extend(placer.place(*index, group)?);
        if *index == 0 {
            table.extend(realtime_inodes(placer)?);
        }
    }
    write_inodes(&placer.space, group, table)
}

/// The two inodes behind the root, without what mkfs.xfs drew by lot and read from the clock.
fn realtime_inodes(placer: &Placer<'_>) -> Result<Vec<u8>> {
    let Space {
        file,
        offset,
        geometry,
        ..
    } = &placer.space;
    let size = geometry.inode_size;
    let root = geometry.root_inode;
    let block = root >> geometry.inodes_per_block_log;
    let mut bytes = vec![0; size * REALTIME_INODES as usize];
    file.read_exact_at(&mut bytes, offset + geometry.position(block) + size as u64)
        .map_err(Error::io("reading the inodes of the new file system"))?;
    for inode in bytes.chunks_exact_mut(size) {
        inode::settle(inode, geometry, placer.created);
    }
    Ok(bytes)
}

/// Writes the inodes of a group, in the order of their slots, and behind them those that nothing uses yet.
fn write_inodes(space: &Space<'_>, group: u32, mut table: Vec<u8>) -> Result<()> {
    let geometry = &space.geometry;
    let group = &space.groups[group as usize];
    for slot in (table.len() / geometry.inode_size) as u32..group.inode_count(geometry) {
        let number = geometry.inode(group.number, group.inode(slot, geometry));
        table.extend(inode::unused(geometry, number));
    }
    let clusters = group.clusters();
    let bytes = table.len() / clusters.len().max(1);
    for (block, cluster) in clusters.iter().zip(table.chunks(bytes.max(1))) {
        let block = geometry.file_system_block(group.number, *block);
        space.write(cluster, block)?;
    }
    Ok(())
}

/// Writes what describes the groups and the super block; gives the number of free blocks.
fn write_accounts(mut space: Space<'_>, super_block: &mut SuperBlock) -> Result<u64> {
    let geometry = space.geometry;
    let groups = std::mem::take(&mut space.groups);
    let (mut inodes, mut free_inodes, mut free_blocks) = (0, 0, 0);
    for group in groups {
        inodes += u64::from(group.inode_count(&geometry));
        free_inodes += u64::from(group.free_inodes(&geometry));
        free_blocks += group.free_blocks();
        let start = space.position(geometry.file_system_block(group.number, 0));
        let Finished { blocks, sectors } = group.finish(&geometry)?;
        for (number, bytes) in blocks {
            space.write(&bytes, number)?;
        }
        for (sector, bytes) in sectors {
            space.write_at(&bytes, start + sector * geometry.sector_size as u64)?;
        }
    }
    super_block.set_counts(inodes, free_inodes, free_blocks);
    space.write_at(&super_block.to_bytes(), space.offset)?;
    Ok(free_blocks)
}
