//! Places GRUB for BIOS machines on a disk: `boot.img` in sector 0, `core.img` in the BIOS boot partition or the MBR gap.
//!
//! Specification: the GRUB manual, chapters "BIOS installation" and "Images", names the two images and their places. The
//! offsets below are the fields that `boot.img` and `core.img` of GRUB 2 leave open for whoever installs them; they are part
//! of the contract between the images and have been the same since GRUB 1.99. Both images come from the image's own packages
//! (`boot.img` as a file, `core.img` from `grub-mkimage -O i386-pc`), so the two always fit each other.
//!
//! How the chain works: the BIOS loads sector 0. It reads one sector from the address in its field [`KERNEL_SECTOR`], which is
//! the first sector of `core.img` (it was `diskboot.img` once). That sector ends in a list of extents, growing downwards, from
//! which it loads the rest of `core.img` to memory. We always write `core.img` in one piece, so the list has one extent.
//!
//! `grub-install` can append Reed-Solomon redundancy to the core image, for gaps in which other software scribbles. A partition
//! of its own needs no such thing and a fresh disk's gap has no other tenants; `grub-mkimage` leaves the field for it at zero,
//! which means none.
//!
//! BIOS GRUB knows 512-byte sectors only; disks of 4096-byte sectors cannot be booted this way, and the plan refuses them.

use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::{Error, Result};

/// The only sector size there is for BIOS calls that GRUB makes.
const SECTOR: usize = 512;
/// In sector 0: a BIOS parameter block, which belongs to whatever file system begins there, and is kept.
const PARAMETER_BLOCK: Range<usize> = 0x03..0x5a;
/// In sector 0: disk id and partition entries, which belong to the partition table and are kept.
const DISK_ID_AND_PARTITIONS: Range<usize> = 0x1b8..0x1fe;
/// In `boot.img`: memory address that the first core sector is loaded to, 0x8000. Only read, to know the image.
const KERNEL_ADDRESS: Range<usize> = 0x5a..0x5c;
/// In `boot.img`: LBA of the first core sector, 64 bits.
const KERNEL_SECTOR: Range<usize> = 0x5c..0x64;
/// In `boot.img`: BIOS drive to load from; 0xff stands for the drive that the BIOS booted.
const BOOT_DRIVE: usize = 0x64;
/// In `boot.img`: a jump over code that replaces nonsensical drive numbers from the BIOS by 0x80.
const DRIVE_CHECK: Range<usize> = 0x66..0x68;
/// In the first core sector: the first extent (LBA 64 bits, sectors 16 bits, segment 16 bits).
const FIRST_EXTENT: Range<usize> = 0x1f4..0x200;
/// In the first core sector: the extent after it; zero length ends the list.
const SECOND_EXTENT: Range<usize> = 0x1e8..0x1f4;
/// Real mode segment for the second core sector: the first one sits at 0x8000 and is 0x20 paragraphs long.
const LOAD_SEGMENT: u16 = 0x0820;

/// Where `core.img` goes. All numbers are in 512-byte sectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoreLocation {
    /// A partition of type [`crate::guid::BIOS_BOOT`].
    BiosBootPartition {
        /// First sector of the partition.
        start_lba: u64,
        /// Its length.
        sectors: u64,
    },
    /// The space between the MBR and the first partition.
    MbrGap {
        /// First sector of the first partition.
        first_partition_lba: u64,
    },
}

impl CoreLocation {
    fn start_lba(self) -> u64 {
        match self {
            Self::BiosBootPartition { start_lba, .. } => start_lba,
            Self::MbrGap { .. } => 1,
        }
    }

    fn sectors(self) -> u64 {
        match self {
            Self::BiosBootPartition { sectors, .. } => sectors,
            Self::MbrGap {
                first_partition_lba,
            } => first_partition_lba.saturating_sub(1),
        }
    }
}

/// Writes `boot.img` and `core.img` to `disk` and connects them.
///
/// The partition table may be written before or after: each side keeps the other's part of sector 0.
pub fn install<D: Read + Write + Seek + ?Sized>(
    disk: &mut D,
    boot_image: &[u8],
    core_image: &[u8],
    location: CoreLocation,
) -> Result<()> {
    let failed = Error::io("placing GRUB");
    let core = patch_core_image(core_image, location)?;

    let mut first_sector = Vec::with_capacity(SECTOR);
    disk.seek(SeekFrom::Start(0)).map_err(&failed)?;
    Read::take(&mut *disk, SECTOR as u64)
        .read_to_end(&mut first_sector)
        .map_err(&failed)?;
    first_sector.resize(SECTOR, 0);
    let boot = patch_boot_image(boot_image, &first_sector, location.start_lba())?;

    disk.seek(SeekFrom::Start(location.start_lba() * SECTOR as u64))
        .map_err(&failed)?;
    disk.write_all(&core).map_err(&failed)?;
    disk.seek(SeekFrom::Start(0)).map_err(&failed)?;
    disk.write_all(&boot).map_err(&failed)
}

