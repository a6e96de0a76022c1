//! Commands that only look: doctor, explain, info, plan, list.

use snapbox::{assert_data_eq, str};

use super::{description, kiwi, kiwi_in, workspace};

pub(super) const SMALL: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<image schemaversion="8.5" name="small">
    <description type="system">
        <author>Somebody</author>
        <contact>somebody@example.org</contact>
        <specification>A small one</specification>
    </description>
    <profiles>
        <profile name="One" description="first" import="true"/>
        <profile name="Two" description="second"/>
    </profiles>
    <preferences>
        <version>1.2.3</version>
        <packagemanager>apt</packagemanager>
        <type image="tbz"/>
    </preferences>
    <repository>
        <source path="http://me:secret@example.org/debian"/>
    </repository>
    <packages type="image">
        <package name="bash"/>
    </packages>
    <packages type="bootstrap">
        <package name="apt"/>
    </packages>
    <packages type="delete" profiles="One,Two"/>
</image>
"#;

#[test]
fn explain_says_what_and_how() {
    let run = kiwi(&["explain", "k201"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
K0201: unknown element
======================

The schema has no element of this name in this place. Elements that exist
elsewhere are unknown here too.

How to mend it
--------------
Correct the name, or move the element to where it belongs; the reference lists
the children of each element.

"#]]
    );
}

#[test]
fn explain_knows_all_codes() {
    let list = kiwi(&["explain", "--list"]);
    assert_eq!(list.code, 0);
    assert_eq!(kiwi(&["explain"]).stdout, list.stdout);
    let entries = list
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  "));
    let codes: Vec<&str> = entries.map(|line| &line[..5]).collect();
    assert!(list.stdout.starts_with("K01xx: "), "{}", list.stdout);
    assert!(codes.len() > 50, "{}", codes.len());
    assert!(codes.is_sorted());
    let run = kiwi(&["explain", codes[codes.len() - 1]]);
    assert_eq!(run.code, 0);
}

#[test]
fn schema_in_both_languages() {
    let rng = kiwi(&["schema"]);
    assert_eq!((rng.code, rng.stderr.as_str()), (0, ""));
    let start = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<grammar ";
    assert!(rng.stdout.starts_with(start) && rng.stdout.ends_with("</grammar>\n"));
    assert_eq!(kiwi(&["schema", "--format", "rng"]).stdout, rng.stdout);

    let json = kiwi(&["schema", "--format", "json"]);
    assert_eq!((json.code, json.stderr.as_str()), (0, ""));
    let schema: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(schema["$defs"]["package"].is_object());

    assert_eq!(kiwi(&["schema", "--format", "dtd"]).code, 2);
}

#[test]
fn doctor_in_both_forms() {
    let text = kiwi(&["doctor"]);
    let json = kiwi(&["doctor", "--format", "json"]);
    assert_eq!(text.code, json.code);
    let findings: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let tools = findings["tools"].as_array().unwrap();
    assert!(tools.iter().any(|tool| tool["name"] == "mke2fs"));
    let possible = findings["namespaces"]["possible"].as_bool().unwrap();
    assert_eq!(json.code, if possible { 0 } else { 3 });
    for part in ["What can be built", "Programs", "mke2fs", "/dev/kvm"] {
        assert!(text.stdout.contains(part), "{part}");
    }
}

#[test]
fn doctor_answers_for_other_distributions() {
    let run = kiwi(&["doctor", "--format", "json", "--distribution", "suse"]);
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for install in findings["install"].as_array().unwrap() {
        assert_eq!(install["family"], "SUSE");
        let command = install["command"].as_str().unwrap();
        assert!(command.starts_with("zypper install "), "{command}");
    }
}

#[test]
fn info_is_json_and_nothing_else() {
    let directory = description(SMALL);
    let run = kiwi_in(
        directory.path(),
        &["image", "info", "--description", ".", "--list-profiles"],
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_data_eq!(
        run.stdout,
        str![[r#"
{
    "image": "small",
    "profile_names": [
        "One",
        "Two"
    ]
}

"#]]
    );
}

#[test]
fn info_lists_the_variables_of_scripts() {
    let directory = description(SMALL);
    let run = kiwi_in(
        directory.path(),
        &[
            "--profile",
            "Two",
            "image",
            "info",
            "--description",
            ".",
            "--print-kiwi-env",
        ],
    );
    let info: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(info["kiwi_env"]["kiwi_iversion"], "1.2.3");
    assert_eq!(info["kiwi_env"]["kiwi_profiles"], "Two");
}

#[test]
fn info_prints_the_upgraded_description() {
    let old = SMALL.replace("8.5", "7.4").replace(">apt<", ">apt-get<");
    let directory = description(&old.replace("apt-get", "dnf"));
    for (options, first, title) in [
        (
            &["--print-xml"][..],
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            "XML",
        ),
        (&["--print-yaml"], "image:", "YAML"),
        (&["--print-toml"], "[image]", "TOML"),
        (&["--print-toml", "--print-yaml"], "image:", "YAML"),
        (
            &["--print-toml", "--print-xml", "--print-yaml"],
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            "XML",
        ),
    ] {
        let mut arguments = vec!["image", "info", "--description", "."];
        arguments.extend(options);
        let run = kiwi_in(directory.path(), &arguments);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines: Vec<&str> = run.stdout.lines().collect();
        assert_eq!(
            lines[..3],
            ["{", "    \"image\": \"small\"", "}"],
            "{options:?}"
        );
        assert!(lines[3].starts_with("[ INFO    ]: "), "{}", lines[3]);
        assert!(
            lines[3].ends_with(&format!("Description as {title}:")),
            "{}",
            lines[3]
        );
        assert_eq!(lines[4], first, "{options:?}");
        assert!(
            run.stdout.contains("8.5") && run.stdout.contains("dnf4"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn convert_goes_there_and_back() {
    let directory = description(SMALL);
    let place = directory.path();
    let convert = |file: &str, to: &str, more: &[&str]| {
        let mut arguments = vec![
            "--kiwi-file",
            file,
            "image",
            "convert",
            "--description",
            ".",
            "--to",
            to,
        ];
        arguments.extend(more);
        let run = kiwi_in(place, &arguments);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{file} {to}");
        run.stdout
    };
    let xml = convert("config.xml", "xml", &[]);
    for markup in ["yaml", "toml", "json"] {
        let name = format!("config.{markup}");
        assert_eq!(convert("config.xml", markup, &["--output", &name]), "");
        let written = std::fs::read_to_string(place.join(&name)).unwrap();
        assert_eq!(convert("config.xml", markup, &[]), written);
        assert_eq!(convert(&name, markup, &[]), written);
        // TOML has values before tables, so the sections may stand in another order.
        let back = convert(&name, "xml", &[]);
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&back), sorted(&xml), "{markup}");
        let plan = |file: &str| {
            let arguments = ["--kiwi-file", file, "image", "plan", "--description", "."];
            kiwi_in(place, &arguments)
                .stdout
                .replace(file, "config.xml")
        };
        assert_eq!(plan(&name), plan("config.xml"), "{markup}");
    }
    let left: Vec<_> = std::fs::read_dir(place).unwrap().collect();
    assert_eq!(left.len(), 4, "{left:?}");
    let arguments = [
        "image",
        "convert",
        "--description",
        ".",
        "--to",
        "json",
        "--output",
        "none/x",
    ];
    let run = kiwi_in(place, &arguments);
    assert_eq!(run.code, 1);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0137]: `none/x` cannot be written: no such file or directory

"#]]
    );
}

#[test]
fn info_needs_a_repository() {
    let directory = description(SMALL);
    let arguments = ["image", "info", "--description", ".", "--ignore-repos"];
    let run = kiwi_in(directory.path(), &arguments);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("error[K0302]"), "{}", run.stderr);
    let mut with_one = arguments.to_vec();
    with_one.extend(["--add-repo", "http://example.org/debian"]);
    assert_eq!(kiwi_in(directory.path(), &with_one).code, 0);
}

#[test]
fn plan_in_both_forms() {
    let directory = description(SMALL);
    let arguments = [
        "--target-arch",
        "x86_64",
        "image",
        "plan",
        "--description",
        ".",
        "--add-package",
        "htop",
    ];
    let text = kiwi_in(directory.path(), &arguments);
    assert_eq!(text.code, 0, "{}", text.stderr);
    for part in [
        "small 1.2.3",
        "htop",
        "small.x86_64-1.2.3.tar.xz",
        "apt-get",
    ] {
        assert!(text.stdout.contains(part), "{part} in\n{}", text.stdout);
    }
    let mut arguments = arguments.to_vec();
    arguments.push("--json");
    let json = kiwi_in(directory.path(), &arguments);
    let plan: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(plan["identity"]["name"], "small");
    for output in [&text.stdout, &json.stdout, &text.stderr, &json.stderr] {
        assert!(!output.contains("secret"), "{output}");
    }
}

#[test]
fn plan_of_the_example() {
    let run = kiwi_in(
        &workspace(),
        &["image", "plan", "--description", "examples/debian-disk"],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("GPT"), "{}", run.stdout);
}

#[test]
fn the_same_epoch_gives_the_same_plan() {
    let directory = description(SMALL);
    let plan = || {
        let output = assert_cmd::cargo::cargo_bin_cmd!("kiwi-ng")
            .args(["image", "plan", "--json", "--description"])
            .arg(directory.path())
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let first = plan();
    assert!(first.contains("1700000000"));
    assert_eq!(first, plan());
}

#[test]
fn lists_results() {
    let target = tempfile::tempdir().unwrap();
    let nothing = kiwi_in(target.path(), &["result", "list", "--target-dir", "."]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing.stderr.contains("error[K0532]"),
        "{}",
        nothing.stderr
    );
    let record = r#"{"disk_image": {"filename": "/out/a.raw", "compress": true}}"#;
    std::fs::write(target.path().join("kiwi.result.json"), record).unwrap();
    let run = kiwi_in(target.path(), &["result", "list", "--target-dir", "."]);
    assert_eq!(run.code, 0);
    assert!(
        run.stdout
            .ends_with("Result files:\n--> disk_image: /out/a.raw\n")
    );
}

#[test]
fn looking_is_fast() {
    let directory = description(SMALL);
    // The limit is for release builds on a quiet machine (20 ms); a debug build on a busy one gets more.
    let limit = std::time::Duration::from_millis(500);
    let best = |arguments: &[&str]| {
        (0..5)
            .map(|_| kiwi_in(directory.path(), arguments).took)
            .min()
            .unwrap()
    };
    assert!(best(&["--version"]) < limit);
    assert!(best(&["image", "info", "--description", "."]) < limit);
}
