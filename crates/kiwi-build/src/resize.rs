//! Growing a disk that was built (spec 04, section 23).
//!
//! Partitions and file systems stay as they are: the first boot takes the new space.

use std::fs::File;

use kiwi_ondisk::gpt_backup;
use kiwi_plan::plan::disk::{DiskPlan, TableKind};

use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::format;
use crate::progress::phase;
use crate::result::{Artefacts, Record, State};

/// What became of the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resized {
    /// It had this size already.
    AsBefore,
    /// It has this many bytes now; what was made from it anew.
    Grown {
        /// Its size.
        bytes: u64,
        /// The converted files.
        converted: Vec<Record>,
    },
}

/// Makes the raw disk in the target directory `bytes` long, rounded up to whole sectors, and converts it again when the plan has a
/// format.
///
/// # Errors
/// There is no disk, it is longer than that, or its partition table is damaged; it stays as it was then.
pub fn resize(
    context: &BuildContext<'_>,
    plan: &DiskPlan,
    bytes: u64,
) -> Result<Resized, BuildError> {
    let raw = context.places.target.join(&plan.file_name);
    let bytes = bytes.next_multiple_of(u64::from(plan.sector_size));
    if !raw.is_file() {
        return Err(BuildError::Resize {
            what: format!("there is no disk `{}` to resize", raw.display()),
            mend: "name the directory given to `--target-dir` of the build, and the same `--type` and `--profile`".into(),
        });
    }
    let mut disk = File::options()
        .read(true)
        .write(true)
        .open(&raw)
        .at("open", &raw)?;
    let before = disk.metadata().at("read", &raw)?.len();
    if bytes < before {
        return Err(BuildError::Resize {
            what: format!(
                "`{}` has {before} bytes and cannot be made smaller, to {bytes}",
                raw.display()
            ),
            mend: "choose a larger size; only a new build makes a disk smaller".into(),
        });
    }
    if bytes == before {
        return Ok(Resized::AsBefore);
    }
    if let Some(limit) = context
        .plan
        .settings
        .max_size
        .filter(|limit| bytes > *limit)
    {
        return Err(BuildError::TooLarge {
            path: raw,
            size: bytes,
            limit,
        });
    }
    disk.set_len(bytes).at("resize", &raw)?;
    if plan.table == TableKind::Gpt
        && let Err(error) = gpt_backup::relocate(&mut disk, bytes)
    {
        disk.set_len(before).at("resize", &raw)?;
        return Err(error.into());
    }
    disk.sync_all().at("write", &raw)?;
    let converted = match &plan.format {
        Some(format) => phase("format", || format::convert(context, &raw, plan, format))?,
        None => Vec::new(),
    };
    record(context, &converted)?;
    Ok(Resized::Grown { bytes, converted })
}

/// Brings the record of results up to date: a larger disk may consist of more files.
fn record(context: &BuildContext<'_>, converted: &[Record]) -> Result<(), BuildError> {
    let target = &context.places.target;
    let Some(state) = State::read(target)? else {
        return Ok(());
    };
    let mut artefacts = Artefacts::default();
    for record in state.records.iter().chain(converted) {
        artefacts.add(record.clone());
    }
    artefacts.write(context.plan, target)
}
