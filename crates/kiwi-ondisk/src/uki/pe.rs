//! The headers of a PE image, as far as sections are appended to it.
//!
//! Specification: Microsoft, "PE Format"; all numbers are little-endian.

use crate::{Error, Result};

/// `IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ`.
pub(super) const READ_ONLY_DATA: u32 = 0x4000_0040;
/// `IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ`.
pub(super) const CODE: u32 = 0x6000_0020;
/// Bytes of a row of the section table.
pub(super) const SECTION_ROW: usize = 40;

/// Where the DOS header says that the PE signature lies.
const E_LFANEW: usize = 0x3c;
/// Bytes of the signature and the COFF header in front of the optional header.
const COFF_BYTES: usize = 24;
/// Magic numbers of the optional header.
const PE32: u16 = 0x10b;
const PE32_PLUS: u16 = 0x20b;

// Fields of the COFF header, counted from the signature.
const MACHINE: usize = 4;
const NUMBER_OF_SECTIONS: usize = 6;
const POINTER_TO_SYMBOLS: usize = 12;
const NUMBER_OF_SYMBOLS: usize = 16;
const SIZE_OF_OPTIONAL_HEADER: usize = 20;

// Fields of the optional header, at the same offsets in both of its forms.
const SIZE_OF_INITIALIZED_DATA: usize = 8;
const SECTION_ALIGNMENT: usize = 32;
const FILE_ALIGNMENT: usize = 36;
const SIZE_OF_IMAGE: usize = 56;
const SIZE_OF_HEADERS: usize = 60;
const CHECKSUM: usize = 64;

// Data directories, by their number in the table.
const CERTIFICATES: usize = 4;
const DEBUG: usize = 6;
/// Bytes of a row of the debug directory, and where in it the place in the file stands.
const DEBUG_ROW: usize = 28;
const DEBUG_POINTER: usize = 24;

/// A row of the section table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// Name, filled with zeros.
    pub(super) name: [u8; 8],
    /// Bytes in memory.
    pub(super) virtual_size: u32,
    /// Place in memory, counted from the image's beginning.
    pub(super) address: u32,
    /// Bytes in the file.
    pub(super) file_size: u32,
    /// Place in the file.
    pub(super) file_offset: u32,
    /// `IMAGE_SCN_*`.
    pub(super) characteristics: u32,
}

/// A PE image whose headers make sense.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image<'a> {
    bytes: &'a [u8],
    what: &'static str,
    /// Place of the PE signature.
    signature: usize,
    /// Place of the table of data directories, and how many rows it has.
    directories: (usize, usize),
    /// Place of the section table.
    table: usize,
}

impl<'a> Image<'a> {
    /// Finds the headers of `bytes`, which `what` names in errors.
    pub(super) fn read(what: &'static str, bytes: &'a [u8]) -> Result<Self> {
        let wrong = |reason: &str| Error::Malformed {
            what,
            reason: reason.into(),
        };
        let short = || wrong("it ends within its headers");
        if bytes.get(..2) != Some(b"MZ") {
            return Err(wrong("it is no PE image"));
        }
        let signature = number(bytes, E_LFANEW, 4).ok_or_else(short)?;
        if bytes.get(signature..signature.saturating_add(4)) != Some(b"PE\0\0") {
            return Err(wrong("it has no PE signature"));
        }
        let optional = signature + COFF_BYTES;
        let magic = number(bytes, optional, 2).ok_or_else(short)?;
        let count_at = match u16::try_from(magic) {
            Ok(PE32) => optional + 92,
            Ok(PE32_PLUS) => optional + 108,
            _ => return Err(wrong("its optional header is of no known kind")),
        };
        let optional_bytes =
            number(bytes, signature + SIZE_OF_OPTIONAL_HEADER, 2).ok_or_else(short)?;
        let rows = number(bytes, count_at, 4).ok_or_else(short)?;
        let table = optional + optional_bytes;
        if rows > 16 || count_at + 4 + rows * 8 > table {
            return Err(wrong("its data directories do not fit into its header"));
        }
        let sections = number(bytes, signature + NUMBER_OF_SECTIONS, 2).ok_or_else(short)?;
        if table + sections * SECTION_ROW > bytes.len() {
            return Err(short());
        }
        let image = Self {
            bytes,
            what,
            signature,
            directories: (count_at + 4, rows),
            table,
        };
        if image.size_of_headers() as usize > bytes.len() {
            return Err(short());
        }
        Ok(image)
    }

    /// Kind of processor.
    pub(super) fn machine(&self) -> u16 {
        self.coff(MACHINE, 2) as u16
    }

    /// Bytes that the image takes in memory.
    pub(super) fn size_of_image(&self) -> u32 {
        self.optional(SIZE_OF_IMAGE)
    }

    /// Alignment of sections in memory and in the file.
    pub(super) fn alignments(&self) -> Result<(u32, u32)> {
        let pair = (
            self.optional(SECTION_ALIGNMENT),
            self.optional(FILE_ALIGNMENT),
        );
        let sensible = |value: u32| value.is_power_of_two() && value <= 1 << 20;
        if sensible(pair.0) && sensible(pair.1) {
            Ok(pair)
        } else {
            Err(Error::Malformed {
                what: self.what,
                reason: "its alignments are no powers of two".into(),
            })
        }
    }

    /// The section table.
    pub(super) fn sections(&self) -> Vec<Section> {
        let count = self.coff(NUMBER_OF_SECTIONS, 2);
        self.bytes[self.table..]
            .chunks_exact(SECTION_ROW)
            .take(count)
            .map(|row| Section {
                name: name_of(&row[..8]),
                virtual_size: field(row, 8),
                address: field(row, 12),
                file_size: field(row, 16),
                file_offset: field(row, 20),
                characteristics: field(row, 36),
            })
            .collect()
    }

