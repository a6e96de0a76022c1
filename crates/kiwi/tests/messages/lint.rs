//! `image lint` itself: what it looks at, its formats and how it ends.

use kiwi_testkit::shared::shared;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{CLEAN, run};

/// Three descriptions: a clean one, one with profiles, and one that is broken; and a file that only has the name of one.
fn descriptions() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("clean/config.xml", CLEAN);
    let profiles = CLEAN
        .replace(
            "<preferences>",
            r#"<profiles><profile name="A" description="a"/><profile name="B" description="b"/></profiles>
    <preferences profiles="B"><type image="docker"/></preferences>
    <preferences>"#,
        )
        .replace("</image>", r#"    <packages type="image" profiles="B"><package name="bash"/><archive name="none.tar"/></packages>
    <packages type="image" profiles="A"><package name="a"/><package name="a"/></packages>
</image>"#);
    write("p, q/two.kiwi", &profiles);
    write("z/config.xml", "<image");
    write("site/config.xml", "<site/>");
    write(".hidden/config.xml", "<image");
    directory
}

fn json(directory: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&run(directory, arguments).1).unwrap()
}

#[test]
fn text() {
    let directory = descriptions();
    let (code, text) = run(directory.path(), &["."]);
    assert_eq!(code, 2);
    insta::assert_snapshot!("lint_text", text);
}

#[test]
fn github() {
    let directory = descriptions();
    let (code, text) = run(directory.path(), &["--format", "github", "."]);
    assert_eq!(code, 2);
    insta::assert_snapshot!("lint_github", text);
}

#[test]
fn json_has_all() {
    let directory = descriptions();
    let found = json(directory.path(), &["--format", "json", "."]);
    // Without a profile tbz; A: tbz; B: docker and tbz.
    assert_eq!(found["builds"], 5);
    assert_eq!(found["descriptions"], 3);
    assert_eq!(found["errors"], 2);
    assert_eq!(found["warnings"], 1);
    let findings = found["findings"].as_array().unwrap();
    let archive = findings.iter().find(|it| it["code"] == "K0304").unwrap();
    assert_eq!(archive["description"], "./p, q/two.kiwi");
    assert_eq!(archive["builds"].as_array().unwrap().len(), 2);
}

#[test]
fn sarif_is_complete() {
    let directory = descriptions();
    let found = json(directory.path(), &["--format", "sarif", "."]);
    assert_eq!(found["version"], "2.1.0");
    let run = &found["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "kiwi-ng");
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].as_str().unwrap().starts_with('K'));
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{text}");
        }
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.contains(' ') && !uri.starts_with('.'), "{uri}");
        let region = &place["region"];
        let number = |name: &str| region[name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!(
            (number("startLine"), number("startColumn"))
                <= (number("endLine"), number("endColumn"))
        );
    }
    let twice = results.iter().find(|it| it["ruleId"] == "K0345").unwrap();
    assert_eq!(
        twice["relatedLocations"][0]["message"]["text"],
        "the first one"
    );
    assert_eq!(
        twice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "p%2C%20q/two.kiwi".replace("%2C", ",").as_str()
    );
}

#[test]
fn exit_codes() {
    let directory = descriptions();
    let base = directory.path();
    for (arguments, expected) in [
        (&["clean"] as &[&str], 0),
        (&["--strict", "clean"], 0),
        (&["clean/config.xml"], 0),
        (&["z"], 2),
        (&["site/config.xml"], 2),
        (&["nowhere"], 2),
        (&[".hidden"], 2),
        (&["--profile", "A", "p, q"], 0),
        (&["--profile", "A", "--strict", "p, q"], 2),
        (&["--profile", "B", "p, q"], 2),
        (&["--profile", "C", "p, q"], 2),
        (&["--type", "oci", "clean"], 0),
    ] {
        let (code, text) = run(base, arguments);
        assert_eq!(code, expected, "{arguments:?}: {text}");
    }
}

#[test]
fn checks_can_be_switched_off() {
    let directory = descriptions();
    std::fs::write(
        directory.path().join("kiwi.yml"),
        "runtime_checks:\n  disable: [check_files_exist, check_packages_listed_twice, check_from_long_ago]\n",
    )
    .unwrap();
    let (code, text) = run(directory.path(), &["--config", "kiwi.yml", "p, q"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("0 errors, 0 warnings"), "{text}");
}

#[test]
fn real_descriptions_take_no_time() {
    let Some(corpus) = shared("KIWI_CORPUS", "corpus") else {
        return;
    };
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let started = Instant::now();
        let found = json(&corpus, &["--format", "json", "."]);
        fastest = fastest.min(started.elapsed());
        assert!(found["descriptions"].as_u64().unwrap() > 100, "{found:#}");
        assert!(found["builds"].as_u64().unwrap() > 100, "{found:#}");
        for finding in found["findings"].as_array().unwrap() {
            assert!(finding["line"].as_u64().is_some(), "no place: {finding:#}");
        }
    }
    // A debug build on a busy machine gets more.
    let limit = if cfg!(debug_assertions) { 10 } else { 2 };
    assert!(fastest < Duration::from_secs(limit), "{fastest:?}");
}
