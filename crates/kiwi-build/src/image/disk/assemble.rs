//! The image file: table, layers, file systems, boot code.

use std::fs::File;
use std::path::{Path, PathBuf};

use kiwi_host::{Scratch, TreeDir};
use kiwi_ondisk::sparse;
use kiwi_ondisk::swap::SwapArea;
use kiwi_plan::disk::layout::{DiskLayout, PartitionLayout, layout};
use kiwi_plan::disk::measure::{MIB, Measured, TreeSize};
use kiwi_plan::disk::{ext, naming, stack as sizes, storage};
use kiwi_plan::plan::disk::{DiskPlan, FileAttribute, PartitionPlan, PartitionRole};
use kiwi_plan::plan::filesystem::{FileSystem, FileSystemPlan};

use super::boot_code::BootCode;
use super::keys::Keys;
use super::stack::{self, Place};
use super::{sealed, volumes};
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::excludes::Excludes;
use crate::filesystem::{self, Source, Target};
use crate::image::space;
use crate::partitioner;
use crate::result::ResultFile;
use crate::root::measure;

/// Size of a page of the machines that swap is made for, in bytes.
const PAGE: u32 = 4096;

/// Free space behind a file system that is as large as its content, in MiB, as the reference leaves it.
const BEHIND_PACKED: u64 = 10;

/// What the image is made from.
pub(super) struct Assembly<'a> {
    pub(super) context: &'a BuildContext<'a>,
    pub(super) tree: &'a TreeDir,
    pub(super) keys: Option<&'a Keys>,
}

/// A read-only file system that was made before its partition, which is as large as it needs.
struct Packed {
    scratch: Scratch,
    file: File,
    bytes: u64,
}

