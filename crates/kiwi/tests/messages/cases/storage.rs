//! Mistakes in partitions and volumes.

use crate::{Case, disk, of_type};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        disk(
            "K0312",
            "swap name without LVM",
            "",
            "<oemconfig><oem-resize>false</oem-resize><oem-swap>true</oem-swap><oem-swapname>S</oem-swapname></oemconfig>",
        ),
        disk(
            "K0319",
            "number given twice",
            r#"rootpart_id="1" bootpartition="true" bootpart_id="1""#,
            "",
        ),
        disk(
            "K0323",
            "label too long",
            r#"rootfs_label="a-very-long-label-of-the-root""#,
            "",
        ),
        disk(
            "K0331",
            "label of the root",
            "",
            r#"<systemdisk><volume name="home" label="ROOT"/></systemdisk>"#,
        ),
        disk(
            "K0332",
            "two full volumes",
            "",
            r#"<systemdisk><volume name="@root" size="all"/><volume name="home" freespace="all"/></systemdisk>"#,
        ),
        disk(
            "K0333",
            "volume at the root",
            "",
            r#"<systemdisk><volume name="LVRoot" mountpoint="/"/></systemdisk>"#,
        ),
        disk(
            "K0333",
            "partition at the root",
            "",
            r#"<partitions><partition name="data" size="10" mountpoint="/" filesystem="ext4"/></partitions>"#,
        ),
        of_type(
            "K0334",
            "label of a subvolume",
            r#"<type image="oem" filesystem="btrfs"><oemconfig><oem-resize>false</oem-resize></oemconfig>
            <systemdisk><volume name="home" label="HOME"/></systemdisk></type>"#,
        ),
        disk(
            "K0355",
            "two at one place",
            "",
            r#"<systemdisk><volume name="var" mountpoint="/var"/><volume name="log" mountpoint="/var/"/></systemdisk>"#,
        ),
        disk(
            "K0355",
            "relative mount point",
            "",
            r#"<partitions><partition name="data" size="10" mountpoint="data" filesystem="ext4"/></partitions>"#,
        ),
        disk(
            "K0355",
            "mounted without file system",
            "",
            r#"<partitions><partition name="data" size="10" mountpoint="/data"/></partitions>"#,
        ),
        disk(
            "K0356",
            "partition name twice",
            "",
            r#"<partitions><partition name="data" size="10"/><partition name="data" size="20"/></partitions>"#,
        ),
        disk(
            "K0356",
            "volume name with blanks",
            "",
            r#"<systemdisk><volume name="my home" mountpoint="/home"/></systemdisk>"#,
        ),
        disk(
            "K0375",
            "too many for an MBR",
            r#"bootpartition="true""#,
            r#"<partitions><partition name="a" size="10"/><partition name="b" size="10"/><partition name="c" size="10"/></partitions>"#,
        ),
        disk(
            "K0376",
            "partition of nothing",
            "",
            r#"<partitions><partition name="data" size="0"/></partitions>"#,
        ),
        disk(
            "K0377 K0318",
            "spare space where root grows",
            r#"spare_part="10" spare_part_is_last="true""#,
            r"<oemconfig><oem-resize>true</oem-resize></oemconfig>",
        ),
        disk(
            "K0348",
            "volume outside of the tree",
            "",
            r#"<partitions><partition name="data" size="10" mountpoint="/srv/../../data" filesystem="ext4"/></partitions>"#,
        ),
    ]
}
