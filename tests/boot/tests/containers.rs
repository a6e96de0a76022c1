//! Containers as others read them: skopeo shows and copies them, umoci unpacks them, with owners, modes and attributes.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use kiwi_end_to_end::bench::Bench;
use kiwi_end_to_end::identity::Identity;
use kiwi_end_to_end::say;
use kiwi_testkit::judges::require_judge;
use serde_json::Value;

use crate::Case;

pub(crate) const CASES: &[Case] = &[
    Case::new("docker", |bench| container(bench, &DOCKER)),
    Case::new("oci", |bench| container(bench, &OCI)),
];

/// A container and what it says about itself.
struct Container {
    build_type: &'static str,
    transport: &'static str,
    reference: &'static str,
    /// Parts of the image's configuration, as JSON pointers, and their values.
    says: &'static [(&'static str, &'static str)],
}

const DOCKER: Container = Container {
    build_type: "docker",
    transport: "docker-archive",
    reference: "docker.io/library/everything:1.2.3",
    says: &[
        ("/os", r#""linux""#),
        ("/architecture", r#""amd64""#),
        ("/created", r#""2025-01-01T00:00:00Z""#),
        ("/author", r#""Tester <tester@example.com>""#),
        ("/config/User", r#""admin""#),
        ("/config/WorkingDir", r#""/srv""#),
        ("/config/Entrypoint", r#"["/bin/sh","-c"]"#),
        ("/config/Cmd", r#"["id"]"#),
        ("/config/ExposedPorts", r#"{"80":{}}"#),
        ("/config/Env", r#"["STAGE=test"]"#),
        ("/config/Labels", r#"{"stage":"beta"}"#),
    ],
};

const OCI: Container = Container {
    build_type: "oci",
    transport: "oci-archive",
    reference: "system-container:latest",
    says: &[
        ("/os", r#""linux""#),
        ("/created", r#""2025-01-01T00:00:00Z""#),
        ("/config/Cmd", r#"["/bin/bash"]"#),
    ],
};

/// Lists a tree as it is seen inside the namespace of its owner: kind, mode, owner, links, size; attributes.
const LIST: &str = r#"
cd $1 || exit 1
find . -mindepth 1 \( -type d -printf 'd %m %U:%G %P\n' \) \
    -o \( -type f -printf 'f %m %U:%G %n %s %P\n' \) \
    -o -printf '%y %m %U:%G %P -> %l\n'
getcap -r . | sed 's/^/capability /'
getfattr --recursive --no-dereference --match='^(user|system)\.' --dump . 2> /dev/null |
    awk '/^# file: / { file = substr($0, 9) } /=/ { print "attribute", file, $0 }'
"#;

/// What of the tree is not in a container, or is made for it.
const LEFT_OUT: [&str; 6] = ["image", ".kconfig", "run/", "tmp/", "dev/", "proc/"];
const ADAPTED: [&str; 2] = ["etc/securetty", "usr/lib/systemd/system/"];

fn container(bench: &Bench, container: &Container) -> Result<()> {
    for judge in ["skopeo", "umoci"] {
        if require_judge(judge).is_none() {
            return Ok(());
        }
    }
    for identity in bench.everyone() {
        let target = bench.results(identity, container.build_type)?;
        let name = format!("everything.x86_64-1.2.3.{}.tar.xz", container.build_type);
        let image = format!("{}:{}", container.transport, target.join(name).display());
        let with_reference = format!("{image}:{}", container.reference);
        let place = bench.fresh(identity, &format!("unpacked-{}", container.build_type))?;
        let layout = format!("oci:{}:copied", place.join("layout").display());
        // The result is read once only: skopeo takes a minute to take off xz.
        run(
            identity,
            &["skopeo", "copy", "--quiet", &with_reference, &layout],
        )?;
        inspect(identity, container, &layout)?;
        let source = format!("{}:copied", place.join("layout").display());
        let bundle = place.join("bundle").display().to_string();
        in_namespace(identity, &["umoci", "unpack", "--image", &source, &bundle])?;

        let expected = list(identity, &bench.tree(identity)?)?;
        let found = list(identity, &place.join("bundle/rootfs"))?;
        compare(&expected, &found)?;
        say!(
            "{}, built by {identity}: {} files and attributes are the same",
            container.build_type,
            found.len()
        );

        if !identity.is_root() {
            let bundle = place.join("rootless").display().to_string();
            run(
                identity,
                &["umoci", "unpack", "--rootless", "--image", &source, &bundle],
            )?;
            let text = fs_err::read_to_string(place.join("rootless/rootfs/opt/data/archive.txt"))?;
            ensure!(text == "From the archive.\n", "{text}");
        }
        kiwi_end_to_end::bench::remove(&place)?;
    }
    Ok(())
}

fn inspect(identity: &Identity, container: &Container, image: &str) -> Result<()> {
    let text = run(identity, &["skopeo", "inspect", "--config", image])?;
    let config: Value = serde_json::from_str(&text)?;
    for (pointer, expected) in container.says {
        let expected: Value = serde_json::from_str(expected)?;
        let found = config.pointer(pointer).unwrap_or(&Value::Null);
        ensure!(
            *found == expected,
            "`{pointer}` is {found}, not {expected}\n{text}"
        );
    }
    let history = config["history"].as_array().context("no history")?;
    ensure!(history.len() == 1, "{text}");
    let text = run(identity, &["skopeo", "inspect", image])?;
    let view: Value = serde_json::from_str(&text)?;
    ensure!(
        view["Layers"]
            .as_array()
            .is_some_and(|layers| layers.len() == 1),
        "{text}"
    );
    Ok(())
}

fn list(identity: &Identity, directory: &Path) -> Result<BTreeSet<String>> {
    let directory = directory.display().to_string();
    let text = in_namespace(identity, &["sh", "-c", LIST, "sh", &directory])?;
    Ok(text
        .lines()
        .filter(|line| is_wanted(line))
        .map(str::to_owned)
        .collect())
}

/// True for lines about files that a container has as they are.
fn is_wanted(line: &str) -> bool {
    let words: Vec<_> = line.split(' ').collect();
    let path = match words[0] {
        "f" => words.get(5),
        "capability" | "attribute" => words.get(1),
        _ => words.get(3),
    };
    let path = path.copied().unwrap_or_default().trim_start_matches("./");
    let below = |names: &[&str]| {
        names.iter().any(|name| {
            path == *name
                || path.starts_with(name)
                    && (name.ends_with('/') || path[name.len()..].starts_with('/'))
        })
    };
    !below(&LEFT_OUT) && !below(&ADAPTED)
}

fn compare(expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<()> {
    ensure!(expected.len() > 5000, "only {} files", expected.len());
    for part in [
        "capability ./srv/odd/capable",
        "user.kiwi",
        "posix_acl_access",
        "6750 0:4",
    ] {
        ensure!(
            expected.iter().any(|line| line.contains(part)),
            "no `{part}` in the tree"
        );
    }
    let differences: Vec<_> = expected
        .difference(found)
        .map(|line| format!("lost: {line}"))
        .chain(
            found
                .difference(expected)
                .map(|line| format!("new: {line}")),
        )
        .collect();
    ensure!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences[..differences.len().min(40)].join("\n")
    );
    Ok(())
}

/// Runs a program with the user and group ids that the image has.
fn in_namespace(identity: &Identity, words: &[&str]) -> Result<String> {
    if identity.is_root() {
        run(identity, words)
    } else {
        run(
            identity,
            &[&["unshare", "--map-root-user", "--map-auto"], words].concat(),
        )
    }
}

fn run(identity: &Identity, words: &[&str]) -> Result<String> {
    let output = identity
        .command(words[0])
        .args(&words[1..])
        .current_dir("/")
        .output()?;
    ensure!(
        output.status.success(),
        "`{}`: {}\n{}",
        words.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
