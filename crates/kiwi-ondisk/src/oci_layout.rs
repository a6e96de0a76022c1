//! Archives of OCI image layouts (`oci-archive:` of skopeo and podman).
//!
//! Specification: OCI Image Format 1.1, "Image Layout", "Image Manifest" and "Image Layer". The layout lies in a plain tar archive;
//! the annotation `org.opencontainers.image.ref.name` of the only manifest holds the image's name and tag.

use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::num::NonZeroU32;

use serde::Serialize;

use crate::compress::Compression;
use crate::container_image::{ContainerImage, WrittenImage, to_json};
use crate::digest::{DigestWriter, sha256};
use crate::tar_stream::{Entry, TarStream};
use crate::{Error, Result};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const REFERENCE: &str = "org.opencontainers.image.ref.name";

/// How a layer is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerStorage {
    /// Nothing, gzip or Zstandard; readers of OCI images know no other.
    pub compression: Compression,
    /// Threads that compress.
    pub threads: NonZeroU32,
}

/// Writes an archive with one image of one layer into `file` and ends it.
///
/// `reference` is the name and tag of the image. `write_layer` writes the layer's tar archive; its bytes go through digest and
/// compression straight into `file`, so memory does not grow with them. `file` should be empty and fast to seek in; give it a
/// buffer.
pub fn write_archive<F: Write + Seek>(
    file: F,
    image: &ContainerImage,
    reference: &str,
    storage: LayerStorage,
    write_layer: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<(F, WrittenImage)> {
    let failed = Error::io("writing the OCI archive");
    let layer_type = layer_media_type(storage.compression)?;
    let time = image.created;
    let mut archive = TarStream::new(file);
    archive
        .file("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#, time)
        .map_err(&failed)?;
    for directory in ["blobs", "blobs/sha256"] {
        archive
            .entry(&Entry::plain_directory(directory, time))
            .map_err(&failed)?;
    }
    let layer = archive.late_file(time, |file| write_blob(file, storage, write_layer))?;

    let config = image.config_json(&layer.diff_id);
    let config_digest = add_blob(&mut archive, &config, time)?;
    let manifest = to_json(&Manifest {
        schema_version: 2,
        media_type: MANIFEST,
        config: Descriptor::new(CONFIG, &config_digest, config.len() as u64),
        layers: [Descriptor::new(layer_type, &layer.blob, layer.blob_bytes)],
    });
    let manifest_digest = add_blob(&mut archive, &manifest, time)?;
    let mut descriptor = Descriptor::new(MANIFEST, &manifest_digest, manifest.len() as u64);
    descriptor.annotations.insert(REFERENCE, reference);
    let index = to_json(&Index {
        schema_version: 2,
        media_type: INDEX,
        manifests: [descriptor],
    });
    archive.file("index.json", &index, time).map_err(&failed)?;
    let written = WrittenImage {
        config_digest: format!("sha256:{config_digest}"),
        manifest_digest: Some(format!("sha256:{manifest_digest}")),
        diff_id: format!("sha256:{}", layer.diff_id),
        layer_bytes: layer.bytes,
    };
    Ok((archive.finish().map_err(&failed)?, written))
}

struct LayerBlob {
    blob: String,
    blob_bytes: u64,
    diff_id: String,
    bytes: u64,
}

fn write_blob<W: Write>(
    file: &mut W,
    storage: LayerStorage,
    write_layer: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<(String, LayerBlob)> {
    let compressor = storage
        .compression
        .writer(DigestWriter::new(file), storage.threads)?;
    let mut layer = DigestWriter::new(compressor);
    write_layer(&mut layer)?;
    let (compressor, diff_id, bytes) = layer.finish();
    let (_, blob, blob_bytes) = compressor.finish()?.finish();
    Ok((
        format!("blobs/sha256/{blob}"),
        LayerBlob {
            blob,
            blob_bytes,
            diff_id,
            bytes,
        },
    ))
}

fn add_blob<F: Write>(archive: &mut TarStream<F>, bytes: &[u8], time: i64) -> Result<String> {
    let digest = sha256(bytes);
    let written = archive.file(&format!("blobs/sha256/{digest}"), bytes, time);
    written.map_err(Error::io("writing the OCI archive"))?;
    Ok(digest)
}

fn layer_media_type(compression: Compression) -> Result<&'static str> {
    match compression {
        Compression::None => Ok("application/vnd.oci.image.layer.v1.tar"),
        Compression::Gzip { .. } => Ok("application/vnd.oci.image.layer.v1.tar+gzip"),
        Compression::Zstd { .. } => Ok("application/vnd.oci.image.layer.v1.tar+zstd"),
        Compression::Xz { .. } => Err(Error::value(
            "layer compression",
            "xz",
            "OCI images know only gzip and zstd",
        )),
    }
}

/// Refers to a blob (OCI Image Format 1.1, "Descriptor").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    media_type: &'static str,
    digest: String,
    size: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'static str, &'a str>,
}

impl Descriptor<'_> {
    fn new(media_type: &'static str, digest: &str, size: u64) -> Self {
        Self {
            media_type,
            digest: format!("sha256:{digest}"),
            size,
            annotations: BTreeMap::new(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    schema_version: u32,
    media_type: &'static str,
    config: Descriptor<'a>,
    layers: [Descriptor<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index<'a> {
    schema_version: u32,
    media_type: &'static str,
    manifests: [Descriptor<'a>; 1],
}
