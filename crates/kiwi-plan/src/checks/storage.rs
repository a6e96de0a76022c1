//! Volumes and partitions of the chosen type, for the checks about them.

use kiwi_description::model::{Partition, Volume};

use crate::resolve::Facts;

/// The volumes that are written for this architecture.
pub(super) fn written_volumes<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Volume> {
    let disk = facts.kind().systemdisk.iter();
    disk.flat_map(|disk| &disk.volumes)
        .filter(|volume| facts.choice.built_for(volume.arch.as_ref()))
}

/// The partitions that are written.
pub(super) fn written_partitions<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Partition> {
    let all = facts.kind().partitions.iter();
    all.flat_map(|all| &all.partitions)
}
