//! Boot loader and its settings.

use super::PARENT_IMAGE;
use crate::model::values::{BootloaderName, TargetType, TimeoutStyle};
use crate::schema::define::Control::{Own, Parent};
use crate::schema::define::Kind::{Boolean, Form, Number, Text, Words};
use crate::schema::define::{Element, any, element, many, maybe, optional, required};
use crate::schema::patterns::{GRUB_INPUT, GRUB_OUTPUT};

/// Boot loader and its settings.
#[rustfmt::skip] // one line per attribute
pub(super) const ELEMENTS: &[Element] = &[
    element("bootloader", "Boot loader and its settings.").since("7.2")
        .attributes(&[
            required("name", Words(BootloaderName::WORDS), "Boot loader to install; default `grub2` without this element."),
            optional("bls", Boolean, "Uses boot loader specification entries when the image's GRUB can; default true.").since("8.1")
                .only_for(Own("name"), &["grub2"]),
            optional("grub_template", Text, "File in the description directory used as template of the GRUB configuration.").since("7.4"),
            optional("input_console", Form(&GRUB_INPUT), "Where GRUB reads input, separated by blanks; same as output when absent.").since("8.4")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu"]),
            optional("output_console", Form(&GRUB_OUTPUT), "Where GRUB shows its menu, separated by blanks.").since("8.4")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu"]),
            optional("serial_line", Text, "GRUB `serial` command for serial consoles.")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu"]),
            optional("targettype", Words(TargetType::WORDS), "Kind of s390 disk the loader is written for.")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu", "zipl"]),
            optional("timeout", Number, "Seconds the boot menu waits; default 10.")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu", "systemd_boot", "zipl"]),
            optional("timeout_style", Words(TimeoutStyle::WORDS), "How the waiting is shown.")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu"]),
            optional("use_disk_password", Boolean, "Stores the LUKS passphrase in the boot loader configuration.").since("7.6"),
            optional("video_mode", Text, "Graphics mode of GRUB; default `auto`.").since("8.5")
                .only_for(Own("name"), &["grub2", "grub2_s390x_emu"]),
        ])
        .children(&[maybe("bootloadersettings"), any("securelinux")])
        .only_for(PARENT_IMAGE, &["oem", "iso"]),
    element("bootloadersettings", "Extra options for the programs that install and configure the boot loader.").since("7.5")
        .children(&[any("shimoption"), any("installoption"), maybe("environment").since("8.4"), any("configoption")]),
    element("shimoption", "Option for the program that installs shim.").since("7.5")
        .attributes(&[
            required("name", Text, "Name of the option."),
            optional("value", Text, "Value of the option."),
        ]),
    element("installoption", "Option for the program that installs the boot loader.").since("7.5")
        .attributes(&[
            required("name", Text, "Name of the option."),
            optional("value", Text, "Value of the option."),
        ]),
    element("configoption", "Option for the program that writes the boot loader configuration.").since("7.5")
        .attributes(&[
            required("name", Text, "Name of the option."),
            optional("value", Text, "Value of the option."),
        ]),
    element("environment", "Variables of the boot loader or of a container.").children(&[many("env")]),
    element("env", "One variable.")
        .attributes(&[
            required("name", Text, "Name of the variable."),
            required("value", Text, "Value of the variable."),
        ]),
    element("securelinux", "Encrypts the boot data for IBM Secure Execution.").since("8.2")
        .attributes(&[
            required("hkd_ca_cert", Text, "Certificate of the authority."),
            required("hkd_sign_cert", Text, "Certificate that signs the host key documents."),
        ])
        .children(&[many("hkd_cert"), any("hkd_revocation_list")])
        .only_for(Parent("name"), &["zipl", "grub2_s390x_emu"]),
    element("hkd_cert", "One host key document.").since("8.2")
        .attributes(&[
            required("name", Text, "File of the host key document."),
        ]),
    element("hkd_revocation_list", "One list of revoked host keys.").since("8.2")
        .attributes(&[
            required("name", Text, "File of the revocation list."),
        ]),
];
