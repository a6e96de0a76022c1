//! Sizes, volumes, partitions and encryption options of disk images.

use crate::model::values::{PartitionType, SizeUnit};
use crate::schema::define::Kind::{Boolean, Form, Number, Text, Words};
use crate::schema::define::{Element, any, element, many, optional, required, word};
use crate::schema::patterns::{ARCHITECTURES, NUMBER, PARTITION_SIZE, SHORT_NAME, VOLUME_SIZE};

/// Sizes, volumes, partitions and encryption options of disk images.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("size", "Size of the image as a number; without it the size is computed.").text(Number)
        .attributes(&[
            optional("additive", Boolean, "Adds the number to the computed size."),
            optional("unit", Words(SizeUnit::WORDS), "Unit of the number: `M` (default) or `G`."),
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
            optional("arch", Form(&ARCHITECTURES), "Architectures the volume is for, separated by commas; all when absent.").since("8.1"),
            optional("copy_on_write", Boolean, "False switches copy-on-write off (btrfs)."),
            optional("filesystem_check", Boolean, "Has the file system checked at boot.").since("7.4"),
            optional("freespace", Form(&VOLUME_SIZE), "Space on top of the data, in MB or with suffix `M` or `G`."),
            optional("label", Text, "Label of the volume's file system (LVM)."),
            optional("mountpoint", Text, "Where the volume is mounted; made from `name` when absent."),
            optional("parent", Text, "Subvolume that contains this one (btrfs).").since("7.6"),
            optional("quota", Form(&PARTITION_SIZE), "Limit of the subvolume's size (btrfs).").since("8.2"),
            optional("size", Form(&VOLUME_SIZE), "Size in MB, or with suffix `M` or `G`, or `all` for the rest of the disk."),
        ]),
    element("partitions", "Extra partitions of the disk.").since("7.4").children(&[many("partition")]),
    element("partition", "One extra partition.").since("7.4")
        .attributes(&[
            required("name", Text, "Name of the partition."),
            required("size", Form(&PARTITION_SIZE), "Size in MB, or with suffix `M` or `G`."),
            optional("clone", Form(&NUMBER), "How many copies of the partition to add.").since("7.5"),
            optional("filesystem", Words(&[word("btrfs"), word("ext2"), word("ext3"), word("ext4"), word("squashfs"), word("xfs"), word("fat32").since("7.5"), word("fat16").since("7.5")]), "File system to make; left raw when absent."),
            optional("label", Text, "Label of the file system; the name in upper case when absent.").since("8.3"),
            optional("mountpoint", Text, "Where the partition is mounted."),
            optional("part_id", Form(&NUMBER), "Number of the partition.").since("8.4"),
            optional("partition_name", Form(&SHORT_NAME), "Name in the partition table; default `p.lx` and the name."),
            optional("partition_type", Words(PartitionType::WORDS), "What the partition holds; default `t.linux`."),
        ]),
    element("luksformat", "Options for formatting the LUKS container.").since("7.5").children(&[many("option")]),
    element("option", "One option of `cryptsetup luksFormat`.").since("7.5")
        .attributes(&[
            required("name", Text, "Name of the option, with its dashes."),
            optional("value", Text, "Value of the option."),
        ]),
];
