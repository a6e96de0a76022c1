//! VMware disks (VMDK) in all forms that one host writes for another.
//!
//! Specification: VMware, "Virtual Disk Format 5.0". A disk is a text, the descriptor, and extents that hold the data. Growing
//! extents store grains of 64 KiB and two levels of tables that say where each grain is; in the form for streams the grains are
//! compressed and the tables follow the data.

mod descriptor;
mod sparse;
mod stream;

use std::fs::File;
use std::io::{Seek, Write};

use crate::raw_disk::RawDisk;
use crate::sparse::copy_range;
use crate::{Error, Result};

const SECTOR: u64 = 512;
/// Bytes of a grain, the unit that growing extents store.
const GRAIN: u64 = 64 << 10;
/// Grains that one grain table covers.
const GRAINS_PER_TABLE: u64 = 512;
/// Largest extent of a split disk: 2 GiB less 1 MiB, so that file systems with a limit of 2 GiB can hold it.
const LARGEST_SPLIT: u64 = 2047 << 20;

/// Forms of a VMDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subformat {
    /// One growing file with the descriptor inside.
    MonolithicSparse,
    /// A descriptor and one file of full size.
    MonolithicFlat,
    /// A descriptor and growing files of 2 GB each.
    TwoGbMaxExtentSparse,
    /// A descriptor and files of full size, 2 GB each.
    TwoGbMaxExtentFlat,
    /// One compressed file that is written from start to end.
    StreamOptimized,
}

impl Subformat {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::MonolithicSparse,
        Self::MonolithicFlat,
        Self::TwoGbMaxExtentSparse,
        Self::TwoGbMaxExtentFlat,
        Self::StreamOptimized,
    ];

    /// Its name in the descriptor, which is also how descriptions and `qemu-img` call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MonolithicSparse => "monolithicSparse",
            Self::MonolithicFlat => "monolithicFlat",
            Self::TwoGbMaxExtentSparse => "twoGbMaxExtentSparse",
            Self::TwoGbMaxExtentFlat => "twoGbMaxExtentFlat",
            Self::StreamOptimized => "streamOptimized",
        }
    }

    /// Finds the form of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Whether the data is in other files than the descriptor.
    pub const fn is_split(self) -> bool {
        !matches!(self, Self::MonolithicSparse | Self::StreamOptimized)
    }
}

/// What a VMDK says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vmdk {
    /// Name of the file, which the descriptor repeats.
    pub file_name: String,
    /// Form.
    pub subformat: Subformat,
    /// Controller the disk is made for: `ide`, `buslogic`, `lsilogic` or `legacyESX`.
    pub adapter: String,
    /// Version of the virtual hardware.
    pub hardware_version: String,
    /// Version of the guest's tools.
    pub tools_version: String,
    /// Identifies the content; VMware changes it when it writes.
    pub content_id: u32,
    /// The tables may mark grains as zero; old readers do not know that.
    pub zeroed_grains: bool,
}

/// One of the files of a split disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Name of the file beside the descriptor.
    pub file_name: String,
    /// Place in the disk, in bytes.
    pub start: u64,
    /// Length in bytes.
    pub bytes: u64,
}

impl Vmdk {
    /// Lists the files besides the first one, for a disk of so many bytes; empty when the data is in the first.
    pub fn extents(&self, disk_bytes: u64) -> Vec<Extent> {
        let stem = self
            .file_name
            .strip_suffix(".vmdk")
            .unwrap_or(&self.file_name);
        let bytes = disk_bytes.next_multiple_of(SECTOR);
        let (mark, longest) = match self.subformat {
            Subformat::MonolithicSparse | Subformat::StreamOptimized => return Vec::new(),
            Subformat::MonolithicFlat => {
                return vec![Extent {
                    file_name: format!("{stem}-flat.vmdk"),
                    start: 0,
                    bytes,
                }];
            }
            Subformat::TwoGbMaxExtentSparse => ('s', LARGEST_SPLIT),
            Subformat::TwoGbMaxExtentFlat => ('f', LARGEST_SPLIT),
        };
        (0..bytes.div_ceil(longest))
            .map(|index| Extent {
                file_name: format!("{stem}-{mark}{:03}.vmdk", index + 1),
                start: index * longest,
                bytes: longest.min(bytes - index * longest),
            })
            .collect()
    }

    /// Writes the first file, or the only one, into the empty `target`.
    pub fn write<W: Write + Seek>(&self, raw: &RawDisk<'_>, target: &mut W) -> Result<()> {
        match self.subformat {
            Subformat::MonolithicSparse => {
                let descriptor = self.descriptor(raw.bytes());
                sparse::write(raw, Some(&descriptor), self.zeroed_grains, target)
            }
            Subformat::StreamOptimized => stream::write(raw, &self.descriptor(raw.bytes()), target),
            Subformat::MonolithicFlat
            | Subformat::TwoGbMaxExtentSparse
            | Subformat::TwoGbMaxExtentFlat => target
                .write_all(self.descriptor(raw.bytes()).as_bytes())
                .map_err(Error::io("writing the VMDK descriptor")),
        }
    }

