//! btrfs, all of it by `kiwi_ondisk::btrfs`: no program is called, subvolumes and quota included.

mod options;

use kiwi_ondisk::btrfs::{self, Options, Subvolume};
use kiwi_plan::plan::btrfs::BtrfsPlan;
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::{Source, Target, store};
use crate::context::BuildContext;
use crate::error::BuildError;
use crate::partitioner;

/// Bytes of a MiB.
const MIB: u64 = 1 << 20;
/// The quota group that snapper puts its snapshots into, as level and number.
const SNAPPER_GROUP: (u16, u64) = (1, 0);

/// Makes a file system from a directory.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let uuid = partitioner::uuid(plan.uuid.as_deref().unwrap_or_default())?;
    let mut options = Options::new(uuid, plan.label.as_deref().unwrap_or_default());
    let bytes = options::apply(&mut options, context, &plan.create_options)?;
    if let Some(volumes) = &plan.btrfs {
        let time = context.plan.reproducibility.timestamp;
        divide(&mut options, volumes, time);
    }
    let bytes = bytes.unwrap_or(target.bytes).min(target.bytes);
    let filled = store::store(context, source, plan, |tree| {
        btrfs::write(tree, target.file, target.offset, bytes, &options)
    })?;
    tracing::debug!(
        "{} inodes, {} bytes of files, {} bytes of trees, {} bytes are left",
        filled.inodes,
        filled.data_bytes,
        filled.metadata_bytes,
        filled.unallocated_bytes
    );
    Ok(())
}

/// Takes over the plan's subvolumes.
fn divide(options: &mut Options, plan: &BtrfsPlan, time: u64) {
    options.quota |= plan.quota;
    if plan.snapper_quota {
        options.quota_groups.push(SNAPPER_GROUP);
    }
    options.default_subvolume = plan.default.as_ref().map(Into::into);
    options.subvolumes = plan
        .subvolumes
        .iter()
        .map(|written| {
            let mut subvolume = Subvolume::new(&written.path, written.directory.as_deref());
            subvolume.mode = written.mode;
            subvolume.read_only = written.read_only;
            subvolume.no_copy_on_write = !written.copy_on_write;
            subvolume.limit = written.quota_mib.map(|mib| mib.saturating_mul(MIB));
            if plan.snapper && plan.root.strip_prefix(&written.path) == Some("/1/snapshot") {
                subvolume.files = vec![("1/info.xml".into(), snapshot_information(time).into())];
            }
            subvolume
        })
        .collect();
}

/// What snapper knows about the first snapshot.
fn snapshot_information(time: u64) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<snapshot>\n  <type>single</type>\n  <num>1</num>\n  \
         <date>{}</date>\n  <description>first root filesystem</description>\n</snapshot>\n",
        date(time)
    )
}

/// Date and time of day in UTC.
fn date(seconds: u64) -> String {
    let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!(
        "{year:04}-{month:02}-{:02} {:02}:{:02}:{:02}",
        days + 1,
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_600_000_000, "2020-09-13 12:26:40"),
            (1_735_689_599, "2024-12-31 23:59:59"),
        ] {
            assert_eq!(date(seconds), text);
        }
    }
}
