//! Where superblock, journal, tags and data of a device lie.

use super::SECTOR_BYTES;
use crate::embedded_metadata::BLOCK_BYTES;
use crate::{Error, Result};

/// Sectors of the superblock.
pub(super) const SUPERBLOCK_SECTORS: u64 = 8;
/// Sectors of data in one run, the kernel's default; a power of two.
pub(super) const RUN_SECTORS: u64 = 1 << LOG2_RUN_SECTORS;
pub(super) const LOG2_RUN_SECTORS: u8 = 15;
/// Bytes of a tag: a whole digest.
pub(super) const TAG_BYTES: usize = 32;
/// Sectors of the tags of one run. With `fix_padding` they are rounded up to 4 KiB, which they are.
pub(super) const TAG_SECTORS: u64 = RUN_SECTORS * TAG_BYTES as u64 / SECTOR_BYTES;
/// Data is provided in multiples of this many sectors.
const GRANULE_SECTORS: u64 = 8;
/// By default the journal gets the 128th part of the device, but not more than 64 MiB.
const JOURNAL_PART: u64 = 128;
const MOST_JOURNAL_SECTORS: u64 = 131_072;
/// Sectors at the start of a section that hold its entries.
pub(super) const ENTRY_SECTORS: u64 = 8;
/// Bytes of an entry: sector number, the end of the data that the commit id took the place of, and the tag.
pub(super) const ENTRY_BYTES: usize = 8 + 8 + TAG_BYTES;
/// Entries of one sector, which ends with a commit id.
pub(super) const ENTRIES: usize = (SECTOR_BYTES as usize - 8) / ENTRY_BYTES;
/// Sectors of a section: those of its entries, and one of data for each entry.
pub(super) const SECTION_SECTORS: u64 = ENTRY_SECTORS + ENTRY_SECTORS * ENTRIES as u64;

/// Where everything lies in a device of a certain size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    device_bytes: u64,
    pub(super) journal_sections: u32,
    /// Sectors in front of the first run.
    initial_sectors: u64,
    provided_sectors: u64,
}

impl Geometry {
    /// Computes the layout of a device of so many bytes.
    ///
    /// # Errors
    /// The size is no multiple of 512, or leaves no room for data.
    pub fn new(device_bytes: u64) -> Result<Self> {
        if !device_bytes.is_multiple_of(SECTOR_BYTES) {
            return Err(Error::value(
                "size of a dm-integrity device",
                device_bytes.to_string(),
                "is no multiple of 512",
            ));
        }
        let sectors = device_bytes / SECTOR_BYTES;
        let journal = (sectors / JOURNAL_PART).min(MOST_JOURNAL_SECTORS);
        let journal_sections = (journal / SECTION_SECTORS).max(1);
        let initial_sectors = SUPERBLOCK_SECTORS + journal_sections * SECTION_SECTORS;
        let room = sectors.saturating_sub(initial_sectors);
        let whole_runs = room / (TAG_SECTORS + RUN_SECTORS);
        // The last run has room for all its tags even when only some of its data fits.
        let rest = (room % (TAG_SECTORS + RUN_SECTORS)).saturating_sub(TAG_SECTORS);
        let provided_sectors = whole_runs * RUN_SECTORS + rest / GRANULE_SECTORS * GRANULE_SECTORS;
        if provided_sectors == 0 {
            return Err(Error::TooSmall {
                what: "a dm-integrity device",
                needed: (initial_sectors + TAG_SECTORS + GRANULE_SECTORS) * SECTOR_BYTES,
                available: device_bytes,
            });
        }
        Ok(Self {
            device_bytes,
            journal_sections: u32::try_from(journal_sections)
                .expect("the journal has at most 64 MiB"),
            initial_sectors,
            provided_sectors,
        })
    }

    /// Says how many bytes the opened device has.
    pub const fn provided_bytes(&self) -> u64 {
        self.provided_sectors * SECTOR_BYTES
    }

    /// Finds where in the device a byte of the opened device lies.
    pub const fn map(&self, logical: u64) -> u64 {
        let sector = logical / SECTOR_BYTES;
        let run = self.run(sector / RUN_SECTORS) + TAG_SECTORS;
        (run + sector % RUN_SECTORS) * SECTOR_BYTES + logical % SECTOR_BYTES
    }

