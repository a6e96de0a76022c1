//! Options that change what is built: messages that point at them, exit code 2, and passwords that nobody sees.

use snapbox::{assert_data_eq, str};

use super::looking::SMALL;
use super::{description, kiwi_in};

/// Plans [`SMALL`] with options behind the command.
fn plan(options: &[&str]) -> super::Run {
    let directory = description(SMALL);
    let mut arguments = vec![
        "--target-arch",
        "x86_64",
        "image",
        "plan",
        "--description",
        ".",
    ];
    arguments.extend(options);
    kiwi_in(directory.path(), &arguments)
}

#[test]
fn unknown_scheme() {
    let run = plan(&["--add-repo", "htp://me:geheim@h/d,apt-deb"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0410]: `htp:` in `htp://***@h/d` is no scheme of a repository
 --> --add-repo htp://me:...@h/d,apt-deb:1:1
  |
1 | htp://*********@h/d,apt-deb
  | ^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `http`?

"#]]
    );
}

/// Wherever a password comes from, no output has it.
#[test]
fn passwords_stay_inside() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "me:geheim\n").unwrap();
    let file = file.path().to_str().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("mine.yml");
    let mirrors =
        "mirrors:\n  http://mirrored/: http://me:geheim@near/\nbunlde:\n  compress: true\n";
    std::fs::write(&config, mirrors).unwrap();
    let address = "http://me:geheim@h/d,,,,true,,{http://me:geheim@h/k}";
    let cases: &[&[&str]] = &[
        &["--add-repo", address],
        &["--add-repo", address, "--json"],
        &["--set-repo", address, "--json"],
        &[
            "--add-repo",
            "http://h/d",
            "--add-repo-credentials",
            "me:geheim",
            "--json",
        ],
        &["--add-repo", "http://h/d", "--add-repo-credentials", file],
        &[
            "--set-repo",
            "http://h/d",
            "--set-repo-credentials",
            file,
            "--json",
        ],
        &[
            "--add-repo",
            "http://mirrored/d",
            "--json",
            "--config",
            config.to_str().unwrap(),
        ],
        &[
            "--add-repo",
            "http://me:geheim@h/%arch",
            "--log-format",
            "json",
        ],
        &[
            "--add-repo",
            "http://me:geheim@h/d,,,first",
            "--log-format",
            "json",
        ],
        &["--add-repo", "ftp://me:geheim@h/d,,a,1,no"],
        &["--set-type-attr", "luks=a geheim,no"],
    ];
    for options in cases {
        let run = plan(options);
        let expected = if options[1].ends_with("first") || options[1].ends_with("no") {
            2
        } else {
            0
        };
        assert_eq!(run.code, expected, "{options:?}: {}", run.stderr);
        for output in [&run.stdout, &run.stderr] {
            assert!(!output.contains("geheim"), "{options:?}: {output}");
        }
        if expected == 0 {
            let known = run.stdout.contains("as me") || run.stdout.contains("\"user\": \"me\"");
            assert!(known, "{options:?}: {}", run.stdout);
        }
    }
}

#[test]
fn the_configuration_is_read_and_pointed_at() {
    let directory = description(SMALL);
    let text = "obs:\n- download_url: http://obs/\nmirrors:\n  http://obs/: http://near/\nshasum:\n  siez: 512\n";
    std::fs::write(directory.path().join("mine.yml"), text).unwrap();
    let run = kiwi_in(
        directory.path(),
        &[
            "--config",
            "mine.yml",
            "image",
            "plan",
            "--description",
            ".",
            "--add-repo",
            "obs://A:B/r",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("http://near/A:/B/r"), "{}", run.stdout);
    assert_data_eq!(
        run.stderr,
        str![[r#"
warning[K0512]: unknown key `siez` in section `shasum`
 --> mine.yml:6:3
  |
6 |   siez: 512
  |   ^^^^
  |
  = help: did you mean `size`?

"#]]
    );
}

/// `image info` knows every type, and says what it made of an old name.
#[test]
fn info_of_types_that_are_not_built() {
    let types = r#"<type image="iso"/><type image="kis"/><type image="oem" filesystem="xfs"/>"#;
    let directory = description(&SMALL.replace(r#"<type image="tbz"/>"#, types));
    for (asked, found, own) in [
        ("iso", "iso", "kiwi_live_volid"),
        ("kis", "kis", "kiwi_type"),
        ("oem", "oem", "kiwi_install_volid"),
        ("vmx", "oem", "kiwi_install_volid"),
    ] {
        let run = kiwi_in(
            directory.path(),
            &[
                "--type",
                asked,
                "image",
                "info",
                "--description",
                ".",
                "--print-kiwi-env",
                "--list-profiles",
            ],
        );
        assert_eq!(run.code, 0, "{asked}: {}", run.stderr);
        let info: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(info["kiwi_env"]["kiwi_type"], found);
        assert!(info["kiwi_env"][own].is_string(), "{asked}");
        assert_eq!(info["profile_names"], serde_json::json!(["One", "Two"]));
        assert_eq!(
            run.stderr.contains("K0403"),
            asked == "vmx",
            "{}",
            run.stderr
        );
    }
}
