//! skopeo reads our container archives, and umoci unpacks their trees with all that belongs to them.
#![allow(clippy::unwrap_used)]

mod judge;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use judge::{as_root, judge, tree, verdict};
use kiwi_ondisk::compress::Compression;
use kiwi_ondisk::container_image::{ContainerImage, History, RunConfig, WrittenImage};
use kiwi_ondisk::oci_layout::LayerStorage;
use kiwi_ondisk::tree_archive::TreeArchive;
use kiwi_ondisk::{Error, docker_archive, oci_layout};
use serde_json::{Value, json};

const NAME: &str = "example/thing:1.2";

fn image() -> ContainerImage {
    ContainerImage {
        architecture: "amd64".into(),
        variant: None,
        created: 1_706_933_106,
        author: Some("Someone <someone@example.org>".into()),
        config: RunConfig {
            user: "1000:1000".into(),
            exposed_ports: vec!["80".into(), "53/udp".into()],
            env: vec!["PATH=/usr/bin".into(), "A=b=c".into()],
            entrypoint: vec!["/usr/bin/su".into(), "two words".into()],
            cmd: vec!["--help".into()],
            volumes: vec!["/var/lib/thing".into()],
            working_dir: "/home".into(),
            labels: (0..20)
                .map(|number| (format!("label{number}"), number.to_string()))
                .collect(),
            stop_signal: "SIGINT".into(),
        },
        history: Some(History {
            created_by: "KIWI 1".into(),
            author: Some("Someone".into()),
            comment: Some("made in a test".into()),
        }),
    }
}

fn storage(compression: Compression, threads: u32) -> LayerStorage {
    LayerStorage {
        compression,
        threads: NonZeroU32::new(threads).unwrap(),
    }
}

/// Writes the tree as an archive of the given kind (transport name of skopeo).
fn write(kind: &str, storage: LayerStorage, root: &Path, file: &Path) -> WrittenImage {
    let layer = |writer: &mut dyn Write| {
        TreeArchive::new(root)
            .latest_time(Some(image().created))
            .write(writer)
            .map(|_| ())
    };
    let file = BufWriter::new(File::create(file).unwrap());
    let (file, written) = if kind == "oci-archive" {
        oci_layout::write_archive(file, &image(), NAME, storage, layer).unwrap()
    } else {
        let references = [NAME.to_owned(), "other:latest".to_owned()];
        docker_archive::write_archive(file, &image(), &references, layer).unwrap()
    };
    file.into_inner().unwrap();
    written
}

