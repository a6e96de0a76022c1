//! `tbz`: a tar archive of the tree, compressed with xz (spec 06, section 10).

use std::io::{BufWriter, Write};

use kiwi_ondisk::tree_archive::TreeArchive;
use kiwi_plan::plan::image::ArchivePlan;

use super::watched::Watched;
use super::xz::Xz;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::excludes::Excludes;
use crate::progress::phase;
use crate::result::{Record, ResultFile};
use crate::root::{measure, selinux};

/// Makes the archive.
pub fn create(context: &BuildContext<'_>, plan: &ArchivePlan) -> Result<Record, BuildError> {
    let file = ResultFile::create(context, &plan.file_name)?;
    let xz = Xz::of(context);
    phase("archive", || {
        let name = file.destination();
        let compressor = xz
            .compression()
            .writer(BufWriter::new(file.file()), xz.threads())?;
        let compressor = write_tree(context, &plan.excludes, "archive", compressor)?;
        compressor.finish()?.flush().at("write", name)
    })?;
    let path = file.finish()?;
    let usage = format!(
        "tar --extract --file {} --xattrs --xattrs-include='*' --numeric-owner --directory DIRECTORY",
        path.display()
    );
    Ok(Record::new("root_archive", path).usage(usage))
}

/// Writes a tar archive of the tree without what stays out of images; gives the writer back.
pub(super) fn write_tree<W: Write>(
    context: &BuildContext<'_>,
    excludes: &[String],
    phase: &'static str,
    writer: W,
) -> Result<W, BuildError> {
    let tree = context.tree()?;
    let excludes = Excludes::for_tree(&tree, excludes)?;
    let total = measure::measure(&tree, &excludes, &[])?
        .root_tree
        .apparent_bytes;
    let epoch = context.plan.reproducibility.source_date_epoch;
    let mut writer = Watched::new(context, phase, total, writer);
    let written = TreeArchive::new(tree.path())
        .latest_time(epoch.map(u64::cast_signed))
        .selinux_labels(selinux::has_policy(context, &tree))
        .exclude(&|path| excludes.matches(path))
        .write(&mut writer);
    context.check_interrupt()?;
    for socket in written?.skipped_sockets {
        tracing::warn!(
            "`/{}` is a socket, which no archive can hold",
            socket.display()
        );
    }
    Ok(writer.into_inner())
}
