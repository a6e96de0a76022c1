//! Runs what our dracut module reads from the kernel command line in the shells that initrds have.

#![allow(clippy::disallowed_types)] // Tests start shells themselves.
#![allow(clippy::unwrap_used)] // The lint's exception for tests misses their helpers.

use std::path::{Path, PathBuf};
use std::process::Command;

use kiwi_testkit::judges::require_judge;

const SHELLS: [&[&str]; 4] = [&["sh"], &["dash"], &["bash", "--posix"], &["busybox", "sh"]];

/// dracut's functions, as far as the module calls them: words come from `CMDLINE`, devices are printed.
const DRACUT: &str = r#"
getarg() {
    found=1
    for word in $CMDLINE; do
        case "$word" in
            "${1%=}="*) value=${word#*=}; found=0 ;;
            "$1") value=1; found=0 ;;
        esac
    done
    [ "$found" = 0 ] && printf '%s\n' "$value"
    return "$found"
}
getargbool() {
    flag=$(getarg "$2") || flag=$1
    case "$flag" in 0 | no | off) return 1 ;; esac
}
ismounted() { [ "${MOUNTED:-}" = "$1" ]; }
wait_for_dev() { printf 'wait %s\n' "$1"; }
die() { printf 'die\n'; exit 1; }
info() { :; }
mkdir() { printf 'mkdir %s\n' "$*"; }
mount() { printf 'mount %s\n' "$*"; [ "$3" != "${BROKEN:-}" ]; }
modprobe() { :; }
"#;

fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dracut/90kiwi-rs-overlay")
}

fn file(name: &str) -> String {
    fs_err::read_to_string(module().join(name)).unwrap()
}

/// What a hook prints for a command line, the same in all shells.
fn hook(name: &str, command_line: &str, environment: &[(&str, &str)]) -> String {
    let library = module().join("overlay-lib.sh");
    let script = format!(
        "{DRACUT}\n{}\nprintf 'root %s %s\\n' \"${{root:-}}\" \"${{rootok:-}}\"\n",
        file(name).replace("/lib/kiwi-rs-overlay-lib.sh", library.to_str().unwrap())
    );
    let mut answers = Vec::new();
    for shell in SHELLS {
        let [program, arguments @ ..] = shell else {
            continue;
        };
        if require_judge(program).is_none() {
            continue;
        }
        let output = Command::new(program)
            .args(arguments)
            .args(["-c", &script])
            .env("CMDLINE", command_line)
            .env("NEWROOT", "/sysroot")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(errors, "", "{program}");
        answers.push((program, String::from_utf8(output.stdout).unwrap()));
    }
    for (program, answer) in &answers {
        assert_eq!(answer, &answers[0].1, "{program} and {}", answers[0].0);
    }
    answers.remove(0).1
}

#[test]
fn the_root_word_names_the_lower_device() {
    for (word, device) in [
        ("UUID=0Ab-1", "/dev/disk/by-uuid/0Ab-1"),
        ("PARTUUID=ABC-01", "/dev/disk/by-partuuid/abc-01"),
        ("LABEL=a/b", r"/dev/disk/by-label/a\x2fb"),
        (
            "PARTLABEL=p.lxreadonly",
            "/dev/disk/by-partlabel/p.lxreadonly",
        ),
        ("MAPPER=luks", "/dev/mapper/luks"),
        ("UNIXNODE=vda3", "/dev/vda3"),
        ("UNIXNODE=/dev/vda3", "/dev/vda3"),
        ("/dev/vda3", "/dev/vda3"),
    ] {
        let said = hook(
            "parse-overlay.sh",
            &format!("quiet root=overlay:{word}"),
            &[],
        );
        assert_eq!(
            said,
            format!("wait {device}\nroot block:{device} 1\n"),
            "{word}"
        );
    }
}

#[test]
fn other_roots_are_left_alone() {
    for line in [
        "",
        "root=UUID=1",
        "root=live:CDLABEL=x",
        "rd.root.overlay.write=/dev/a",
    ] {
        assert_eq!(hook("parse-overlay.sh", line, &[]), "root  \n", "{line}");
        assert_eq!(hook("mount-overlay.sh", line, &[]), "root  \n", "{line}");
    }
}

