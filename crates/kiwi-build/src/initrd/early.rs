//! The uncompressed part in front of an initrd.
//!
//! Processors' microcode must be readable before there is a decompressor, so dracut puts it into a
//! cpio archive of its own in front (kernel documentation, `x86/microcode`). Format of the archive:
//! "newc", `driver-api/early-userspace/buffer-format` of the kernel documentation.

/// Bytes of a header: a magic number and thirteen fields of eight hexadecimal digits.
const HEADER: usize = 110;
const MAGIC: &[u8; 6] = b"070701";
/// Where the fields for the file's size and its name's length stand.
const FILE_SIZE: usize = 6 + 6 * 8;
const NAME_SIZE: usize = 6 + 11 * 8;
/// Name of the entry that ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!\0";
/// Directory that only the early archive has.
const EARLY: &[u8] = b"kernel/x86";
/// Archives are padded to this.
const BLOCK: usize = 512;

/// Length of the early archive in front of `image`; 0 when there is none.
pub(super) fn length(image: &[u8]) -> usize {
    let mut position = 0;
    let mut is_early = false;
    loop {
        let Some((name, next)) = entry(image, position) else {
            return 0;
        };
        if name == TRAILER {
            if !is_early {
                return 0;
            }
            let padding = image[next..].iter().take_while(|&&byte| byte == 0).count();
            // The main archive begins at the next block, or directly behind the zeros.
            let aligned = next.next_multiple_of(BLOCK);
            return if aligned <= next + padding {
                aligned.min(image.len())
            } else {
                next + padding
            };
        }
        is_early |= name.starts_with(EARLY);
        position = next;
    }
}

/// Name of the entry at `position` and the position of the one behind it.
fn entry(image: &[u8], position: usize) -> Option<(&[u8], usize)> {
    let header = image.get(position..position + HEADER)?;
    if &header[..MAGIC.len()] != MAGIC {
        return None;
    }
    let number = |offset: usize| {
        let digits = std::str::from_utf8(&header[offset..offset + 8]).ok()?;
        usize::from_str_radix(digits, 16).ok()
    };
    let (file_size, name_size) = (number(FILE_SIZE)?, number(NAME_SIZE)?);
    let name_start = position + HEADER;
    let name = image.get(name_start..name_start + name_size)?;
    let data = (name_start + name_size).next_multiple_of(4);
    let next = (data + file_size).next_multiple_of(4);
    (next <= image.len()).then_some((name, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut image = Vec::new();
        for name in names.iter().copied().chain(["TRAILER!!!"]) {
            let mut header = format!("{:<6}{}", "070701", "00000000".repeat(11));
            header += &format!("{:08x}{:08x}", name.len() + 1, 0);
            image.extend(header.as_bytes());
            image.extend(name.as_bytes());
            image.push(0);
            image.resize(image.len().next_multiple_of(4), 0);
        }
        image.resize(image.len().next_multiple_of(BLOCK), 0);
        image
    }

    #[test]
    fn only_an_early_archive_counts() {
        let early = archive(&["early_cpio", "kernel/x86/microcode"]);
        let main = archive(&["bin", "etc"]);
        assert_eq!(length(&[early.clone(), main.clone()].concat()), early.len());
        assert_eq!(length(&main), 0);
        assert_eq!(length(b"not an archive"), 0);
        assert_eq!(length(&early[..100]), 0);
    }
}
