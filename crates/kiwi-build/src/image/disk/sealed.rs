//! Checksums over a finished file system, and the hash that the initrd trusts.

use kiwi_host::TreeDir;
use kiwi_ondisk::cpio;
use kiwi_ondisk::verity::{DataBlocks, Tree, Verity};
use kiwi_plan::disk::stack::BLOCK;
use kiwi_plan::plan::layers::VerityPlan;

use super::stack::Place;
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::{initrd, kernel, partitioner};

/// Writes the checksums of the first `data` bytes of a place behind them.
pub(super) fn seal(plan: &VerityPlan, place: Place<'_>, data: u64) -> Result<Tree, BuildError> {
    let data = data.next_multiple_of(BLOCK);
    let verity = Verity {
        data_block_size: BLOCK as u32,
        hash_block_size: BLOCK as u32,
        salt: decoded(&plan.salt),
        uuid: partitioner::uuid(&plan.uuid)?,
    };
    let blocks = plan.blocks.map_or(DataBlocks::All, |blocks| {
        DataBlocks::First(blocks.min(data / BLOCK))
    });
    Ok(verity.write(place.file, place.offset, data, blocks, data)?)
}

/// The line by which the initrd finds the checked file system on `device`.
pub(super) fn table_line(plan: &VerityPlan, device: &str, tree: &Tree) -> String {
    format!(
        "{} {device} {device} {} hash-offset={},hash-block-size={}\n",
        plan.mapping,
        tree.root_hash_text(),
        tree.hash_offset,
        tree.hash_block_size,
    )
}

/// Adds `/etc/veritytab` to the initrd in the tree, as an archive of its own behind the others.
///
/// The kernel unpacks one after another. Building the whole initrd again for one line would take half a minute.
pub(super) fn add_to_initrd(
    context: &BuildContext<'_>,
    tree: &TreeDir,
    line: &str,
) -> Result<(), BuildError> {
    let path = initrd::path(tree, &kernel::newest(tree)?);
    let mut image = tree.read(&path)?;
    // An archive begins at a multiple of four bytes; zeros between archives are skipped.
    image.resize(image.len().next_multiple_of(4), 0);
    let time = u32::try_from(context.plan.reproducibility.timestamp).unwrap_or(u32::MAX);
    let mut archive = Vec::new();
    for (number, name, mode, data) in [
        (1, "etc", 0o40_755, ""),
        (2, "etc/veritytab", 0o100_644, line),
    ] {
        let header = cpio::Header {
            inode: number,
            mode,
            links: if data.is_empty() { 2 } else { 1 },
            mtime: time,
            ..cpio::Header::default()
        };
        cpio::append(&mut archive, &header, name.as_bytes(), data.as_bytes());
    }
    cpio::finish(&mut archive);
    image.extend(archive);
    Ok(tree.create_file(&path, 0o600, image)?)
}

fn decoded(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