impl Assembly<'_> {
    /// Writes the image file and returns its path, and where everything lies in it.
    pub(super) fn write(
        &self,
        plan: &DiskPlan,
        code: &BootCode,
    ) -> Result<(PathBuf, DiskLayout), BuildError> {
        let packed = self.pack(plan)?;
        let plan = &with_packed_size(plan, packed.as_ref());
        for mountpoint in plan.mountpoints().into_iter().filter(|it| *it != "/") {
            self.tree
                .create_dir_all(mountpoint.trim_start_matches('/'), 0o755)?;
        }
        let whole = Excludes::for_tree(self.tree, &without_mount_points(plan, |_| true))?;
        let measured = measure::measure(self.tree, &whole, &plan.mountpoints())?;
        let layout = layout(plan, &measured).map_err(BuildError::from_layout)?;
        let mut image = ResultFile::create(self.context, &plan.file_name)?;
        space::require(image.destination(), content_bytes(plan, &measured))?;
        image
            .file()
            .set_len(layout.disk_bytes)
            .at("resize", image.temporary_path())?;
        partitioner::write(plan, &layout, image.file_mut())?;
        for (partition, place) in sealed_first(plan, &layout.partitions) {
            self.fill_partition(plan, partition, place, packed.as_ref(), &image)?;
        }
        code.place(plan, &layout, image.file_mut())?;
        if let Some(packed) = packed {
            let path = packed.scratch.path().to_owned();
            packed.scratch.close().at("remove", &path)?;
        }
        Ok((image.finish()?, layout))
    }

    /// Makes the read-only root file system below a writable layer.
    fn pack(&self, plan: &DiskPlan) -> Result<Option<Packed>, BuildError> {
        let Some(filesystem) = plan
            .partition(PartitionRole::ReadOnlyRoot)
            .and_then(|partition| partition.filesystem.as_ref())
        else {
            return Ok(None);
        };
        let scratch = Scratch::create(&self.context.places.scratch, "readonly")
            .at("write in", &self.context.places.scratch)?;
        let path = scratch.path().join(filesystem.kind.fstab_name());
        let excludes = self.excludes(plan, "/")?;
        let source = Source {
            tree: self.tree,
            directory: "",
            excludes: &excludes,
        };
        filesystem::make_packed(self.context, source, filesystem, &path)?;
        let file = File::open(&path).at("read", &path)?;
        let bytes = file.metadata().at("read", &path)?.len();
        Ok(Some(Packed {
            scratch,
            file,
            bytes,
        }))
    }

    fn fill_partition(
        &self,
        plan: &DiskPlan,
        partition: &PartitionPlan,
        layout: &PartitionLayout,
        packed: Option<&Packed>,
        image: &ResultFile,
    ) -> Result<(), BuildError> {
        let place = Place {
            path: image.temporary_path(),
            file: image.file(),
            offset: layout.start_bytes,
            bytes: layout.bytes,
        };
        stack::write(
            self.context,
            self.keys,
            &partition.layers,
            place,
            &mut |place| match (&partition.volumes, &partition.filesystem) {
                (Some(group), _) => {
                    let places = volumes::write(self.context, group, &layout.volumes, place)?;
                    for ((volume, size), range) in
                        group.volumes.iter().zip(&layout.volumes).zip(places)
                    {
                        let place = Place {
                            offset: range.start,
                            bytes: range.end - range.start,
                            ..place
                        };
                        let mountpoint = volume.mountpoint.as_deref();
                        self.fill(plan, &volume.filesystem, mountpoint, size.content, place)?;
                    }
                    Ok(())
                }
                (None, Some(filesystem)) => {
                    // A copy holds what its original holds, made once more with identifiers of its own.
                    let mountpoint = plan.original(partition).mountpoint.as_deref();
                    let packed = packed.filter(|_| partition.role == PartitionRole::ReadOnlyRoot);
                    let data = if let Some(packed) = packed {
                        move_packed(packed, place)?;
                        packed.bytes
                    } else {
                        let place = Place {
                            bytes: layout.content_bytes.min(place.bytes),
                            ..place
                        };
                        self.fill(plan, filesystem, mountpoint, layout.content, place)?;
                        set_attributes(&partition.attributes, filesystem, place)?;
                        place.bytes
                    };
                    self.seal(plan, partition, place, data)
                }
                (None, None) => Ok(()),
            },
        )
    }

    /// Writes checksums over a file system, and their hash into the initrd.
    fn seal(
        &self,
        plan: &DiskPlan,
        partition: &PartitionPlan,
        place: Place<'_>,
        data: u64,
    ) -> Result<(), BuildError> {
        let Some(verity) = &partition.verity else {
            return Ok(());
        };
        let tree = sealed::seal(verity, place, data)?;
        if plan.initrd.is_none() || partition.copy_of.is_some() {
            return Ok(());
        }
        let device = match partition.layers.last() {
            Some(layer) => storage::device_of(layer),
            None => format!(
                "/dev/disk/by-partuuid/{}",
                naming::partition_uuid(plan.table, plan.mbr_id, partition)
            ),
        };
        sealed::Opening {
            plan: verity,
            device: &device,
            tree: &tree,
        }
        .add_to_initrd(self.context, self.tree)
    }

    /// Makes one file system, of what lies below its mount point, or empty without one.
    fn fill(
        &self,
        plan: &DiskPlan,
        filesystem: &FileSystemPlan,
        mountpoint: Option<&str>,
        content: TreeSize,
        place: Place<'_>,
    ) -> Result<(), BuildError> {
        if filesystem.kind == FileSystem::Swap {
            let area = SwapArea {
                label: filesystem.label.clone().unwrap_or_default(),
                uuid: partitioner::uuid(filesystem.uuid.as_deref().unwrap_or_default())?,
                page_size: PAGE,
            };
            area.write(&mut &*place.file, place.offset, place.bytes)?;
            return Ok(());
        }
        let target = Target {
            path: place.path,
            file: place.file,
            offset: place.offset,
            bytes: place.bytes,
            sector_size: partitioner::sector_size(plan)?,
            ext: filesystem
                .kind
                .is_ext()
                .then(|| ext::geometry(place.bytes, content)),
        };
        let Some(mountpoint) = mountpoint else {
            return self.make_empty(filesystem, &target);
        };
        let directory = mountpoint.trim_start_matches('/');
        let excludes = self.excludes(plan, mountpoint)?;
        let source = Source {
            tree: self.tree,
            directory,
            excludes: &excludes,
        };
        filesystem::make(self.context, source, filesystem, &target)
    }

    /// Makes a file system with nothing in it.
    fn make_empty(
        &self,
        filesystem: &FileSystemPlan,
        target: &Target<'_>,
    ) -> Result<(), BuildError> {
        let scratch = Scratch::create(&self.context.places.scratch, "empty")
            .at("write in", &self.context.places.scratch)?;
        let tree = TreeDir::open(scratch.path())?;
        tree.create_dir_all("root", 0o755)?;
        let source = Source {
            tree: &tree,
            directory: "root",
            excludes: &Excludes::default(),
        };
        filesystem::make(self.context, source, filesystem, target)?;
        let path = scratch.path().to_owned();
        scratch.close().at("remove", &path)
    }

    /// What does not go into the file system of a mount point.
    fn excludes(&self, plan: &DiskPlan, mountpoint: &str) -> Result<Excludes, BuildError> {
        Excludes::for_tree(
            self.tree,
            // What stays out of the file systems around this one is in it.
            &without_mount_points(plan, |other| is_within(mountpoint, other)),
        )
    }
}