#[test]
fn what_names_no_device_ends_the_boot() {
    for line in [
        "root=overlay:",
        "root=overlay:UUID=",
        "root=overlay:nbd=host:export",
        "root=overlay:LABEL=a rd.root.overlay.write=sda1",
    ] {
        assert_eq!(hook("parse-overlay.sh", line, &[]), "die\n", "{line}");
    }
}

#[test]
fn the_writable_device_is_waited_for_when_it_is_used() {
    let root = "root=overlay:LABEL=a rd.root.overlay.write=/dev/disk/by-uuid/1";
    let lower = "wait /dev/disk/by-label/a\n";
    let end = "root block:/dev/disk/by-label/a 1\n";
    for (more, waits) in [
        ("", "wait /dev/disk/by-uuid/1\n"),
        ("rd.root.overlay.temporary=0", "wait /dev/disk/by-uuid/1\n"),
        ("rd.root.overlay.temporary", ""),
        ("rd.root.overlay.readonly", ""),
    ] {
        let said = hook("parse-overlay.sh", &format!("{root} {more}"), &[]);
        assert_eq!(said, format!("{lower}{waits}{end}"), "{more}");
    }
}

#[test]
fn layers_are_mounted_in_order() {
    let base = |size: &str| {
        format!(
            "mkdir -p /run/overlay\n\
             mount -t tmpfs -o mode=0755,size={size} overlay-base /run/overlay\n\
             mkdir -m 0755 /run/overlay/rootfsbase /run/overlay/overlayfs\n\
             mount -o ro /dev/mapper/a /run/overlay/rootfsbase\n"
        )
    };
    let join = |flags: &str| {
        format!(
            "mkdir -m 0755 /run/overlay/overlayfs/rw\n\
             mkdir -m 0755 /run/overlay/overlayfs/work\n\
             mount -t overlay -o {flags}lowerdir=/run/overlay/rootfsbase,upperdir=/run/overlay/overlayfs/rw,\
             workdir=/run/overlay/overlayfs/work overlay /sysroot\n"
        )
    };
    for (words, mounts) in [
        ("", base("50%") + &join("")),
        (
            "rd.root.overlay.size=1G rootflags=volatile",
            base("1G") + &join("volatile,"),
        ),
        (
            "rd.root.overlay.write=/dev/b",
            base("50%") + "mount -o rw /dev/b /run/overlay/overlayfs\n" + &join(""),
        ),
        (
            "rd.root.overlay.write=/dev/b rd.root.overlay.temporary",
            base("50%") + &join(""),
        ),
        (
            "rd.root.overlay.write=/dev/b rd.root.overlay.readonly",
            base("50%") + "mount --bind /run/overlay/rootfsbase /sysroot\n",
        ),
    ] {
        let line = format!("root=overlay:MAPPER=a {words}");
        assert_eq!(
            hook("mount-overlay.sh", &line, &[]),
            mounts + "root  \n",
            "{words}"
        );
    }
}

#[test]
fn a_mount_that_fails_ends_the_boot_and_a_second_run_does_nothing() {
    let line = "root=overlay:MAPPER=a rd.root.overlay.write=/dev/b";
    for device in ["/dev/mapper/a", "/dev/b"] {
        let said = hook("mount-overlay.sh", line, &[("BROKEN", device)]);
        assert!(said.ends_with("die\n"), "{said}");
    }
    let said = hook("mount-overlay.sh", line, &[("MOUNTED", "/sysroot")]);
    assert_eq!(said, "root  \n");
}

#[test]
fn shellcheck_has_nothing_to_say() {
    if require_judge("shellcheck").is_none() {
        return;
    }
    for (shell, files) in [
        (
            "sh",
            &["overlay-lib.sh", "parse-overlay.sh", "mount-overlay.sh"][..],
        ),
        ("bash", &["module-setup.sh"]),
    ] {
        let output = Command::new("shellcheck")
            .args(["--shell", shell, "--exclude", "SC1091"]) // The library lies elsewhere in an initrd.
            .args(files)
            .current_dir(module())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
}
