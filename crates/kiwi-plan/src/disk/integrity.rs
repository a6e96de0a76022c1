//! Lines of `/etc/veritytab` and `/etc/integritytab` (spec 04, section 13).

/// Name of the root file system's device once dm-verity is set up; the kernel command line refers to it.
pub const VERITY_NAME: &str = "verityroot";
/// Name of the root file system's device once dm-integrity is set up.
pub const INTEGRITY_NAME: &str = "integrityRoot";

/// Where the hash tree of the root file system is, and what it must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerityRoot<'a> {
    /// Names the partition, see [`verity_device`].
    pub device: &'a str,
    /// Root hash in hexadecimal digits.
    pub root_hash: &'a str,
    /// Where the superblock is, in bytes from the start of the partition.
    pub hash_offset: u64,
    /// Bytes of a hash block.
    pub hash_block_size: u32,
}

/// Names the partition of a hash tree: by its file system, or by its own id where that has none (squashfs).
pub fn verity_device(filesystem_uuid: Option<&str>, partition_uuid: &str) -> String {
    match filesystem_uuid {
        Some(uuid) => format!("UUID={uuid}"),
        None => format!("/dev/disk/by-partuuid/{partition_uuid}"),
    }
}

/// Returns the content of `/etc/veritytab`. Data and hash tree are on the same device, which is therefore named twice.
pub fn veritytab(root: &VerityRoot<'_>) -> String {
    let VerityRoot {
        device,
        root_hash,
        hash_offset,
        hash_block_size,
    } = root;
    format!(
        "{VERITY_NAME} {device} {device} {root_hash} \
         hash-offset={hash_offset},hash-block-size={hash_block_size}\n"
    )
}

/// Returns the content of `/etc/integritytab`. With a key file, tags are made with the key in it.
pub fn integritytab(partition_uuid: &str, key_file: Option<&str>) -> String {
    let (key, algorithm) = match key_file {
        Some(file) => (file, "hmac-sha256"),
        None => ("-", "sha256"),
    };
    format!("{INTEGRITY_NAME} PARTUUID={partition_uuid} {key} integrity-algorithm={algorithm}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn veritytab_names_the_device_twice() {
        for (filesystem, device) in [
            (Some("0123-4567"), "UUID=0123-4567"),
            (None, "/dev/disk/by-partuuid/89ab"),
        ] {
            assert_eq!(verity_device(filesystem, "89ab"), device);
            let root = VerityRoot {
                device,
                root_hash: "c0ffee",
                hash_offset: 8192,
                hash_block_size: 4096,
            };
            let expected = format!(
                "verityroot {device} {device} c0ffee hash-offset=8192,hash-block-size=4096\n"
            );
            assert_eq!(veritytab(&root), expected);
        }
    }

    #[test]
    fn integritytab_says_which_algorithm() {
        for (key_file, expected) in [
            (
                None,
                "integrityRoot PARTUUID=89ab - integrity-algorithm=sha256\n",
            ),
            (
                Some("/etc/key.bin"),
                "integrityRoot PARTUUID=89ab /etc/key.bin integrity-algorithm=hmac-sha256\n",
            ),
        ] {
            assert_eq!(integritytab("89ab", key_file), expected);
        }
    }
}
