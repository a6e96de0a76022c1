//! Elements that are gone.

use super::{Retired, gone};

/// Elements that are gone, by parent.
#[rustfmt::skip] // one line per element
pub const ELEMENTS: &[Retired] = &[
    gone("type", "pxedeploy", "6.9", "remove it: use image type `kis`, or `installpxe` of image type `oem`"),
    gone("type", "split", "6.2", "use `overlayroot=\"true\"` of image type `oem`"),
    gone("oemconfig", "oem-ataraid-scan", "6.8", "remove it"),
    gone("preferences", "hwclock", "6.7", "remove it"),
    gone("preferences", "partitioner", "6.6", "remove it"),
    gone("preferences", "rpm-force", "6.6", "remove it"),
    gone("preferences", "defaultdestination", "6.6", "use `--target-dir` on the command line"),
    gone("preferences", "defaultroot", "6.6", "use `--root` on the command line"),
    gone("preferences", "defaultprebuilt", "6.6", "remove it"),
];
