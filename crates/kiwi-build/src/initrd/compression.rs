//! How an initrd is compressed: as well as the tree's kernel can read.

use kiwi_host::TreeDir;
use kiwi_ondisk::compress::Compression;

/// Level for zstd: half the time of the highest sensible one and 3 % larger.
const ZSTD_LEVEL: i32 = 9;

/// The compression that kernel `version` can undo, judged by its configuration.
pub(super) fn readable_by(tree: &TreeDir, version: &str) -> Compression {
    let config = [
        format!("boot/config-{version}"),
        format!("lib/modules/{version}/config"),
        format!("usr/lib/modules/{version}/config"),
    ]
    .iter()
    .find_map(|path| tree.read_to_string(path).ok())
    .unwrap_or_default();
    let has = |option: &str| config.lines().any(|line| line == option);
    if has("CONFIG_RD_ZSTD=y") {
        Compression::Zstd { level: ZSTD_LEVEL }
    } else {
        // Every kernel with initrd support reads gzip unless somebody went out of the way.
        Compression::GZIP
    }
}
