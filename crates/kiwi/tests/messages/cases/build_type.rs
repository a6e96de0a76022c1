//! Mistakes in the choice of a build type and in how it starts.

use crate::{Case, change, disk, of_type};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        change("K0301", "no version", "<version>1.0.0</version>", ""),
        of_type(
            "K0303",
            "two types of one kind",
            "<type image=\"tbz\"/>\n        <type image=\"tbz\"/>",
        ),
        of_type("K0402", "no type", ""),
        disk(
            "K0308",
            "settings without effect",
            r#"efipartsize="50" formatoptions="a=b""#,
            "",
        )
        .codes("K0308 K0308"),
        of_type(
            "K0308 K0308",
            "disk settings of an archive",
            r#"<type image="tbz" fsmountoptions="noatime"><systemdisk/></type>"#,
        ),
        disk(
            "K0308",
            "profile of a boot description for dracut",
            r#"bootprofile="std""#,
            "",
        ),
        disk(
            "K0308",
            "recovery partition without recovery",
            "",
            "<oemconfig><oem-resize>false</oem-resize><oem-recovery-part-size>9</oem-recovery-part-size></oemconfig>",
        ),
        disk(
            "K0304",
            "passphrase file that is not there",
            r#"luks="file:///no/where""#,
            "",
        ),
        disk(
            "K0309",
            "by-partuuid on MBR",
            r#"devicepersistency="by-partuuid""#,
            "",
        ),
        disk(
            "K0310",
            "boot description for dracut",
            r#"boot="oemboot/x""#,
            "",
        ),
        disk(
            "K0311",
            "environment of another loader",
            r#"firmware="efi""#,
            r#"<bootloader name="systemd_boot"><bootloadersettings><environment><env name="a" value="b"/></environment></bootloadersettings></bootloader>"#,
        ),
        of_type(
            "K0318",
            "disk that cannot grow",
            r#"<type image="oem" filesystem="ext4"/>"#,
        ),
        disk(
            "K0370",
            "EFI loader without EFI",
            "",
            r#"<bootloader name="systemd_boot"/>"#,
        ),
        disk(
            "K0371",
            "unified kernel without EFI",
            "",
            r#"<initrd action="setup"><dracut uefi="true"/></initrd>"#,
        ),
        disk(
            "K0372",
            "loader of another machine",
            "",
            r#"<bootloader name="zipl"/>"#,
        ),
        disk(
            "K0308",
            "option for a program that is not called",
            "",
            r#"<bootloader name="grub2"><bootloadersettings><installoption name="--modules" value="a"/></bootloadersettings></bootloader>"#,
        ),
        disk(
            "K0320",
            "sectors of a strange size",
            r#"target_blocksize="1000""#,
            "",
        ),
        disk(
            "K0330",
            "kiwi initrd without boot description",
            r#"initrd_system="kiwi""#,
            "",
        ),
        disk(
            "K0360",
            "boot description not installed",
            r#"initrd_system="kiwi" boot="oemboot/none""#,
            "",
        ),
        disk(
            "K0335",
            "Xen host and guest",
            r#"xen_server="true""#,
            r#"<machine xen_loader="pvgrub"/>"#,
        ),
        of_type(
            "K0337 K0336",
            "media check without program",
            r#"<type image="iso" mediacheck="true"/>"#,
        ),
        of_type(
            "K0338 K0338",
            "names for Windows",
            r#"<type image="appx" metadata_path="meta">
            <containerconfig name="c"><history launcher="start" application_id="a.b">h</history></containerconfig>
        </type>"#,
        ),
        disk(
            "K0339",
            "misspelt option of cryptsetup",
            r#"luks="random""#,
            r#"<luksformat><option name="--chipher" value="aes"/></luksformat>"#,
        ),
        disk(
            "K0339",
            "unknown option of cryptsetup",
            r#"luks="random""#,
            r#"<luksformat><option name="--turbo-mode"/></luksformat>"#,
        ),
        of_type(
            "K0337 K0340",
            "EFI image too large",
            r#"<type image="iso" efifatimagesize="40" firmware="uefi"/>"#,
        ),
        disk(
            "K0349",
            "quote not closed",
            r#"kernelcmdline="quiet dyndbg='file a.c +p""#,
            "",
        ),
        disk(
            "K0350",
            "dollar in the command line",
            r#"kernelcmdline="quiet systemd.setenv=A=$B""#,
            "",
        ),
        disk(
            "K0350",
            "semicolon in the command line",
            r#"kernelcmdline="quiet foo.bar=1;2""#,
            "",
        ),
        disk(
            "K0351",
            "own root device",
            r#"kernelcmdline="root=/dev/sda2 rw""#,
            "",
        ),
        disk(
            "K0352",
            "misspelt console",
            r#"kernelcmdline="consol=ttyS0 quiet""#,
            "",
        ),
        disk(
            "K0352",
            "misspelt console device",
            r#"kernelcmdline="console=ttys0 quiet""#,
            "",
        ),
        disk(
            "K0352",
            "word twice",
            r#"kernelcmdline="quiet rw quiet""#,
            "",
        ),
        disk(
            "K0411",
            "firmware of another machine",
            r#"firmware="ofw""#,
            "",
        ),
    ]
}
