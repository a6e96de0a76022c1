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
    NO_BOOT_DESCRIPTION = 330: "no boot description named",
        "With `initrd_system=\"kiwi\"` the initrd is an image of its own, built from the boot description that `boot` names.",
        "Name one, or remove `initrd_system`, so that dracut makes the initrd.";
    RESERVED_LABEL = 331: "label that another file system has",
        "Labels find file systems when the system starts. The one of the root file system, `SWAP` and `SPARE` are given away \
         already.",
        "Choose another label.";
    TWO_FULL_VOLUMES = 332: "two volumes take all that is left",
        "Only one volume can take the rest of the disk.",
        "Give all but one of them a size.";
    ROOT_TWICE = 333: "something else is mounted at the root",
        "The root file system is mounted at `/`; a second one there would hide it.",
        "The root volume is called `@root`. Choose another mount point for the rest.";
    LABEL_NEEDS_LVM = 334: "label of a volume without LVM",
        "LVM volumes have file systems of their own with labels of their own; volumes of btrfs share one.",
        "Remove `label`, or set `preferlvm=\"true\"`.";
    XEN_HOST_AND_GUEST = 335: "Xen host and Xen guest in one",
        "An image is either the system that runs Xen, or one that runs in it. `xen_server` says the first, firmware `ec2` and \
         `xen_loader` say the second.",
        "Remove one of them.";
    MEDIA_CHECK_PROGRAM = 336: "media check without its program",
        "The boot menu offers to check the medium, and the live system calls `checkmedia` for it. No package that has it is asked \
         for by name.",
        "Add the package `checkmedia`, or remove `mediacheck`.";
    INITRD_MODULE_PACKAGE = 337: "package of a dracut module not asked for",
        "The initrd needs a module that distributions have in a package of its own. When no package has brought it, one that \
         belongs to this program is put into the tree before the initrd is made.",
        "Nothing needs to be done. Add the package to use the distribution's module.";
    APPX_NAMES = 338: "name that Windows does not accept",
        "The program that starts the application must be called `NAME.exe`, and the identifier of an application consists of \
         letters and digits.",
        "Correct the name.";
    LUKS_OPTION = 339: "option that cryptsetup does not have",
        "Options of `luksformat` are handed to `cryptsetup luksFormat`.",
        "Correct the option; `cryptsetup --help` lists them.";
    EFI_IMAGE_TOO_LARGE = 340: "EFI image too large",
        "The boot catalogue of an ISO image counts in 16 bits how many sectors the EFI image has, so it ends at 31 MB.",
        "Set `efifatimagesize` to 31 or less, or remove it.";
    TARGET_IN_CACHE = 341: "target directory inside the package cache",
        "The shared cache is bound into the root tree while packages are installed. A tree inside of it would contain itself.",
        "Choose another target directory, or another cache with `--shared-cache-dir`.";
    TARGET_FILESYSTEM = 342: "target directory on a file system without owners",
        "The root tree needs a file system that keeps owners, modes, links and extended attributes.",
        "Choose a target directory on ext4, xfs, btrfs or another Unix file system.";
    IDLE_PROFILE = 343: "profile that selects nothing",
        "No section is bound to the profile, it requires no other one and has no overlay directory. Selecting it changes only the \
         variable `kiwi_profiles` that scripts see.",
        "Bind a section to it, or remove it.";
    PROFILE_TWICE = 344: "profile declared twice",
        "Of two profiles with one name on one architecture only the later one counts.",
        "Remove one of them, or give it another name.";
    PACKAGE_TWICE = 345: "package listed twice",
        "One section lists a package more than once. It is harmless, but often another package was meant.",
        "Remove one of them.";
    PACKAGE_CONFLICT = 346: "package wanted and not wanted",
        "The same build asks for a package and says that it must not be there.",
        "Remove one of the two requests, or bind them to different profiles.";
    SCRIPT_NOT_CALLED = 347: "script that nobody calls",
        "Scripts of the description are found by their names. This one has nearly the name of such a script, or needs an attribute \
         that names it, so that it is never called.",
        "Correct the name of the file, or name it in the attribute.";
    OUTSIDE_TREE = 348: "path leads out of the tree",
        "A path below the root tree cannot have `..` in it, and a profile's overlay lies in the directory of the description.",
        "Write the path as it is inside the image.";
    COMMAND_LINE_QUOTE = 349: "quote not closed in the kernel command line",
        "The boot loader reads the line up to the closing quote, and there is none.",
        "Close the quote, or remove it.";
    COMMAND_LINE_SIGN = 350: "sign with a meaning of its own in the kernel command line",
        "GRUB's menu is a script: `$` begins a variable there, and `;`, `&`, `|`, `<` and `>` end or redirect a command.",
        "Put the word into double quotes, or for `$` a backslash before it.";
    COMMAND_LINE_ROOT = 351: "root device written by hand",
        "A `root=` in the description takes the place of the one that fits the disk. The name of a device can differ from machine \
         to machine.",
        "Remove it, unless the root file system really is elsewhere.";
    COMMAND_LINE_WORD = 352: "odd word in the kernel command line",
        "The kernel does not complain about words it does not know: they are handed to the first program. A misspelt or repeated \
         one goes unnoticed.",
        "Correct the word as the message says, or remove it.";
    WEAK_PASSWORD = 353: "password with a weak hash",
        "DES and MD5 hashes of passwords can be tried by the billion per second.",
        "Make a new one with `openssl passwd -6` or `mkpasswd`.";
    PASSWORD_NO_HASH = 354: "password is no hash",
        "Without `pwdformat=\"plain\"` the password is taken as a hash, and this is none, so that nobody can log in with it.",
        "Put a hash there, made with `openssl passwd -6`.";
    MOUNT_POINT = 355: "mount point not possible",
        "A mount point is an absolute path, only one file system can be mounted there, and it needs a file system.",
        "Correct the path as the message says.";
    STORAGE_NAME = 356: "name of a volume or partition not possible",
        "Two volumes or partitions have one name, or a name that LVM or the partition table cannot hold.",
        "Choose another name.";
    NOT_READ = 357: "setting that nothing reads",
        "The schema allows the attribute, but neither KIWI nor this program does anything with it.",
        "Remove it.";
    FOR_OTHER_PACKAGE_MANAGER = 358: "setting for another package manager",
        "The setting exists for some package managers only, and this build uses another one.",
        "Remove it, or use the package manager it is meant for.";
    SCRIPT_NOT_EXECUTABLE = 359: "script that its program does not run",
        "A script that is not executable is run by `bash`, whatever program its first line names.",
        "Make the file executable with `chmod +x`.";
    BOOT_DESCRIPTION_NOT_INSTALLED = 360: "boot description not installed",
        "The initrd is built from the boot description that `boot` names, and this host has no such directory.",
        "Install the package that brings it, name one that is installed, or remove `initrd_system`, so that dracut makes the \
         initrd.";
    FORMAT_OPTION = 365: "option that the disk format does not have",
        "The options in `formatoptions` are those `qemu-img` has for the format; the message names them. Another one, or a value it \
         does not take, cannot be followed.",
        "Correct the option or its value as the message says, or remove it.";
    NETWORK_CARD = 366: "network card with an impossible number",
        "`interface` of `vmnic` is the number of a network card of the virtual machine, and each card has one of its own.",
        "Number the cards from 0.";
    LOADER_NEEDS_EFI = 370: "boot loader that the firmware cannot start",
        "systemd-boot is a program for EFI firmware; a PC BIOS and others cannot start it.",
        "Choose `firmware=\"efi\"`, or the boot loader `grub2`.";
    UNIFIED_KERNEL_NEEDS_EFI = 371: "unified kernel image without EFI firmware",
        "A unified kernel image is one program for EFI firmware that holds kernel, initrd and command line.",
        "Choose `firmware=\"efi\"` or `firmware=\"uefi\"`, or remove `uefi` from the `dracut` element.";
    LOADER_OF_OTHER_MACHINE = 372: "boot loader of another kind of machine",
        "The boot loader does not exist on the architecture the image is for.",
        "Choose another boot loader, or the architecture it belongs to.";
    LOADER_NEEDS_HOST = 373: "boot loader that this host cannot install",
        "`zipl` records where the blocks of kernel and initrd lie on the disk. It exists on s390 machines only, and needs the disk as a \
         device of the kernel, which root can make.",
        "Build on an s390 machine as root, or use the boot loader `custom` and install one yourself.";
    HALF_SIGNING_KEY = 374: "half of a signing key",
        "Programs for EFI firmware are signed with a private key and its certificate, and the runtime configuration names only one.",
        "Set both `credentials.secure_boot_signing_key_file` and `credentials.secure_boot_signing_certificate_file`, or neither.";
    TOO_MANY_PARTITIONS = 375: "too many partitions",
        "An MBR has room for four partitions, a GPT of the usual size for 128; copies count, too.",
        "Add `dosparttable_extended_layout=\"true\"`, use firmware that brings a GPT, or leave some out.";
    PARTITION_SIZE = 376: "size of a partition not possible",
        "A partition needs a size, and a FAT file system has bounds that its kind sets.",
        "Choose a size within the bounds of the message.";
    SPARE_BEHIND_ROOT = 377: "spare partition where the root partition shall grow",
        "At first boot a disk grows at its end. With the spare partition there, the root file system keeps its size.",
        "Set `oem-resize` to false, or remove `spare_part_is_last`.";
    DASD_TABLE = 378: "partition table of a DASD",
        "The volume label of a DASD in compatible disk layout is written by `fdasd`, which asks the driver of a block device for the \
         geometry. Images are made in files, which have none.",
        "Use another `targettype`.";
}
