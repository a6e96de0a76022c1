//! Disks inside containers, where KubeVirt and others look for them.

use std::fs::File;
use std::path::PathBuf;

use kiwi_host::Scratch;
use kiwi_ondisk::raw_disk::RawDisk;
use kiwi_ondisk::tar_stream::{Entry, TarStream};
use kiwi_plan::plan::format::{DiskContainer, DiskFormatPlan};

use super::Conversion;
use crate::context::{BuildContext, Places};
use crate::error::{Because, BuildError};
use crate::image::container;

/// Directory of the container that holds the disk.
const DIRECTORY: &str = "disk";

/// Writes the container with the disk.
pub(super) fn write(
    conversion: Conversion<'_>,
    format: &DiskFormatPlan,
    plan: &DiskContainer,
) -> Result<PathBuf, BuildError> {
    let context = conversion.context;
    let scratch = scratch(conversion)?;
    let disks = in_scratch(conversion, &scratch, |inner| {
        super::write(inner, format, &plan.disk_name)
    })?;
    let time = context.plan.reproducibility.timestamp.cast_signed();
    let path = container::write(context, &plan.container, |writer| {
        let mut archive = TarStream::new(writer);
        let failed = |error| BuildError::io("write", &plan.container.file_name, error);
        archive
            .entry(&Entry::plain_directory(DIRECTORY, time))
            .map_err(failed)?;
        for (number, disk) in disks.iter().enumerate() {
            let name = match (number, disk.file_name()) {
                (0, _) | (_, None) => plan.disk_name.clone(),
                (_, Some(name)) => name.to_string_lossy().into_owned(),
            };
            let file = File::open(disk).at("read", disk)?;
            let watch = |_| {
                context
                    .check_interrupt()
                    .map_err(|_| kiwi_ondisk::Error::Stopped)
            };
            let disk = RawDisk::open(&file)?.watched(&watch);
            let entry = Entry::plain_file(&format!("{DIRECTORY}/{name}"), disk.bytes(), time);
            archive.entry(&entry).map_err(failed)?;
            let copied = disk.copy_to(&mut archive.data_writer());
            context.check_interrupt()?;
            copied?;
        }
        archive.finish().map(drop).map_err(failed)
    })?;
    scratch.close().at("remove", &context.places.scratch)?;
    Ok(path)
}

/// A directory for disks that are only a part of the result.
pub(super) fn scratch(conversion: Conversion<'_>) -> Result<Scratch, BuildError> {
    let parent = &conversion.context.places.scratch;
    Scratch::create(parent, "format").at("write in", parent)
}

/// Does `work` as if the scratch directory were the target.
pub(super) fn in_scratch<T>(
    conversion: Conversion<'_>,
    scratch: &Scratch,
    work: impl FnOnce(Conversion<'_>) -> Result<T, BuildError>,
) -> Result<T, BuildError> {
    let places = Places {
        target: scratch.path().to_owned(),
        ..conversion.context.places.clone()
    };
    let context = BuildContext {
        places: &places,
        ..*conversion.context
    };
    work(Conversion {
        context: &context,
        ..conversion
    })
}
