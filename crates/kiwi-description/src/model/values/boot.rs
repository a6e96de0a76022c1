//! Values about boot loaders, firmware, the initrd and live media.

use super::words;

words! {
    /// Firmware a disk or medium starts from.
    Firmware {
        /// PC BIOS.
        Bios = "bios",
        /// Amazon EC2, started as by BIOS.
        Ec2 = "ec2",
        /// EFI without secure boot.
        Efi = "efi",
        /// EFI with secure boot.
        Uefi = "uefi",
        /// Open Firmware (POWER).
        Ofw = "ofw",
        /// OPAL (POWER without hypervisor).
        Opal = "opal",
        /// Nothing is assumed.
        Custom = "custom" since "7.4",
    }
}

words! {
    /// Boot loader.
    BootloaderName {
        /// GRUB 2.
        Grub2 = "grub2",
        /// GRUB 2 in a Linux kernel that zipl starts (s390).
        Grub2S390xEmu = "grub2_s390x_emu",
        /// systemd-boot.
        SystemdBoot = "systemd_boot" since "7.5",
        /// None of ours: scripts of the image install it.
        Custom = "custom",
        /// zipl (s390).
        Zipl = "zipl" since "8.0",
    }
}

words! {
    /// Kind of s390 disk a boot loader is written for.
    TargetType {
        /// Fixed block architecture.
        Fba = "FBA",
        /// SCSI disk.
        Scsi = "SCSI",
        /// DASD with the compatible disk layout.
        Cdl = "CDL" since "7.3",
        /// DASD or disk with a GPT.
        Gpt = "GPT" since "8.3",
    }
}

words! {
    /// How the boot menu shows that it waits.
    TimeoutStyle {
        /// With a countdown.
        Countdown = "countdown",
        /// Not at all.
        Hidden = "hidden",
        /// With the menu.
        Menu = "menu" since "7.6",
    }
}

words! {
    /// Who makes the initrd.
    InitrdSystem {
        /// A root tree built from a boot description.
        Kiwi = "kiwi",
        /// dracut, inside the image.
        Dracut = "dracut",
        /// There is no initrd.
        None = "none" since "7.4",
    }
}

words! {
    /// What happens to the listed initrd modules and drivers.
    InitrdAction {
        /// They are left out.
        Omit = "omit",
        /// They are added.
        Add = "add",
        /// They are all there is.
        Set = "set",
        /// They say how the initrd is packaged.
        Setup = "setup" since "8.3",
    }
}

words! {
    /// Entry an installation medium starts by itself.
    InstallBoot {
        /// The installation with careful kernel options.
        FailsafeInstall = "failsafe-install",
        /// The system on the disk.
        Harddisk = "harddisk",
        /// The installation.
        Install = "install",
    }
}

words! {
    /// Initrd module that starts a live system.
    LiveFlags {
        /// Overlay file system over the read-only image.
        Overlay = "overlay",
        /// dracut's own live module.
        Dmsquash = "dmsquash",
    }
}

words! {
    /// Xen loader of a guest.
    XenLoader {
        /// Full virtualisation.
        Hvmloader = "hvmloader",
        /// Reads the guest's boot configuration from outside.
        Pygrub = "pygrub",
        /// GRUB as paravirtual kernel.
        Pvgrub = "pvgrub",
    }
}
