//! Swap areas.
//!
//! Specification: `union swap_header` in the kernel's `include/linux/swap.h`; the signature `SWAPSPACE2` ends the first page.

use std::io::{Seek, SeekFrom, Write};

use uuid::Uuid;

use crate::{Error, Result};

/// Where the header proper begins; the first KiB is free for boot blocks.
const HEADER_OFFSET: usize = 1024;
/// The last ten bytes of the first page say that this is swap of version 1.
const SIGNATURE: &[u8; 10] = b"SWAPSPACE2";
/// Bytes of the volume name, one of them a closing zero.
const LABEL_BYTES: usize = 16;
/// Fewer pages than these `mkswap` refuses to make.
const MINIMUM_PAGES: u64 = 10;

/// A swap area to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwapArea {
    /// Volume name, at most 15 bytes; may be empty.
    pub label: String,
    /// Identifies the area (`UUID=` in fstab).
    pub uuid: Uuid,
    /// Page size of the machine that will use it: 4096 nearly everywhere, 65536 on ppc64 and some arm64 kernels.
    pub page_size: u32,
}

impl SwapArea {
    /// Writes the header of a swap area that takes `length` bytes from `offset` of `disk`.
    ///
    /// The first page is written whole and nothing else is touched. The numbers are little-endian for every machine: kernels
    /// of the other byte order see that and swap them.
    pub fn write<W: Write + Seek + ?Sized>(
        &self,
        disk: &mut W,
        offset: u64,
        length: u64,
    ) -> Result<()> {
        let page = self.page_size as usize;
        if !page.is_power_of_two() || !(4096..=65536).contains(&page) {
            let reason = "pages have 4096 to 65536 bytes";
            return Err(Error::value("page size", page.to_string(), reason));
        }
        if self.label.len() >= LABEL_BYTES {
            return Err(Error::value(
                "swap label",
                &self.label,
                "is longer than 15 bytes",
            ));
        }
        let pages = length / page as u64;
        if pages < MINIMUM_PAGES {
            let needed = MINIMUM_PAGES * page as u64;
            return Err(Error::TooSmall {
                what: "swap",
                needed,
                available: length,
            });
        }
        // Longer areas work too, the kernel then uses what the field can say.
        let last_page = u32::try_from(pages - 1).unwrap_or(u32::MAX);

        let mut first_page = vec![0; page];
        let header = &mut first_page[HEADER_OFFSET..];
        header[..4].copy_from_slice(&1_u32.to_le_bytes());
        header[4..8].copy_from_slice(&last_page.to_le_bytes());
        header[12..28].copy_from_slice(self.uuid.as_bytes());
        header[28..28 + self.label.len()].copy_from_slice(self.label.as_bytes());
        first_page[page - SIGNATURE.len()..].copy_from_slice(SIGNATURE);

        let failed = Error::io("writing the swap header");
        disk.seek(SeekFrom::Start(offset)).map_err(&failed)?;
        disk.write_all(&first_page).map_err(&failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn impossible_areas_are_refused() {
        let area = |label: &str, page_size| SwapArea {
            label: label.into(),
            uuid: Uuid::nil(),
            page_size,
        };
        let cases = [
            (
                area("sixteen-bytes-xx", 4096),
                1 << 20,
                "longer than 15 bytes",
            ),
            (area("", 4095), 1 << 20, "page size `4095`"),
            (area("", 512), 1 << 20, "page size `512`"),
            (
                area("", 4096),
                9 * 4096,
                "needs 40960 bytes, but only 36864",
            ),
        ];
        for (area, length, expected) in cases {
            let error = area
                .write(&mut Cursor::new(Vec::new()), 0, length)
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_signature_ends_the_first_page() {
        for page_size in [4096, 65536] {
            let mut disk = Cursor::new(Vec::new());
            let area = SwapArea {
                label: "SWAP".into(),
                uuid: Uuid::from_u128(7),
                page_size,
            };
            area.write(&mut disk, 512, 1 << 20).unwrap();
            let page = disk.into_inner().split_off(512);
            assert_eq!(page.len(), page_size as usize);
            assert!(page.ends_with(SIGNATURE));
            assert_eq!(page[1028..1032], ((1 << 20) / page_size - 1).to_le_bytes());
        }
    }
}
