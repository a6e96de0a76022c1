//! Layers between a partition and its content, each written around what it holds.
//!
//! Content is made plain, in its place in the image, and encrypted there afterwards. Only under an integrity layer data do not lie in
//! one piece; then the content is made beside the image and moved into it.

use std::fs::File;

use kiwi_host::Scratch;
use kiwi_ondisk::dm_integrity::{Geometry, Integrity, InternalHash, SALT_BYTES};
use kiwi_ondisk::md;
use kiwi_plan::disk::stack::inside;
use kiwi_plan::plan::layers::{IntegrityPlan, LayerPlan, LuksPlan, RaidLevel, RaidPlan};

use super::keys::Keys;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::partitioner;
use crate::progress;

/// What is counted while a disk is encrypted.
const ENCRYPTION: &str = "encryption";

/// Name of an array that no host claims for itself.
const ARRAY: &str = "any:0";

/// A range of bytes of an open file.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Path of the file.
    pub(super) path: &'a std::path::Path,
    /// The file, open for reading and writing.
    pub(super) file: &'a File,
    /// First byte.
    pub(super) offset: u64,
    /// Length in bytes.
    pub(super) bytes: u64,
}

/// Writes `layers`, from below, and calls `fill` with the place that is left for the content.
pub(super) fn write(
    context: &BuildContext<'_>,
    keys: Option<&Keys>,
    layers: &[LayerPlan],
    place: Place<'_>,
    fill: &mut dyn FnMut(Place<'_>) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let Some((layer, above)) = layers.split_first() else {
        return fill(place);
    };
    context.check_interrupt()?;
    let (front, bytes) = inside(layer, place.bytes);
    let content = Place {
        offset: place.offset + front,
        bytes,
        ..place
    };
    match layer {
        LayerPlan::Raid(raid) => {
            array(context, raid)?.write(place.file, place.offset, place.bytes)?;
            write(context, keys, above, content, fill)
        }
        LayerPlan::Luks(luks) => {
            write(context, keys, above, content, fill)?;
            encrypt(context, keys, luks, place)
        }
        LayerPlan::Integrity(integrity) => {
            let scratch = Scratch::create(&context.places.scratch, "integrity")
                .at("write in", &context.places.scratch)?;
            let path = scratch.path().join("content");
            let file = fs_err::OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
                .at("create", &path)?
                .into_parts()
                .0;
            file.set_len(bytes).at("resize", &path)?;
            let beside = Place {
                path: &path,
                file: &file,
                offset: 0,
                bytes,
            };
            write(context, keys, above, beside, fill)?;
            protect(context, integrity, &file, place)?;
            scratch.close().at("remove", &path)
        }
    }
}

/// The array as its member describes it.
pub(super) fn array(context: &BuildContext<'_>, plan: &RaidPlan) -> Result<md::Array, BuildError> {
    Ok(md::Array {
        level: match plan.level {
            RaidLevel::Mirroring => md::Level::Mirroring,
            RaidLevel::Striping => md::Level::Striping,
        },
        name: ARRAY.to_owned(),
        uuid: partitioner::uuid(&plan.uuid)?,
        member_uuid: partitioner::uuid(&plan.device_uuid)?,
        creation_time: context.plan.reproducibility.timestamp,
    })
}

fn encrypt(
    context: &BuildContext<'_>,
    keys: Option<&Keys>,
    plan: &LuksPlan,
    place: Place<'_>,
) -> Result<(), BuildError> {
    let keys = keys.ok_or_else(|| BuildError::Unexpected("there are no keys".into()))?;
    let container = keys.container(plan)?;
    container.write_header(place.file, place.offset, keys.secrets())?;
    let result = container.encrypt_in_place(
        place.file,
        place.offset,
        place.bytes,
        keys.secrets(),
        &progress::watch(context, ENCRYPTION),
    );
    context.check_interrupt()?;
    Ok(result?)
}

/// Moves the content into a device with a tag for each sector.
fn protect(
    context: &BuildContext<'_>,
    plan: &IntegrityPlan,
    content: &File,
    place: Place<'_>,
) -> Result<(), BuildError> {
    context.check_interrupt()?;
    Geometry::new(place.bytes)?;
    integrity(plan)?.write(content, place.file, place.offset, place.bytes)?;
    Ok(())
}

/// The device as the plan describes it.
pub(super) fn integrity(plan: &IntegrityPlan) -> Result<Integrity, BuildError> {
    let salt: [u8; SALT_BYTES] = *partitioner::uuid(&plan.salt)?.as_bytes();
    Ok(Integrity {
        hash: match &plan.key_file {
            Some(path) => InternalHash::HmacSha256 {
                key: fs_err::read(path).at("read", path)?,
            },
            None => InternalHash::Sha256,
        },
        salt: (!plan.legacy_hmac).then_some(salt),
    })
}
