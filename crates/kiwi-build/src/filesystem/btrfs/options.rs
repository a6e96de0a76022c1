//! Options of `mkfs.btrfs` in `fscreateoptions`, as our writer understands them.

use kiwi_ondisk::btrfs::{Checksum, Options, Profile};

use crate::context::BuildContext;
use crate::error::BuildError;

/// Bytes of a sector; what all machines can mount.
const SECTOR: u64 = 4096;

/// Takes over the options of the description; gives the size in bytes when one is written.
///
/// # Errors
/// An option that is unknown, or asks for what is not made.
pub(super) fn apply(
    options: &mut Options,
    context: &BuildContext<'_>,
    written: &[String],
) -> Result<Option<u64>, BuildError> {
    parse(options, written).map_err(|what| BuildError::Host {
        what,
        mend: format!(
            "remove it from `fscreateoptions` of the build type `{}`",
            context.plan.identity.build_type
        ),
    })
}

fn parse(options: &mut Options, written: &[String]) -> Result<Option<u64>, String> {
    let mut bytes = None;
    let mut words = written.iter();
    while let Some(word) = words.next() {
        let (name, attached) = split(word);
        let mut value = || {
            attached
                .map(str::to_owned)
                .or_else(|| words.next().cloned())
                .ok_or_else(|| format!("`{name}` of btrfs has no value"))
        };
        match name {
            "-f" | "--force" | "-K" | "--nodiscard" | "-q" | "--quiet" | "-v" | "--verbose" => {}
            "-L" | "--label" => options.label = value()?,
            "-U" | "--uuid" => {
                let text = value()?;
                options.uuid = crate::partitioner::uuid(&text)
                    .map_err(|_| format!("`{text}` is no uuid for btrfs"))?;
            }
            "-n" | "--nodesize" | "-l" | "--leafsize" => {
                let text = value()?;
                options.node_size = size(&text)?
                    .try_into()
                    .map_err(|_| format!("the node size `{text}` of btrfs is too large"))?;
            }
            "-s" | "--sectorsize" => {
                let text = value()?;
                if size(&text)? != SECTOR {
                    return Err(format!(
                        "btrfs is made with sectors of 4096 bytes, not `{text}`"
                    ));
                }
            }
            "-b" | "--byte-count" => bytes = Some(size(&value()?)?),
            "-m" | "--metadata" => options.metadata = profile(name, &value()?)?,
            "-d" | "--data" => options.data = profile(name, &value()?)?,
            "--csum" | "--checksum" => {
                let text = value()?;
                options.checksum = Checksum::from_name(&text)
                    .ok_or_else(|| format!("btrfs has no checksum `{text}`"))?;
            }
            "-O" | "--features" | "-R" | "--runtime-features" => {
                for feature in value()?.split(',').filter(|it| !it.is_empty()) {
                    set_feature(options, feature)?;
                }
            }
            "-M" | "--mixed" => {
                return Err(
                    "btrfs with data and metadata in the same chunks (`--mixed`) is not made"
                        .into(),
                );
            }
            _ => return Err(format!("the option `{word}` for btrfs is not known")),
        }
    }
    Ok(bytes)
}

/// Splits `-n16k` and `--nodesize=16k`.
fn split(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
    }
    match word.char_indices().nth(2) {
        Some((at, _)) if word.starts_with('-') => (&word[..at], Some(&word[at..])),
        _ => (word, None),
    }
}

/// A number with the suffixes that the program knows.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size for btrfs");
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor: u64 = match &lower[digits.len()..] {
        "" | "b" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).ok_or_else(wrong)
}

fn profile(option: &str, text: &str) -> Result<Profile, String> {
    match text.to_ascii_lowercase().as_str() {
        "single" => Ok(Profile::Single),
        "dup" => Ok(Profile::Duplicate),
        _ => Err(format!(
            "`{option} {text}` of btrfs is not made: one device has `single` or `dup`"
        )),
    }
}

fn set_feature(options: &mut Options, feature: &str) -> Result<(), String> {
    let (name, on) = match feature.strip_prefix('^') {
        Some(name) => (name, false),
        None => (feature, true),
    };
    match (name, on) {
        ("extref", _) => options.extended_references = on,
        ("no-holes", _) => options.no_holes = on,
        ("free-space-tree", _) => options.free_space_tree = on,
        ("quota", _) => options.quota = on,
        ("skinny-metadata", true)
        | (
            "block-group-tree" | "raid-stripe-tree" | "squota" | "mixed-bg" | "raid56" | "raid1c34"
            | "zoned",
            false,
        ) => {}
        _ => return Err(format!("the feature `{feature}` of btrfs is not made")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(Options, Option<u64>), String> {
        let mut options = Options::new(uuid(), "ROOT");
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let bytes = parse(&mut options, &words)?;
        Ok((options, bytes))
    }

    fn uuid() -> uuid::Uuid {
        crate::partitioner::uuid("6b1ffe25-3a4b-4a8f-8d2d-3f4a9f1b2c3d").unwrap()
    }

    #[test]
    fn options_of_descriptions() {
        let (options, bytes) = parsed(
            "-f -K -n32k -s 4k -m single --data=dup --csum xxhash -O ^no-holes,quota -R ^free-space-tree -L X -b 1g",
        )
        .unwrap();
        let mut expected = Options::new(uuid(), "X");
        expected.node_size = 32768;
        expected.metadata = Profile::Single;
        expected.data = Profile::Duplicate;
        expected.checksum = Checksum::XxHash;
        expected.no_holes = false;
        expected.quota = true;
        expected.free_space_tree = false;
        assert_eq!((options, bytes), (expected, Some(1 << 30)));
    }

    #[test]
    fn what_is_not_made_is_named() {
        for (text, message) in [
            ("--mixed", "(`--mixed`)"),
            ("-M", "(`--mixed`)"),
            ("-m raid1", "`-m raid1`"),
            ("-s 16k", "not `16k`"),
            ("-O zoned", "`zoned`"),
            ("-O ^skinny-metadata", "`^skinny-metadata`"),
            ("--csum md5", "`md5`"),
            ("-n", "`-n` of btrfs has no value"),
            ("-n 16q", "`16q` is no size"),
            ("--rootdir x", "`--rootdir`"),
            ("/dev/sda", "`/dev/sda`"),
        ] {
            let error = parsed(text).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
