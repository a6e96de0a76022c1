//! Checksums over a finished file system, and the hash that the initrd trusts.

use kiwi_host::TreeDir;
use kiwi_ondisk::cpio;
use kiwi_ondisk::verity::{DataBlocks, Tree, Verity};
use kiwi_plan::disk::stack::BLOCK;
use kiwi_plan::disk::storage;
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

/// How the initrd finds and opens the checked file system on `device`.
pub(super) struct Opening<'a> {
    pub(super) plan: &'a VerityPlan,
    pub(super) device: &'a str,
    pub(super) tree: &'a Tree,
}

impl Opening<'_> {
    /// The line of `/etc/veritytab`.
    fn table_line(&self) -> String {
        let (device, tree) = (self.device, self.tree);
        format!(
            "{} {device} {device} {} hash-offset={},hash-block-size={}\n",
            self.plan.mapping,
            tree.root_hash_text(),
            tree.hash_offset,
            tree.hash_block_size,
        )
    }

    /// A unit in place of the generated one, because systemd before version 254 ignores `hash-offset`.
    fn unit(&self) -> String {
        let (device, tree) = (self.device, self.tree);
        let mapping = &self.plan.mapping;
        let unit = unit_name(device);
        format!(
            "[Unit]\n\
             Description=Checked blocks of {mapping}\n\
             DefaultDependencies=no\n\
             IgnoreOnIsolate=true\n\
             BindsTo={unit}\n\
             After=veritysetup-pre.target {unit}\n\
             Before=veritysetup.target\n\
             \n\
             [Service]\n\
             Type=oneshot\n\
             RemainAfterExit=yes\n\
             ExecStart={program} open {device} {mapping} {device} {hash} --hash-offset={offset}\n",
            program = storage::VERITY_PROGRAM,
            hash = tree.root_hash_text(),
            offset = tree.hash_offset,
        )
    }

    /// Adds both to the initrd in the tree, as an archive of its own behind the others.
    ///
    /// The kernel unpacks one after another. Building the whole initrd again for a few lines would take half a minute.
    pub(super) fn add_to_initrd(
        &self,
        context: &BuildContext<'_>,
        tree: &TreeDir,
    ) -> Result<(), BuildError> {
        let path = initrd::path(tree, &kernel::newest(tree)?);
        let mut image = tree.read(&path)?;
        // An archive begins at a multiple of four bytes; zeros between archives are skipped.
        image.resize(image.len().next_multiple_of(4), 0);
        let mut files = vec![
            ("etc".to_owned(), None),
            ("etc/veritytab".to_owned(), Some(self.table_line())),
        ];
        if tree.exists(storage::VERITY_PROGRAM.trim_start_matches('/')) {
            let unit = format!(
                "etc/systemd/system/systemd-veritysetup@{}.service",
                self.plan.mapping
            );
            files.push(("etc/systemd".to_owned(), None));
            files.push(("etc/systemd/system".to_owned(), None));
            files.push((unit, Some(self.unit())));
        }
        let time = u32::try_from(context.plan.reproducibility.timestamp).unwrap_or(u32::MAX);
        let mut archive = Vec::new();
        for (number, (name, text)) in (1..).zip(&files) {
            let header = cpio::Header {
                inode: number,
                mode: if text.is_some() { 0o100_644 } else { 0o40_755 },
                links: if text.is_some() { 1 } else { 2 },
                mtime: time,
                ..cpio::Header::default()
            };
            let data = text.as_deref().unwrap_or_default();
            cpio::append(&mut archive, &header, name.as_bytes(), data.as_bytes());
        }
        cpio::finish(&mut archive);
        image.extend(archive);
        Ok(tree.create_file(&path, 0o600, image)?)
    }
}

/// Name of the unit of a device (systemd.unit(5), "String escaping for inclusion in unit names").
fn unit_name(device: &str) -> String {
    let mut name = String::new();
    for letter in device.trim_start_matches('/').chars() {
        match letter {
            '/' => name.push('-'),
            letter if letter.is_ascii_alphanumeric() || matches!(letter, ':' | '_' | '.') => {
                name.push(letter);
            }
            letter => name.push_str(&format!("\\x{:02x}", letter as u32)),
        }
    }
    name.push_str(".device");
    name
}

fn decoded(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_devices() {
        assert_eq!(
            unit_name("/dev/disk/by-partuuid/4f3ee982-d76a"),
            "dev-disk-by\\x2dpartuuid-4f3ee982\\x2dd76a.device"
        );
        assert_eq!(unit_name("/dev/mapper/luks"), "dev-mapper-luks.device");
    }

    #[test]
    fn salts() {
        assert_eq!(decoded("00ff10"), [0, 255, 16]);
    }
}