/// Gives the partition of a packed file system its size.
fn with_packed_size(plan: &DiskPlan, packed: Option<&Packed>) -> DiskPlan {
    let mut plan = plan.clone();
    if let Some(packed) = packed {
        for partition in &mut plan.partitions {
            if partition.role == PartitionRole::ReadOnlyRoot && partition.size_mib.is_none() {
                let bytes = packed.bytes.next_multiple_of(MIB);
                partition.size_mib = Some(sizes::partition_mib(partition, bytes) + BEHIND_PACKED);
            }
        }
    }
    plan
}

/// Partitions with checksums come first: their hash goes into the initrd, which lies on another one.
fn sealed_first<'a>(
    plan: &'a DiskPlan,
    layouts: &'a [PartitionLayout],
) -> Vec<(&'a PartitionPlan, &'a PartitionLayout)> {
    let mut all: Vec<_> = plan.partitions.iter().zip(layouts).collect();
    all.sort_by_key(|(partition, _)| partition.verity.is_none());
    all
}

/// Puts a packed file system into its place.
fn move_packed(packed: &Packed, place: Place<'_>) -> Result<(), BuildError> {
    if packed.bytes > place.bytes {
        return Err(BuildError::TooSmall {
            what: format!(
                "the read-only root file system has {} bytes, its partition {}",
                packed.bytes, place.bytes
            ),
            mend: "give `overlayroot_readonly_partsize` a larger size, or remove it".into(),
            origin: None,
        });
    }
    sparse::copy_range(&packed.file, 0, place.file, place.offset, packed.bytes)?;
    Ok(())
}

/// Bytes of the files of all file systems, those of copies included.
fn content_bytes(plan: &DiskPlan, measured: &Measured) -> u64 {
    let copies = plan
        .partitions
        .iter()
        .filter(|partition| partition.copy_of.is_some())
        .filter_map(|partition| plan.original(partition).mountpoint.as_deref())
        .map(|mountpoint| measured.at(mountpoint).block_bytes);
    measured.root_tree.block_bytes + copies.sum::<u64>()
}

/// The plan's excludes without those that keep the content of mount points out, where `is_wanted` says so.
fn without_mount_points(plan: &DiskPlan, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mountpoints = plan.mountpoints().into_iter();
    without_content_of(&plan.excludes, mountpoints.filter(|it| is_wanted(it)))
}

fn without_content_of<'a>(
    excludes: &[String],
    mountpoints: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let mut excludes = excludes.to_vec();
    let own = mountpoints
        .map(|mountpoint| mountpoint.trim_start_matches('/'))
        .filter(|directory| !directory.is_empty())
        .flat_map(|directory| [format!("{directory}/*"), format!("{directory}/.*")]);
    for pattern in own {
        // They are behind the others, among which there may be the same: `tmp/*` stays out wherever `/tmp` is.
        if let Some(index) = excludes.iter().rposition(|other| *other == pattern) {
            excludes.remove(index);
        }
    }
    excludes
}

/// Whether a path is a directory or below it.
fn is_within(path: &str, directory: &str) -> bool {
    Path::new(path).starts_with(directory)
}

/// Sets what a description wants of all files of a file system.
fn set_attributes(
    attributes: &[FileAttribute],
    filesystem: &FileSystemPlan,
    place: Place<'_>,
) -> Result<(), BuildError> {
    for attribute in attributes {
        match attribute {
            FileAttribute::SynchronousUpdates if filesystem.kind.is_ext() => {
                kiwi_ondisk::ext::set_synchronous(place.file, place.offset)?;
            }
            FileAttribute::SynchronousUpdates | FileAttribute::NoCopyOnWrite => {
                return Err(BuildError::Unexpected(format!(
                    "the plan wants {attribute:?} on {}, which this version does not do",
                    filesystem.kind.fstab_name()
                )));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_mount_points_keep_their_content() {
        let patterns = [
            "tmp/*",
            "var/*",
            "var/.*",
            "var/log/*",
            "var/log/.*",
            "tmp/*",
            "tmp/.*",
        ];
        let planned = patterns.map(str::to_owned);
        let left = |mountpoint: &str| {
            let all = ["/", "/var", "/var/log", "/tmp"].into_iter();
            without_content_of(&planned, all.filter(|other| is_within(mountpoint, other)))
        };
        assert_eq!(left("/"), patterns);
        assert_eq!(
            left("/var"),
            ["tmp/*", "var/log/*", "var/log/.*", "tmp/*", "tmp/.*"]
        );
        assert_eq!(left("/var/log"), ["tmp/*", "tmp/*", "tmp/.*"]);
        // What is in `/tmp` stays out, wherever it lies.
        assert_eq!(
            left("/tmp"),
            ["tmp/*", "var/*", "var/.*", "var/log/*", "var/log/.*"]
        );
        assert!(!is_within("/variable", "/var"));
    }
}