    /// Says how many bytes of the opened device do not lie where embedded metadata goes.
    pub fn bytes_before_metadata(&self) -> u64 {
        let metadata = self.metadata();
        let first = self.provided_sectors - GRANULE_SECTORS;
        (first..self.provided_sectors)
            .map(|sector| sector * SECTOR_BYTES)
            .find(|logical| self.map(*logical) + SECTOR_BYTES > metadata)
            .unwrap_or(self.provided_bytes())
    }

    /// Finds where embedded metadata goes: the end of the device.
    pub(super) const fn metadata(&self) -> u64 {
        self.device_bytes - BLOCK_BYTES
    }

    /// Finds the tag of a sector.
    pub(super) const fn tag(&self, sector: u64) -> u64 {
        self.run(sector / RUN_SECTORS) * SECTOR_BYTES + sector % RUN_SECTORS * TAG_BYTES as u64
    }

    /// Lists the byte ranges behind the first tag that hold neither a tag nor data.
    pub(super) fn unused(&self) -> [(u64, u64); 2] {
        let last_run = (self.provided_sectors - 1) / RUN_SECTORS;
        let tags_end = self.tag(self.provided_sectors - 1) + TAG_BYTES as u64;
        let data_end = self.map(self.provided_bytes() - 1) + 1;
        let data_start = (self.run(last_run) + TAG_SECTORS) * SECTOR_BYTES;
        [(tags_end, data_start), (data_end, self.device_bytes)]
    }

    /// First sector of a run, which is the first of its tags.
    const fn run(&self, run: u64) -> u64 {
        self.initial_sectors + run * (TAG_SECTORS + RUN_SECTORS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What `integritysetup format` answered for devices of these sizes.
    #[test]
    fn sizes_are_those_of_integritysetup() {
        let cases = [
            (64 << 20, 11, 121_904),
            (20 << 30, 1489, 39_352_352),
            ((33 << 20) + 5 * 512, 6, 62_952),
            (300 << 20, 54, 572_776),
        ];
        for (bytes, sections, provided) in cases {
            let geometry = Geometry::new(bytes).unwrap();
            assert_eq!(geometry.journal_sections, sections, "{bytes}");
            assert_eq!(geometry.provided_sectors, provided, "{bytes}");
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (bytes, expected) in [
            (1000, "`1000`: is no multiple of 512"),
            (0, "needs 1101824 bytes, but only 0"),
            (1_101_312, "needs 1101824 bytes, but only 1101312"),
        ] {
            let error = Geometry::new(bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(Geometry::new(1_101_824).unwrap().provided_bytes(), 4096);
    }

    proptest! {
        /// Tags and data of neighbours never meet, nothing leaves the device, and no more data would fit.
        #[test]
        fn tags_and_data_have_their_own_places(sectors in 2_152_u64..200_000_000, at in 0.0..1.0) {
            let device = sectors * SECTOR_BYTES;
            let geometry = Geometry::new(device).unwrap();
            let sector = ((geometry.provided_sectors - 1) as f64 * at) as u64;
            let (tag, data) = (geometry.tag(sector), geometry.map(sector * SECTOR_BYTES));
            let first_tag = geometry.tag(sector / RUN_SECTORS * RUN_SECTORS);
            let first_data = geometry.map(sector / RUN_SECTORS * RUN_SECTORS * SECTOR_BYTES);
            prop_assert!(tag >= first_tag && tag + TAG_BYTES as u64 <= first_data);
            prop_assert!(first_data <= data && data < first_data + RUN_SECTORS * SECTOR_BYTES);
            let [tags, end] = geometry.unused();
            prop_assert!(tags.0 <= tags.1 && end.0 <= end.1);
            let more = geometry.map(geometry.provided_bytes() + (GRANULE_SECTORS - 1) * SECTOR_BYTES);
            prop_assert!(more + SECTOR_BYTES > device);
            let before = geometry.bytes_before_metadata();
            prop_assert!(before == geometry.provided_bytes()
                || geometry.map(before) + SECTOR_BYTES > device - BLOCK_BYTES);
            prop_assert!(before == 0 || geometry.map(before - 1) < device - BLOCK_BYTES);
        }
    }
}
