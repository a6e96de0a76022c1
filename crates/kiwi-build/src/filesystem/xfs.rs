//! XFS: `mkfs.xfs` makes the empty file system beside the image, `kiwi_ondisk::xfs` fills it in its place.

use std::fs::File;
use std::path::Path;

use kiwi_host::{Cmd, Scratch};
use kiwi_ondisk::{sparse, xfs};
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::options::Written;
use super::{Source, Target, store};
use crate::context::BuildContext;
use crate::error::{Because, BuildError, For};

const PROGRAM: &str = "mkfs.xfs";
/// Options that hold settings of their own, separated by commas.
const GROUPED: [&str; 3] = ["-m", "-i", "-n"];
/// Features that are left out unless the description wants them: files cannot be added to the first three, and the boot
/// loaders of many distributions cannot read the last two, which a new system has no use for.
const LEFT_OUT: [(&str, &str); 5] = [
    ("-m", "rmapbt"),
    ("-m", "metadir"),
    ("-n", "parent"),
    ("-i", "nrext64"),
    ("-i", "exchange"),
];

/// Makes a file system from a directory.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    make_empty(context, plan, target)?;
    let filled = store::store(context, source, plan, |tree| {
        xfs::fill(tree, target.file, target.offset)
    })?;
    tracing::debug!(
        "{} inodes, {} bytes of files, {} bytes are left",
        filled.inodes,
        filled.data_bytes,
        filled.free_bytes
    );
    Ok(())
}

/// Makes the empty file system in a file of its own, because the program knows no offset, and moves it into its place.
fn make_empty(
    context: &BuildContext<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let usage = Cmd::new(PROGRAM).success_codes([0, 1, 2]);
    let usage = context
        .runner
        .run(&usage)
        .purpose("asking mkfs.xfs for its options")?;
    let scratch = Scratch::create(&context.places.scratch, "filesystem")
        .at("write in", &context.places.scratch)?;
    let path = scratch.path().join(plan.kind.fstab_name());
    File::create(&path)
        .and_then(|file| file.set_len(target.bytes))
        .at("write", &path)?;
    let known = [usage.stdout_text(), usage.stderr_text()].concat();
    context
        .runner
        .run(&mkfs(plan, target, &known, &path))
        .purpose("making the file system")?;
    let made = File::open(&path).at("read", &path)?;
    sparse::copy_range(&made, 0, target.file, target.offset, target.bytes)?;
    scratch.close().at("remove", &path)
}

/// The command that makes the empty file system.
///
/// The sector size is that of the disk, whatever the build host has. Nothing is discarded: the file is new.
fn mkfs(plan: &FileSystemPlan, target: &Target<'_>, usage: &str, path: &Path) -> Cmd {
    let mut others = plan.create_options.clone();
    let mut command = Cmd::new(PROGRAM).args(["-q", "-f", "-K"]);
    let mut grouped = Vec::new();
    for option in GROUPED {
        let (rest, values) = Written(&others).without(option);
        others = rest;
        let mut settings: Vec<String> = values
            .iter()
            .flat_map(|value| value.split(','))
            .map(str::to_owned)
            .collect();
        let has = |settings: &[String], name: &str| {
            settings
                .iter()
                .any(|setting| setting.split('=').next() == Some(name))
        };
        for (_, name) in LEFT_OUT.iter().filter(|(group, _)| *group == option) {
            if usage.contains(&format!("{name}=")) && !has(&settings, name) {
                settings.push(format!("{name}=0"));
            }
        }
        let uuid = plan.uuid.as_ref().filter(|_| option == "-m");
        if let Some(uuid) = uuid.filter(|_| !has(&settings, "uuid")) {
            settings.push(format!("uuid={uuid}"));
        }
        if !settings.is_empty() {
            grouped.extend([option.to_owned(), settings.join(",")]);
        }
    }
    let has = |options: &[&str]| Written(&others).has(options);
    let (label, sectors) = (!has(&["-L"]), !has(&["-s"]));
    command = command.args(&others).args(grouped);
    if let Some(label) = plan.label.as_ref().filter(|_| label) {
        command = command.args(["-L", label]);
    }
    if sectors {
        let size = format!("size={}", target.sector_size.bytes());
        command = command.args(["-s", &size]);
    }
    command.arg(path)
}

#[cfg(test)]
mod tests {
    use kiwi_ondisk::SectorSize;
    use kiwi_plan::plan::filesystem::FileSystem;

    use super::*;

    const USAGE: &str = "/* metadata */ [-m crc=0|1,finobt=0|1,uuid=xxx,rmapbt=0|1,reflink=0|1]";
    const NEW_USAGE: &str = "[-m uuid=xxx,rmapbt=0|1,metadir=0|1] [-i nrext64=0|1,exchange=0|1] [-n ftype=0|1,parent=0|1]";

    #[test]
    fn options_of_the_description_win() {
        let file = tempfile::tempfile().unwrap();
        let target = Target {
            path: Path::new("/i"),
            file: &file,
            offset: 1 << 20,
            bytes: 300 << 20,
            sector_size: SectorSize::Bytes4096,
            ext: None,
        };
        let line = |usage: &str, options: &str| {
            let plan = FileSystemPlan {
                kind: FileSystem::Xfs,
                label: Some("ROOT".into()),
                uuid: Some("u".into()),
                create_options: options.split_whitespace().map(str::to_owned).collect(),
                mount_options: None,
                compression: None,
                btrfs: None,
            };
            mkfs(&plan, &target, usage, Path::new("/xfs")).to_string()
        };
        for (usage, options, expected) in [
            ("", "", "-m uuid=u -L ROOT -s size=4096"),
            (USAGE, "", "-m rmapbt=0,uuid=u -L ROOT -s size=4096"),
            (
                NEW_USAGE,
                "",
                "-m rmapbt=0,metadir=0,uuid=u -i nrext64=0,exchange=0 -n parent=0 -L ROOT -s size=4096",
            ),
            (
                NEW_USAGE,
                "-m reflink=0,rmapbt=1 -b size=1024 -muuid=mine -i nrext64=1 -L other -s size=512",
                "-b size=1024 -L other -s size=512 -m reflink=0,rmapbt=1,uuid=mine,metadir=0 -i nrext64=1,exchange=0 -n parent=0",
            ),
        ] {
            assert_eq!(
                line(usage, options),
                format!("mkfs.xfs -q -f -K {expected} /xfs"),
                "{options}"
            );
        }
    }
}
