//! Sizes, volumes, partitions and encryption options of disk images.

use crate::model::values::{PartitionType, SizeUnit};
use crate::schema::define::Kind::{Boolean, Form, Number, Text, Words};
use crate::schema::define::{Element, any, element, many, optional, required};
use crate::schema::patterns::{ARCHITECTURES, NUMBER, PARTITION_SIZE, SHORT_NAME, VOLUME_SIZE};

/// Sizes, volumes, partitions and encryption options of disk images.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("size", "Size of the image as a number; without it the size is computed.").text(Number)
        .attributes(&[
            optional("additive", Boolean, "Adds the number to the computed size."),
            optional("unit", Words(SizeUnit::NAMES), "Unit of the number: `M` (default) or `G`."),
            optional("unpartitioned", Number, "Part of the disk left unpartitioned at its end, in the same unit."),
        ]),
    element("systemdisk", "Puts the root tree on LVM volumes or btrfs subvolumes.")
        .attributes(&[
            optional("name", Text, "Name of the LVM volume group; default `systemVG`."),
            optional("preferlvm", Boolean, "Takes LVM even if the file system has volumes of its own."),
        ])
        .children(&[any("volume")]),
    element("volume", "One volume, or a path that is a volume of a container.")
        .attributes(&[
            required("name", Text, "Path of the volume, or its name when `mountpoint` is given; `@root` is the root volume."),
            optional("arch", Form(&ARCHITECTURES), "Architectures the volume is for, separated by commas; all when absent."),
            optional("copy_on_write", Boolean, "False switches copy-on-write off (btrfs)."),
            optional("filesystem_check", Boolean, "Has the file system checked at boot."),
            optional("freespace", Form(&VOLUME_SIZE), "Space on top of the data, in MB or with suffix `M` or `G`."),
            optional("label", Text, "Label of the volume's file system (LVM)."),
            optional("mountpoint", Text, "Where the volume is mounted; made from `name` when absent."),
            optional("parent", Text, "Subvolume that contains this one (btrfs)."),
            optional("quota", Form(&PARTITION_SIZE), "Limit of the subvolume's size (btrfs)."),
            optional("size", Form(&VOLUME_SIZE), "Size in MB, or with suffix `M` or `G`, or `all` for the rest of the disk."),
        ]),
    element("partitions", "Extra partitions of the disk.").children(&[many("partition")]),
    element("partition", "One extra partition.")
        .attributes(&[
            required("name", Text, "Name of the partition."),
            required("size", Form(&PARTITION_SIZE), "Size in MB, or with suffix `M` or `G`."),
            optional("clone", Form(&NUMBER), "How many copies of the partition to add."),
            optional("filesystem", Words(&["btrfs", "ext2", "ext3", "ext4", "squashfs", "xfs", "fat32", "fat16"]), "File system to make; left raw when absent."),
            optional("label", Text, "Label of the file system; the name in upper case when absent."),
            optional("mountpoint", Text, "Where the partition is mounted."),
            optional("part_id", Form(&NUMBER), "Number of the partition."),
            optional("partition_name", Form(&SHORT_NAME), "Name in the partition table; default `p.lx` and the name."),
            optional("partition_type", Words(PartitionType::NAMES), "What the partition holds; default `t.linux`."),
        ]),
    element("luksformat", "Options for formatting the LUKS container.").children(&[many("option")]),
    element("option", "One option of `cryptsetup luksFormat`.")
        .attributes(&[
            required("name", Text, "Name of the option, with its dashes."),
            optional("value", Text, "Value of the option."),
        ]),
];
