//! `docker` and `oci`: a container image with one layer (spec 06, section 12).

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kiwi_host::{Scratch, TreeDir};
use kiwi_ondisk::compress::Compression;
use kiwi_ondisk::container_image::{ContainerImage, History, RunConfig, go_platform};
use kiwi_ondisk::docker_archive;
use kiwi_ondisk::oci_layout::{self, LayerStorage};
use kiwi_plan::plan::container::{ContainerConfig, ContainerFormat, ContainerPlan};

use super::archive::write_tree;
use super::watched::Watched;
use super::xz::Xz;
use crate::context::BuildContext;
use crate::error::{Because, BuildError};
use crate::progress::phase;
use crate::result::{Record, ResultFile};

/// Units that have nothing to do in a container.
const UNITS: [&str; 5] = [
    "device-mapper.service",
    "kbd.service",
    "swap.service",
    "udev.service",
    "proc-sys-fs-binfmt_misc.automount",
];
/// Where units of packages are.
const UNIT_DIRECTORY: &str = "usr/lib/systemd/system";

/// Makes the archive of the container image.
pub fn create(context: &BuildContext<'_>, plan: &ContainerPlan) -> Result<Record, BuildError> {
    adapt_tree(&context.tree()?)?;
    let path = write(context, plan, |writer| {
        write_tree(context, &plan.excludes, "container", writer).map(drop)
    })?;
    let usage = load_command(plan, &path);
    Ok(Record::new("container", path).usage(usage))
}

/// The command that makes a container runtime know the image.
pub(crate) fn load_command(plan: &ContainerPlan, archive: &Path) -> String {
    let program = match plan.format {
        ContainerFormat::Docker => "docker",
        ContainerFormat::Oci => "podman",
    };
    format!("{program} load --input {}", archive.display())
}

/// Writes an image whose only layer is what `layer` writes.
pub(crate) fn write(
    context: &BuildContext<'_>,
    plan: &ContainerPlan,
    layer: impl FnOnce(&mut dyn Write) -> Result<(), BuildError>,
) -> Result<PathBuf, BuildError> {
    let mut file = ResultFile::create(context, &plan.file_name)?;
    if plan.compress {
        // The archive has to be read again from its start, which a compressed one does not allow.
        let scratch = Scratch::create(&context.places.scratch, "container")
            .at("write in", &context.places.scratch)?;
        let path = scratch.path().join("archive.tar");
        let mut archive = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .at("create", &path)?;
        phase("container", || {
            write_archive(context, plan, &mut archive, layer)
        })?;
        phase("compression", || compress(context, &mut archive, &file))?;
        drop(archive);
        scratch.close().at("remove", &path)?;
    } else {
        phase("container", || {
            write_archive(context, plan, file.file_mut(), layer)
        })?;
    }
    file.finish()
}

/// Changes the few files of an operating system that are wrong in a container.
fn adapt_tree(tree: &TreeDir) -> Result<(), BuildError> {
    set_variables(
        tree,
        "etc/sysconfig/bootloader",
        &[("LOADER_LOCATION", "none"), ("LOADER_TYPE", "none")],
    )?;
    set_variables(
        tree,
        "etc/sysconfig/boot",
        &[("ROOTFS_BLKDEV", "/dev/null")],
    )?;
    allow_console_login(tree)?;
    for unit in UNITS {
        let path = format!("{UNIT_DIRECTORY}/{unit}");
        if tree.symlink_metadata(&path).is_ok() {
            tree.remove_file(&path)?;
            tree.symlink("/dev/null", &path)?;
        }
    }
    Ok(())
}

/// Sets shell variables in a file, if there is one.
fn set_variables(tree: &TreeDir, path: &str, variables: &[(&str, &str)]) -> Result<(), BuildError> {
    if !tree.exists(path) {
        return Ok(());
    }
    let text = tree.read_to_string(path)?;
    let is_set = |line: &str, name: &str| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('='))
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (name, value) in variables {
        let new = format!("{name}=\"{value}\"");
        let mut found = false;
        for line in lines.iter_mut().filter(|line| is_set(line, name)) {
            line.clone_from(&new);
            found = true;
        }
        if !found {
            lines.push(new);
        }
    }
    replace(tree, path, &(lines.join("\n") + "\n"))
}

/// Lets root log in on the console of a container, on systems that keep a list of such terminals.
fn allow_console_login(tree: &TreeDir) -> Result<(), BuildError> {
    const FILE: &str = "etc/securetty";
    let text = if tree.exists(FILE) {
        tree.read_to_string(FILE)?
    } else {
        String::new()
    };
    if text.lines().any(|line| line.trim() == "console") {
        return Ok(());
    }
    let separator = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    tree.create_dir_all("etc", 0o755)?;
    replace(tree, FILE, &format!("{text}{separator}console\n"))
}

/// Writes a file and leaves its mode as it is.
fn replace(tree: &TreeDir, path: &str, text: &str) -> Result<(), BuildError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = tree
        .metadata(path)
        .map_or(0o644, |metadata| metadata.permissions().mode() & 0o7777);
    Ok(tree.create_file(path, mode, text)?)
}

