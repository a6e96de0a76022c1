//! Values about users, containers, virtual machines and other sections.

use super::words;

words! {
    /// What a description is for.
    DescriptionType {
        /// A boot image.
        Boot = "boot",
        /// A system.
        System = "system",
    }
}

words! {
    /// How a password is written.
    PasswordFormat {
        /// As crypt hash.
        Encrypted = "encrypted",
        /// As plain text.
        Plain = "plain",
    }
}

words! {
    /// What a `strip` section lists.
    StripType {
        /// Files to delete.
        Delete = "delete",
        /// Programs to keep.
        Tools = "tools",
        /// Libraries to keep.
        Libs = "libs",
    }
}

words! {
    /// Container runtime that loads fetched containers.
    ContainerBackend {
        /// podman.
        Podman = "podman",
        /// docker.
        Docker = "docker",
        /// container-snap.
        ContainerSnap = "container-snap" since "8.3",
    }
}

words! {
    /// Distribution family, for certificates.
    CertificateDistribution {
        /// SUSE.
        Suse = "suse",
        /// Fedora and Red Hat.
        Redhat = "redhat",
        /// Debian and Ubuntu.
        Debian = "debian",
        /// Arch.
        Archlinux = "archlinux",
    }
}

words! {
    /// SELinux policy.
    SelinuxPolicy {
        /// Confines services.
        Targeted = "targeted",
        /// Multi-level security.
        Mls = "mls",
        /// The smallest set of modules.
        Minimum = "minimum",
    }
}

words! {
    /// Virtualisation a Vagrant box is for.
    VagrantProvider {
        /// libvirt.
        Libvirt = "libvirt",
        /// VirtualBox.
        Virtualbox = "virtualbox" since "6.9",
    }
}

words! {
    /// Disk controller of a virtual machine.
    DiskController {
        /// IDE.
        Ide = "ide",
        /// BusLogic SCSI.
        Buslogic = "buslogic",
        /// LSI Logic SCSI.
        Lsilogic = "lsilogic",
        /// LSI Logic SAS.
        Lsisas1068 = "lsisas1068",
        /// SCSI of old ESX hosts.
        LegacyEsx = "legacyESX",
        /// Paravirtual SCSI.
        Pvscsi = "pvscsi",
    }
}

words! {
    /// How a VMDK file stores the disk.
    DiskMode {
        /// One growing file.
        MonolithicSparse = "monolithicSparse",
        /// One file of full size.
        MonolithicFlat = "monolithicFlat",
        /// Growing files of at most 2 GB.
        TwoGbMaxExtentSparse = "twoGbMaxExtentSparse",
        /// Files of full size, at most 2 GB each.
        TwoGbMaxExtentFlat = "twoGbMaxExtentFlat",
        /// Compressed, for transport.
        StreamOptimized = "streamOptimized",
    }
}

words! {
    /// Controller of a DVD drive.
    DvdController {
        /// IDE.
        Ide = "ide",
        /// SCSI.
        Scsi = "scsi",
    }
}
