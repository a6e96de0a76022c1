//! The uncompressed part in front of an initrd.
//!
//! Processors' microcode must be readable before there is a decompressor, so dracut puts it into a
//! cpio archive of its own in front (kernel documentation, `x86/microcode`).

use kiwi_ondisk::cpio::{self, BLOCK, TRAILER};

/// Directory that only the early archive has.
const EARLY: &[u8] = b"kernel/x86";

/// Length of the early archive in front of `image`; 0 when there is none.
pub(super) fn length(image: &[u8]) -> usize {
    let mut position = 0;
    let mut is_early = false;
    loop {
        let Some(member) = cpio::member(image, position) else {
            return 0;
        };
        position = member.next;
        if member.name == TRAILER {
            break;
        }
        is_early |= member.name.starts_with(EARLY);
    }
    if !is_early {
        return 0;
    }
    let padding = image[position..]
        .iter()
        .take_while(|&&byte| byte == 0)
        .count();
    // The main archive begins at the next block, or directly behind the zeros.
    let aligned = position.next_multiple_of(BLOCK);
    if aligned <= position + padding {
        aligned.min(image.len())
    } else {
        position + padding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut image = Vec::new();
        for name in names {
            cpio::append(&mut image, &cpio::Header::default(), name.as_bytes(), b"");
        }
        cpio::finish(&mut image);
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
