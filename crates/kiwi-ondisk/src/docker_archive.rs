//! Archives that `docker load` reads (`docker-archive:` of skopeo and podman).
//!
//! Specification: Docker Image Specification 1.2, "Combined Image JSON + Filesystem Changeset Format", in the form with
//! `manifest.json` that every Docker since 1.10 (2016) reads. The file `repositories` and the directories per layer of the form
//! before that are not written: no reader of today looks at them when there is a `manifest.json`.

use std::io::{Seek, Write};

use serde::Serialize;

use crate::container_image::{ContainerImage, WrittenImage, to_json};
use crate::digest::{DigestWriter, sha256};
use crate::tar_stream::TarStream;
use crate::{Error, Result};

/// Writes an archive with one image of one layer into `file` and ends it.
///
/// `references` are all names of the image (`NAME:TAG`, with or without a registry). `write_layer` writes the layer's tar
/// archive, which is stored uncompressed; its bytes go straight into `file`, so memory does not grow with them. `file` should be
/// empty and fast to seek in; give it a buffer.
pub fn write_archive<F: Write + Seek>(
    file: F,
    image: &ContainerImage,
    references: &[String],
    write_layer: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<(F, WrittenImage)> {
    let failed = Error::io("writing the Docker archive");
    let time = image.created;
    let mut archive = TarStream::new(file);
    let (diff_id, layer_bytes) = archive.late_file(time, |file| {
        let mut layer = DigestWriter::new(file);
        write_layer(&mut layer)?;
        let (_, digest, bytes) = layer.finish();
        Ok::<_, Error>((format!("{digest}.tar"), (digest, bytes)))
    })?;
    let config = image.config_json(&diff_id);
    let config_digest = sha256(&config);
    let config_name = format!("{config_digest}.json");
    archive.file(&config_name, &config, time).map_err(&failed)?;
    let manifest = to_json(&[ManifestItem {
        config: config_name,
        repo_tags: references
            .iter()
            .map(|reference| full_reference(reference))
            .collect(),
        layers: [format!("{diff_id}.tar")],
    }]);
    archive
        .file("manifest.json", &manifest, time)
        .map_err(&failed)?;
    let written = WrittenImage {
        config_digest: format!("sha256:{config_digest}"),
        manifest_digest: None,
        diff_id: format!("sha256:{diff_id}"),
        layer_bytes,
    };
    Ok((archive.finish().map_err(&failed)?, written))
}

/// Completes a short image name the way Docker does: `debian:12` means `docker.io/library/debian:12`.
///
/// The part before the first slash is a registry when it has a dot or a colon or is `localhost`.
pub fn full_reference(reference: &str) -> String {
    match reference.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => {
            reference.to_owned()
        }
        Some(_) => format!("docker.io/{reference}"),
        None => format!("docker.io/library/{reference}"),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ManifestItem {
    config: String,
    repo_tags: Vec<String>,
    layers: [String; 1],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_completed_like_docker_does() {
        for (short, full) in [
            ("debian:12", "docker.io/library/debian:12"),
            ("me/debian:12", "docker.io/me/debian:12"),
            ("localhost/debian:12", "localhost/debian:12"),
            ("localhost:5000/debian:12", "localhost:5000/debian:12"),
            ("registry.example.org/a/b:c", "registry.example.org/a/b:c"),
            ("docker.io/library/debian:12", "docker.io/library/debian:12"),
        ] {
            assert_eq!(full_reference(short), full);
        }
    }
}
