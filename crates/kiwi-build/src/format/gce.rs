//! Archives for Google Compute Engine: `disk.raw`, sparse, in a compressed tar archive.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use kiwi_ondisk::compress::Compression;
use kiwi_ondisk::tar_stream::TarStream;
use kiwi_ondisk::{Error, gnu_sparse};
use kiwi_plan::plan::format::GcePlan;
use serde_json::json;

use super::Conversion;
use super::source::with_raw;
use crate::error::BuildError;
use crate::image::xz::Xz;
use crate::result::ResultFile;

/// Name that the platform looks for.
const DISK: &str = "disk.raw";
const MANIFEST: &str = "manifest.json";

/// Writes the archive.
pub(super) fn write(
    conversion: Conversion<'_>,
    name: &str,
    plan: &GcePlan,
) -> Result<PathBuf, BuildError> {
    let context = conversion.context;
    let time = context.plan.reproducibility.timestamp.cast_signed();
    let threads = Xz::of(context).threads();
    let file = ResultFile::create(context, name)?;
    with_raw(conversion, |raw| {
        let writer = BufWriter::with_capacity(1 << 20, file.file());
        let mut archive = TarStream::new(Compression::GZIP.writer(writer, threads)?);
        if let Some(license) = &plan.license {
            let manifest = json!({ "licenses": [license] }).to_string();
            archive.file(MANIFEST, manifest.as_bytes(), time)?;
        }
        gnu_sparse::append(&mut archive, DISK, raw, time)?;
        archive.finish()?.finish()?.flush().map_err(Error::from)
    })?;
    file.finish()
}
