//! Codes for checks of meaning that need no root tree (K03xx).

codes! {
    NO_VERSION = 301: "image without version",
        "The preferences that apply have no `version`. It is part of the name of every result.",
        "Add `<version>1.0.0</version>` to `<preferences>`.";
    NO_REPOSITORY = 302: "no repository to build from",
        "No repository applies to this build, so there is nowhere to take packages from.",
        "Add a `<repository>`, select the profile that has one, or use `--add-repo`.";
    DUPLICATE_TYPE = 303: "build type given twice",
        "Two `<type>` elements that apply build the same kind of image; one of them can never be chosen.",
        "Bind them to different profiles, or remove one.";
    MISSING_FILE = 304: "file of the description does not exist",
        "The description names a file that is not there. It would be missed only after the packages are installed.",
        "Add the file, or correct its name; relative names start at the directory of the description.";
    INCLUDE_IN_INCLUDE = 305: "include inside an included file",
        "Included files are put in place once; an include inside of them stays unread.",
        "Include the file from the main description.";
    PLAIN_PASSWORD = 306: "password in plain text",
        "Everybody who can read the description can read the password.",
        "Put a hash there, made with `openssl passwd -6` or `mkpasswd`, and remove `pwdformat=\"plain\"`.";
    UNDECLARED_PROFILE = 307: "section for a profile that does not exist",
        "The section names a profile that is declared nowhere, so it can never be selected.",
        "Correct the name, or declare the profile.";
    WITHOUT_EFFECT = 308: "setting without effect",
        "The setting is allowed here, but nothing in this build depends on it.",
        "Remove it, or set what it depends on.";
    PARTUUID_NEEDS_GPT = 309: "by-partuuid without GPT",
        "Partitions of an MBR disk have no unique ids of their own.",
        "Use `devicepersistency=\"by-uuid\"`, or firmware `efi` or `uefi`, which brings a GPT.";
    BOOT_NEEDS_KIWI_INITRD = 310: "boot description without kiwi initrd",
        "A `boot` attribute names a description that an initrd is built from; with another initrd system it means nothing.",
        "Remove `boot`, or set `initrd_system=\"kiwi\"`.";
    ENVIRONMENT_NEEDS_GRUB = 311: "boot loader environment without GRUB",
        "Variables of the boot loader are written into GRUB's environment block; other loaders have none.",
        "Remove `<environment>`, or use the boot loader `grub2`.";
    SWAP_NAME_NEEDS_LVM = 312: "swap name without LVM",
        "Only a swap volume has a name; a swap partition has not.",
        "Remove `<oem-swapname>`, or use LVM.";
    PRIVATE_REPOSITORY_IN_IMAGE = 316: "repository of the image that only this host can reach",
        "A repository with `imageinclude` is configured in the image, but its address leads to this host.",
        "Use an address that the image can reach, or remove `imageinclude`.";
    DISK_WILL_NOT_GROW = 318: "first boot will not grow the disk",
        "The description wants the root file system to grow to the size of the disk, but asks for no package that can do it.",
        "Add the package, or set `oem-resize` to false.";
    PARTITION_NUMBER = 319: "partition number not possible",
        "Two partitions have the same number, or a number that the partition table does not have.",
        "Choose other numbers, or none.";
    SECTOR_SIZE = 320: "sector size not possible",
        "Disks have sectors of 512 or 4096 bytes.",
        "Set `target_blocksize` to one of these, or remove it.";
    NO_BOOTSTRAP = 321: "no bootstrap packages",
        "Without a bootstrap section there is no tree into which the other packages could be installed.",
        "Add `<packages type=\"bootstrap\">`.";
    BAD_USER = 322: "user that cannot be created",
        "A user name, number or group list that no system accepts.",
        "Correct the user as the message says.";
    LABEL_TOO_LONG = 323: "label too long",
        "The file system has no room for a label of this length.",
        "Choose a shorter label.";
    SAME_ALIAS = 325: "two repositories with one name",
        "A repository is written to a file of its name, so the second would take the place of the first. It is given another \
         name.",
        "Give each repository an alias of its own.";
    MISSING_LOCAL_REPOSITORY = 326: "directory of a repository does not exist",
        "The repository lies on this host, and it is not there. It is left out.",
        "Create it, or correct the address.";
}
