//! Unified kernel images: kernel, initrd and command line in one EFI program.
//!
//! Specification: UAPI group, "UKI: Unified Kernel Image"; systemd-stub(7). A stub program finds the rest in sections that
//! were appended to it. The stub of the image's own systemd is used, nothing is compiled or linked.

mod pe;

use pe::{Image, Section};

use crate::{Error, Result};

/// Sections begin at pages, whatever smaller alignment a stub asks for.
const PAGE: u32 = 4096;
/// Name of the stub in errors.
const STUB: &str = "the EFI stub";

/// What goes into a unified kernel image.
#[derive(Debug, Clone, Copy)]
pub struct UnifiedKernelImage<'a> {
    /// The stub: `linuxx64.efi.stub` and the like.
    pub stub: &'a [u8],
    /// The kernel, an EFI program itself.
    pub kernel: &'a [u8],
    /// Its version as `uname -r` will say it.
    pub kernel_version: &'a str,
    /// The initrd, compressed as the kernel reads it.
    pub initrd: Option<&'a [u8]>,
    /// Kernel command line.
    pub command_line: &'a str,
    /// Content of `/etc/os-release`, from which menus take the title.
    pub os_release: &'a [u8],
    /// A Windows bitmap that is shown while starting.
    pub splash: Option<&'a [u8]>,
}

impl UnifiedKernelImage<'_> {
    /// Returns the whole program.
    ///
    /// The kernel is the last section: some stubs start it where it lies, and it then uses the memory behind.
    ///
    /// # Errors
    /// A stub that is no PE image or has such sections already, a kernel for another kind of processor, or more content than
    /// 4 GiB.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let stub = Image::read(STUB, self.stub)?;
        let (section_alignment, file_alignment) = stub.alignments()?;
        let section_alignment = section_alignment.max(PAGE);
        let kernel_memory = self.kernel_memory(&stub)?;
        let mut table = stub.sections();
        let added = self.sections();
        if let Some((name, ..)) = added
            .iter()
            .find(|(name, ..)| table.iter().any(|section| is_named(section, name)))
        {
            return Err(malformed(format!("it has a section `{name}` already")));
        }

        // The table may grow into the first section's data, which then moves.
        let needed = stub.header_bytes(table.len() + added.len());
        let headers = aligned(size(needed)?.max(stub.size_of_headers()), file_alignment)?;
        let lowest = table.iter().map(|section| section.address).min();
        if lowest.is_some_and(|lowest| lowest < headers) {
            return Err(malformed("it leaves no room for more sections".into()));
        }
        let moved = headers.saturating_sub(first_data(&table).unwrap_or(headers));
        let moved = aligned(moved, file_alignment)?;
        let old_sections = table.clone();
        for section in &mut table {
            section.file_offset = match section.file_size {
                0 => 0,
                _ => section
                    .file_offset
                    .checked_add(moved)
                    .ok_or_else(too_large)?,
            };
        }

        let mut address = end(&table, |section| {
            (section.address, section.virtual_size.max(section.file_size))
        })?;
        let mut offset =
            end(&table, |section| (section.file_offset, section.file_size))?.max(headers);
        let stub_sections = table.len();
        let mut initialized = 0_u32;
        for (name, content, characteristics) in &added {
            address = aligned(address, section_alignment)?;
            offset = aligned(offset, file_alignment)?;
            let file_size = aligned(size(content.len())?, file_alignment)?;
            let virtual_size = match *name {
                ".linux" => kernel_memory.max(size(content.len())?),
                _ => size(content.len())?,
            };
            table.push(Section {
                name: pe::name_of(name.as_bytes()),
                virtual_size,
                address,
                file_size,
                file_offset: offset,
                characteristics: *characteristics,
            });
            address = address.checked_add(virtual_size).ok_or_else(too_large)?;
            offset = offset.checked_add(file_size).ok_or_else(too_large)?;
            initialized = initialized.wrapping_add(file_size);
        }

        let size_of_image = aligned(address, section_alignment)?;
        let mut image = stub.headers_with(&table, headers, size_of_image, initialized);
        image.resize(offset as usize, 0);
        for (old, new) in old_sections.iter().zip(&table) {
            place(&mut image, new.file_offset, stub.content(old)?);
        }
        for ((_, content, _), section) in added.iter().zip(&table[stub_sections..]) {
            place(&mut image, section.file_offset, content);
        }
        stub.move_debug_data(&mut image, &table[..stub_sections], moved);
        stub.write_checksum(&mut image);
        Ok(image)
    }

    /// Name, content and characteristics of what is appended, in order.
    fn sections(&self) -> Vec<(&'static str, &[u8], u32)> {
        let mut sections = vec![
            (".osrel", self.os_release, pe::READ_ONLY_DATA),
            (".cmdline", self.command_line.as_bytes(), pe::READ_ONLY_DATA),
            (".uname", self.kernel_version.as_bytes(), pe::READ_ONLY_DATA),
        ];
        let optional = [(".splash", self.splash), (".initrd", self.initrd)];
        sections.extend(
            optional
                .into_iter()
                .filter_map(|(name, content)| Some((name, content?, pe::READ_ONLY_DATA))),
        );
        sections.push((".linux", self.kernel, pe::CODE));
        sections
    }

    /// Bytes the kernel says it takes in memory.
    fn kernel_memory(&self, stub: &Image<'_>) -> Result<u32> {
        let kernel = Image::read("the kernel", self.kernel)?;
        if kernel.machine() != stub.machine() {
            return Err(Error::Malformed {
                what: "the kernel",
                reason: format!(
                    "it is for machine {:#06x}, and the EFI stub for {:#06x}",
                    kernel.machine(),
                    stub.machine()
                ),
            });
        }
        Ok(kernel.size_of_image())
    }
}

/// The content of one section of an EFI program, without padding; `None` when it has no such section.
///
/// # Errors
/// A program that is no PE image.
pub fn section<'a>(program: &'a [u8], name: &str) -> Result<Option<&'a [u8]>> {
    let image = Image::read("the EFI program", program)?;
    let sections = image.sections();
    let Some(section) = sections.iter().find(|section| is_named(section, name)) else {
        return Ok(None);
    };
    let content = image.content(section)?;
    let length = content.len().min(section.virtual_size as usize);
    Ok(Some(&content[..length]))
}

fn is_named(section: &Section, name: &str) -> bool {
    section.name == pe::name_of(name.as_bytes())
}

/// Where the data of the first section lies in the file.
fn first_data(table: &[Section]) -> Option<u32> {
    table
        .iter()
        .filter(|section| section.file_size > 0)
        .map(|section| section.file_offset)
        .min()
}

/// Where the last of all sections ends.
fn end(table: &[Section], range: impl Fn(&Section) -> (u32, u32)) -> Result<u32> {
    table
        .iter()
        .map(|section| {
            let (start, length) = range(section);
            start.checked_add(length).ok_or_else(too_large)
        })
        .try_fold(0, |highest, end| Ok(highest.max(end?)))
}

fn place(image: &mut [u8], offset: u32, content: &[u8]) {
    let offset = offset as usize;
    image[offset..offset + content.len()].copy_from_slice(content);
}

fn aligned(value: u32, alignment: u32) -> Result<u32> {
    value
        .checked_next_multiple_of(alignment)
        .ok_or_else(too_large)
}

fn size(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| too_large())
}

fn too_large() -> Error {
    malformed("with its sections it would be larger than 4 GiB".into())
}

fn malformed(reason: String) -> Error {
    Error::Malformed { what: STUB, reason }
}
