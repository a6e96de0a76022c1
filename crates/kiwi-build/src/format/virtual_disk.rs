//! Disks of virtual machines in files of their own.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use kiwi_ondisk::raw_disk::RawDisk;
use kiwi_ondisk::vhd::{self, Vhd};
use kiwi_ondisk::vmdk::{Subformat, Vmdk};
use kiwi_ondisk::{Error, SectorSize, vdi, vhdx};
use kiwi_plan::plan::format::{VdiPlan, VhdPlan, VhdxPlan, VmdkPlan};

use super::Conversion;
use super::source::with_raw;
use crate::error::BuildError;
use crate::partitioner::uuid;
use crate::result::ResultFile;

/// A file that a writer fills through a buffer.
fn filled(
    conversion: Conversion<'_>,
    name: &str,
    write: impl FnOnce(&RawDisk<'_>, &mut BufWriter<&File>) -> Result<(), Error>,
) -> Result<PathBuf, BuildError> {
    let file = ResultFile::create(conversion.context, name)?;
    with_raw(conversion, |raw| {
        let mut writer = BufWriter::with_capacity(1 << 20, file.file());
        write(raw, &mut writer)?;
        writer.flush().map_err(Error::from)
    })?;
    file.finish()
}

/// The VMDK of a plan.
pub(super) fn vmdk_of(plan: &VmdkPlan, name: &str) -> Result<Vmdk, BuildError> {
    let unknown = || BuildError::Unexpected(format!("`{}` is no form of a VMDK", plan.subformat));
    Ok(Vmdk {
        file_name: name.to_owned(),
        subformat: Subformat::from_name(&plan.subformat).ok_or_else(unknown)?,
        adapter: plan.adapter.clone(),
        hardware_version: plan.hardware_version.clone(),
        tools_version: plan.tools_version.clone(),
        content_id: plan.content_id,
        zeroed_grains: plan.zeroed_grains,
    })
}

pub(super) fn vmdk(
    conversion: Conversion<'_>,
    name: &str,
    plan: &VmdkPlan,
) -> Result<Vec<PathBuf>, BuildError> {
    let vmdk = vmdk_of(plan, name)?;
    let mut extents = Vec::new();
    for extent in with_raw(conversion, |raw| Ok(vmdk.extents(raw.bytes())))? {
        let mut file = ResultFile::create(conversion.context, &extent.file_name)?;
        with_raw(conversion, |raw| {
            vmdk.write_extent(raw, &extent, file.file_mut())
        })?;
        extents.push(file.finish()?);
    }
    // The file that names the others comes last, so that it is never there without them.
    let first = filled(conversion, name, |raw, writer| vmdk.write(raw, writer))?;
    Ok(std::iter::once(first).chain(extents).collect())
}

pub(super) fn vdi(
    conversion: Conversion<'_>,
    name: &str,
    plan: &VdiPlan,
) -> Result<PathBuf, BuildError> {
    let vdi = vdi::Vdi {
        uuid: uuid(&plan.uuid)?,
        modification_uuid: uuid(&plan.modification_uuid)?,
        is_static: plan.is_static,
    };
    filled(conversion, name, |raw, writer| vdi.write(raw, writer))
}

pub(super) fn vhd(
    conversion: Conversion<'_>,
    name: &str,
    plan: &VhdPlan,
) -> Result<PathBuf, BuildError> {
    let disk = Vhd {
        uuid: uuid(&plan.uuid)?,
        created: conversion.context.plan.reproducibility.timestamp,
        exact_size: plan.exact_size,
    };
    if !plan.fixed {
        return filled(conversion, name, |raw, writer| {
            disk.write_dynamic(raw, writer)
        });
    }
    let tag = plan.tag.as_deref().map(uuid).transpose()?;
    let file = ResultFile::create(conversion.context, name)?;
    with_raw(conversion, |raw| {
        disk.write_fixed(raw, file.file())?;
        tag.map_or(Ok(()), |tag| vhd::write_tag(file.file(), tag))
    })?;
    file.finish()
}

pub(super) fn vhdx(
    conversion: Conversion<'_>,
    name: &str,
    plan: &VhdxPlan,
) -> Result<PathBuf, BuildError> {
    let vhdx = vhdx::Vhdx {
        disk_id: uuid(&plan.disk_id)?,
        file_write_id: uuid(&plan.file_write_id)?,
        data_write_id: uuid(&plan.data_write_id)?,
        block_bytes: plan.block_bytes,
        log_bytes: plan.log_bytes,
        zero_blocks: plan.zero_blocks,
        sector_size: SectorSize::from_bytes(conversion.sector_size.into()).unwrap_or_default(),
    };
    filled(conversion, name, |raw, writer| vhdx.write(raw, writer))
}
