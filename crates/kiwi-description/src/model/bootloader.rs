//! Boot loader and its settings.

use super::Spanned;
use super::reader::{FromNode, Reader};
use super::values::{BlankList, BootloaderName, TargetType, TimeoutStyle};
use crate::span::Span;

/// Boot loader and its settings.
#[derive(Clone, Debug)]
pub struct Bootloader {
    /// Place of the element.
    pub span: Span,
    /// Boot loader to install; default `grub2` without this element.
    pub name: Spanned<BootloaderName>,
    /// Uses boot loader specification entries when the image's GRUB can; default true.
    pub bls: Option<Spanned<bool>>,
    /// File in the description directory used as template of the GRUB configuration.
    pub grub_template: Option<Spanned<String>>,
    /// Where GRUB reads input, separated by blanks; same as output when absent.
    pub input_console: Option<Spanned<BlankList>>,
    /// Where GRUB shows its menu, separated by blanks.
    pub output_console: Option<Spanned<BlankList>>,
    /// GRUB `serial` command for serial consoles.
    pub serial_line: Option<Spanned<String>>,
    /// Kind of s390 disk the loader is written for.
    pub targettype: Option<Spanned<TargetType>>,
    /// Seconds the boot menu waits; default 10.
    pub timeout: Option<Spanned<u64>>,
    /// How the waiting is shown.
    pub timeout_style: Option<Spanned<TimeoutStyle>>,
    /// Stores the LUKS passphrase in the boot loader configuration.
    pub use_disk_password: Option<Spanned<bool>>,
    /// Graphics mode of GRUB; default `auto`.
    pub video_mode: Option<Spanned<String>>,
    /// Extra options for the programs that install and configure the boot loader.
    pub bootloadersettings: Option<BootloaderSettings>,
    /// Encrypts the boot data for IBM Secure Execution.
    pub securelinux: Vec<SecureLinux>,
}

impl FromNode for Bootloader {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Bootloader {
            span: reader.place(),
            name: reader.required("name")?,
            bls: reader.attribute("bls"),
            grub_template: reader.attribute("grub_template"),
            input_console: reader.attribute("input_console"),
            output_console: reader.attribute("output_console"),
            serial_line: reader.attribute("serial_line"),
            targettype: reader.attribute("targettype"),
            timeout: reader.attribute("timeout"),
            timeout_style: reader.attribute("timeout_style"),
            use_disk_password: reader.attribute("use_disk_password"),
            video_mode: reader.attribute("video_mode"),
            bootloadersettings: reader.child("bootloadersettings"),
            securelinux: reader.children("securelinux"),
        })
    }
}

/// Extra options for the programs that install and configure the boot loader.
#[derive(Clone, Debug)]
pub struct BootloaderSettings {
    /// Place of the element.
    pub span: Span,
    /// Option for the program that installs shim.
    pub shimoptions: Vec<NamedOption>,
    /// Option for the program that installs the boot loader.
    pub installoptions: Vec<NamedOption>,
    /// Variables of the boot loader or of a container.
    pub environment: Option<Environment>,
    /// Option for the program that writes the boot loader configuration.
    pub configoptions: Vec<NamedOption>,
}

impl FromNode for BootloaderSettings {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(BootloaderSettings {
            span: reader.place(),
            shimoptions: reader.children("shimoption"),
            installoptions: reader.children("installoption"),
            environment: reader.child("environment"),
            configoptions: reader.children("configoption"),
        })
    }
}

/// An option with an optional value.
#[derive(Clone, Debug)]
pub struct NamedOption {
    /// Place of the element.
    pub span: Span,
    /// Name of the option.
    pub name: Spanned<String>,
    /// Value of the option.
    pub value: Option<Spanned<String>>,
}

impl FromNode for NamedOption {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(NamedOption {
            span: reader.place(),
            name: reader.required("name")?,
            value: reader.attribute("value"),
        })
    }
}

/// Variables of the boot loader or of a container.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Place of the element.
    pub span: Span,
    /// One variable.
    pub envs: Vec<Variable>,
}

impl FromNode for Environment {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Environment {
            span: reader.place(),
            envs: reader.children("env"),
        })
    }
}

/// A name with a value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Place of the element.
    pub span: Span,
    /// Name of the variable.
    pub name: Spanned<String>,
    /// Value of the variable.
    pub value: Spanned<String>,
}

impl FromNode for Variable {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Variable {
            span: reader.place(),
            name: reader.required("name")?,
            value: reader.required("value")?,
        })
    }
}

/// Encrypts the boot data for IBM Secure Execution.
#[derive(Clone, Debug)]
pub struct SecureLinux {
    /// Place of the element.
    pub span: Span,
    /// Certificate of the authority.
    pub hkd_ca_cert: Spanned<String>,
    /// Certificate that signs the host key documents.
    pub hkd_sign_cert: Spanned<String>,
    /// One host key document.
    pub hkd_certs: Vec<HostKeyFile>,
    /// One list of revoked host keys.
    pub hkd_revocation_lists: Vec<HostKeyFile>,
}

impl FromNode for SecureLinux {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(SecureLinux {
            span: reader.place(),
            hkd_ca_cert: reader.required("hkd_ca_cert")?,
            hkd_sign_cert: reader.required("hkd_sign_cert")?,
            hkd_certs: reader.children("hkd_cert"),
            hkd_revocation_lists: reader.children("hkd_revocation_list"),
        })
    }
}

/// A file about host keys.
#[derive(Clone, Debug)]
pub struct HostKeyFile {
    /// Place of the element.
    pub span: Span,
    /// File of the host key document.
    pub name: Spanned<String>,
}

impl FromNode for HostKeyFile {
    fn from_node(reader: &mut Reader<'_>) -> Option<Self> {
        Some(HostKeyFile {
            span: reader.place(),
            name: reader.required("name")?,
        })
    }
}