/// Writes the uncompressed archive.
fn write_archive(
    context: &BuildContext<'_>,
    plan: &ContainerPlan,
    file: &mut File,
    write_layer: impl FnOnce(&mut dyn Write) -> Result<(), BuildError>,
) -> Result<(), BuildError> {
    let image = description(context, plan);
    let reference = format!("{}:{}", plan.name, plan.tag);
    // The layer's errors are richer than what the archive's writer can carry.
    let mut trouble = None;
    let layer = |writer: &mut dyn Write| {
        write_layer(writer).map_err(|error| {
            trouble = Some(error);
            kiwi_ondisk::Error::Stopped
        })
    };
    let written = match plan.format {
        ContainerFormat::Docker => {
            let references: Vec<String> = [reference]
                .into_iter()
                .chain(plan.additional_names.iter().cloned())
                .collect();
            docker_archive::write_archive(BufWriter::new(file), &image, &references, layer)
        }
        ContainerFormat::Oci => oci_layout::write_archive(
            BufWriter::new(file),
            &image,
            &reference,
            layer_storage(context, plan),
            layer,
        ),
    };
    match (written, trouble) {
        (Ok((mut writer, _)), _) => writer.flush().at("write", &plan.file_name),
        (Err(_), Some(trouble)) => Err(trouble),
        (Err(error), None) => Err(error.into()),
    }
}

/// A layer is compressed by itself only where the archive is not: compressing twice costs time and makes it larger.
fn layer_storage(context: &BuildContext<'_>, plan: &ContainerPlan) -> LayerStorage {
    LayerStorage {
        compression: if plan.compress {
            Compression::None
        } else {
            Compression::GZIP
        },
        threads: Xz::of(context).threads(),
    }
}

/// What the image says about itself.
fn description(context: &BuildContext<'_>, plan: &ContainerPlan) -> ContainerImage {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (_, variant) = go_platform(&context.plan.identity.architecture);
    ContainerImage {
        architecture: plan.architecture.clone(),
        variant: variant.map(str::to_owned),
        created: context.plan.reproducibility.timestamp.cast_signed(),
        author: text(&plan.author),
        config: run_config(&plan.config),
        history: Some(History {
            created_by: plan.created_by.clone(),
            author: text(&plan.history_author),
            comment: plan.comment.clone(),
        }),
    }
}

fn run_config(config: &ContainerConfig) -> RunConfig {
    RunConfig {
        user: config.user.clone().unwrap_or_default(),
        exposed_ports: config.exposed_ports.clone(),
        env: config
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        entrypoint: config.entrypoint.clone().unwrap_or_default(),
        cmd: config.command.clone().unwrap_or_default(),
        volumes: config.volumes.clone(),
        working_dir: config.working_directory.clone().unwrap_or_default(),
        labels: config.labels.clone(),
        stop_signal: config.stop_signal.clone().unwrap_or_default(),
    }
}

/// Compresses the finished archive.
fn compress(
    context: &BuildContext<'_>,
    archive: &mut File,
    target: &ResultFile,
) -> Result<(), BuildError> {
    let name = target.destination();
    let xz = Xz::of(context);
    let total = archive.seek(SeekFrom::End(0)).at("read", name)?;
    archive.rewind().at("read", name)?;
    let compressor = xz
        .compression()
        .writer(BufWriter::new(target.file()), xz.threads())?;
    let mut writer = Watched::new(context, "compression", total, compressor);
    let copied = io::copy(&mut BufReader::with_capacity(1 << 20, archive), &mut writer);
    context.check_interrupt()?;
    copied.at("write", name)?;
    writer.into_inner().finish()?.flush().at("write", name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::testing::Bench;

    #[test]
    fn systems_are_adapted_to_containers() {
        let bench = Bench::new();
        bench.write(
            "etc/sysconfig/bootloader",
            "# x\nLOADER_TYPE=\"grub2\"\nOTHER=1\n",
        );
        bench.write("etc/securetty", "tty1");
        bench.write("usr/lib/systemd/system/kbd.service", "[Unit]\n");
        bench.write("usr/lib/systemd/system/ssh.service", "[Unit]\n");
        for _ in 0..2 {
            adapt_tree(&bench.tree()).unwrap();
            assert_eq!(
                bench.read("etc/sysconfig/bootloader"),
                "# x\nLOADER_TYPE=\"none\"\nOTHER=1\nLOADER_LOCATION=\"none\"\n"
            );
            assert_eq!(bench.read("etc/securetty"), "tty1\nconsole\n");
            assert_eq!(
                bench
                    .tree()
                    .read_link("usr/lib/systemd/system/kbd.service")
                    .unwrap()
                    .to_str(),
                Some("/dev/null")
            );
            assert!(!bench.tree().exists("etc/sysconfig/boot"));
            assert_eq!(bench.read("usr/lib/systemd/system/ssh.service"), "[Unit]\n");
        }
        let empty = Bench::new();
        adapt_tree(&empty.tree()).unwrap();
        assert_eq!(empty.read("etc/securetty"), "console\n");
    }
}
