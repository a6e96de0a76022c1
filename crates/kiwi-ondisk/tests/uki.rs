//! binutils, pefile and sbsign read our unified kernel images.
#![allow(clippy::unwrap_used)]

mod judge;

use judge::{judge, skipped, verdict};
use kiwi_ondisk::uki::{UnifiedKernelImage, section};
use proptest::prelude::*;

/// Directory of systemd's EFI programs (package systemd-boot-efi).
const PROGRAMS: &str = "/usr/lib/systemd/boot/efi";
/// Kind of processor of the programs below: x86-64.
const MACHINE: u16 = 0x8664;

/// A PE image with one section, as small as the format allows; a debug directory names data in that section.
fn program(machine: u16, headers: u32, size_of_image: u32) -> Vec<u8> {
    let mut bytes = vec![0; headers as usize];
    let mut put = |place: usize, value: &[u8]| {
        bytes[place..place + value.len()].copy_from_slice(value);
    };
    put(0, b"MZ");
    put(0x3c, &64_u32.to_le_bytes());
    put(64, b"PE\0\0");
    put(68, &machine.to_le_bytes());
    put(70, &1_u16.to_le_bytes());
    put(84, &240_u16.to_le_bytes());
    let optional = 88;
    put(optional, &0x20b_u16.to_le_bytes());
    put(optional + 32, &512_u32.to_le_bytes());
    put(optional + 36, &512_u32.to_le_bytes());
    put(optional + 56, &size_of_image.to_le_bytes());
    put(optional + 60, &headers.to_le_bytes());
    put(optional + 68, &10_u16.to_le_bytes());
    put(optional + 108, &16_u32.to_le_bytes());
    let directories = optional + 112;
    put(directories + 6 * 8, &4096_u32.to_le_bytes());
    put(directories + 6 * 8 + 4, &28_u32.to_le_bytes());
    let row = optional + 240;
    put(row, b".text");
    put(row + 8, &512_u32.to_le_bytes());
    put(row + 12, &4096_u32.to_le_bytes());
    put(row + 16, &512_u32.to_le_bytes());
    put(row + 20, &headers.to_le_bytes());
    put(row + 36, &0x6000_0020_u32.to_le_bytes());
    let mut data = vec![0xcc; 512];
    data[24..28].copy_from_slice(&(headers + 100).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn image<'a>(stub: &'a [u8], kernel: &'a [u8]) -> UnifiedKernelImage<'a> {
    UnifiedKernelImage {
        stub,
        kernel,
        kernel_version: "6.1.0-test",
        initrd: Some(b"an initrd"),
        command_line: "root=UUID=1 quiet",
        os_release: b"ID=test\n",
        splash: None,
    }
}

/// The real stub, and a real EFI program in the place of the kernel.
fn real() -> Option<(Vec<u8>, Vec<u8>)> {
    let read = |name: &str| std::fs::read(format!("{PROGRAMS}/{name}")).ok();
    let found = read("linuxx64.efi.stub").zip(read("systemd-bootx64.efi"));
    if found.is_none() {
        skipped("systemd's EFI programs (package systemd-boot-efi) are not installed");
        assert!(!judge::required(), "package systemd-boot-efi is required");
    }
    found
}

#[test]
fn sections_come_back() {
    for headers in [512, 1024, 4096] {
        let stub = program(MACHINE, headers, 8192);
        let kernel = program(MACHINE, 512, 1 << 20);
        let content = image(&stub, &kernel);
        let bytes = content.to_bytes().unwrap();
        assert_eq!(bytes, content.to_bytes().unwrap());
        for (name, expected) in [
            (".osrel", &b"ID=test\n"[..]),
            (".cmdline", b"root=UUID=1 quiet"),
            (".uname", b"6.1.0-test"),
            (".initrd", b"an initrd"),
        ] {
            assert_eq!(section(&bytes, name).unwrap().unwrap(), expected, "{name}");
        }
        let linux = section(&bytes, ".linux").unwrap().unwrap();
        assert_eq!(linux[..kernel.len()], kernel);
        assert_eq!(section(&bytes, ".splash").unwrap(), None);
        let text = section(&bytes, ".text").unwrap().unwrap();
        let named = u32::from_le_bytes(text[24..28].try_into().unwrap());
        let moved_to = bytes
            .windows(512)
            .position(|window| window == text)
            .unwrap();
        assert_eq!(named as usize, moved_to + 100, "headers of {headers} bytes");
    }
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let stub = program(MACHINE, 512, 8192);
    let kernel = program(MACHINE, 512, 8192);
    let arm = program(0xaa64, 512, 8192);
    let twice = image(&stub, &kernel).to_bytes().unwrap();
    for (stub, kernel, expected) in [
        (&stub, &arm, "for machine 0xaa64"),
        (&twice, &kernel, "has a section `.osrel` already"),
        (
            &stub,
            &b"\x1f\x8b".to_vec(),
            "the kernel is not usable: it is no PE image",
        ),
        (
            &b"MZ".to_vec(),
            &kernel,
            "the EFI stub is not usable: it ends within its headers",
        ),
    ] {
        let error = image(stub, kernel).to_bytes().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn binutils_lists_the_sections() {
    let (Some(mut objdump), Some((stub, kernel))) = (judge("objdump", "binutils"), real()) else {
        return;
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image(&stub, &kernel).to_bytes().unwrap()).unwrap();
    let said = verdict(objdump.arg("-h").arg(file.path()));
    let names: Vec<_> = said
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            words.next()?.parse::<u32>().ok()?;
            words.next()
        })
        .collect();
    let ours = [".osrel", ".cmdline", ".uname", ".initrd", ".linux"];
    assert_eq!(names[names.len() - 5..], ours, "{said}");
    assert!(names.contains(&".text"), "{said}");
    let code = said
        .lines()
        .skip_while(|line| !line.contains(".linux"))
        .nth(1);
    assert!(code.unwrap().contains("CODE"), "{said}");
}

// pefile belongs to the distribution's Python, which need not be the first in the search path.
#[allow(clippy::disallowed_types)]
#[test]
fn pefile_finds_nothing_odd() {
    let Some((stub, kernel)) = real() else {
        return;
    };
    let module = std::path::Path::new("/usr/lib/python3/dist-packages/pefile.py");
    if !module.exists() {
        skipped("pefile (package python3-pefile) is not installed and could not judge");
        assert!(!judge::required(), "package python3-pefile is required");
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image(&stub, &kernel).to_bytes().unwrap()).unwrap();
    let program = "import pefile, sys\n\
                   image = pefile.PE(sys.argv[1])\n\
                   assert image.verify_checksum(), 'checksum'\n\
                   own = pefile.PE(sys.argv[2]).get_warnings()\n\
                   assert image.get_warnings() == own, image.get_warnings()\n\
                   end = 0\n\
                   for section in image.sections:\n\
                   \x20   assert section.VirtualAddress >= end, section.Name\n\
                   \x20   end = section.VirtualAddress + section.Misc_VirtualSize\n\
                   assert image.OPTIONAL_HEADER.SizeOfImage >= end\n\
                   print(image.sections[-1].Name, image.sections[-1].VirtualAddress % 4096)\n";
    let mut python = std::process::Command::new("/usr/bin/python3");
    let stub = format!("{PROGRAMS}/linuxx64.efi.stub");
    let said = verdict(python.args(["-c", program]).arg(file.path()).arg(stub));
    assert_eq!(said.trim(), "b'.linux\\x00\\x00' 0");
}

#[test]
fn signing_programs_accept_it() {
    let (Some(mut openssl), Some(mut sbsign), Some(mut sbverify), Some((stub, kernel))) = (
        judge("openssl", "openssl"),
        judge("sbsign", "sbsigntool"),
        judge("sbverify", "sbsigntool"),
        real(),
    ) else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    verdict(
        openssl
            .args([
                "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test",
            ])
            .args(["-days", "2"])
            .arg("-keyout")
            .arg(path("key"))
            .arg("-out")
            .arg(path("certificate")),
    );
    std::fs::write(path("image.efi"), image(&stub, &kernel).to_bytes().unwrap()).unwrap();
    verdict(
        sbsign
            .arg("--key")
            .arg(path("key"))
            .arg("--cert")
            .arg(path("certificate"))
            .arg("--output")
            .arg(path("signed.efi"))
            .arg(path("image.efi")),
    );
    verdict(
        sbverify
            .arg("--cert")
            .arg(path("certificate"))
            .arg(path("signed.efi")),
    );
}

proptest! {
    #[test]
    fn content_of_any_length_comes_back(
        line in "[ -~]{0,600}", initrd in prop::collection::vec(any::<u8>(), 0..5000), headers in 1_u32..9,
    ) {
        let stub = program(MACHINE, headers * 512, 8192);
        let kernel = program(MACHINE, 512, 8192);
        let content = UnifiedKernelImage {
            command_line: &line,
            initrd: Some(&initrd),
            ..image(&stub, &kernel)
        };
        let bytes = content.to_bytes();
        if headers * 512 > 4096 {
            return Ok(());
        }
        let bytes = bytes.unwrap();
        prop_assert_eq!(section(&bytes, ".cmdline").unwrap().unwrap(), line.as_bytes());
        prop_assert_eq!(section(&bytes, ".initrd").unwrap().unwrap(), &initrd[..]);
    }

    #[test]
    fn damaged_stubs_do_no_harm(changes in prop::collection::vec((0_usize..1024, any::<u8>()), 1..20), cut in 0_usize..1024) {
        let mut stub = program(MACHINE, 512, 8192);
        for (place, value) in changes {
            stub[place] = value;
        }
        stub.truncate(1024 - cut / 8);
        let kernel = program(MACHINE, 512, 8192);
        let _ = image(&stub, &kernel).to_bytes();
        let _ = section(&stub, ".text");
    }
}