/// Gives `boot.img` the address of the core image and what is to be kept of the sector it replaces.
fn patch_boot_image(image: &[u8], replaced: &[u8], core_lba: u64) -> Result<Vec<u8>> {
    let known = image.len() == SECTOR
        && image[510..] == [0x55, 0xaa]
        && image[KERNEL_ADDRESS] == 0x8000_u16.to_le_bytes();
    if !known {
        let reason = "it is not the `boot.img` of GRUB 2 for i386-pc".into();
        return Err(Error::Malformed {
            what: "the GRUB boot image",
            reason,
        });
    }
    let mut boot = image.to_vec();
    boot[PARAMETER_BLOCK].copy_from_slice(&replaced[PARAMETER_BLOCK]);
    boot[DISK_ID_AND_PARTITIONS].copy_from_slice(&replaced[DISK_ID_AND_PARTITIONS]);
    boot[KERNEL_SECTOR].copy_from_slice(&core_lba.to_le_bytes());
    boot[BOOT_DRIVE] = 0xff;
    // On hard disks the check is wanted, so the jump over it becomes two instructions that do nothing.
    boot[DRIVE_CHECK].fill(0x90);
    Ok(boot)
}

/// Tells the first core sector where the others are, and rounds the image up to whole sectors.
fn patch_core_image(image: &[u8], location: CoreLocation) -> Result<Vec<u8>> {
    let malformed = |reason: &str| Error::Malformed {
        what: "the GRUB core image",
        reason: reason.into(),
    };
    if image.len() <= SECTOR || image[FIRST_EXTENT][10..] != LOAD_SEGMENT.to_le_bytes() {
        return Err(malformed("it was not made by `grub-mkimage -O i386-pc`"));
    }
    let sectors = image.len().div_ceil(SECTOR) as u64;
    if sectors > location.sectors() {
        return Err(Error::TooSmall {
            what: match location {
                CoreLocation::BiosBootPartition { .. } => "GRUB in the BIOS boot partition",
                CoreLocation::MbrGap { .. } => "GRUB between the MBR and the first partition",
            },
            needed: sectors * SECTOR as u64,
            available: location.sectors() * SECTOR as u64,
        });
    }
    let rest = u16::try_from(sectors - 1).map_err(|_| malformed("it is longer than one extent"))?;
    let mut core = image.to_vec();
    core.resize(sectors as usize * SECTOR, 0);
    core[SECOND_EXTENT].fill(0);
    let extent = &mut core[FIRST_EXTENT];
    extent[..8].copy_from_slice(&(location.start_lba() + 1).to_le_bytes());
    extent[8..10].copy_from_slice(&rest.to_le_bytes());
    Ok(core)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boot_image() -> Vec<u8> {
        let mut image = vec![0xb0; SECTOR];
        image[KERNEL_ADDRESS].copy_from_slice(&[0x00, 0x80]);
        image[DRIVE_CHECK].copy_from_slice(&[0xeb, 0x05]);
        image[510..].copy_from_slice(&[0x55, 0xaa]);
        image
    }

    fn core_image(length: usize) -> Vec<u8> {
        let mut image = vec![0xc0; length];
        image[0x1fe..0x200].copy_from_slice(&[0x20, 0x08]);
        image
    }

    const PARTITION: CoreLocation = CoreLocation::BiosBootPartition {
        start_lba: 0x0102_0304,
        sectors: 64,
    };

    #[test]
    fn sector_zero_keeps_what_is_not_grubs() {
        let boot = patch_boot_image(&boot_image(), &[0xdd; SECTOR], 0x0102_0304).unwrap();
        let expected = [
            (0x00..0x03, vec![0xb0; 3]),
            (0x03..0x5a, vec![0xdd; 0x57]),
            (0x5a..0x5c, vec![0x00, 0x80]),
            (0x5c..0x64, vec![4, 3, 2, 1, 0, 0, 0, 0]),
            (0x64..0x68, vec![0xff, 0xb0, 0x90, 0x90]),
            (0x68..0x1b8, vec![0xb0; 0x150]),
            (0x1b8..0x1fe, vec![0xdd; 0x46]),
            (0x1fe..0x200, vec![0x55, 0xaa]),
        ];
        for (range, bytes) in expected {
            assert_eq!(boot[range.clone()], bytes, "{range:x?}");
        }
    }

    #[test]
    fn the_core_image_knows_its_own_place() {
        let core = patch_core_image(&core_image(1500), PARTITION).unwrap();
        assert_eq!(core.len(), 1536);
        assert_eq!(core[0x1e8..0x1f4], [0; 12]);
        assert_eq!(
            core[0x1f4..0x200],
            [5, 3, 2, 1, 0, 0, 0, 0, 2, 0, 0x20, 0x08]
        );
        assert_eq!(core[0x200..1500], core_image(1500)[0x200..]);
        assert_eq!(core[1500..], [0; 36]);
    }

    #[test]
    fn strange_images_are_refused() {
        let mut disk = Cursor::new(vec![0; SECTOR]);
        let gap = CoreLocation::MbrGap {
            first_partition_lba: 4,
        };
        let other_architecture = vec![0; 4096];
        let cases = [
            (
                vec![0; SECTOR],
                core_image(1024),
                gap,
                "the GRUB boot image is not usable",
            ),
            (
                vec![0; 3],
                core_image(1024),
                gap,
                "the GRUB boot image is not usable",
            ),
            (
                boot_image(),
                other_architecture,
                gap,
                "`grub-mkimage -O i386-pc`",
            ),
            (
                boot_image(),
                core_image(512),
                gap,
                "`grub-mkimage -O i386-pc`",
            ),
            (
                boot_image(),
                core_image(1537),
                gap,
                "needs 2048 bytes, but only 1536",
            ),
            (
                boot_image(),
                core_image(65 * 512),
                PARTITION,
                "needs 33280 bytes, but only 32768",
            ),
        ];
        for (boot, core, location, expected) in cases {
            let error = install(&mut disk, &boot, &core, location)
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(
            disk.into_inner(),
            [0; SECTOR],
            "nothing is written when something is wrong"
        );
    }
}