/// Every kind of archive that there is.
fn kinds() -> [(&'static str, LayerStorage); 4] {
    [
        ("oci-archive", storage(Compression::GZIP, 2)),
        ("oci-archive", storage(Compression::ZSTD, 2)),
        ("oci-archive", storage(Compression::None, 1)),
        ("docker-archive", storage(Compression::None, 1)),
    ]
}

fn small_tree(directory: &Path) -> PathBuf {
    let root = directory.join("root");
    std::fs::create_dir_all(root.join("usr/bin")).unwrap();
    std::fs::write(root.join("usr/bin/su"), vec![7; 3_000_000]).unwrap();
    for path in ["usr/bin/su", "usr/bin", "usr"] {
        tree::set_time(&root.join(path), tree::TIME);
    }
    root
}

#[test]
fn skopeo_sees_the_configuration() {
    for (kind, storage) in kinds() {
        let Some(mut skopeo) = judge("skopeo", "skopeo") else {
            return;
        };
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("image.tar");
        let written = write(kind, storage, &small_tree(directory.path()), &file);
        let source = format!("{kind}:{}", file.display());
        let said: Value =
            serde_json::from_str(&verdict(skopeo.args(["inspect", &source]))).unwrap();
        assert_eq!(said["Architecture"], "amd64", "{said}");
        assert_eq!(said["Os"], "linux");
        assert_eq!(said["Created"], "2024-02-03T04:05:06Z");
        assert_eq!(said["Labels"]["label19"], "19");
        assert_eq!(said["Layers"].as_array().unwrap().len(), 1);
        if let Some(manifest) = &written.manifest_digest {
            assert_eq!(said["Digest"], manifest.as_str());
        }
        let mut skopeo = judge("skopeo", "skopeo").unwrap();
        let said: Value =
            serde_json::from_str(&verdict(skopeo.args(["inspect", "--config", &source]))).unwrap();
        let expected = json!({
            "User": "1000:1000",
            "ExposedPorts": {"80": {}, "53/udp": {}},
            "Env": ["PATH=/usr/bin", "A=b=c"],
            "Entrypoint": ["/usr/bin/su", "two words"],
            "Cmd": ["--help"],
            "Volumes": {"/var/lib/thing": {}},
            "WorkingDir": "/home",
            "Labels": image().config.labels,
            "StopSignal": "SIGINT",
        });
        assert_eq!(said["config"], expected);
        assert_eq!(said["author"], "Someone <someone@example.org>");
        assert_eq!(said["rootfs"]["diff_ids"], json!([written.diff_id]));
        let expected = json!([{
            "created": "2024-02-03T04:05:06Z", "created_by": "KIWI 1", "author": "Someone", "comment": "made in a test",
        }]);
        assert_eq!(said["history"], expected);
    }
}

#[test]
fn umoci_unpacks_owners_and_capabilities() {
    if !as_root("umoci_unpacks_owners_and_capabilities") {
        return;
    }
    for (kind, storage) in kinds() {
        if matches!(storage.compression, Compression::Zstd { .. }) {
            // The umoci of Debian 12 knows no zstd layers; skopeo has read one above.
            continue;
        }
        let (Some(mut skopeo), Some(mut umoci)) =
            (judge("skopeo", "skopeo"), judge("umoci", "umoci"))
        else {
            return;
        };
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        tree::make(&root);
        let file = directory.path().join("image.tar");
        write(kind, storage, &root, &file);
        let source = format!("{kind}:{}:{NAME}", file.display());
        let layout = directory.path().join("layout");
        let target = format!("oci:{}:copy", layout.display());
        verdict(skopeo.args(["--insecure-policy", "copy", &source, &target]));
        let bundle = directory.path().join("bundle");
        verdict(
            umoci
                .arg("unpack")
                .arg("--image")
                .arg(format!("{}:copy", layout.display()))
                .arg(&bundle),
        );
        let (unpacked, expected) = (bundle.join("rootfs"), tree::picture(&root, image().created));
        assert_eq!(
            tree::picture(&unpacked, image().created),
            expected,
            "{kind}"
        );
        assert!(expected[Path::new("usr/bin/ping")].contains("security.capability"));
    }
}

#[test]
fn docker_archives_have_all_names() {
    let (Some(mut tar), directory) = (judge("tar", "tar"), tempfile::tempdir().unwrap()) else {
        return;
    };
    let file = directory.path().join("image.tar");
    let written = write(
        "docker-archive",
        storage(Compression::None, 1),
        &small_tree(directory.path()),
        &file,
    );
    let said: Value =
        serde_json::from_str(&verdict(tar.arg("-xOf").arg(&file).arg("manifest.json"))).unwrap();
    let digest = |text: &str| text.strip_prefix("sha256:").unwrap().to_owned();
    let expected = json!([{
        "Config": format!("{}.json", digest(&written.config_digest)),
        "RepoTags": ["docker.io/example/thing:1.2", "docker.io/library/other:latest"],
        "Layers": [format!("{}.tar", digest(&written.diff_id))],
    }]);
    assert_eq!(said, expected);
    let mut skopeo = judge("skopeo", "skopeo").unwrap();
    let source = format!(
        "docker-archive:{}:docker.io/library/other:latest",
        file.display()
    );
    verdict(skopeo.args(["inspect", &source]));
}

#[test]
fn equal_input_gives_equal_bytes_on_any_number_of_cores() {
    for (kind, storage) in kinds() {
        let directory = tempfile::tempdir().unwrap();
        let root = small_tree(directory.path());
        let written = |threads| {
            let file = directory.path().join("image.tar");
            write(
                kind,
                LayerStorage {
                    threads: NonZeroU32::new(threads).unwrap(),
                    ..storage
                },
                &root,
                &file,
            );
            std::fs::read(file).unwrap()
        };
        assert!(written(1) == written(3), "{kind} {storage:?}");
    }
}

#[test]
fn what_fails_in_the_layer_comes_out_and_xz_is_refused() {
    let fail = |_: &mut dyn Write| Err(Error::from(std::io::Error::other("no such tree")));
    let memory = || std::io::Cursor::new(Vec::new());
    let error = docker_archive::write_archive(memory(), &image(), &[], fail)
        .unwrap_err()
        .to_string();
    assert!(error.contains("no such tree"), "{error}");
    let error = oci_layout::write_archive(
        memory(),
        &image(),
        NAME,
        storage(Compression::GZIP, 1),
        fail,
    )
    .unwrap_err();
    assert!(error.to_string().contains("no such tree"), "{error}");
    let error = oci_layout::write_archive(
        memory(),
        &image(),
        NAME,
        storage(Compression::XZ, 1),
        |_| Ok(()),
    )
    .unwrap_err();
    assert!(error.to_string().contains("only gzip and zstd"), "{error}");
}
