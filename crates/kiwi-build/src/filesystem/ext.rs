//! ext2, ext3 and ext4: `mke2fs` makes the empty file system in its place, `kiwi_ondisk::ext` fills it.

use std::ffi::OsString;

use kiwi_host::Cmd;
use kiwi_ondisk::ext;
use kiwi_plan::plan::filesystem::FileSystemPlan;

use super::options::Written;
use super::{Source, Target, store};
use crate::context::BuildContext;
use crate::error::{BuildError, For};

/// Makes a file system from a directory.
pub(super) fn make(
    context: &BuildContext<'_>,
    source: Source<'_>,
    plan: &FileSystemPlan,
    target: &Target<'_>,
) -> Result<(), BuildError> {
    let command = mke2fs(context, plan, target);
    context
        .runner
        .run(&command)
        .purpose("making the file system")?;
    let filled = store::store(context, source, plan, |tree| {
        ext::fill(tree, target.file, target.offset)
    })?;
    tracing::debug!(
        "{} inodes, {} bytes of files, {} bytes are left",
        filled.inodes,
        filled.data_bytes,
        filled.free_bytes
    );
    Ok(())
}

/// The command that makes the empty file system.
///
/// Everything in it that could be random or the time of day is given. Inode tables are complete, so that the booted system
/// has nothing to finish; the journal is zeros, which a new file is anyway. Nothing is discarded: the file is new, and there may
/// be other file systems in it.
fn mke2fs(context: &BuildContext<'_>, plan: &FileSystemPlan, target: &Target<'_>) -> Cmd {
    let (written, extended) = Written(&plan.create_options).without("-E");
    let timestamp = context.plan.reproducibility.timestamp.to_string();
    let mut own = format!(
        "offset={},nodiscard,lazy_itable_init=0,lazy_journal_init=1",
        target.offset
    );
    if let Some(uuid) = &plan.uuid {
        own.push_str(",hash_seed=");
        own.push_str(uuid);
    }
    let extended: Vec<String> = [own].into_iter().chain(extended).collect();
    let has = |options: &[&str]| Written(&written).has(options);
    // Older programs know the first, newer ones also the second.
    let mut command = Cmd::new("mke2fs")
        .env("E2FSPROGS_FAKE_TIME", &timestamp)
        .env("SOURCE_DATE_EPOCH", &timestamp)
        .args(["-q", "-F", "-t", plan.kind.fstab_name()])
        .args(&written)
        .args(["-E", &extended.join(",")]);
    if let Some(uuid) = plan.uuid.as_ref().filter(|_| !has(&["-U"])) {
        command = command.args(["-U", uuid]);
    }
    if let Some(label) = plan.label.as_ref().filter(|_| !has(&["-L"])) {
        command = command.args(["-L", label]);
    }
    if let Some(geometry) = &target.ext {
        if !has(&["-b"]) {
            command = command.args(["-b", &geometry.block_size.to_string()]);
        }
        if !has(&["-N", "-i", "-T"]) {
            command = command.args(["-N", &geometry.inodes.to_string()]);
        }
    }
    command
        .arg(target.path)
        .arg(OsString::from(format!("{}k", target.bytes / 1024)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kiwi_ondisk::SectorSize;
    use kiwi_plan::disk::ext::ExtGeometry;
    use kiwi_plan::plan::filesystem::FileSystem;

    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn options_of_the_description_win() {
        let bench = Bench::new();
        let file = tempfile::tempfile().unwrap();
        let target = Target {
            path: Path::new("/i"),
            file: &file,
            offset: 1 << 20,
            bytes: 8 << 20,
            sector_size: SectorSize::Bytes512,
            ext: Some(ExtGeometry {
                block_size: 4096,
                inodes: 500,
            }),
        };
        let line = |options: &[&str]| {
            let plan = FileSystemPlan {
                kind: FileSystem::Ext4,
                label: Some("ROOT".into()),
                uuid: Some("u".into()),
                create_options: options.iter().map(|it| (*it).to_owned()).collect(),
                mount_options: None,
                compression: None,
                btrfs: None,
            };
            mke2fs(&bench.context(), &plan, &target).to_string()
        };
        let own = "offset=1048576,nodiscard,lazy_itable_init=0,lazy_journal_init=1,hash_seed=u";
        assert_eq!(
            line(&[]),
            format!("mke2fs -q -F -t ext4 -E {own} -U u -L ROOT -b 4096 -N 500 /i 8192k")
        );
        assert_eq!(
            line(&["-b", "1024", "-E", "stride=2", "-i4096"]),
            format!("mke2fs -q -F -t ext4 -b 1024 -i4096 -E {own},stride=2 -U u -L ROOT /i 8192k")
        );
    }
}
