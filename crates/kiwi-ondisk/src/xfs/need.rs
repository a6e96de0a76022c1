//! How many blocks each file takes, and in which allocation group it is at home.

use super::attribute;
use super::attribute_leaf;
use super::block::REMOTE_HEADER;
use super::directory;
use super::fork::tree_blocks;
use super::group::{Group, cluster_blocks, cluster_inodes};
use super::place::AttributePlan;
use super::superblock::Geometry;
use super::tree::INODES;
use crate::file_tree::{Content, Kind, Node};
use crate::{Error, Result};

/// Number of blocks of a node besides its inode.
pub(super) fn blocks(node: &Node, geometry: &Geometry) -> Result<u64> {
    let attributes = attribute::translate(&node.attributes)?;
    let plan = AttributePlan::new(&attributes, node.kind, geometry);
    let room = plan.data_room();
    let size = geometry.block_size as u64;
    let data = match &node.content {
        Content::File(_, parts) => {
            let data: u64 = parts.iter().map(|(_, bytes)| bytes.div_ceil(size)).sum();
            data + tree_blocks(parts.len() as u64, room, geometry)
        }
        Content::Directory(entries) => {
            directory::blocks_for(entries.iter().map(|(name, _)| name.len()), room, geometry)
        }
        Content::Symlink(target) if target.len() > room => {
            (target.len() as u64).div_ceil(size - REMOTE_HEADER as u64)
        }
        Content::Symlink(_) | Content::Device(..) | Content::Nothing => 0,
    };
    let own = if plan.in_blocks() {
        attribute_leaf::blocks(&attributes, geometry)
    } else {
        0
    };
    Ok(data + own)
}

/// Says how much is missing before anything is written, in numbers that help.
pub(super) fn check_room(needs: &[u64], groups: &[Group], geometry: &Geometry) -> Result<()> {
    let size = geometry.block_size as u64;
    let inodes = needs.len() as u64;
    let clusters = inodes.div_ceil(cluster_inodes(geometry).into());
    let records = clusters * u64::from(cluster_inodes(geometry)) / 64;
    // Of each group the last inodes are not used, and the first do not begin where the free space does.
    let slack = groups.len() as u64 * (2 * u64::from(cluster_blocks(geometry)) + 2);
    let needed = needs.iter().sum::<u64>()
        + clusters * u64::from(cluster_blocks(geometry))
        + INODES.blocks(records, None, geometry)
        + slack;
    let available: u64 = groups.iter().map(Group::available).sum();
    if needed > available {
        return Err(Error::TooSmall {
            what: "the content of the file system",
            needed: needed * size,
            available: available * size,
        });
    }
    Ok(())
}

/// Gives every group its part of the nodes, in their order but directories first, so that all become equally full.
pub(super) fn homes(
    nodes: &[Node],
    needs: &[u64],
    groups: &[Group],
    geometry: &Geometry,
) -> Vec<Vec<usize>> {
    let weight =
        |need: &u64| u128::from(*need) * geometry.block_size as u128 + geometry.inode_size as u128;
    let total: u128 = needs.iter().map(weight).sum();
    let room: u128 = groups
        .iter()
        .map(|group| u128::from(group.available()))
        .sum();
    let mut homes = vec![Vec::new(); groups.len()];
    let (mut group, mut before) = (0, 0);
    let mut until = groups
        .first()
        .map_or(0, |group| u128::from(group.available()));
    for (index, need) in needs.iter().enumerate() {
        while before * room >= until * total && group + 1 < groups.len() && index > 0 {
            group += 1;
            until += u128::from(groups[group].available());
        }
        homes[group].push(index);
        before += weight(need);
    }
    for home in &mut homes {
        // They lie together then, and so do the small files, which are written together.
        home.sort_by_key(|index| nodes[*index].kind != Kind::Directory);
    }
    homes
}