    /// The headers with `sections` as their table, `size` bytes long; `size_of_image` and the bytes of `added` data go in too.
    ///
    /// Symbols and signatures are given up: the first have no use here, and the second would be wrong.
    pub(super) fn headers_with(
        &self,
        sections: &[Section],
        size: u32,
        size_of_image: u32,
        added: u32,
    ) -> Vec<u8> {
        let mut headers = self.bytes[..self.table].to_vec();
        let optional = self.signature + COFF_BYTES;
        let count = sections.len() as u16;
        let count_at = self.signature + NUMBER_OF_SECTIONS;
        headers[count_at..count_at + 2].copy_from_slice(&count.to_le_bytes());
        let data = self.optional(SIZE_OF_INITIALIZED_DATA).wrapping_add(added);
        for (place, value) in [
            (self.signature + POINTER_TO_SYMBOLS, 0),
            (self.signature + NUMBER_OF_SYMBOLS, 0),
            (optional + SIZE_OF_INITIALIZED_DATA, data),
            (optional + SIZE_OF_IMAGE, size_of_image),
            (optional + SIZE_OF_HEADERS, size),
            (optional + CHECKSUM, 0),
        ] {
            put(&mut headers, place, value);
        }
        if self.directories.1 > CERTIFICATES {
            let row = self.directories.0 + CERTIFICATES * 8;
            headers[row..row + 8].fill(0);
        }
        for section in sections {
            let mut row = [0; SECTION_ROW];
            row[..8].copy_from_slice(&section.name);
            for (place, value) in [
                (8, section.virtual_size),
                (12, section.address),
                (16, section.file_size),
                (20, section.file_offset),
                (36, section.characteristics),
            ] {
                put(&mut row, place, value);
            }
            headers.extend_from_slice(&row);
        }
        headers.resize(size as usize, 0);
        headers
    }

    /// Bytes from the beginning that headers with `sections` rows take.
    pub(super) fn header_bytes(&self, sections: usize) -> usize {
        self.table + sections * SECTION_ROW
    }

    /// Bytes that the headers have now.
    pub(super) fn size_of_headers(&self) -> u32 {
        self.optional(SIZE_OF_HEADERS)
    }

    /// Content of a section.
    pub(super) fn content(&self, section: &Section) -> Result<&'a [u8]> {
        let start = section.file_offset as usize;
        let end = start.saturating_add(section.file_size as usize);
        self.bytes.get(start..end).ok_or_else(|| Error::Malformed {
            what: self.what,
            reason: format!(
                "its section `{}` ends behind the file",
                String::from_utf8_lossy(&section.name).trim_end_matches('\0')
            ),
        })
    }

    /// Corrects the places in the file that the debug directory of `image` names, after its data moved by `moved` bytes.
    pub(super) fn move_debug_data(&self, image: &mut [u8], sections: &[Section], moved: u32) {
        let (table, rows) = self.directories;
        if moved == 0 || rows <= DEBUG {
            return;
        }
        let address = field(self.bytes, table + DEBUG * 8);
        let bytes = field(self.bytes, table + DEBUG * 8 + 4);
        let Some(section) = sections.iter().find(|section| {
            address >= section.address
                && address - section.address < section.file_size.max(1)
                && bytes <= section.file_size - (address - section.address)
        }) else {
            return;
        };
        let start = (section.file_offset + address - section.address) as usize;
        let directory = &mut image[start..start + bytes as usize];
        for row in directory.chunks_exact_mut(DEBUG_ROW) {
            let pointer = field(row, DEBUG_POINTER);
            if pointer != 0 {
                put(row, DEBUG_POINTER, pointer.wrapping_add(moved));
            }
        }
    }

    /// Writes the checksum of the whole file into its header.
    pub(super) fn write_checksum(&self, image: &mut [u8]) {
        let checksum = checksum(image);
        put(image, self.signature + COFF_BYTES + CHECKSUM, checksum);
    }

    fn coff(&self, offset: usize, bytes: usize) -> usize {
        number(self.bytes, self.signature + offset, bytes).unwrap_or_default()
    }

    fn optional(&self, offset: usize) -> u32 {
        field(self.bytes, self.signature + COFF_BYTES + offset)
    }
}

/// The sum that the loader of Windows and signing programs check, over an image whose own field is zero.
fn checksum(image: &[u8]) -> u32 {
    let mut sum: u32 = 0;
    for word in image.chunks(2) {
        let value = u32::from(word[0]) | u32::from(word.get(1).copied().unwrap_or(0)) << 8;
        sum += value;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum.wrapping_add(image.len() as u32)
}

/// A section's name as the table holds it; what is longer than 8 bytes is cut.
pub(super) fn name_of(name: &[u8]) -> [u8; 8] {
    let mut field = [0; 8];
    for (to, from) in field.iter_mut().zip(name) {
        *to = *from;
    }
    field
}

fn number(bytes: &[u8], offset: usize, length: usize) -> Option<usize> {
    let slice = bytes.get(offset..offset.checked_add(length)?)?;
    let value = slice
        .iter()
        .rev()
        .fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
    Some(value)
}

fn field(bytes: &[u8], offset: usize) -> u32 {
    number(bytes, offset, 4).unwrap_or_default() as u32
}

fn put(bytes: &mut [u8], offset: usize, value: u32) {
    bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
}