    /// Writes the form for streams to a writer that cannot seek.
    pub fn write_stream<W: Write>(&self, raw: &RawDisk<'_>, target: &mut W) -> Result<()> {
        stream::write(raw, &self.descriptor(raw.bytes()), target)
    }

    /// Writes one of the other files into the empty `target`.
    pub fn write_extent(
        &self,
        raw: &RawDisk<'_>,
        extent: &Extent,
        target: &mut File,
    ) -> Result<()> {
        let part = raw.part(extent.start, extent.bytes);
        if self.subformat == Subformat::TwoGbMaxExtentSparse {
            return sparse::write(&part, None, self.zeroed_grains, target);
        }
        let (file, start) = part.place();
        copy_range(file, start, target, 0, extent.bytes)?;
        part.report(extent.bytes)
    }

    fn descriptor(&self, disk_bytes: u64) -> String {
        descriptor::text(self, disk_bytes)
    }
}

/// The header of a growing extent (Virtual Disk Format 5.0, "Hosted Sparse Extent Header").
struct Header {
    version: u32,
    flags: u32,
    capacity: u64,
    descriptor_sectors: u64,
    redundant_directory: u64,
    directory: u64,
    overhead: u64,
    compressed: bool,
}

impl Header {
    fn encode(&self) -> [u8; SECTOR as usize] {
        let mut header = [0; SECTOR as usize];
        header[0..4].copy_from_slice(b"KDMV");
        header[4..8].copy_from_slice(&self.version.to_le_bytes());
        header[8..12].copy_from_slice(&self.flags.to_le_bytes());
        let descriptor = u64::from(self.descriptor_sectors > 0);
        let sectors = [
            self.capacity,
            GRAIN / SECTOR,
            descriptor,
            self.descriptor_sectors,
        ];
        for (field, number) in header[12..44].chunks_exact_mut(8).zip(sectors) {
            field.copy_from_slice(&number.to_le_bytes());
        }
        header[44..48].copy_from_slice(&(GRAINS_PER_TABLE as u32).to_le_bytes());
        let sectors = [self.redundant_directory, self.directory, self.overhead];
        for (field, number) in header[48..72].chunks_exact_mut(8).zip(sectors) {
            field.copy_from_slice(&number.to_le_bytes());
        }
        // Line ends that a transfer in text mode would have changed.
        header[73..77].copy_from_slice(b"\n \r\n");
        header[77..79].copy_from_slice(&u16::from(self.compressed).to_le_bytes());
        header
    }
}

/// Sectors of the file so far, which all tables count in 32 bits.
fn sector(position: u64) -> Result<u32> {
    u32::try_from(position / SECTOR).map_err(|_| Error::TooSmall {
        what: "the VMDK",
        needed: position,
        available: u64::from(u32::MAX) * SECTOR,
    })
}

/// Writes numbers as they stand in tables, filled up to whole sectors.
fn table(numbers: &[u32]) -> Vec<u8> {
    let mut bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    bytes.resize(bytes.len().next_multiple_of(SECTOR as usize), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vmdk(subformat: Subformat) -> Vmdk {
        Vmdk {
            file_name: "a.vmdk".into(),
            subformat,
            adapter: "ide".into(),
            hardware_version: "4".into(),
            tools_version: "0".into(),
            content_id: 0x12ab,
            zeroed_grains: false,
        }
    }

    #[test]
    fn split_disks_are_cut_below_two_gigabytes() {
        let extents = vmdk(Subformat::TwoGbMaxExtentSparse).extents(5 << 30);
        let found: Vec<_> = extents
            .iter()
            .map(|extent| {
                (
                    extent.file_name.as_str(),
                    extent.start >> 20,
                    extent.bytes >> 20,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("a-s001.vmdk", 0, 2047),
                ("a-s002.vmdk", 2047, 2047),
                ("a-s003.vmdk", 4094, 1026),
            ]
        );
        let flat = vmdk(Subformat::MonolithicFlat).extents((5 << 30) + 1);
        assert_eq!(flat[0].file_name, "a-flat.vmdk");
        assert_eq!(flat[0].bytes, (5 << 30) + 512);
        assert!(vmdk(Subformat::StreamOptimized).extents(5 << 30).is_empty());
    }

    #[test]
    fn the_descriptor_names_all_files() {
        let text = vmdk(Subformat::TwoGbMaxExtentFlat).descriptor(4 << 30);
        for line in [
            "CID=000012ab",
            "createType=\"twoGbMaxExtentFlat\"",
            "RW 4192256 FLAT \"a-f001.vmdk\" 0",
            "RW 4192256 FLAT \"a-f002.vmdk\" 0",
            "RW 4096 FLAT \"a-f003.vmdk\" 0",
            "ddb.geometry.cylinders = \"8322\"",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        for form in Subformat::ALL {
            assert_eq!(Subformat::from_name(form.name()), Some(form));
        }
    }
}
