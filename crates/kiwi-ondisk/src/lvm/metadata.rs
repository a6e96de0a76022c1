//! The text that describes a volume group.
//!
//! Its lines are those that LVM itself writes: boot loaders look for them as they are, down to the spaces around `=`.

use std::fmt::{self, Write as _};

use super::{DATA_OFFSET, LogicalVolume, Placed, PlacedVolume, SECTOR, VolumeGroup, identifier};

/// Gives the metadata of `group`, placed on a physical volume of so many bytes.
pub(super) fn text(group: &VolumeGroup, placed: &Placed, physical_volume_bytes: u64) -> String {
    let mut text = String::new();
    write_group(&mut text, group, placed, physical_volume_bytes / SECTOR)
        .expect("strings take everything");
    text
}

fn write_group(
    text: &mut String,
    group: &VolumeGroup,
    placed: &Placed,
    sectors: u64,
) -> fmt::Result {
    let VolumeGroup {
        name,
        creation_time,
        creation_host,
        ..
    } = group;
    writeln!(text, "{name} {{")?;
    writeln!(text, "id = \"{}\"", identifier(group.uuid))?;
    writeln!(text, "seqno = 1")?;
    writeln!(text, "format = \"lvm2\"")?;
    writeln!(text, "status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]")?;
    writeln!(text, "flags = []")?;
    writeln!(text, "extent_size = {}", group.extent_size / SECTOR)?;
    // No limits.
    writeln!(text, "max_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n")?;
    write_physical_volume(text, group, placed, sectors)?;
    if !group.volumes.is_empty() {
        writeln!(text, "logical_volumes {{\n")?;
        for (index, (volume, placed)) in group.volumes.iter().zip(&placed.volumes).enumerate() {
            if index > 0 {
                writeln!(text)?;
            }
            write_volume(text, group, volume, placed)?;
        }
        writeln!(text, "}}\n")?;
    }
    writeln!(text, "}}")?;
    writeln!(text, "contents = \"Text Format Volume Group\"")?;
    writeln!(text, "version = 1\n")?;
    writeln!(text, "description = \"Written into an image\"\n")?;
    writeln!(text, "creation_host = \"{creation_host}\"")?;
    writeln!(text, "creation_time = {creation_time}\n")
}

/// Describes the physical volume, without a `device` hint: nobody knows yet which device the guest will find it on.
fn write_physical_volume(
    text: &mut String,
    group: &VolumeGroup,
    placed: &Placed,
    sectors: u64,
) -> fmt::Result {
    let id = identifier(group.physical_volume_uuid);
    writeln!(text, "physical_volumes {{\n\npv0 {{")?;
    writeln!(text, "id = \"{id}\"\n")?;
    writeln!(text, "status = [\"ALLOCATABLE\"]\nflags = []")?;
    writeln!(text, "dev_size = {sectors}")?;
    writeln!(text, "pe_start = {}", DATA_OFFSET / SECTOR)?;
    writeln!(text, "pe_count = {}\n}}\n}}\n", placed.extents)
}

/// Describes a logical volume as one linear segment, which LVM calls a stripe over one device.
fn write_volume(
    text: &mut String,
    group: &VolumeGroup,
    volume: &LogicalVolume,
    placed: &PlacedVolume,
) -> fmt::Result {
    writeln!(text, "{} {{", volume.name)?;
    writeln!(text, "id = \"{}\"", identifier(volume.uuid))?;
    writeln!(text, "status = [\"READ\", \"WRITE\", \"VISIBLE\"]")?;
    writeln!(text, "flags = []")?;
    if !volume.tags.is_empty() {
        let tags: Vec<String> = volume.tags.iter().map(|tag| format!("\"{tag}\"")).collect();
        writeln!(text, "tags = [{}]", tags.join(", "))?;
    }
    writeln!(text, "creation_time = {}", group.creation_time)?;
    writeln!(text, "creation_host = \"{}\"", group.creation_host)?;
    writeln!(text, "segment_count = 1\n\nsegment1 {{")?;
    writeln!(text, "start_extent = 0")?;
    writeln!(text, "extent_count = {}\n", placed.extents)?;
    writeln!(text, "type = \"striped\"\nstripe_count = 1\n")?;
    writeln!(
        text,
        "stripes = [\n\"pv0\", {}\n]\n}}\n}}",
        placed.first_extent
    )
}
