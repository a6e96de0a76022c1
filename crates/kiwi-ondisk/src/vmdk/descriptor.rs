//! The text that says what a VMDK consists of ("The Descriptor File").

use std::fmt::Write as _;

use super::{SECTOR, Subformat, Vmdk};

/// Sectors per track and largest number of cylinders that virtual disks show.
const SECTORS_PER_TRACK: u64 = 63;
const MOST_CYLINDERS: u64 = 16383;

pub(super) fn text(vmdk: &Vmdk, disk_bytes: u64) -> String {
    let kind = match vmdk.subformat {
        Subformat::MonolithicFlat | Subformat::TwoGbMaxExtentFlat => "FLAT",
        Subformat::MonolithicSparse
        | Subformat::TwoGbMaxExtentSparse
        | Subformat::StreamOptimized => "SPARSE",
    };
    let offset = if kind == "FLAT" { " 0" } else { "" };
    let mut extents = String::new();
    let mut line = |bytes: u64, name: &str| {
        writeln!(
            extents,
            "RW {} {kind} \"{name}\"{offset}",
            bytes.div_ceil(SECTOR)
        )
        .expect("writing to a string does not fail");
    };
    if vmdk.subformat.is_split() {
        for extent in vmdk.extents(disk_bytes) {
            line(extent.bytes, &extent.file_name);
        }
    } else {
        line(disk_bytes, &vmdk.file_name);
    }
    let heads = if vmdk.adapter == "ide" { 16 } else { 255 };
    let cylinders = (disk_bytes.div_ceil(SECTOR) / (heads * SECTORS_PER_TRACK)).min(MOST_CYLINDERS);
    format!(
        "# Disk DescriptorFile\n\
         version=1\n\
         CID={cid:08x}\n\
         parentCID=ffffffff\n\
         createType=\"{form}\"\n\
         \n\
         # Extent description\n\
         {extents}\
         \n\
         # The Disk Data Base\n\
         #DDB\n\
         \n\
         ddb.virtualHWVersion = \"{hardware}\"\n\
         ddb.geometry.cylinders = \"{cylinders}\"\n\
         ddb.geometry.heads = \"{heads}\"\n\
         ddb.geometry.sectors = \"{SECTORS_PER_TRACK}\"\n\
         ddb.adapterType = \"{adapter}\"\n\
         ddb.toolsVersion = \"{tools}\"\n",
        cid = vmdk.content_id,
        form = vmdk.subformat.name(),
        hardware = vmdk.hardware_version,
        adapter = vmdk.adapter,
        tools = vmdk.tools_version,
    )
}
