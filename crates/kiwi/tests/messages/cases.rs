//! The mistakes: a line or two each.

use super::{Case, change, disk, of_type, packages, section};

/// Mistakes that keep the file from being read.
pub(super) fn markup() -> Vec<Case> {
    vec![
        change(
            "K0104",
            "tag closed by another",
            "</preferences>",
            "</preference>",
        ),
        change("K0104", "tag never closed", "</image>\n", ""),
        change(
            "K0104",
            "attribute twice",
            r#"name="clean""#,
            r#"name="clean" name="again""#,
        ),
        change("K0104", "lone ampersand", "<author>A<", "<author>A & B<"),
        change(
            "K0104",
            "unknown entity",
            "<author>A<",
            "<author>A &copy; B<",
        ),
        change(
            "K0104",
            "quote missing",
            r#"name="bash"/>"#,
            r#"name="bash/>"#,
        ),
        change(
            "K0104",
            "comment in a comment",
            "<version>",
            "<!-- a -- b --><version>",
        ),
        change(
            "K0105",
            "document type",
            "<image ",
            "<!DOCTYPE image SYSTEM \"a.dtd\">\n<image ",
        ),
        change(
            "K0104",
            "not XML",
            "<image schemaversion",
            "image schemaversion",
        ),
        change(
            "K0110",
            "include that is not there",
            "<preferences>",
            "<include from=\"this://more.xml\"/>\n    <preferences>",
        ),
        change("K0120", "no schema version", r#"schemaversion="8.5" "#, ""),
        change(
            "K0121",
            "schema version no number",
            r#"schemaversion="8.5""#,
            r#"schemaversion="eight""#,
        ),
        change(
            "K0123",
            "schema version of the future",
            r#"schemaversion="8.5""#,
            r#"schemaversion="9.9""#,
        ),
    ]
}

/// Mistakes in elements, attributes and values.
pub(super) fn schema() -> Vec<Case> {
    vec![
        change(
            "K0201",
            "misspelt element",
            "packagemanager>apt</packagemanager",
            "packagemanger>apt</packagemanger",
        ),
        change(
            "K0201",
            "element elsewhere",
            "<version>1.0.0</version>",
            "<version>1.0.0</version><package name=\"a\"/>",
        ),
        change(
            "K0202",
            "misspelt attribute",
            r#"<package name="bash""#,
            r#"<package nmae="bash""#,
        ),
        of_type(
            "K0202",
            "attribute of an older schema",
            r#"<type image="tbz" bootloader="grub2"/>"#,
        ),
        of_type("K0203", "misspelt image type", r#"<type image="tbzz"/>"#),
        of_type(
            "K0203",
            "yes instead of true",
            r#"<type image="tbz" primary="yes"/>"#,
        ),
        disk("K0203", "misspelt firmware", r#"firmware="eufi""#, ""),
        disk(
            "K0203",
            "size with a wrong unit",
            "",
            r#"<size unit="T">4</size>"#,
        ),
        disk(
            "K0203",
            "size that is no number",
            "",
            r#"<size unit="G">four</size>"#,
        ),
        change("K0203", "misspelt package manager", ">apt<", ">atp<"),
        change(
            "K0203",
            "image name with blanks",
            r#"name="clean""#,
            r#"name="not clean""#,
        ),
        packages(
            "K0203",
            "unknown architecture",
            r#"<package name="grub" arch="x86-64"/>"#,
        ),
        section(
            "K0203",
            "empty package manager",
            "<preferences><packagemanager/></preferences>",
        ),
        change(
            "K0204",
            "package without name",
            r#"<package name="bash"/>"#,
            "<package/>",
        ),
        change(
            "K0205",
            "description without author",
            "<author>A</author>",
            "",
        ),
        change(
            "K0206",
            "version twice",
            "<version>1.0.0</version>",
            "<version>1.0.0</version><version>1.0.1</version>",
        ),
        change(
            "K0207",
            "text between elements",
            "<preferences>",
            "<preferences>TODO",
        ),
        change("K0209", "other root element", "<image ", "<appliance ").root("appliance"),
        section("K0210", "foreign element", r#"<x:a xmlns:x="urn:x"/>"#),
        section(
            "K0211",
            "extension without namespace",
            "<extension><a/></extension>",
        ),
        section(
            "K0212",
            "repository only in and also in the image",
            r#"<repository alias="b" imageinclude="true" imageonly="true"><source path="http://example.org/b"/></repository>"#,
        ),
        of_type(
            "K0220",
            "file system of an archive",
            r#"<type image="tbz" filesystem="ext4"/>"#,
        ),
        of_type(
            "K0222",
            "disk without file system",
            r#"<type image="oem"/>"#,
        ),
        disk(
            "K0223",
            "verity data without verity",
            r#"embed_verity_metadata="true""#,
            "",
        ),
        disk(
            "K0223",
            "LUKS options without LUKS",
            "",
            r#"<luksformat><option name="--pbkdf" value="pbkdf2"/></luksformat>"#,
        ),
        disk(
            "K0224",
            "btrfs settings of ext4",
            r#"btrfs_quota_groups="true""#,
            "<systemdisk/>",
        ),
        disk(
            "K0225",
            "reserved partition",
            "",
            r#"<partitions><partition name="swap" size="10"/></partitions>"#,
        ),
    ]
}

/// Mistakes in the choice of a build type and in how it starts.
pub(super) fn build_type() -> Vec<Case> {
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
            "",
            r#"<bootloader name="systemd_boot"><bootloadersettings><environment><env name="a" value="b"/></environment></bootloadersettings></bootloader>"#,
        ),
        of_type(
            "K0318",
            "disk that cannot grow",
            r#"<type image="oem" filesystem="ext4"/>"#,
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
            "K0330",
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

/// Mistakes in partitions and volumes.
pub(super) fn storage() -> Vec<Case> {
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
            "K0348",
            "volume outside of the tree",
            "",
            r#"<partitions><partition name="data" size="10" mountpoint="/srv/../../data" filesystem="ext4"/></partitions>"#,
        ),
    ]
}

/// Mistakes in packages, files, users, profiles and repositories.
pub(super) fn content() -> Vec<Case> {
    vec![
        change(
            "K0302",
            "no repository",
            "<repository>\n        <source path=\"host:/\"/>\n    </repository>",
            "",
        ),
        change(
            "K0321",
            "no bootstrap packages",
            r#"<packages type="bootstrap"><package name="apt"/></packages>"#,
            "",
        ),
        packages(
            "K0304",
            "archive that is not there",
            r#"<archive name="data.tar"/>"#,
        ),
        packages(
            "K0304",
            "archive with a similar name",
            r#"<archive name="data.tar"/>"#,
        )
        .with(&["data.tgz"]),
        packages("K0345", "package twice", r#"<package name="bash"/>"#),
        packages(
            "K0346",
            "package wanted and ignored",
            r#"<ignore name="bash"/>"#,
        ),
        section(
            "K0346",
            "package wanted and deleted",
            r#"<packages type="delete"><package name="bash"/></packages>"#,
        ),
        packages(
            "K0348",
            "archive outside of the tree",
            r#"<archive name="data.tar" target_dir="/srv/../../etc"/>"#,
        )
        .with(&["data.tar"]),
        packages(
            "K0412",
            "pattern for apt",
            r#"<namedCollection name="base"/>"#,
        ),
        packages(
            "K0357",
            "architecture of a file",
            r#"<file name="motd" target="/etc/motd" arch="x86_64"/>"#,
        )
        .with(&["motd"]),
        change(
            "K0358",
            "release for apt",
            "<version>",
            "<release-version>12</release-version><version>",
        ),
        change("K0347", "script with a similar name", "clean", "clean").with(&["image.sh"]),
        change("K0347", "script that no type names", "clean", "clean")
            .with(&["edit_boot_config.sh"]),
        section(
            "K0306",
            "password in plain text",
            r#"<users><user name="tux" password="secret" pwdformat="plain"/></users>"#,
        ),
        section(
            "K0322",
            "user with a blank",
            r#"<users><user name="tux penguin" password="*"/></users>"#,
        ),
        section(
            "K0353",
            "password with a weak hash",
            r#"<users><user name="tux" password="$1$abcdefgh$0123456789012345678901"/></users>"#,
        ),
        section(
            "K0354",
            "password that is no hash",
            r#"<users><user name="tux" password="secret"/></users>"#,
        ),
        section(
            "K0307",
            "misspelt profile",
            r#"<profiles><profile name="Small" description="s"/></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>
    <packages type="image" profiles="Smal"><package name="b"/></packages>"#,
        ),
        section(
            "K0343",
            "profile that selects nothing",
            r#"<profiles><profile name="Small" description="s"/></profiles>"#,
        ),
        section(
            "K0344",
            "profile twice",
            r#"<profiles><profile name="Small" description="s"/><profile name="Small" description="t"/></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>"#,
        ),
        section(
            "K0401",
            "required profile misspelt",
            r#"<profiles><profile name="Small" description="s"/><profile name="Big" description="b"><requires profile="Smal"/></profile></profiles>
    <packages type="image" profiles="Small"><package name="a"/></packages>"#,
        ),
        section(
            "K0348",
            "profile with a path",
            r#"<profiles><profile name="../other" description="o"/></profiles>
    <packages type="image" profiles="../other"><package name="a"/></packages>"#,
        ),
        section(
            "K0316",
            "local repository for the image",
            r#"<repository alias="b" imageinclude="true"><source path="dir:///"/></repository>"#,
        ),
        section(
            "K0325",
            "alias twice",
            r#"<repository alias="b"><source path="http://example.org/a"/></repository>
    <repository alias="b"><source path="http://example.org/b"/></repository>"#,
        ),
        section(
            "K0326",
            "local repository that is not there",
            r#"<repository alias="b"><source path="dir:///no/where"/></repository>"#,
        ),
        change(
            "K0410",
            "address without scheme",
            r#"path="host:/""#,
            r#"path="example.org/debian""#,
        ),
        change(
            "K0410",
            "misspelt scheme",
            r#"path="host:/""#,
            r#"path="htpp://example.org/debian""#,
        ),
        section(
            "K0358",
            "setting of another manager",
            r#"<repository alias="b" sourcetype="metalink"><source path="http://example.org/b"/></repository>"#,
        ),
    ]
}

impl Case {
    /// The root element has another name at its end too.
    fn root(mut self, name: &str) -> Self {
        self.text = self.text.replace("</image>", &format!("</{name}>"));
        self
    }

    fn codes(mut self, codes: &'static str) -> Self {
        self.codes = codes;
        self
    }
}
