//! The binary structures of a physical volume: label, physical volume header and metadata area.
//!
//! All numbers are little-endian. Names of structures and fields as `pvck --dump headers` shows them.

use uuid::Uuid;

use super::DATA_OFFSET;

/// Where the metadata area begins; what is in front of it is the label's.
pub(super) const AREA_OFFSET: u64 = 4096;
/// Where the first metadata text lies: behind the header of its area.
pub(super) const TEXT_OFFSET: u64 = AREA_OFFSET + AREA_HEADER_BYTES;
/// Bytes of the longest text: LVM keeps the old one while it writes a new one, so both must fit into the area.
pub(super) const LONGEST_TEXT: u64 = (AREA_BYTES - AREA_HEADER_BYTES) / 2;

/// The metadata area ends where the extents begin.
const AREA_BYTES: u64 = DATA_OFFSET - AREA_OFFSET;
/// The header takes one sector.
const AREA_HEADER_BYTES: u64 = 512;
/// Says that this is a metadata area.
const AREA_MAGIC: &[u8; 16] = b" LVM2 x[5A%r0N*>";
/// The only version of metadata areas there is.
const AREA_VERSION: u32 = 1;

/// `label_header` and `pv_header` take one of the first four sectors, usually the second.
const LABEL_SECTOR: u64 = 1;
/// Bytes of `label_header`; `pv_header` follows.
const LABEL_HEADER_BYTES: u32 = 32;
/// Version of `pv_header_extension` since LVM 2.03.
const EXTENSION_VERSION: u32 = 2;
/// Flag of `pv_header_extension`: the physical volume belongs to a volume group.
const EXTENSION_USED: u32 = 1;

/// What LVM starts its CRC-32 from.
const CHECKSUM_INITIAL: u32 = 0xf597_a6cf;

/// Gives the first 4 KiB of a physical volume: the label in its second sector, zeros elsewhere.
pub(super) fn label(physical_volume_uuid: Uuid, bytes: u64) -> Vec<u8> {
    let mut header = Vec::with_capacity(512);
    header.extend(LABEL_HEADER_BYTES.to_le_bytes());
    header.extend(b"LVM2 001");
    header.extend(physical_volume_uuid.simple().to_string().as_bytes());
    header.extend((bytes / 512 * 512).to_le_bytes());
    // Data areas, then metadata areas, each list closed by zeros; a length of 0 stands for all the rest.
    for location in [[DATA_OFFSET, 0], [0, 0], [AREA_OFFSET, AREA_BYTES], [0, 0]] {
        header.extend(location.map(u64::to_le_bytes).concat());
    }
    header.extend(EXTENSION_VERSION.to_le_bytes());
    header.extend(EXTENSION_USED.to_le_bytes());
    // No boot loader areas: the list's closing zeros and the rest of the sector are the same.
    header.resize(512 - 20, 0);

    let mut label = vec![0; 512 * LABEL_SECTOR as usize];
    label.extend(b"LABELONE");
    label.extend(LABEL_SECTOR.to_le_bytes());
    label.extend(checksum(&header).to_le_bytes());
    label.extend(header);
    label.resize(AREA_OFFSET as usize, 0);
    label
}

/// Gives the header of the metadata area (`mda_header`) whose current text is `text`, its closing zero included.
pub(super) fn metadata_area(text: &[u8]) -> Vec<u8> {
    let mut header = Vec::with_capacity(AREA_HEADER_BYTES as usize);
    header.extend(AREA_MAGIC);
    header.extend(AREA_VERSION.to_le_bytes());
    header.extend(AREA_OFFSET.to_le_bytes());
    header.extend(AREA_BYTES.to_le_bytes());
    // `raw_locn[0]`, the committed text; zeros behind it say that no other one is about to be committed.
    header.extend((TEXT_OFFSET - AREA_OFFSET).to_le_bytes());
    header.extend((text.len() as u64).to_le_bytes());
    header.extend(checksum(text).to_le_bytes());
    header.extend(0_u32.to_le_bytes());
    header.resize(AREA_HEADER_BYTES as usize - 4, 0);

    let mut area = checksum(&header).to_le_bytes().to_vec();
    area.extend(header);
    area
}

/// LVM's checksum: the CRC-32 of Ethernet, started from a number of its own and not inverted at either end.
fn checksum(bytes: &[u8]) -> u32 {
    let mut state = crc32fast::Hasher::new_with_initial(!CHECKSUM_INITIAL);
    state.update(bytes);
    !state.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_physical_volumes_made_by_lvm() {
        // The metadata area header that `vgcreate` of LVM 2.03.16 wrote, with the checksum in front of it.
        let mut header = AREA_MAGIC.to_vec();
        header.extend(1_u32.to_le_bytes());
        for number in [4096_u64, 1_044_480, 3072, 1374] {
            header.extend(number.to_le_bytes());
        }
        header.extend(0xe9dd_87cb_u32.to_le_bytes());
        header.resize(508, 0);
        assert_eq!(checksum(&header), 0x1937_210c);
        assert_eq!(checksum(b""), CHECKSUM_INITIAL);
    }
}
