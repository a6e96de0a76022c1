//! Mistakes on the command line: exit code 2, one clear message.

use snapbox::{assert_data_eq, str};

use super::kiwi;

#[test]
fn nothing_to_do() {
    let run = kiwi(&[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("Usage: kiwi-ng"), "{}", run.stderr);
}

#[test]
fn misspelt_words_are_recognised() {
    for (arguments, hint) in [
        (&["sytem", "build"][..], "'system'"),
        (&["system", "biuld"], "'build'"),
        (
            &["system", "build", "--desription", "d", "--target-dir", "t"],
            "'--description'",
        ),
        (&["--loglevel", "high", "doctor"], "invalid digit"),
        (&["--setenv", "A", "doctor"], "VAR=VALUE"),
        (
            &["system", "build", "--target-dir", "t"],
            "--description <DIR>",
        ),
    ] {
        let run = kiwi(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.contains(hint), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn what_later_versions_do() {
    for (arguments, what) in [
        (&["system", "stash", "--root", "r"][..], "system stash"),
        (
            &["system", "update", "--root", "r", "--add-package", "p"],
            "system update",
        ),
        (
            &["result", "bundle", "--target-dir", "t", "--id", "1"],
            "result bundle",
        ),
        (
            &[
                "image",
                "info",
                "--description",
                "d",
                "--resolve-package-list",
            ],
            "--resolve-package-list",
        ),
    ] {
        let run = kiwi(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        let expected = format!("`{what}` is not there yet in this version");
        assert!(run.stderr.contains(&expected), "{}", run.stderr);
    }
}

#[test]
fn malformed_values_are_reported_together() {
    let run = kiwi(&[
        "image",
        "plan",
        "--description",
        ".",
        "--add-repo",
        "http://h/,apt-deb,a,first",
        "--add-repo-credentials",
        "u:p",
        "--add-repo-credentials",
        "u:p",
        "--set-type-attr",
        "firmware",
    ]);
    assert_eq!(run.code, 2);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error[K0502]: the priority (field 4) must be a whole number, not `first`
--> command line --add-repo http://h/,apt-deb,a,first
 = help: `kiwi-ng explain K0502` lists the fields

error[K0507]: there are more `--add-repo-credentials` than `--add-repo`
--> command line --add-repo-credentials

error[K0508]: `firmware` is not of the form ATTRIBUTE=VALUE
--> command line --set-type-attr

3 errors found

"#]]
    );
}

#[test]
fn problems_as_json() {
    let run = kiwi(&["--log-format", "json", "explain", "K9999"]);
    assert_eq!(run.code, 2);
    let event: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!(event["event"], "diagnostic");
    assert_eq!(event["code"], "K0530");
    assert_eq!(event["severity"], "error");
}

#[test]
fn colours_when_asked_for() {
    let plain = kiwi(&["explain", "K9999"]);
    assert!(!plain.stderr.contains('\u{1b}'), "{}", plain.stderr);
    let colored = kiwi(&["--color-output", "explain", "K9999"]);
    assert!(colored.stderr.contains('\u{1b}'), "{}", colored.stderr);
}
