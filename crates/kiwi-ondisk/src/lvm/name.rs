//! Which names and tags LVM takes (`lvm`(8), "VALID NAMES", and what `lvcreate`(8) says about `--addtag`).

use crate::{Error, Result};

/// Bytes of the longest name that the kernel's device mapper takes (`DM_NAME_LEN` without its closing zero).
const LONGEST_DEVICE_NAME: usize = 127;
/// Bytes of the longest tag.
const LONGEST_TAG: usize = 1024;
/// Names of volumes that LVM itself uses.
const RESERVED: [&str; 2] = ["snapshot", "pvmove"];
/// Parts of names that LVM gives to the hidden volumes below its RAID sets, pools and caches.
const RESERVED_PARTS: [&str; 16] = [
    "_cdata", "_cmeta", "_corig", "_cpool", "_cvol", "_iorig", "_mimage", "_mlog", "_pmspare",
    "_rimage", "_rmeta", "_tdata", "_tmeta", "_vdata", "_vorigin", "_wcorig",
];

/// Checks the name of a volume group.
pub(super) fn check_group(name: &str) -> Result<()> {
    check_name("volume group", name)
}

/// Checks the name of a logical volume in the volume group `group`.
pub(super) fn check_volume(group: &str, name: &str) -> Result<()> {
    const WHAT: &str = "logical volume";
    check_name(WHAT, name)?;
    // LVM goes by how the name begins.
    if RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
        let reason = "names that begin with `snapshot` or `pvmove` are reserved by LVM";
        return Err(Error::value(WHAT, name, reason));
    }
    if let Some(part) = RESERVED_PARTS.iter().find(|part| name.contains(**part)) {
        let reason = format!("names with `{part}` in them are reserved by LVM");
        return Err(Error::value(WHAT, name, reason));
    }
    let length = device_name(group, name).len();
    if length > LONGEST_DEVICE_NAME {
        let reason = format!(
            "with the name of its group it makes a device name of {length} bytes, and {LONGEST_DEVICE_NAME} are the most"
        );
        return Err(Error::value(WHAT, name, reason));
    }
    Ok(())
}

/// Checks a tag.
pub(super) fn check_tag(tag: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+.-/=!:#&".contains(&byte);
    let reason = if tag.is_empty() {
        "is empty"
    } else if tag.len() > LONGEST_TAG {
        "is longer than 1024 bytes"
    } else if !tag.bytes().all(allowed) {
        "has a character that is not of `a-z A-Z 0-9 _ + . - / = ! : # &`"
    } else {
        return Ok(());
    };
    Err(Error::value("tag", tag, reason))
}

/// Checks the name of the host that a group is made on.
pub(super) fn check_host(name: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    if name.bytes().all(allowed) {
        return Ok(());
    }
    let reason = "host names have no spaces, quotes or backslashes";
    Err(Error::value("creation host", name, reason))
}

fn check_name(what: &'static str, name: &str) -> Result<()> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+_.-".contains(&byte);
    let reason = if name.is_empty() {
        "the name is empty"
    } else if name.len() > LONGEST_DEVICE_NAME {
        "the name is longer than 127 bytes"
    } else if name.starts_with('-') {
        "the name begins with a hyphen"
    } else if [".", ".."].contains(&name) {
        "the name is that of a directory"
    } else if !name.bytes().all(allowed) {
        "the name has a character that is not of `a-z A-Z 0-9 + _ . -`"
    } else {
        return Ok(());
    };
    Err(Error::value(what, name, reason))
}

/// Gives the name of a volume below `/dev/mapper`: hyphens within names are doubled, a single one separates group and volume.
fn device_name(group: &str, volume: &str) -> String {
    let doubled = |name: &str| name.replace('-', "--");
    format!("{}-{}", doubled(group), doubled(volume))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lvm_refuses_are_refused() {
        let cases = [
            (String::new(), "the name is empty"),
            ("-a".into(), "begins with a hyphen"),
            (".".into(), "directory"),
            ("..".into(), "directory"),
            ("usr/local".into(), "not of `a-z"),
            ("größe".into(), "not of `a-z"),
            ("a b".into(), "not of `a-z"),
            ("snapshot1".into(), "reserved"),
            ("pvmove0".into(), "reserved"),
            ("root_rmeta_0".into(), "names with `_rmeta` in them"),
            ("n".repeat(128), "longer than 127"),
            ("n".repeat(125), "device name of 128 bytes"),
        ];
        for (name, expected) in &cases {
            let error = check_volume("vg", name).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        for name in ["LVRoot", "a-b", "usr_local", ".x", "+", "snap", "0"] {
            check_volume("systemVG", name).unwrap();
        }
        check_volume("vg", &"n".repeat(124)).unwrap();
        // Each hyphen counts twice.
        check_volume("vg", &format!("n{}", "-".repeat(61))).unwrap();
        check_volume("vg", &format!("n{}", "-".repeat(62))).unwrap_err();
        check_group("-").unwrap_err();
        check_group("systemVG").unwrap();
    }

    #[test]
    fn tags_have_an_alphabet_of_their_own() {
        for tag in ["a", "@a", "a b", "", "\"", "ä"] {
            let allowed = tag == "a";
            assert_eq!(check_tag(tag).is_ok(), allowed, "{tag}");
        }
        check_tag("key=value/1!:#&+.-_").unwrap();
        check_tag(&"t".repeat(1024)).unwrap();
        check_tag(&"t".repeat(1025)).unwrap_err();
        check_host("builder.example.org").unwrap();
        check_host("(none)").unwrap();
        check_host("").unwrap();
        check_host("a\"b").unwrap_err();
        check_host("a\nb").unwrap_err();
    }
}
