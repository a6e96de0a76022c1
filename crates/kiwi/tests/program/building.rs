//! Builds that end early: what is refused, what is said, what is left behind. Needs namespaces and apt, but no network.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{description, kiwi, kiwi_in};

const XML: &str = r#"<image schemaversion="8.5" name="early">
    <description type="system">
        <author>A</author><contact>a@example.org</contact><specification>S</specification>
    </description>
    <preferences>
        <version>1.0.0</version>
        <packagemanager>apt</packagemanager>
        <type image="tbz"/>
    </preferences>
    <packages type="image"><package name="bash"/></packages>
    <packages type="bootstrap"><package name="apt"/></packages>
</image>
"#;

/// Tells whether this machine can begin builds, and says so if not.
fn can_build() -> bool {
    let report = kiwi(&["doctor", "--format", "json"]).stdout;
    let findings: serde_json::Value = serde_json::from_str(&report).unwrap();
    let types = findings["image_types"].as_array().unwrap();
    let apt = types
        .iter()
        .any(|kind| kind["name"] == "packagemanager apt" && kind["possible"] == true);
    let possible = apt && findings["namespaces"]["possible"] == true;
    if !possible {
        let required = std::env::var_os("KIWI_REQUIRE_JUDGES").is_some();
        assert!(!required, "this machine cannot build");
        eprintln!("SKIPPED: this machine cannot build, see `kiwi-ng doctor`");
    }
    possible
}

fn repository(port: u16) -> String {
    format!("http://127.0.0.1:{port}/debian,apt-deb,local,,,,,main,stable")
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn refused_before_anything_is_made() {
    let directory = description(XML);
    let build = |globals: &[&str], options: &[&str]| {
        let mut arguments = globals.to_vec();
        arguments.extend(["system", "build", "--description", ".", "--target-dir", "t"]);
        arguments.extend(options);
        kiwi_in(directory.path(), &arguments)
    };
    let repository = repository(1);
    let with_repository = ["--add-repo", repository.as_str()];
    for (globals, options, code) in [
        (&[][..], &[][..], "K0302"),
        (&["--temp-dir", "none"], &with_repository, "K0505"),
        (&["--type", "oem"], &with_repository, "K0402"),
    ] {
        let run = build(globals, options);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
        assert_eq!(names(directory.path()), ["config.xml"]);
    }
}

#[test]
fn refused_inside() {
    if !can_build() {
        return;
    }
    let directory = description(XML);
    let repository = repository(1);
    let prepare = |globals: &[&str], root: &str| {
        let mut arguments = globals.to_vec();
        arguments.extend(["system", "prepare", "--description", ".", "--root", root]);
        arguments.extend(["--add-repo", &repository]);
        kiwi_in(directory.path(), &arguments)
    };
    std::fs::create_dir(directory.path().join("there")).unwrap();
    for (globals, root, code) in [
        (&[][..], "there", "K0802"),
        (&["--logfile", "none/log"], "r", "K0520"),
        (&["--logsocket", "none"], "r", "K0521"),
        (&["--shared-cache-dir", "cache"], "cache/r", "K0341"),
    ] {
        let run = prepare(globals, root);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains(code), "{code}: {}", run.stderr);
    }
    let create = ["system", "create", "--root", "there", "--target-dir", "t"];
    let run = kiwi_in(directory.path(), &create);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn an_unreachable_repository_is_worth_another_try() {
    if !can_build() {
        return;
    }
    let directory = description(XML);
    let run = kiwi_in(
        directory.path(),
        &[
            "--shared-cache-dir",
            "cache",
            "--log-format",
            "json",
            "system",
            "build",
            "--description",
            ".",
            "--target-dir",
            "t",
            "--add-repo",
            &repository(1),
        ],
    );
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    let events: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    assert!(of("phase_start") >= 1);
    assert_eq!(of("diagnostic"), 1);
    let last = events.last().unwrap();
    assert_eq!(last["code"], "K0702");
    assert_eq!(last["severity"], "error");
    assert!(last["time"].is_string());
    // The log of the build stays, temporary files do not.
    assert_eq!(names(&directory.path().join("t")), ["build"]);
    assert_eq!(names(&directory.path().join("t/build")), ["image-root.log"]);
    let log = std::fs::read_to_string(directory.path().join("t/build/image-root.log")).unwrap();
    for part in [
        "[ INFO    ]: ",
        "| EXEC: [",
        "[ ERROR   ]: ",
        "error[K0702]",
    ] {
        assert!(log.contains(part), "{part} in\n{log}");
    }
}

#[test]
fn log_lines_for_those_who_listen() {
    if !can_build() {
        return;
    }
    let directory = description(XML);
    let socket = UnixListener::bind(directory.path().join("log")).unwrap();
    let listener = std::thread::spawn(move || {
        let (stream, _) = socket.accept().unwrap();
        BufReader::new(stream)
            .lines()
            .map(Result::unwrap)
            .collect::<Vec<String>>()
    });
    let run = kiwi_in(
        directory.path(),
        &[
            "--logsocket",
            "log",
            "--shared-cache-dir",
            "cache",
            "--logfile",
            "stdout",
            "system",
            "prepare",
            "--description",
            ".",
            "--root",
            "r",
            "--add-repo",
            &repository(1),
        ],
    );
    assert_eq!((run.code, run.stderr.as_str()), (4, ""));
    let lines = listener.join().unwrap();
    let selected = "--> Selected build type: tbz";
    assert!(lines[0].ends_with(selected), "{}", lines[0]);
    assert!(run.stdout.contains(selected), "{}", run.stdout);
    assert!(run.stdout.contains("[ ERROR   ]: "), "{}", run.stdout);
}

#[test]
fn signals_end_the_build_and_leave_nothing() {
    if !can_build() {
        return;
    }
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let directory = description(XML);
        // A server that takes connections and never answers keeps the build busy.
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let repository = repository(server.local_addr().unwrap().port());
        #[expect(
            clippy::disallowed_types,
            reason = "a test has to signal a running program"
        )]
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("kiwi-ng"))
            .args(["--shared-cache-dir", "cache", "system", "build"])
            .args(["--description", ".", "--target-dir", "t"])
            .args(["--add-repo", &repository])
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (_connection, _) = server.accept().unwrap();
        let sent = Instant::now();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(code));
        assert!(
            sent.elapsed() < Duration::from_secs(8),
            "{:?}",
            sent.elapsed()
        );
        let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert!(said.contains("error[K0800]"), "{said}");
        assert_eq!(names(&directory.path().join("t/build")), ["image-root.log"]);
    }
}
