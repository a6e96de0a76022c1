//! Archives of a virtual machine and its disk (OVA).
//!
//! Specification: DMTF DSP0243 1.1, section 5: a tar archive with the description first, then the manifest with the digests, then
//! the disk. The description tells the disk's length and the manifest its digest, which are known last; room is left for both and
//! the disk is written where it stays, so that nothing is stored twice.

use std::io::{Seek, SeekFrom, Write};

use crate::digest::{DigestWriter, sha256};
use crate::ovf::DiskFile;
use crate::raw_disk::RawDisk;
use crate::tar_stream::{BLOCK, NAME_BYTES, TarStream};
use crate::vmdk::Vmdk;
use crate::{Error, Result};

/// Writes the archive into the empty file `target`.
///
/// `stem` names the files in it; `describe` makes the description of the machine with the disk it is given.
pub fn write_archive<W: Write + Seek>(
    raw: &RawDisk<'_>,
    stem: &str,
    vmdk: &Vmdk,
    mtime: i64,
    describe: impl Fn(&DiskFile) -> String,
    target: &mut W,
) -> Result<()> {
    let failed = Error::io("writing the OVA");
    let disk = |bytes| DiskFile {
        file_name: vmdk.file_name.clone(),
        bytes,
        capacity: raw.bytes(),
    };
    let (ovf, mf) = (format!("{stem}.ovf"), format!("{stem}.mf"));
    if [&ovf, &vmdk.file_name]
        .iter()
        .any(|name| name.len() > NAME_BYTES)
    {
        let reason =
            format!("is longer than {NAME_BYTES} bytes, which the archive has no room for");
        return Err(Error::value("file name", &vmdk.file_name, reason));
    }
    // No length has more digits than this one.
    let room = describe(&disk(u64::MAX)).len();
    let manifest = |description: &str, disk: &str| {
        format!(
            "SHA256({ovf})= {description}\nSHA256({})= {disk}\n",
            vmdk.file_name
        )
    };
    let no_digest = "0".repeat(64);
    let manifest_bytes = manifest(&no_digest, &no_digest).len();
    let entry = |bytes: usize| (BLOCK + bytes.next_multiple_of(BLOCK)) as u64;
    target
        .seek(SeekFrom::Start(entry(room) + entry(manifest_bytes)))
        .map_err(&failed)?;

    let mut archive = TarStream::new(&mut *target);
    let (digest, bytes) = archive.late_file(mtime, |file| {
        let mut writer = DigestWriter::new(file);
        vmdk.write_stream(raw, &mut writer)?;
        let (_, digest, bytes) = writer.finish();
        Ok::<_, Error>((vmdk.file_name.clone(), (digest, bytes)))
    })?;
    archive.finish().map_err(&failed)?;

    let mut description = describe(&disk(bytes));
    // White space is allowed behind the last element.
    description.push_str(&"\n".repeat(room - description.len()));
    let manifest = manifest(&sha256(description.as_bytes()), &digest);
    target.seek(SeekFrom::Start(0)).map_err(&failed)?;
    let mut archive = TarStream::new(&mut *target);
    archive
        .file(&ovf, description.as_bytes(), mtime)
        .map_err(&failed)?;
    archive
        .file(&mf, manifest.as_bytes(), mtime)
        .map_err(&failed)?;
    target.flush().map_err(&failed)
}
